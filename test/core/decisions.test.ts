import { describe, expect, it } from 'vitest';
import { instant } from '../../engine/market/time.ts';
import { entryLines, everyDecision, optionsOf } from './explained.ts';
import { barsOf, flatBars, type Row, rulesetOf, strategy } from './rules.ts';

const entry = (when: string, more = '', size = '      shares: 10'): string =>
  `  long:\n    when: ${when}\n${more}    size:\n${size}`;
const WHILE = '    trigger: while_true\n';

async function lines(text: string, prices: readonly number[], choices: Parameters<typeof optionsOf>[0] = {}) {
  return entryLines(await everyDecision(rulesetOf(text), [flatBars('TEST', '1h', prices)], optionsOf(choices)));
}

describe('the record of an entry', () => {
  it('has three values; on_rise needs false before', async () => {
    const text = strategy(entry('close > sma(close, 3)'), '  time_stop: 1 bar');
    expect(await lines(text, [99, 98, 97, 105, 106, 107])).toEqual([
      'unknown',
      'unknown',
      'false',
      'true order',
      'true no_rise',
      'true no_rise',
    ]);
    expect(await lines(text, [97, 98, 99, 100])).toEqual(['unknown', 'unknown', 'true no_rise', 'true no_rise']);
  });

  it('names the bars of the warm-up', async () => {
    const when = rulesetOf(strategy(entry('close > 100', WHILE), '  time_stop: 3 bars'));
    const bars = flatBars('TEST', '1h', [101, 102, 103]);
    const from = instant(bars.start[1]!);
    expect(entryLines(await everyDecision(when, [bars], optionsOf({ from })))).toEqual([
      'true before_start',
      'true order',
      'true position_open',
    ]);
  });

  it('names a position in the way, and the cooldown after it with the bars that are left', async () => {
    const text = strategy(entry('close > 100', `${WHILE}    cooldown: 3 bars\n`), '  time_stop: 2 bars');
    const bars = flatBars('TEST', '1h', [101, 102, 103, 104, 105, 106, 107]);
    const decisions = await everyDecision(rulesetOf(text), [bars]);
    // In at the second open, out at the fourth: 0 bars since the exit on that one.
    expect(entryLines(decisions)).toEqual([
      'true order',
      'true position_open',
      'true cooldown',
      'true cooldown',
      'true cooldown',
      'true cooldown',
      'true order',
    ]);
    expect(decisions.map(({ decision }) => decision.entries[0]!.cooldown)).toEqual([
      undefined,
      undefined,
      { kind: 'exit_unfilled' },
      { kind: 'bars', bars: 3 },
      { kind: 'bars', bars: 2 },
      { kind: 'bars', bars: 1 },
      undefined,
    ]);
  });

  it('names a cooldown by the clock', async () => {
    const text = strategy(entry('close > 100', `${WHILE}    cooldown: 2h\n`), '  time_stop: 1 bar');
    const bars = flatBars('TEST', '1h', [101, 102, 103, 104]);
    const decisions = await everyDecision(rulesetOf(text), [bars]);
    const held = decisions.filter(({ decision }) => decision.entries[0]!.cooldown?.kind === 'until');
    expect(held.length).toBeGreaterThan(0);
    // Out at the open of the third bar: the two hours count from there.
    for (const { decision } of held)
      expect(decision.entries[0]!.cooldown).toEqual({ kind: 'until', time: bars.start[2]! + 2 * 3_600_000 });
  });

  it('names an entry order at work', async () => {
    const more = `${WHILE}    order:\n      type: limit\n      limit_price: 50\n`;
    expect(await lines(strategy(entry('close > 100', more), '  time_stop: 9 bars'), [101, 102])).toEqual([
      'true order',
      'true entry_working',
    ]);
  });

  it('names the entry window, and a session that has had its entries', async () => {
    const head = 'session:\n  entries_from: 60m after open\n';
    const window = strategy(entry('close > 100', WHILE), '  time_stop: 20 bars', head);
    // The bars end 10:00, 11:00, ...: an order of the first would fill half an hour after the open.
    expect((await lines(window, [101, 102, 103])).slice(0, 2)).toEqual(['true session', 'true order']);
    const once = strategy(entry('close > 100', `${WHILE}    entries_per_session: 1\n`), '  time_stop: 1 bar');
    expect(await lines(once, [101, 102, 103, 104])).toEqual([
      'true order',
      'true entries_per_session',
      'true entries_per_session',
      'true entries_per_session',
    ]);
  });

  it('names a stop and a limit price that are unknown', async () => {
    const stop = '  stop_loss:\n    atr:\n      length: 3\n      multiple: 2\n';
    const rows: Row[] = [1, 2, 3, 4, 5].map((n) => [100 + n, 102 + n, 99 + n, 101 + n]);
    const levels = await everyDecision(rulesetOf(strategy(entry('close > 100', WHILE), stop)), [
      barsOf('TEST', '1h', rows),
    ]);
    expect(entryLines(levels)[0]).toBe('true level_unknown');
    expect(entryLines(levels)).toContain('true order');
    const more = `${WHILE}    order:\n      type: limit\n      limit_price: sma(close, 3)\n`;
    expect(await lines(strategy(entry('close > 100', more), '  time_stop: 9 bars'), [101, 102, 103])).toEqual([
      'true price_unknown',
      'true price_unknown',
      'true order',
    ]);
  });

  it('names a size of nothing, and money that does not suffice, with the refused order', async () => {
    const none = strategy(entry('close > 100', WHILE, '      notional: 50'), '  time_stop: 9 bars');
    expect(await lines(none, [101])).toEqual(['true size_zero order']);
    const poor = strategy(entry('close > 20000', WHILE, '      shares: 1'), '  time_stop: 9 bars');
    expect(await lines(poor, [20_001])).toEqual(['true buying_power order']);
  });

  it('gives an order that was cut its reason', async () => {
    const text = strategy(entry('close > 100', WHILE, '      shares: 1000'), '  time_stop: 9 bars');
    const [first] = await everyDecision(rulesetOf(text), [flatBars('TEST', '1h', [101, 102])]);
    const verdict = first!.decision.entries[0]!;
    expect(verdict.blocker).toBeUndefined();
    expect(first!.orders.get(verdict.order)).toMatchObject({ status: 'filled', reason: 'buying_power' });
  });
});

