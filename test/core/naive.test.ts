import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../engine/ledger/order.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { type PlainBar, type PlainOrder, plainRun } from './naive.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from './plain-rules.ts';
import { barsOf, rulesetOf, runRules } from './rules.ts';

/** Seven bars of an hour fill a regular session. */
const plainBars = (rows: readonly number[][]): PlainBar[] =>
  rows.map(([open, high, low, close], i) => ({
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    session: Math.floor(i / 7),
    last: i % 7 === 6,
  }));

const plainLine = (order: PlainOrder): string => {
  const { rule, buy, decided, type, level, status, fill } = order;
  const filled = fill === undefined ? '' : ` in ${fill.bar} ${fill.at} @${fill.price}`;
  return `${rule} ${buy ? 'buy' : 'sell'} ${type} ${level ?? ''} by ${decided}: ${status}${filled}`;
};

const cents = (price: bigint): number => Number(price) / 1e7;

const engineLine = (order: Order, bars: Bars): string => {
  const level = order.stopPrice ?? order.limitPrice;
  const decided = bars.end.indexOf(order.decidedAt);
  const fills = order.fills.map((fill) => ` in ${bars.start.indexOf(fill.time)} ${fill.at} @${cents(fill.price)}`);
  const reason = order.reason === undefined ? '' : ` ${order.reason}`;
  return `${order.rule} ${order.side} ${order.type} ${level === undefined ? '' : cents(level)} by ${decided}: ${order.status}${reason}${fills.join('')}`;
};

describe('a naive reading of the semantics', () => {
  it.each(['pessimistic', 'optimistic'] as const)(
    `agrees order for order, fill for fill: %s (seed ${seed})`,
    async (intrabar) => {
      const seen = { orders: 0, fills: 0, reasons: new Set<string>() };
      await fc.assert(
        fc.asyncProperty(centRows(20, 90), sidesArbitrary, async (rows, sides) => {
          const bars = barsOf('TEST', '1h', dollars(rows));
          const result = await runRules(rulesetOf(documentOf(sides)), [bars], { assumptions: { intrabar } });
          const wanted = plainRun(plainBars(rows), sides, intrabar === 'pessimistic');
          expect(result.orders.map((order) => engineLine(order, bars))).toEqual(wanted.map(plainLine));
          seen.orders += wanted.length;
          for (const order of wanted) {
            seen.reasons.add(`${order.rule} ${order.status} ${order.fill?.at}`);
            if (order.fill !== undefined) seen.fills++;
          }
        }),
        { seed, numRuns: runs(300), endOnFailure: true },
      );
      expect(seen.fills).toBeGreaterThan(1000);
      // Every way in and out was taken.
      for (const way of [
        'entry.long filled open',
        'entry.long filled intrabar',
        'entry.short filled intrabar',
        'entry.long cancelled expired undefined',
        'exit.when filled open',
        'exit.time_stop filled open',
        'exit.stop_loss filled open',
        'exit.stop_loss filled intrabar',
        'exit.take_profit filled open',
        'exit.take_profit filled intrabar',
        'exit.trailing_stop filled open',
        'exit.trailing_stop filled intrabar',
        'exit.take_profit cancelled position_closed undefined',
      ]) {
        expect([...seen.reasons], way).toContain(way);
      }
    },
  );
});
