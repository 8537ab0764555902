import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleOf } from '../../engine/ledger/metrics.ts';
import type { Money, Price, Qty } from '../../engine/ledger/money.ts';
import type { Fill, Order } from '../../engine/ledger/order.ts';
import { createOrderLog, fileOrder, makerOf, openOrder, orderAt, ordersOf } from '../../engine/ledger/order-log.ts';
import type { Trade } from '../../engine/ledger/trade.ts';
import { createTradeLog, keepTrade, sampleOfLog, tradeAt } from '../../engine/ledger/trade-log.ts';
import { instant } from '../../engine/market/time.ts';

// One amount in ten is larger than 64 bits hold.
const amount = fc.oneof(
  { weight: 9, arbitrary: fc.bigInt({ min: 1n, max: 10n ** 15n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 63n, max: 2n ** 70n }) },
);
const time = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => instant(seconds * 1000));
const money = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }).map((value) => value as Money);
const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });

const fill: fc.Arbitrary<Fill> = fc.record({
  time,
  at: fc.constantFrom('open' as const, 'intrabar' as const, 'close' as const),
  price: amount.map((value) => value as Price),
  qty: amount.map((value) => value as Qty),
  commission: money,
});

const order: fc.Arbitrary<Omit<Order, 'seq'>> = fc.record({
  strategy: fc.constant('s'),
  symbol: fc.constant('TEST'),
  symbolIndex: fc.constant(0),
  rule: fc.constantFrom('entry.long', 'entry.short', 'exit.stop_loss'),
  role: fc.constant('entry' as const),
  exitReason: fc.constantFrom(undefined, 'exit_rule' as const, 'stop_loss' as const),
  side: fc.constant('buy' as const),
  positionSide: fc.constantFrom('long' as const, 'short' as const),
  type: fc.constantFrom('market' as const, 'limit' as const),
  qty: amount.map((value) => value as Qty),
  limitPrice: optional(amount.map((value) => value as Price)),
  stopPrice: optional(amount.map((value) => value as Price)),
  timeInForce: fc.constantFrom('day' as const, 'gtc' as const),
  extendedHours: fc.boolean(),
  decidedAt: time,
  part: fc.nat({ max: 3 }),
  group: fc.nat({ max: 3 }),
  status: fc.constantFrom('filled' as const, 'cancelled' as const, 'refused' as const),
  filled: fc.bigInt({ min: 0n, max: 10n ** 15n }).map((value) => value as Qty),
  fills: fc.array(fill, { maxLength: 3 }),
  reason: fc.constantFrom(undefined, 'expired', 'buying_power'),
});

const trade: fc.Arbitrary<Trade> = fc
  .record({
    strategy: fc.constant('s'),
    symbol: fc.constant('TEST'),
    side: fc.constantFrom('long' as const, 'short' as const),
    qty: amount.map((value) => value as Qty),
    entryTime: time,
    entryPrice: amount.map((value) => value as Price),
    entryRule: fc.constantFrom('entry.long', 'entry.short'),
    exitTime: time,
    exitPrice: amount.map((value) => value as Price),
    exitRule: fc.constantFrom('cross', 'exit.stop_loss'),
    exitReason: fc.constantFrom('exit_rule' as const, 'stop_loss' as const),
    pnl: money,
    pnlPct: fc.double({ noNaN: true }),
    bars: fc.nat(),
    riskAtEntry: optional(fc.double({ min: 0, noNaN: true })),
    maePct: fc.double({ min: 0, noNaN: true }),
    mfePct: fc.double({ min: 0, noNaN: true }),
    parts: fc.nat({ max: 2 }),
  })
  .map(({ parts, ...one }) => {
    const leg = {
      time: one.exitTime,
      price: one.exitPrice,
      qty: one.qty,
      pnl: one.pnl,
      exitRule: one.exitRule,
      exitReason: one.exitReason,
    };
    return { ...one, legs: [...Array.from({ length: parts }, () => ({ ...leg, qty: 1n as Qty })), leg] };
  });

describe('what is kept in columns comes back as it was', () => {
  it('orders, filed in any order', () => {
    fc.assert(
      fc.property(fc.array(order, { maxLength: 150 }), fc.infiniteStream(fc.nat()), (drafts, dice) => {
        const log = createOrderLog();
        const orders = drafts.map((draft, n): Order => ({ ...draft, seq: n + 1 }));
        const working: Order[] = [];
        for (const one of orders) {
          openOrder(log, one.seq % 3, one);
          working.push(one);
          expect(makerOf(log, one)).toBe(one.seq % 3);
          // Some end at once, some later.
          while (working.length > 0 && dice.next().value! % 2 === 0) {
            const [ended] = working.splice(dice.next().value! % working.length, 1);
            fileOrder(log, ended!);
            fileOrder(log, ended!);
            expect(makerOf(log, ended!)).toBe(-1);
          }
        }
        expect(ordersOf(log)).toEqual(orders);
        expect(log.atWork.length).toBe(working.length);
        for (const one of working) expect(orderAt(log, one.seq)).toBe(one);
      }),
      { numRuns: 60 },
    );
  });

  it('trades, and what their figures rest on', () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 150 }), (trades) => {
        const log = createTradeLog();
        for (const one of trades) keepTrade(log, 0, one);
        expect(trades.map((_, row) => tradeAt(log, row))).toEqual(trades);
        expect(sampleOfLog(log)).toEqual(sampleOf(trades));
        expect(sampleOfLog(log, 's')).toEqual(sampleOf(trades));
        expect(sampleOfLog(log, 'another').profits.length).toBe(0);
        expect(structuredClone(log)).toEqual(log);
      }),
      { numRuns: 60 },
    );
  });
});
