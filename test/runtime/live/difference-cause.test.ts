import { describe, expect, it } from 'vitest';
import type { Trip } from '../../../engine/core/breakers.ts';
import { formatMoney } from '../../../engine/ledger/money.ts';
import { differenceWords, receiptLine } from '../../../engine/report/receipt-words.ts';
import type { Lateness } from '../../../engine/runtime/live/minute.ts';
import { at, type Made, type MadeSide, madeReceipt } from './made-day.ts';

const ENTRY: Made = { at: 0, fills: [[0, '100']] };
const EXIT: Made = { at: 5, role: 'exit', fills: [[5, '101']] };

const trip = (breaker: string): Trip => ({
  breaker,
  scope: 'account',
  place: 'account',
  action: 'pause_entries',
  trippedAt: at(2),
  values: 'daily_loss_pct 5.2',
  clearedAt: undefined,
  heldBack: 1,
  heldFlatDays: 0,
});

type Case = readonly [name: string, live: MadeSide, modelled: MadeSide, words: string, late?: Map<number, Lateness>];

const CASES: readonly Case[] = [
  [
    'a minute that came too late',
    { orders: [] },
    { orders: [ENTRY] },
    '2024-01-08 10:00 one SPY entry.long buy 20: only in the backtest; the bars came too late to enter on',
    new Map([[at(0), 'late']]),
  ],
  [
    'an account that was not known to agree',
    { orders: [] },
    { orders: [ENTRY] },
    '2024-01-08 10:00 one SPY entry.long buy 20: only in the backtest; account and ledger were not known to agree, so nothing was entered',
    new Map([[at(0), 'account']]),
  ],
  [
    'a breaker that tripped live',
    { orders: [ENTRY, EXIT], trips: [trip('loss')] },
    { orders: [ENTRY, EXIT, { ...ENTRY, at: 9, fills: [[9, '100']] }] },
    '2024-01-08 10:09 one SPY entry.long buy 20: only in the backtest; breaker loss had tripped live (daily_loss_pct 5.2), and not in the backtest',
  ],
  [
    'a breaker that tripped in the backtest',
    { orders: [ENTRY] },
    { orders: [], trips: [{ ...trip('loss'), trippedAt: at(-5) }] },
    '2024-01-08 10:00 one SPY entry.long buy 20: only live; breaker loss had tripped in the backtest (daily_loss_pct 5.2), and not live',
  ],
  [
    'a refused entry',
    { orders: [{ at: 0, status: 'refused', reason: 'insufficient_buying_power' }] },
    { orders: [ENTRY, EXIT] },
    '2024-01-08 10:05 one SPY exit.when sell 20: only in the backtest; the broker refused the order of 10:00: insufficient buying power',
  ],
  [
    'an entry that expired',
    { orders: [{ at: 0, status: 'cancelled', reason: 'expired' }] },
    { orders: [ENTRY, EXIT] },
    '2024-01-08 10:05 one SPY exit.when sell 20: only in the backtest; the order of 10:00 ended before it was filled: not filled in time',
  ],
  [
    'an entry that still waits',
    { orders: [{ at: 0 }] },
    { orders: [ENTRY, EXIT] },
    '2024-01-08 10:05 one SPY exit.when sell 20: only in the backtest; the order of 10:00 was not filled',
  ],
  [
    'an entry filled in part',
    {
      orders: [
        { at: 0, fills: [[0, '100', '12']] },
        { ...EXIT, qty: '12' },
      ],
    },
    { orders: [ENTRY, EXIT] },
    '2024-01-08 10:05 one SPY exit.when sell 12: another quantity (20 in the backtest); the order of 10:00 was filled in part',
  ],
  [
    'an exit filled after the next decision',
    { orders: [ENTRY, { ...EXIT, fills: [[9, '101']] }] },
    { orders: [ENTRY, EXIT, { ...ENTRY, at: 7, fills: [[7, '100']] }] },
    '2024-01-08 10:07 one SPY entry.long buy 20: only in the backtest; the order of 10:05 was filled only after this was decided',
  ],
  [
    'a fill that the bars do not show',
    { orders: [ENTRY, EXIT] },
    { orders: [{ at: 0 }] },
    '2024-01-08 10:05 one SPY exit.when sell 20: only live; the order of 10:00 was filled by the broker, and its bars would not have filled it',
  ],
  [
    'a stop that lay elsewhere',
    {
      orders: [
        { ...ENTRY, fills: [[0, '100.10']] },
        { at: 0, role: 'stop_loss', fills: [[3, '99.10']] },
      ],
    },
    { orders: [ENTRY, { at: 0, role: 'stop_loss', fills: [[6, '99']] }] },
    '2024-01-08 10:04 one SPY exit.stop_loss sell 20: at another time (10:07 in the backtest); the entry of 10:00 filled at 100.10 and not at 100.00, so its levels and its profit were others',
  ],
  [
    'a level that only the broker saw reached',
    { orders: [ENTRY, { at: 0, role: 'stop_loss', fills: [[3, '99']] }] },
    { orders: [ENTRY, { at: 0, role: 'stop_loss' }] },
    '2024-01-08 10:04 one SPY exit.stop_loss sell 20: only live; the broker saw other prices than the recorded bars, so one reached the level and the other did not',
  ],
  [
    'a purse of another size',
    { orders: [ENTRY, { ...EXIT, fills: [[5, '100.50']] }, { at: 9, qty: '19', fills: [[9, '100']] }] },
    { orders: [ENTRY, EXIT, { at: 9, fills: [[9, '100']] }] },
    '2024-01-08 10:09 one SPY entry.long buy 19: another quantity (20 in the backtest); fills at other prices left a purse of another size',
  ],
  [
    'nothing that is known',
    { orders: [ENTRY] },
    { orders: [] },
    '2024-01-08 10:00 one SPY entry.long buy 20: only live; no cause was found',
  ],
];

