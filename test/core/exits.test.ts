import { describe, expect, it } from 'vitest';
import { barsOf, flatBars, lineOf, type Row, rulesetOf, runRules, strategy } from './rules.ts';

const ENTER = `  long:
    when: close > 100
    trigger: while_true
    size:
      shares: 10`;

/** Bars: the first decides the entry (close 101), the rest follow its fill at the second's open. */
const following = (...rows: Row[]) => barsOf('TEST', '1h', [[100, 101, 100, 101], ...rows]);

async function trades(exit: string, bars: ReturnType<typeof barsOf>, entry = ENTER): Promise<string[]> {
  const result = await runRules(rulesetOf(strategy(entry, exit)), [bars]);
  return result.trades.map(lineOf);
}

describe('exits', () => {
  it('stop loss is measured from the fill and works in the bar of the entry', async () => {
    const bars = following([100, 100, 94, 96]);
    expect(await trades('  stop_loss:\n    pct: 5', bars)).toEqual(['long 10 @100 -> 95 stop_loss bars 0']);
  });

  it('a gap through the stop fills at the open', async () => {
    const bars = following([100, 101, 99, 99], [90, 92, 88, 91]);
    expect(await trades('  stop_loss:\n    pct: 5', bars)).toEqual(['long 10 @100 -> 90 stop_loss bars 1']);
  });

  it('stop and target in one bar: pessimistic takes the stop and counts the bar', async () => {
    const rules = rulesetOf(strategy(ENTER, '  stop_loss:\n    pct: 5\n  take_profit:\n    pct: 5'));
    const bars = following([100, 101, 99, 99], [100, 107, 94, 99]);
    const pessimistic = await runRules(rules, [bars]);
    expect(pessimistic.trades.map(lineOf)).toEqual(['long 10 @100 -> 95 stop_loss bars 1']);
    expect(pessimistic.ambiguousBars).toBe(1);
    const optimistic = await runRules(rules, [bars], { assumptions: { intrabar: 'optimistic' } });
    expect(optimistic.trades.map(lineOf)).toEqual(['long 10 @100 -> 105 take_profit bars 1']);
  });

  it('a ladder of targets closes portions, and the stop keeps the rest', async () => {
    const ladder = `  take_profit:
    - pct: 3
      portion: 50
    - pct: 6
  stop_loss:
    pct: 5`;
    const bars = following([100, 101, 99, 99], [100, 104, 99, 99], [99, 99, 90, 90]);
    const result = await runRules(rulesetOf(strategy(ENTER, ladder)), [bars]);
    expect(result.trades.map(lineOf)).toEqual(['long 10 @100 -> 99 stop_loss bars 2']);
    expect(
      result.trades[0]?.legs.map((leg) => [Number(leg.qty) / 1e9, Number(leg.price) / 1e9, leg.exitReason]),
    ).toEqual([
      [5, 103, 'take_profit'],
      [5, 95, 'stop_loss'],
    ]);
  });

  it('a trailing stop moves by a bar and binds from the next', async () => {
    // The high of 110 lifts the stop to 104.5 only for the bar after; the low of 100 in its own bar does not hit it.
    const bars = following([100, 110, 100, 109], [109, 109, 104, 105]);
    expect(await trades('  trailing_stop:\n    pct: 5', bars)).toEqual(['long 10 @100 -> 104.5 trailing_stop bars 1']);
  });

  it('a trailing stop rests until its activation', async () => {
    const exit = '  trailing_stop:\n    pct: 2\n    activate_at_pct: 5';
    const bars = following([100, 101, 96, 97], [97, 106, 97, 99], [100, 105, 103, 104]);
    // Never below: activated by the high of 106, the stop of 103.88 is above the next open of 100.
    expect(await trades(exit, bars)).toEqual(['long 10 @100 -> 100 trailing_stop bars 2']);
  });

  it('break even moves the stop to the entry', async () => {
    const exit = '  stop_loss:\n    pct: 5\n  break_even:\n    at_pct: 2';
    const bars = following([100, 103, 99, 99], [101, 102, 99, 99]);
    expect(await trades(exit, bars)).toEqual(['long 10 @100 -> 100 break_even bars 1']);
  });

  it('a time stop of n bars sells at the open n bars after the fill', async () => {
    const bars = flatBars('TEST', '1h', [101, 100, 100, 100, 99, 98]);
    expect(await trades('  time_stop: 3 bars', bars)).toEqual(['long 10 @100 -> 99 time_stop bars 3']);
    const short = flatBars('TEST', '1h', [101, 100, 98, 97]);
    expect(await trades('  time_stop: 1 bar', short)).toEqual(['long 10 @100 -> 98 time_stop bars 1']);
  });

  it('an exit rule sells at the next open and cancels the protective orders', async () => {
    const rules = rulesetOf(strategy(ENTER, '  when: close < 98\n  stop_loss:\n    pct: 10'));
    const result = await runRules(rules, [flatBars('TEST', '1h', [101, 100, 97, 96, 80])]);
    expect(result.trades.map(lineOf)).toEqual(['long 10 @100 -> 96 exit_rule bars 2']);
    const stop = result.orders.find((order) => order.role === 'stop_loss');
    expect([stop?.status, stop?.reason]).toEqual(['cancelled', 'position_closed']);
  });

  it('rules with portions close parts once each', async () => {
    const exit = `  rules:
    - id: half
      when: close > 104
      portion: 50
    - id: rest
      when: close < 100`;
    const bars = flatBars('TEST', '1h', [101, 102, 105, 106, 107, 99, 98]);
    const result = await runRules(rulesetOf(strategy(ENTER, exit)), [bars]);
    expect(result.trades[0]?.legs.map((leg) => [leg.exitRule, Number(leg.qty) / 1e9, Number(leg.price) / 1e9])).toEqual(
      [
        ['exit.half', 5, 106],
        ['exit.rest', 5, 98],
      ],
    );
  });

  it('a short is mirrored', async () => {
    const entry = `  short:
    when: close < 100
    trigger: while_true
    size:
      shares: 10`;
    const bars = barsOf('TEST', '1h', [
      [100, 100, 99, 99],
      [100, 101, 99, 100],
      [101, 106, 100, 104],
    ]);
    expect(await trades('  stop_loss:\n    pct: 5', bars, entry)).toEqual(['short 10 @100 -> 105 stop_loss bars 1']);
  });

  it('an unknown exit never sells, and is counted', async () => {
    const bars = flatBars('TEST', '1h', [101, 100, 90, 80, 70]);
    expect(await trades('  when: close < sma(close, 50)', bars)).toEqual([]);
  });

  it('an unknown stop blocks the entry', async () => {
    const bars = flatBars('TEST', '1h', [101, 101, 101, 101]);
    const exit = '  stop_loss:\n    atr:\n      length: 14\n      multiple: 2';
    const result = await runRules(rulesetOf(strategy(ENTER, exit)), [bars]);
    expect(result.orders).toEqual([]);
  });

  it('an ATR stop takes the range of the decision bar', async () => {
    // True ranges 2 and 2: ATR(2) = 2 at the decision; the stop is 100 - 1.5 × 2 = 97.
    const bars = barsOf('TEST', '1h', [
      [99, 100, 98, 99],
      [101, 101, 99, 101],
      [100, 104, 98, 104],
      [104, 104, 96, 97],
    ]);
    const exit = '  stop_loss:\n    atr:\n      length: 2\n      multiple: 1.5';
    expect(await trades(exit, bars)).toEqual(['long 10 @100 -> 97 stop_loss bars 1']);
  });

  it('what is open at the end stays open, or is closed when asked', async () => {
    const rules = rulesetOf(strategy(ENTER, '  when: close < 50'));
    const bars = flatBars('TEST', '1h', [101, 100, 103]);
    const open = await runRules(rules, [bars]);
    expect(
      open.openPositions.map((position) => [position.side, position.lastPrice, Number(position.unrealized) / 1e18]),
    ).toEqual([['long', 103, 30]]);
    const closed = await runRules(rules, [bars], { closeAtEnd: true });
    expect(closed.trades.map(lineOf)).toEqual(['long 10 @100 -> 103 end_of_data bars 1']);
    expect(closed.metrics.endEquity).toBe(10_030);
  });
});
