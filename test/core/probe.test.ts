import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBlockerTally } from '../../engine/core/blocker-tally.ts';
import { createRecorder } from '../../engine/core/recorder.ts';
import { TRUE } from '../../engine/expressions/tree.ts';
import { instant } from '../../engine/market/time.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { everyDecision, optionsOf } from './explained.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from './plain-rules.ts';
import { barsOf, flatBars, marketOf, rulesetOf, strategy } from './rules.ts';

const outcome = ({ orders, trades, equity, openPositions }: Awaited<ReturnType<typeof runBacktest>>) => ({
  orders,
  trades,
  equity,
  openPositions,
});

describe('a run with a probe', () => {
  it('decides what a run without one decides', async () => {
    let traded = 0;
    await fc.assert(
      fc.asyncProperty(sidesArbitrary, centRows(20, 120), async (sides, rows) => {
        const ruleset = rulesetOf(documentOf(sides));
        const market = marketOf([barsOf('TEST', '1h', dollars(rows))]);
        const plain = await runBacktest(ruleset, market, optionsOf());
        const tally = createBlockerTally(ruleset);
        const counted = await runBacktest(ruleset, market, optionsOf(), { probe: tally.probe });
        const recorder = createRecorder([{ strategy: 'test', symbol: 'TEST', at: Number.POSITIVE_INFINITY }]);
        const recorded = await runBacktest(ruleset, market, optionsOf(), { probe: recorder.probe });
        expect(outcome(counted)).toEqual(outcome(plain));
        expect(outcome(recorded)).toEqual(outcome(plain));
        traded += plain.trades.length;
      }),
      { seed, numRuns: runs(60) },
    );
    expect(traded).toBeGreaterThan(0);
  });

  it('records the value that the engine decided by, and an order where one was made', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(sidesArbitrary, centRows(20, 70), async (sides, rows) => {
        const ruleset = rulesetOf(documentOf(sides));
        const bars = barsOf('TEST', '1h', dollars(rows));
        const { orders } = await runBacktest(ruleset, marketOf([bars]), optionsOf());
        const decisions = await everyDecision(ruleset, [bars]);
        const recorded: string[] = [];
        for (const { decision } of decisions) {
          for (const entry of decision.entries) {
            const root = entry.values.get(entry.tree)!;
            expect(entry.value).toBe(Number.isNaN(root) ? 2 : root);
            expect(entry.order > 0 && entry.blocker === undefined).toBe(
              entry.value === TRUE && entry.blocker === undefined,
            );
            if (entry.order > 0) recorded.push(`${decision.at} ${entry.rule} ${entry.order}`);
          }
          for (const exit of decision.exits) {
            if (exit.order > 0) recorded.push(`${decision.at} ${exit.rule} ${exit.order}`);
            if (exit.value !== TRUE) expect(exit.order).toBe(0);
          }
          for (const { rule, order } of decision.timed) recorded.push(`${decision.at} ${rule} ${order}`);
        }
        const decided = orders.filter(({ role }) => role === 'entry' || role === 'exit');
        expect(recorded.toSorted()).toEqual(decided.map((one) => `${one.decidedAt} ${one.rule} ${one.seq}`).toSorted());
        made += decided.length;
      }),
      { seed, numRuns: runs(60) },
    );
    expect(made).toBeGreaterThan(0);
  });
});

describe('the tally of blockers', () => {
  it('adds up to the orders and bars of the run, whatever the rules', async () => {
    await fc.assert(
      fc.asyncProperty(sidesArbitrary, centRows(20, 120), async (sides, rows) => {
        const ruleset = rulesetOf(documentOf(sides));
        const tally = createBlockerTally(ruleset);
        const result = await runBacktest(ruleset, marketOf([barsOf('TEST', '1h', dollars(rows))]), optionsOf(), {
          probe: tally.probe,
        });
        for (const entry of tally.entries) {
          expect(entry.isTrue + entry.isFalse + entry.isUnknown).toBe(rows.length);
          const blocked = [...entry.blockers.values()].reduce((sum, bars) => sum + bars, 0);
          expect(blocked + entry.orders).toBe(entry.isTrue);
          const own = result.orders.filter(({ rule, status }) => rule === entry.rule && status !== 'refused');
          expect(entry.orders).toBe(own.length);
          for (const clause of entry.clauses) {
            expect(clause.isTrue + clause.isFalse + clause.isUnknown).toBe(rows.length);
            expect(clause.alone).toBeLessThanOrEqual(clause.isFalse + clause.isUnknown);
          }
        }
      }),
      { seed, numRuns: runs(40) },
    );
  });

  it('counts the bars on which one clause alone was lacking, from --from on', async () => {
    const text = strategy(
      '  long:\n    when:\n      all:\n        - close > 100\n        - close > 102 and close < 110\n    size:\n      shares: 1',
      '  time_stop: 9 bars',
    );
    const ruleset = rulesetOf(text);
    // Lacking by bar: 102; 102; all but the last; the last; nothing.
    const bars = flatBars('TEST', '1h', [101, 102, 99, 111, 105]);
    const alone = async (from?: number) => {
      const tally = createBlockerTally(ruleset);
      const options = optionsOf(from === undefined ? {} : { from: instant(bars.start[from]!) });
      await runBacktest(ruleset, marketOf([bars]), options, { probe: tally.probe });
      return tally.entries.map(({ clauses, bars: count }) => [count, ...clauses.map((clause) => clause.alone)]);
    };
    expect(await alone()).toEqual([[5, 0, 2, 1]]);
    expect(await alone(2)).toEqual([[3, 0, 0, 1]]);
  });
});