describe('what was unknown', () => {
  it('is warming with the bars that are left, until the bar on which it is known', async () => {
    const text = strategy(entry('close > 1 and crosses_above(close, ema(close, 4))'), '  time_stop: 9 bars');
    const decisions = await everyDecision(rulesetOf(text), [flatBars('TEST', '1h', [9, 8, 7, 6, 5, 9, 9])]);
    const left = decisions.map(({ decision }) =>
      decision.entries[0]!.unknown.map((cause) => (cause.kind === 'warming' ? cause.left : cause.kind)),
    );
    const known = decisions.findIndex(({ decision }) => decision.entries[0]!.value !== 2);
    expect(known).toBe(4);
    expect(left.slice(0, 3)).toEqual([[3], [2], [1]]);
    expect(left.slice(known)).toEqual(decisions.slice(known).map(() => []));
  });

  it('is told also below a condition that is false all the same', async () => {
    const text = strategy(entry('close > 100 and close > sma(close, 3)'), '  time_stop: 9 bars');
    const [first] = await everyDecision(rulesetOf(text), [flatBars('TEST', '1h', [99, 98])]);
    expect(first!.decision.entries[0]).toMatchObject({ value: 0, unknown: [{ kind: 'warming', needs: 3, left: 2 }] });
  });

  it('is missing where another symbol has no bar', async () => {
    const text = strategy(entry('close > OTHER.close'), '  time_stop: 9 bars');
    const own = flatBars('TEST', '1h', [99, 98]);
    const other = barsOf('OTHER', '1h', [[1, 1, 1, 1]], '2024-02-05');
    const [first] = await everyDecision(rulesetOf(text), [own, other]);
    expect(first!.decision.entries[0]).toMatchObject({ value: 2, unknown: [{ kind: 'missing' }] });
  });

  it('is a position that is not there', async () => {
    const text = strategy(entry('position.profit_pct > 1'), '  time_stop: 9 bars');
    const [first] = await everyDecision(rulesetOf(text), [flatBars('TEST', '1h', [99, 98])]);
    expect(first!.decision.entries[0]).toMatchObject({ value: 2, unknown: [{ kind: 'flat' }] });
  });
});

describe('the record of an exit', () => {
  const EXITS = `  rules:
    - id: weak
      when: close < 95
    - id: half
      when: close > 105
      portion: 50
    - id: late
      when: position.bars >= 3
`;

  it('stands for each rule of the open position', async () => {
    const rules = rulesetOf(strategy(entry('close > 100'), EXITS));
    const bars = flatBars('TEST', '1h', [99, 101, 102, 106, 107, 94, 94]);
    const decisions = await everyDecision(rules, [bars]);
    const exits = decisions.map(({ decision }) =>
      decision.exits.map(
        ({ rule, value, blocker, order }) =>
          `${rule} ${value}${blocker ? ` ${blocker}` : ''}${order > 0 ? ' order' : ''}`,
      ),
    );
    expect(exits[1]).toEqual([]);
    expect(exits[2]).toEqual(['exit.weak 0', 'exit.half 0', 'exit.late 0']);
    expect(exits[3]).toEqual(['exit.weak 0', 'exit.half 1 order', 'exit.late 0']);
    expect(exits[4]).toEqual(['exit.weak 0', 'exit.half 1 fired', 'exit.late 0']);
    expect(exits[5]).toEqual(['exit.weak 1 order', 'exit.half 0', 'exit.late 1 exit_working']);
    expect(exits[6]).toEqual([]);
    expect(decisions[3]!.orders.get(decisions[3]!.decision.exits[1]!.order)).toMatchObject({
      rule: 'exit.half',
      status: 'filled',
    });
  });

  it('names what a clock closed', async () => {
    const rules = rulesetOf(strategy(entry('close > 100'), '  time_stop: 1 bar'));
    const decisions = await everyDecision(rules, [flatBars('TEST', '1h', [99, 101, 102, 103, 104])]);
    expect(decisions.map(({ decision }) => decision.timed.map(({ rule }) => rule))).toEqual([
      [],
      [],
      ['exit.time_stop'],
      [],
      [],
    ]);
  });
});
