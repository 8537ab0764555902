import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { resultOf } from '../../engine/runtime/outcome.ts';
import type { RunOptions } from '../../engine/runtime/run.ts';
import { createSession, type Session } from '../../engine/runtime/session.ts';
import { standingOf, succeed } from '../../engine/runtime/succeed.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from '../core/plain-rules.ts';
import { barsOf, marketOf, nextRuleset, rulesetOf, rulesetUnder } from '../core/rules.ts';

const options: RunOptions = {
  cash: undefined,
  from: undefined,
  to: undefined,
  assumptions: DEFAULT_ASSUMPTIONS,
  closeAtEnd: false,
  swappable: true,
};

const RISK = `limits:
  allow_short: true
  max_position_pct: 40
circuit_breakers:
  - id: losses
    when: consecutive_losses >= 2
    scope: strategy
    action: pause_entries
    until: 5 bars
  - id: stops
    when: stop_outs("1d") >= 2
    scope: symbol
    action: pause_entries
    until: clear
  - id: falls
    when: drawdown_pct > 0.01
    scope: account
    action: flatten
    until: next_session
`;

const basesOf = (bars: readonly Bars[]) => new Map(bars.map(({ symbol, timeframe }) => [symbol, timeframe] as const));

const begin = (ruleset: Ruleset, bars: readonly Bars[], swappable = true): Session => {
  const session = createSession(ruleset, basesOf(bars), { ...options, swappable }, {});
  session.feed(new Map(bars.map((one) => [one.symbol, one])));
  return session;
};

const on = (bars: readonly Bars[]) => ({
  bases: basesOf(bars),
  past: new Map<string, Bars>(),
  present: new Map(bars.map((one) => [one.symbol, one])),
  actions: [],
});

const swap = (session: Session, bars: readonly Bars[], risk: string | undefined, ...texts: string[]): Session =>
  succeed(session, nextRuleset(standingOf(session), risk, ...texts), on(bars), options, {});

/** Everything that a session came to. */
const outcome = (session: Session, bars: readonly Bars[]) => {
  const { orders, trades, equity, metrics, strategies, ambiguousBars, openPositions, breakers } = resultOf(
    session.core.memory.ruleset,
    session,
    marketOf(bars),
    options,
    false,
    0,
  );
  return { orders, trades, equity, metrics, strategies, ambiguousBars, openPositions, breakers };
};

const rows = centRows(120, 260).map(dollars);

describe('rules swapped between two bars', () => {
  it(`for the same rules change nothing, whatever was open (seed ${seed})`, async () => {
    const seen = { orders: 0, trips: 0, open: 0 };
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        sidesArbitrary,
        sidesArbitrary,
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (first, second, sides, others, waits, alone) => {
          const texts = alone
            ? [documentOf(sides, 'first', 'shares: 10', 'TEST')]
            : [
                documentOf(sides, 'first', 'shares: 10', 'TEST, OTHER'),
                documentOf(others, 'second', 'purse_pct: 5', 'OTHER, TEST'),
              ];
          const bars = alone
            ? [barsOf('TEST', '1h', first)]
            : [barsOf('TEST', '1h', first), barsOf('OTHER', '1h', second)];
          const plain = begin(rulesetUnder(RISK, ...texts), bars, false);
          while (plain.advance(1_000));
          let session = begin(rulesetUnder(RISK, ...texts), bars);
          for (const wait of waits) {
            session.advance(wait);
            seen.open += session.book.openCount();
            session = swap(session, bars, RISK, ...texts);
          }
          while (session.advance(1_000));
          const whole = outcome(plain, bars);
          expect(outcome(session, bars)).toEqual(whole);
          seen.orders += whole.orders.length;
          seen.trips += whole.breakers.length;
        },
      ),
      { seed, numRuns: runs(60), endOnFailure: true },
    );
    expect(seen.orders).toBeGreaterThan(1_000);
    expect(seen.trips).toBeGreaterThan(50);
    expect(seen.open).toBeGreaterThan(50);
  });

  it('change what follows, and nothing before', () => {
    const text = (below: number): string =>
      `id: dips\nsymbols: [TEST]\ntimeframe: 1h\ncapital: 10000\nentry:\n  long:\n    when: close < ${below}\n    size:\n      shares: 10\nexit:\n  when: close > 100\n`;
    const closes = [101, 99, 101, 96, 101, 99, 101, 96, 101, 99];
    const bars = [
      barsOf(
        'TEST',
        '1h',
        closes.map((price) => [price, price, price, price] as const),
      ),
    ];
    const entries = (session: Session) =>
      session.core
        .orders()
        .filter(({ role }) => role === 'entry')
        .map(({ decidedAt }) => [...bars[0]!.end].indexOf(decidedAt));
    const before = begin(rulesetOf(text(97)), bars);
    while (before.advance(1_000));
    expect(entries(before)).toEqual([3, 7]);
    let session = begin(rulesetOf(text(97)), bars);
    session.advance(5);
    session = swap(session, bars, undefined, text(100));
    while (session.advance(1_000));
    expect(entries(session)).toEqual([3, 5, 7, 9]);
  });
});