describe('the cause of a difference', () => {
  it.each(CASES.map(([name, ...told]) => ({ name, told })))('is $name', ({ told }) => {
    const [live, modelled, words, late] = told;
    const { differences, unexplained } = madeReceipt(live, modelled, late);
    expect(differences.map(differenceWords)).toEqual([words]);
    expect(unexplained).toBe(words.endsWith('no cause was found') ? 1 : 0);
  });

  it('is an earlier difference, of the same place before another one', () => {
    const late = new Map<number, Lateness>([[at(0), 'late']]);
    const other: Made = { ...ENTRY, at: 2, strategy: 'two', fills: [[2, '100']] };
    const { differences } = madeReceipt({ orders: [] }, { orders: [ENTRY, EXIT, other] }, late);
    expect(differences.map(({ cause }) => cause)).toEqual([
      { code: 'late' },
      { code: 'follows', at: at(0), strategy: 'one', symbol: 'SPY' },
      { code: 'follows', at: at(0), strategy: 'one', symbol: 'SPY' },
    ]);
  });

  it('is asked for of nothing that both decided', () => {
    const { decisions, differences } = madeReceipt({ orders: [ENTRY, EXIT] }, { orders: [ENTRY, EXIT] });
    expect(decisions).toEqual({ equal: 2, all: 2 });
    expect(differences).toEqual([]);
  });
});

describe('the fills of a receipt', () => {
  it('are worse when a buy is dearer and a sale cheaper, in basis points of the modelled price', () => {
    const { fills } = madeReceipt(
      {
        orders: [
          {
            ...ENTRY,
            fills: [
              [0, '100.10', '5'],
              [0, '100.20', '15'],
            ],
          },
          { ...EXIT, fills: [[5, '101.101']] },
        ],
      },
      { orders: [ENTRY, EXIT] },
    );
    // A buy at 100.175 for 100, a sale at 101.101 for 101.
    expect(fills.pairs.map(({ bps }) => Number(bps.toFixed(6)))).toEqual([17.5, -10]);
    expect(fills.pairs.map(({ cost }) => formatMoney(cost))).toEqual(['3.50', '-2.02']);
    expect([fills.meanBps, fills.medianBps].map((bps) => bps?.toFixed(6))).toEqual(['3.750000', '3.750000']);
    expect(fills.worst?.rule).toBe('entry.long');
    expect(formatMoney(fills.cost)).toBe('1.48');
  });

  it('are told in one line', () => {
    const live = { orders: [{ ...ENTRY, fills: [[0, '100.10'] as const] }, EXIT] };
    expect(receiptLine(madeReceipt(live, { orders: [ENTRY, EXIT] }))).toBe(
      'receipt of 2024-01-08: 2 of 2 decisions equal; 2 fills against modelled ones: mean +5.00 bps, median +5.00, worst +10.00 (one SPY 10:00); $2.00 worse in all',
    );
    expect(receiptLine(madeReceipt({ orders: [] }, { orders: [] }))).toBe(
      'receipt of 2024-01-08: nothing was decided; no fills to compare',
    );
  });
});
