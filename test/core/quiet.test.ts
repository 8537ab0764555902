import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS, type FillAssumptions } from '../../engine/brokers/assumptions.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { dryRun } from '../../engine/runtime/dry-run.ts';
import { type Feed, wholeFeed } from '../../engine/runtime/feed.ts';
import { documentOf, dollars, runs, seed, sidesArbitrary } from './plain-rules.ts';
import { barsOf, marketOf, type Row, rulesetOf, rulesetUnder } from './rules.ts';

type Result = Awaited<ReturnType<typeof runBacktest>>;

const optionsWith = (assumptions: Partial<FillAssumptions>) => ({
  cash: undefined,
  from: undefined,
  to: undefined,
  assumptions: { ...DEFAULT_ASSUMPTIONS, ...assumptions },
  closeAtEnd: false,
});

/** Everything that a run came to, but for how long it took. */
const outcome = ({ orders, trades, equity, metrics, strategies, ambiguousBars, openPositions, breakers }: Result) => ({
  orders,
  trades,
  equity,
  metrics,
  strategies,
  ambiguousBars,
  openPositions,
  breakers,
});

/** The bars one by one: nothing can be worked out ahead, and every bar is looked at. */
function oneByOne(bars: readonly Bars[]): Feed {
  const length = Math.max(...bars.map((one) => one.length));
  const row = (column: Float64Array, n: number): Float64Array => column.subarray(n, n + 1);
  return {
    ...wholeFeed(marketOf(bars)),
    length,
    piece: (n) =>
      new Map(
        bars
          .filter((one) => n < one.length)
          .map((one) => [
            one.symbol,
            {
              ...one,
              length: 1,
              start: row(one.start, n),
              end: row(one.end, n),
              open: row(one.open, n),
              high: row(one.high, n),
              low: row(one.low, n),
              close: row(one.close, n),
              volume: row(one.volume, n),
              session: one.session.subarray(n, n + 1),
              hours: one.hours.subarray(n, n + 1),
            },
          ]),
      ),
  };
}

/** Long rows from few numbers: a walk in cents between 60 and 140 dollars, with stretches in which little happens. */
const walk = (from: number, length: number): Row[] => {
  const rows: number[][] = [];
  let state = from >>> 0;
  const dice = (sides: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * sides);
  };
  let close = 10_000;
  for (let n = 0; n < length; n++) {
    const calm = Math.floor(n / 70) % 3 === 1;
    const reach = calm ? 6 : 250;
    const open = Math.min(14_000, Math.max(6_000, close + (dice(4) === 0 ? dice(2 * reach) - reach : 0)));
    close = Math.min(14_000, Math.max(6_000, open + dice(2 * reach) - reach));
    rows.push([open, Math.max(open, close) + dice(reach), Math.min(open, close) - dice(reach), close]);
  }
  return dollars(rows);
};

async function same(rules: Ruleset, bars: readonly Bars[], assumptions: Partial<FillAssumptions>): Promise<Result> {
  const options = optionsWith(assumptions);
  const whole = await runBacktest(rules, marketOf(bars), options);
  const single = await dryRun(rules, oneByOne(bars), { ...options, speed: 'max', once: true, sampleThenLive: false });
  expect(outcome(whole)).toEqual(outcome(single));
  return whole;
}

const assumptionsArbitrary = fc.record({
  intrabar: fc.constantFrom('pessimistic' as const, 'nearest' as const),
  fillAt: fc.constantFrom('next_open' as const, 'next_open' as const, 'close' as const),
});

describe('bars worked out ahead, and quiet ones passed over', () => {
  it(`give the run of bars that come one by one (seed ${seed})`, async () => {
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 250, max: 600 }),
        sidesArbitrary,
        assumptionsArbitrary,
        async (from, length, sides, assumptions) => {
          const result = await same(
            rulesetOf(documentOf(sides)),
            [barsOf('TEST', '1h', walk(from, length))],
            assumptions,
          );
          orders += result.orders.length;
        },
      ),
      { seed, numRuns: runs(60), endOnFailure: true },
    );
    expect(orders).toBeGreaterThan(1_000);
  });

  it(`of several symbols and strategies too (seed ${seed})`, async () => {
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.tuple(fc.integer({ min: 200, max: 330 }), fc.integer({ min: 200, max: 330 })),
        sidesArbitrary,
        sidesArbitrary,
        assumptionsArbitrary,
        async (from, [length, other], sides, others, assumptions) => {
          const rules = rulesetOf(
            documentOf(sides, 'first', 'shares: 10', 'TEST, OTHER'),
            documentOf(others, 'second', 'purse_pct: 5', 'OTHER, TEST'),
          );
          const bars = [barsOf('TEST', '1h', walk(from, length)), barsOf('OTHER', '1h', walk(from + 1, other))];
          orders += (await same(rules, bars, assumptions)).orders.length;
        },
      ),
      { seed, numRuns: runs(30), endOnFailure: true },
    );
    expect(orders).toBeGreaterThan(1_000);
  });

  it(`under circuit breakers and limits (seed ${seed})`, async () => {
    let trips = 0;
    const risk = `limits:
  max_position_pct: 40
  allow_short: true
circuit_breakers:
  - id: fall
    when: drawdown_pct > 0.02 or daily_loss_pct > 0.01
    scope: account
    action: flatten
    until: 20 bars
  - id: losses
    when: consecutive_losses >= 2
    scope: strategy
    action: pause_entries
    until: 1d
`;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 250, max: 500 }), sidesArbitrary, async (from, length, sides) => {
        const rules = rulesetUnder(risk, documentOf(sides));
        const result = await same(rules, [barsOf('TEST', '1h', walk(from, length))], {});
        trips += result.breakers.length;
      }),
      { seed, numRuns: runs(40), endOnFailure: true },
    );
    expect(trips).toBeGreaterThan(40);
  });

  it('rules that are seldom true, over indicators, entry prices and time stops', async () => {
    const seldom = `id: test
symbols: [TEST]
timeframe: 1h
capital: 1000000
indicators:
  fast: sma(close, 10)
  slow: ema(close, 30)
  strength: rsi(close, 14)
entry:
  long:
    when: crosses_above(fast, slow) and strength < 60
    cooldown: 5 bars
    size:
      shares: 10
  short:
    when: crosses_below(fast, slow) and strength > 40
    size:
      shares: 7
exit:
  long:
    rules:
      - id: lost
        when: close <= position.entry_price * 0.97
      - id: strong
        when: strength > 75
        portion: 50
    time_stop: 40 bars
  short:
    rules:
      - id: won
        when: close < position.entry_price - 2 * atr(14)
    stop_loss:
      pct: 4
`;
    const result = await same(rulesetOf(seldom), [barsOf('TEST', '1h', walk(7, 6_000))], {});
    const reasons = new Set(result.trades.map(({ exitReason }) => exitReason));
    expect([...reasons].toSorted()).toEqual(['exit_rule', 'stop_loss', 'time_stop']);
    expect(result.trades.length).toBeGreaterThan(50);
  });
});
