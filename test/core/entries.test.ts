import { describe, expect, it } from 'vitest';
import { barsOf, flatBars, lineOf, type Row, rulesetOf, runRules, steady, strategy } from './rules.ts';

const EXIT = '  when: close < 90';

const entry = (when: string, more = '', size = '      shares: 10'): string =>
  `  long:\n    when: ${when}\n${more}    size:\n${size}`;

const orderLines = (
  orders: readonly { decidedAt: number; role: string; qty: bigint; status: string; reason: string | undefined }[],
) =>
  orders
    .filter((order) => order.role === 'entry')
    .map(
      (order) => `${Number(order.qty) / 1e9} ${order.status}${order.reason === undefined ? '' : ` ${order.reason}`}`,
    );

describe('entries', () => {
  it('on_rise needs to have been false: true from the first bar on is no rise', async () => {
    const rules = rulesetOf(strategy(entry('close > 100'), EXIT));
    const standing = await runRules(rules, [flatBars('TEST', '1h', [101, 102, 103])]);
    expect(standing.orders).toEqual([]);
    const rising = await runRules(rules, [flatBars('TEST', '1h', [99, 102, 103, 104])]);
    expect(rising.orders.map((order) => Number(order.fills[0]?.price) / 1e9)).toEqual([103]);
  });

  it('an unknown bar between false and true does not make a rise', async () => {
    // sma(close, 3) is unknown on the first two bars; the rise is the third to the fourth.
    const rules = rulesetOf(strategy(entry('close > sma(close, 3)'), EXIT));
    const result = await runRules(rules, [flatBars('TEST', '1h', [99, 98, 97, 105, 106, 107])]);
    expect(result.orders.map((order) => Number(order.fills[0]?.price) / 1e9)).toEqual([106]);
    const early = await runRules(rules, [flatBars('TEST', '1h', [97, 98, 99, 100, 101])]);
    expect(early.orders).toEqual([]);
  });

  it('while_true enters again after an exit, at the same open when both are asked for', async () => {
    const rules = rulesetOf(strategy(entry('close > 100', '    trigger: while_true\n'), '  time_stop: 2 bars'));
    const result = await runRules(rules, [flatBars('TEST', '1h', [101, 102, 103, 104, 105, 106])]);
    expect(result.trades.map(lineOf)).toEqual([
      'long 10 @102 -> 104 time_stop bars 2',
      'long 10 @104 -> 106 time_stop bars 2',
    ]);
  });

  it('a cooldown of n bars first allows a decision on the n-th bar after the exit', async () => {
    const more = '    trigger: while_true\n    cooldown: 2 bars\n';
    const rules = rulesetOf(strategy(entry('close > 100', more), '  time_stop: 1 bar'));
    const result = await runRules(rules, [flatBars('TEST', '1h', [101, 102, 103, 104, 105, 106, 107, 108])]);
    // Out at the third bar's open (0 bars since), decided on the fifth, filled at the sixth.
    expect(result.trades.map(lineOf)).toEqual([
      'long 10 @102 -> 103 time_stop bars 1',
      'long 10 @106 -> 107 time_stop bars 1',
    ]);
  });

  it('a limit order needs strict penetration, and expires', async () => {
    const more = '    order:\n      type: limit\n      limit_price: 95\n      expires: 2 bars\n';
    const rules = rulesetOf(strategy(entry('close > 100', more), '  when: close < 50'));
    const rows: Row[] = [
      [99, 99, 99, 99],
      [101, 101, 101, 101],
      [101, 101, 95, 97],
      [97, 97, 94.99, 96],
    ];
    const filled = await runRules(rules, [barsOf('TEST', '1h', rows)]);
    expect(filled.openPositions.map((position) => Number(position.entryPrice) / 1e9)).toEqual([95]);
    const late = await runRules(rules, [
      barsOf('TEST', '1h', [...rows.slice(0, 3), [97, 97, 96, 96], [96, 96, 90, 91]]),
    ]);
    expect(orderLines(late.orders)).toEqual(['10 cancelled expired']);
    expect(late.openPositions).toEqual([]);
  });

  it('a stop entry buys above, at the open when it gaps', async () => {
    const more = '    order:\n      type: stop\n      stop_price: 103\n      expires: 5 bars\n';
    const rules = rulesetOf(strategy(entry('close > 100', more), '  when: close < 50'));
    const rows: Row[] = [
      [99, 99, 99, 99],
      [101, 101, 101, 101],
    ];
    const inside = await runRules(rules, [barsOf('TEST', '1h', [...rows, [102, 104, 101, 103]])]);
    expect(inside.openPositions.map((position) => Number(position.entryPrice) / 1e9)).toEqual([103]);
    const gap = await runRules(rules, [barsOf('TEST', '1h', [...rows, [106, 107, 105, 106]])]);
    expect(gap.openPositions.map((position) => Number(position.entryPrice) / 1e9)).toEqual([106]);
  });

  it('a day order ends with its session', async () => {
    const more = '    order:\n      type: limit\n      limit_price: 95\n';
    const rules = rulesetOf(strategy(entry('close > 100', more), '  when: close < 50'));
    // Seven bars a session: the order of the second bar dies at the close, before the bar that would fill it.
    const prices = [99, 101, 101, 101, 101, 101, 101, 90];
    const result = await runRules(rules, [flatBars('TEST', '1h', prices)]);
    expect(orderLines(result.orders)).toEqual(['10 cancelled expired']);
  });

  it('sizes by notional, part of the purse and risk', async () => {
    const bars = flatBars('TEST', '1h', [40, 50, 50]);
    const qty = async (size: string, exit = EXIT.replace('90', '10')): Promise<number[]> => {
      const result = await runRules(rulesetOf(strategy(entry('close >= 50', '', size), exit)), [bars]);
      return result.orders.filter((order) => order.role === 'entry').map((order) => Number(order.qty) / 1e9);
    };
    expect(await qty('      notional: 1999')).toEqual([39]);
    expect(await qty('      purse_pct: 20')).toEqual([40]);
    // 1 % of 10,000 lost over 2 % of 50: 100 / 1 = 100 shares.
    expect(await qty('      risk_pct: 1', '  when: close < 10\n  stop_loss:\n    pct: 2')).toEqual([100]);
    // The reservation of 4 % above the close keeps a whole purse below it: 10,000 / 52 = 192.3.
    expect(await qty('      purse_pct: 100')).toEqual([192]);
  });

  it('a size of nothing is a refusal with a reason', async () => {
    const rules = rulesetOf(strategy(entry('close > 100', '', '      notional: 50'), EXIT));
    const result = await runRules(rules, [flatBars('TEST', '1h', [99, 101, 101])]);
    expect(orderLines(result.orders)).toEqual(['0 refused size_zero']);
  });

  it('a purse is a hard cap: what is over it is cut, or refused', async () => {
    const rules = rulesetOf(strategy(entry('close > 100', '', '      shares: 1000'), EXIT));
    const result = await runRules(rules, [flatBars('TEST', '1h', [99, 101, 101])]);
    // 10,000 / (101 × 1.04) = 95.2
    expect(orderLines(result.orders)).toEqual(['95 filled buying_power']);
  });

  it('the account is shared: a second strategy gets what the first left', async () => {
    const first = strategy(entry('close > 100', '', '      purse_pct: 90'), EXIT).replace('id: test', 'id: first');
    const second = strategy(entry('close > 100', '', '      purse_pct: 90'), EXIT).replace('id: test', 'id: second');
    const result = await runRules(rulesetOf(first, second), [flatBars('TEST', '1h', [99, 101, 101])], { cash: 10_000 });
    expect(result.orders.map((order) => order.strategy)).toEqual(['first', 'second']);
    expect(orderLines(result.orders)).toEqual(['89 filled', '6 filled buying_power']);
  });

  it('entries per session are counted by the session of the fill', async () => {
    const more = '    trigger: while_true\n    entries_per_session: 1\n';
    const rules = rulesetOf(strategy(entry('close > 100', more), '  time_stop: 1 bar'));
    const result = await runRules(rules, [flatBars('TEST', '1h', steady(16, 101))]);
    expect(result.trades.map((trade) => new Date(trade.entryTime).toISOString().slice(0, 10))).toEqual([
      '2024-01-08',
      '2024-01-09',
      '2024-01-10',
    ]);
  });

  it('reverses at one open, exit first', async () => {
    const text = `id: test
symbols: [TEST]
timeframe: 1h
capital: 10000
entry:
  long:
    when: close > 100
    size:
      shares: 10
  short:
    when: close < 100
    size:
      shares: 10
exit:
  long:
    when: close < 100
  short:
    when: close > 100
`;
    const result = await runRules(rulesetOf(text), [flatBars('TEST', '1h', [99, 101, 102, 98, 97, 103, 104])]);
    expect(result.trades.map(lineOf)).toEqual([
      'long 10 @102 -> 97 exit_rule bars 2',
      'short 10 @97 -> 104 exit_rule bars 2',
    ]);
    expect(result.openPositions.map((position) => position.side)).toEqual(['long']);
  });

  it('warm-up bars decide nothing', async () => {
    const rules = rulesetOf(strategy(entry('close > 100', '    trigger: while_true\n'), EXIT));
    const bars = flatBars('TEST', '1h', [101, 102, 103, 104, 105]);
    const result = await runRules(rules, [bars], { from: bars.start[2]! });
    expect(result.openPositions.map((position) => Number(position.entryPrice) / 1e9)).toEqual([104]);
    expect(result.metrics.exposurePct).toBeCloseTo((2 / 3) * 100, 9);
  });
});
