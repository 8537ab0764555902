import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../engine/ledger/order.ts';
import type { PlainSide } from './naive.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from './plain-rules.ts';
import { barsOf, lineOf, type Row, rulesetOf, runRules } from './rules.ts';

/** All that is settled about an order; what may still change of one at work is left out. */
const settled = (order: Order): string => {
  const { rule, side, type, decidedAt } = order;
  const head = `${rule} ${side} ${type} ${decidedAt}`;
  if (order.status === 'working') return head;
  const fills = order.fills.map((fill) => `${fill.time} ${fill.at} ${fill.price} ${fill.qty}`);
  return `${head} ${order.qty} ${order.stopPrice} ${order.limitPrice} ${order.status} ${order.reason} ${fills.join()}`;
};

const tradesOf = (result: RunResult, strategy: string, symbol?: string): string[] =>
  result.trades
    .filter((trade) => trade.strategy === strategy && (symbol === undefined || trade.symbol === symbol))
    .map((trade) => `${trade.symbol} ${trade.entryTime} ${trade.exitTime} ${lineOf(trade)} ${trade.pnl}`);

type RunResult = Awaited<ReturnType<typeof runRules>>;

type Sides = { readonly long?: PlainSide; readonly short?: PlainSide };

/** The same rules with whole percents, so that levels of prices on a coarse grid are whole cents. */
const coarse = (sides: Sides): Sides => {
  const whole = <T extends number | undefined>(amount: T): T =>
    (amount === undefined ? undefined : Math.sign(amount) * Math.ceil(Math.abs(amount) / 1000) * 1000) as T;
  return Object.fromEntries(
    Object.entries(sides).map(([name, side]) => [
      name,
      {
        ...side,
        away: whole(side.away),
        stop: whole(side.stop),
        target: whole(side.target),
        trail: whole(side.trail),
        activate: whole(side.activate),
      },
    ]),
  );
};

describe('properties of a run', () => {
  it(`what comes later changes nothing of what was (seed ${seed})`, async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        centRows(30, 80),
        sidesArbitrary,
        fc.double({ min: 0.2, max: 0.95, noNaN: true }),
        async (rows, sides, part) => {
          // A day seen from hours joins in, where looking ahead is easiest.
          const text = documentOf(sides).replaceAll('when: ', 'when: close != day.close and ');
          const rules = rulesetOf(text);
          const length = Math.ceil(rows.length * part);
          const whole = barsOf('TEST', '1h', dollars(rows));
          const cut = (await runRules(rules, [barsOf('TEST', '1h', dollars(rows.slice(0, length)))])).orders;
          const now = whole.end[length - 1]!;
          const all = (await runRules(rules, [whole])).orders.filter((order) => order.decidedAt <= now);
          // Legs of a fill at the next open carry the time of the decision before it.
          const born = all.filter((order) => order.decidedAt < now || order.role === 'entry' || order.role === 'exit');
          expect(cut.length).toBeGreaterThanOrEqual(born.length);
          cut.forEach((order, n) => {
            const later = all[n]!;
            // A session that ends with the bars settles day orders at once.
            if (order.status === 'working' || order.reason === 'expired') {
              expect([later.rule, later.side, later.decidedAt]).toEqual([order.rule, order.side, order.decidedAt]);
            } else expect(settled(later)).toBe(settled(order));
          });
          compared += cut.length;
        },
      ),
      { seed, numRuns: runs(100), endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(300);
  });

  it(`prices and purse times a power of two: profits times it (seed ${seed})`, async () => {
    let trades = 0;
    await fc.assert(
      fc.asyncProperty(
        centRows(30, 80),
        sidesArbitrary,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (rows, drawn, power, shares) => {
          // Prices are whole hundreds of dollars: 10,000 and not 100.00.
          const grid = rows.map((row) => row.map((cents) => Math.round(cents / 100) * 100));
          const size = shares ? 'shares: 10' : 'purse_pct: 20';
          const text = documentOf(coarse(drawn), 'test', size);
          const scale = 2 ** power;
          const bars = (factor: number) => [
            barsOf(
              'TEST',
              '1h',
              grid.map((row) => row.map((price) => price * factor) as unknown as Row),
            ),
          ];
          const plain = await runRules(rulesetOf(text), bars(1));
          const scaled = await runRules(
            rulesetOf(text.replace('capital: 10000000', `capital: ${10_000_000 * scale}`)),
            bars(scale),
          );
          const line = (result: RunResult, factor: bigint): string[] =>
            result.trades.map(
              (trade) => `${trade.entryTime} ${trade.exitTime} ${trade.qty} ${trade.exitReason} ${trade.pnl * factor}`,
            );
          expect(line(scaled, 1n)).toEqual(line(plain, BigInt(scale)));
          trades += plain.trades.length;
        },
      ),
      { seed, numRuns: runs(100), endOnFailure: true },
    );
    expect(trades).toBeGreaterThan(100);
  });

  it(`other strategies and other symbols beside it leave a strategy's trades alone (seed ${seed})`, async () => {
    let trades = 0;
    await fc.assert(
      fc.asyncProperty(
        centRows(30, 60),
        centRows(30, 60),
        sidesArbitrary,
        sidesArbitrary,
        async (rows, others, sides, beside) => {
          const test = barsOf('TEST', '1h', dollars(rows));
          const other = barsOf('OTHER', '1h', dollars(others));
          const own = documentOf(sides, 'own', 'purse_pct: 20');
          const alone = await runRules(rulesetOf(own), [test]);
          const second = documentOf(beside, 'second').replace('[TEST]', '[OTHER, TEST]');
          const among = await runRules(rulesetOf(second, own), [other, test]);
          expect(tradesOf(among, 'own')).toEqual(tradesOf(alone, 'own'));
          const after = await runRules(rulesetOf(own, second), [test, other]);
          expect(tradesOf(after, 'own')).toEqual(tradesOf(alone, 'own'));
          expect(tradesOf(after, 'second').toSorted()).toEqual(tradesOf(among, 'second').toSorted());
          trades += alone.trades.length;
        },
      ),
      { seed, numRuns: runs(50), endOnFailure: true },
    );
    expect(trades).toBeGreaterThan(50);
  });

  it(`the order of symbols in a file leaves each one's trades alone (seed ${seed})`, async () => {
    let trades = 0;
    await fc.assert(
      fc.asyncProperty(centRows(30, 60), centRows(30, 60), sidesArbitrary, async (rows, others, sides) => {
        const bars = [barsOf('TEST', '1h', dollars(rows)), barsOf('OTHER', '1h', dollars(others))];
        const text = documentOf(sides);
        const one = await runRules(rulesetOf(text.replace('[TEST]', '[TEST, OTHER]')), bars);
        const two = await runRules(rulesetOf(text.replace('[TEST]', '[OTHER, TEST]')), bars.toReversed());
        for (const symbol of ['TEST', 'OTHER']) {
          expect(tradesOf(two, 'test', symbol)).toEqual(tradesOf(one, 'test', symbol));
        }
        trades += one.trades.length;
      }),
      { seed, numRuns: runs(50), endOnFailure: true },
    );
    expect(trades).toBeGreaterThan(100);
  });
});
