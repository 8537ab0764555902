import { describe, expect, it } from 'vitest';
import { findingsOf, flatBars, rulesetOf, runRules, strategy } from '../core/rules.ts';

const entering = (when: string, more = ''): string =>
  strategy(`  long:\n    when: ${when}\n    size:\n      shares: 1\n${more}`, '  when: close < prev(open, 1)');
const both = (long: string, short: string): string =>
  strategy(
    `  long:\n    when: ${long}\n    size:\n      shares: 1\n  short:\n    when: ${short}\n    size:\n      shares: 1`,
    '  long:\n    when: close < prev(open, 1)\n  short:\n    when: close > prev(open, 1)',
  );
const told = (text: string): string[] => findingsOf(text).map(({ code }) => code);

describe('a rule that never makes a first entry', () => {
  it.each([
    ['position.profit_pct > 1', '`position.profit_pct` is unknown'],
    ['not (position.profit_pct > 1)', '`position.profit_pct` is unknown'],
    ['close > open and position.bars >= 3', '`position.bars` is unknown'],
    ['close > position.entry_price * 1.01', '`position.entry_price` is unknown'],
    ['position.side == "long"', '`position.side` is flat'],
    ['position.qty > 0 and close > open', '`position.qty` is 0'],
    ['bars_since_exit < 10', '`bars_since_exit` is infinite'],
    ['position.peak_profit_pct > 1 or position.side == "short"', '`position.peak_profit_pct` is unknown'],
  ])('%s', async (when, words) => {
    const [found, ...rest] = findingsOf(entering(when));
    expect(rest).toEqual([]);
    expect(found?.code).toBe('W395');
    expect(found?.message).toContain(words);
    // And so it is.
    const prices = Array.from({ length: 60 }, (_, n) => 100 + ((n * 7) % 11));
    expect((await runRules(rulesetOf(entering(when)), [flatBars('TEST', '1h', prices)])).orders).toEqual([]);
  });

  it('is told of adding to a position that nothing opens', () => {
    expect(told(entering('position.profit_pct > 1', '    max_entries: 3'))).toEqual(['W395']);
    expect(told(both('position.profit_pct > 1', 'position.profit_pct < -1'))).toEqual(['W395', 'W395']);
  });

  it.each([
    entering('close > open or position.profit_pct > 1', '    max_entries: 3'),
    entering('position.side == "flat" and close > open'),
    entering('bars_since_exit > 10 and close > open'),
    entering('position.qty == 0 and close > open'),
    entering('"position.side == \\"long\\" ? position.profit_pct > 1 : close > open"', '    max_entries: 2'),
    // Turned round while the other side is on its way out.
    both('close > open', 'position.profit_pct < -1'),
  ])('%#: near misses stay silent', (text) => {
    expect(told(text)).toEqual([]);
  });
});

describe('exits that are not named as such', () => {
  it.each(['  break_even:\n    at_pct: 1', '  take_profit:\n    pct: 2'])('%s is one', (exit) => {
    expect(told(strategy('  long:\n    when: close > open\n    size:\n      shares: 1', exit))).toEqual([]);
  });
});
