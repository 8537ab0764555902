import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../engine/market/time.ts';
import { isoWriter } from '../../engine/report/iso-time.ts';
import { resultJson } from '../../engine/report/json.ts';
import { resultText } from '../../engine/report/text.ts';
import { ENTRY, EXIT, result } from './hand-made.ts';

const parsed = (over: Partial<typeof result> = {}) => JSON.parse([...resultJson({ ...result, ...over })].join(''));

describe('times', () => {
  it('are written as Date.toISOString writes them, in any order', () => {
    const write = isoWriter();
    const range = { min: Date.UTC(1970, 0, 1) - 1e12, max: Date.UTC(2100, 0, 1) };
    fc.assert(
      fc.property(fc.integer(range), fc.integer({ min: 0, max: 86_400_000 }), (at, later) => {
        for (const time of [at, at + later, at]) expect(write(instant(time))).toBe(new Date(time).toISOString());
      }),
    );
  });
});

describe('the JSON report', () => {
  it('holds every field of the contract, by its frozen name', () => {
    const json = parsed();
    expect(json).toMatchObject({
      schemaVersion: 1,
      engine: '1.2.3',
      revision: '3f9c1d2aa0',
      ambiguousBars: 3,
      breakers: [
        {
          id: 'max_daily_loss',
          scope: 'account',
          place: 'account',
          action: 'pause_entries',
          clearedAt: '2024-03-12T18:00:00.000Z',
          heldFlatDays: 1,
          heldBack: 4,
          values: 'daily_loss_pct 5.23',
        },
        { id: 'five_losses', scope: 'strategy', clearedAt: null },
      ],
    });
    expect(Object.keys(json.data)).toEqual(
      expect.arrayContaining([
        'source',
        'symbols',
        'timeframe',
        'from',
        'to',
        'rowsRead',
        'barsUsed',
        'quarantined',
        'hash',
      ]),
    );
    expect(json.assumptions).toMatchObject({
      fillAt: 'next_open',
      intrabar: 'pessimistic',
      slippage: { kind: 'bps', bps: 1 },
      commission: {},
    });
    expect(Object.keys(json.metrics)).toEqual(
      expect.arrayContaining(
        'startEquity endEquity returnPct cagrPct sharpe sortino volatilityPct maxDrawdownPct calmar trades winRatePct profitFactor expectancy sqn exposurePct buyHoldPct'.split(
          ' ',
        ),
      ),
    );
    expect(json.reasons).toEqual(result.reasons);
    expect(json.strategies.moving_average.metrics.endEquity).toBe(101_000);
  });

  it('writes exact decimals as text and times as ISO 8601', () => {
    const json = parsed();
    expect(json.trades[0]).toMatchObject({
      strategy: 'moving_average',
      symbol: 'AAPL',
      side: 'long',
      qty: '112',
      entryTime: new Date(ENTRY).toISOString(),
      entryPrice: '178.21',
      exitTime: '2024-03-12T18:00:00.000Z',
      exitPrice: '181.05',
      pnl: '318.08',
      pnlPct: 1.5936,
      entryRule: 'entry.long',
      exitRule: 'exit.cross_back',
      exitReason: 'exit_rule',
      bars: 31,
    });
    expect(json.trades[0].legs).toHaveLength(1);
    expect(json.trades[1]).toMatchObject({ qty: '0.125', pnl: '-153.12625', exitRule: null, exitReason: 'stop_loss' });
    expect(json.openPositions).toEqual([
      {
        strategy: 'rsi',
        symbol: 'SPY',
        side: 'long',
        qty: '1250',
        entryTime: '2024-03-05T15:00:00.000Z',
        entryPrice: '511.333333333',
        lastPrice: '512.5',
        unrealized: '1458.33',
      },
    ]);
    expect(json.orders[0]).toMatchObject({
      id: 'te1-moving_average-AAPL-20240305T150000Z-entry.long-0',
      rule: 'entry.long',
      side: 'buy',
      type: 'market',
      qty: '112',
      status: 'filled',
      reason: null,
      decidedAt: '2024-03-05T15:00:00.000Z',
      fills: [{ time: '2024-03-05T15:00:00.000Z', at: 'open', price: '178.21', qty: '112' }],
    });
    expect(json.orders[1]).toMatchObject({ status: 'refused', reason: 'size_zero', fills: [] });
    expect(json.equity).toEqual([{ time: new Date(EXIT).toISOString(), equity: '103412.55' }]);
  });

  it('is whole JSON for no trades and for many', () => {
    expect(parsed({ trades: [], orders: [], equity: [], openPositions: [], strategies: [] }).trades).toEqual([]);
    const trades = Array.from({ length: 5000 }, () => result.trades[0]!);
    expect(parsed({ trades }).trades).toHaveLength(5000);
    const pieces = [...resultJson({ ...result, trades })];
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(200_000);
  });
});

it('says when the deepest fall began, ended and was made good', () => {
  const at = (day: number) => instant(Date.UTC(2024, 2, day, 21));
  const fallen = { ...result, drawdown: { start: at(1), bottom: at(5), recovery: undefined } };
  expect(JSON.parse([...resultJson(fallen)].join('')).drawdown).toEqual({
    start: '2024-03-01T21:00:00.000Z',
    bottom: '2024-03-05T21:00:00.000Z',
    recovery: null,
  });
  expect(resultText(fallen, { title: 'Backtest', width: 100 })).toContain(
    'max drawdown: peak 2024-03-01, bottom 2024-03-05, not recovered yet',
  );
});
