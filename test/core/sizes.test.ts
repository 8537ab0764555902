import { describe, expect, it } from 'vitest';
import { formatPrice, formatQty } from '../../engine/ledger/money.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import { flatBars, lineOf, rulesetOf, runRules, strategy } from './rules.ts';

const filled = (result: RunResult): string[] =>
  result.orders
    .filter(({ status, role }) => status === 'filled' && role === 'entry')
    .map(({ qty, fills }) => `${formatQty(qty)} @${formatPrice(fills[0]!.price)}`);

describe('adding to an open position', () => {
  const adding = (more: string, exit = '  when: close < 90') =>
    rulesetOf(
      strategy(
        `  long:\n    when: close > prev(close, 1)\n    trigger: while_true\n    size:\n      shares: 10\n${more}`,
        exit,
      ),
    );
  const rising = flatBars('TEST', '1h', [100, 101, 102, 103, 104, 105, 80, 80]);

  it('one entry only unless it says more', async () => {
    expect(filled(await runRules(adding(''), [rising]))).toEqual(['10 @102']);
  });

  it('goes on to as many as it says; one trade of all, at their mean price', async () => {
    const result = await runRules(adding('    max_entries: 3\n'), [rising]);
    expect(filled(result)).toEqual(['10 @102', '10 @103', '10 @104']);
    // Closed at 80 after the fall to 80: 30 shares bought at 103 on average.
    expect(result.trades.map(lineOf)).toEqual(['long 30 @103 -> 80 exit_rule bars 5']);
  });

  it('the stop of the first fill holds all of it', async () => {
    const result = await runRules(adding('    max_entries: 2\n', '  when: close < 1\n  stop_loss:\n    pct: 10'), [
      flatBars('TEST', '1h', [100, 101, 102, 103, 92, 91, 91]),
    ]);
    // 10 % below 102 is 91.80.
    expect(
      result.orders
        .filter(({ role }) => role === 'stop_loss')
        .map(({ qty, stopPrice }) => `${formatQty(qty)} ${formatPrice(stopPrice!)}`),
    ).toEqual(['20 91.8']);
    expect(result.trades.map(lineOf)).toEqual(['long 20 @102.5 -> 91 stop_loss bars 3']);
  });

  it('targets are placed anew from the mean price', async () => {
    const result = await runRules(adding('    max_entries: 2\n', '  when: close < 1\n  take_profit:\n    pct: 2'), [
      flatBars('TEST', '1h', [100, 101, 102, 103, 103, 106, 106]),
    ]);
    // 2 % above the mean of 102 and 103.
    expect(result.trades.map(lineOf)).toEqual(['long 20 @102.5 -> 106 take_profit bars 3']);
  });

  it('a new position may add again', async () => {
    const prices = [100, 101, 102, 103, 80, 81, 82, 83, 84];
    const result = await runRules(adding('    max_entries: 2\n', '  when: close < 81'), [
      flatBars('TEST', '1h', prices),
    ]);
    expect(filled(result)).toEqual(['10 @102', '10 @103', '10 @82', '10 @83']);
  });

  it('counts for the session', async () => {
    const once = adding('    max_entries: 5\n    entries_per_session: 2\n');
    expect(filled(await runRules(once, [rising]))).toEqual(['10 @102', '10 @103']);
  });
});

describe('volatility_target_pct', () => {
  it('sizes so that a year of usual movement is that part of the purse', async () => {
    const prices = Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? 100 : 101));
    const rules = rulesetOf(
      strategy(
        '  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      volatility_target_pct: 5',
        '  when: close < 50',
      ).replace('1h', '1d'),
    );
    const result = await runRules(rules, [flatBars('TEST', '1d', prices)]);
    // By hand: changes of the last 20 bars, +1 % and -0.990099 % in turn; their population deviation, to a year of 252.
    const changes = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 1 : (-1 / 101) * 100));
    const mean = changes.reduce((a, b) => a + b) / 20;
    const deviation = Math.sqrt(changes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 20);
    const yearly = (deviation / 100) * Math.sqrt(252);
    const shares = Math.floor((10_000 * 0.05) / (yearly * 101));
    const first = result.orders.find(({ status }) => status === 'filled')!;
    expect(formatQty(first.qty)).toBe(String(shares));
    expect(shares).toBeGreaterThan(20);
    // Before 20 changes are known there is no size, so there is no order that buys anything.
    expect(first.decidedAt).toBeGreaterThanOrEqual(flatBars('TEST', '1d', prices).end[20]!);
  });
});
