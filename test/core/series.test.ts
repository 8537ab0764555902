import { describe, expect, it } from 'vitest';
import { barsOf, flatBars, lineOf, type Row, rulesetOf, runRules, steady, strategy } from './rules.ts';

const entry = (when: string): string =>
  `  long:\n    when: ${when}\n    trigger: while_true\n    size:\n      shares: 1`;
const NEVER = '  when: close < 0.01';

const entryTimes = async (when: string, bars: Parameters<typeof runRules>[1], head = ''): Promise<string[]> => {
  const result = await runRules(rulesetOf(strategy(entry(when), '  time_stop: 1 bar', head)), bars);
  return result.orders
    .filter((order) => order.role === 'entry')
    .map((order) => new Date(order.decidedAt).toISOString().slice(0, 16));
};

describe('series', () => {
  it('a higher timeframe shows its last complete bar, today only from the close on', async () => {
    // Two sessions of 1h bars (7 each): the first closes at 107, the second at 114.
    const bars = flatBars(
      'TEST',
      '1h',
      Array.from({ length: 15 }, (_, i) => 101 + i),
    );
    const times = await entryTimes('day.close >= 107 and day.close < 114', [bars]);
    expect(times[0]).toBe('2024-01-08T21:00');
    expect(times.at(-1)).toBe('2024-01-09T20:00');
    expect(await entryTimes('day.close >= 114', [bars])).toEqual(['2024-01-09T21:00', '2024-01-10T15:00']);
  });

  it('indicators over a higher timeframe count its bars', async () => {
    const prices = Array.from({ length: 28 }, (_, i) => 100 + Math.floor(i / 7));
    const bars = flatBars('TEST', '1h', prices);
    // Closes of days: 100, 101, 102, 103; the mean of three is 101 from the third close on.
    expect((await entryTimes('sma(day.close, 3) >= 101', [bars]))[0]).toBe('2024-01-10T21:00');
  });

  it('bars finer than the strategy are made into its timeframe and fill its orders', async () => {
    const minutes = Array.from({ length: 150 }, (_, i) => 100 + i);
    const bars = flatBars('TEST', '1m', minutes);
    const result = await runRules(rulesetOf(strategy(entry('close > 100'), NEVER)), [bars]);
    // 09:30-10:00 closes at 129; the order fills at the open of the next minute.
    expect(result.openPositions.map((position) => Number(position.entryPrice) / 1e9)).toEqual([130]);
    expect(new Date(result.orders[0]!.decidedAt).toISOString()).toBe('2024-01-08T15:00:00.000Z');
  });

  it('a bucket closes by the clock when its last minutes had no trade', async () => {
    const whole = flatBars(
      'TEST',
      '1m',
      Array.from({ length: 60 }, () => 101),
    );
    const keep = [...Array(60).keys()].filter((i) => i < 25 || i > 31);
    const pick = (column: Float64Array): Float64Array => Float64Array.from(keep, (i) => column[i]!);
    const sparse = {
      ...whole,
      length: keep.length,
      start: pick(whole.start),
      end: pick(whole.end),
      open: pick(whole.open),
      high: pick(whole.high),
      low: pick(whole.low),
      close: pick(whole.close),
      volume: pick(whole.volume),
      session: Int32Array.from(keep, (i) => whole.session[i]!),
    };
    const result = await runRules(rulesetOf(strategy(entry('close > 100'), NEVER)), [sparse]);
    expect(new Date(result.orders[0]!.decidedAt).toISOString()).toBe('2024-01-08T15:00:00.000Z');
    expect(new Date(result.orders[0]!.fills[0]!.time).toISOString()).toBe('2024-01-08T15:02:00.000Z');
  });

  it('another symbol is read at the same instant, whatever the order of symbols', async () => {
    const test = flatBars('TEST', '1h', [100, 100, 100, 100]);
    const spy = flatBars('SPY', '1h', [50, 50, 60, 50]);
    for (const bars of [
      [test, spy],
      [spy, test],
    ]) {
      expect(await entryTimes('SPY.close > 55', bars)).toEqual(['2024-01-08T17:00']);
    }
  });

  it('another symbol serves until it is older than a session, then it is unknown', async () => {
    const test = flatBars('TEST', '1h', steady(21, 100));
    const spy = flatBars('SPY', '1h', [60]);
    const times = await entryTimes('SPY.close > 55', [test, spy]);
    expect(times.at(-1)).toBe('2024-01-09T21:00');
    expect(await entryTimes('not (SPY.close > 55)', [test, spy])).toEqual([]);
  });

  it('x[n] is a bar of the strategy, also for a higher timeframe', async () => {
    const bars = flatBars(
      'TEST',
      '1h',
      Array.from({ length: 15 }, (_, i) => 100 + i),
    );
    // The day's close changes once a day: it differs from an hour ago only on the bar after... the close itself.
    expect(await entryTimes('d != d[1]', [bars], 'indicators:\n  d: day.close\n')).toEqual(['2024-01-09T21:00']);
  });

  it('session words: open, so far, previous day, clock', async () => {
    const bars = barsOf('TEST', '1h', [
      [100, 110, 95, 105],
      ...Array.from({ length: 6 }, (): Row => [105, 106, 104, 105]),
      [108, 109, 107, 108],
      [108, 112, 107, 111],
    ]);
    expect(await entryTimes('session.high > 109 and prev_day.high == 110', [bars])).toEqual(['2024-01-09T16:00']);
    expect((await entryTimes('gap_pct > 2.8 and gap_pct < 2.9', [bars]))[0]).toBe('2024-01-09T15:00');
    expect(await entryTimes('time == "11:00"', [bars])).toEqual(['2024-01-08T16:00', '2024-01-09T16:00']);
    expect(await entryTimes('weekday == "tue" and minutes_since_open == 30', [bars])).toEqual(['2024-01-09T15:00']);
    expect(await entryTimes('minutes_to_close == 60', [bars])).toEqual(['2024-01-08T20:00']);
  });

  it("the opening range is unknown until it is whole, and never yesterday's", async () => {
    const prices = Array.from({ length: 390 + 60 }, (_, i) => 100 + (i % 390 < 30 ? i % 390 : 0));
    const bars = flatBars('TEST', '1m', prices);
    const head = '';
    const text = strategy(entry('close > opening_high("30m")'), NEVER, head).replace('timeframe: 1h', 'timeframe: 1m');
    expect((await runRules(rulesetOf(text), [bars])).orders).toEqual([]);
    const known = strategy(entry('opening_high("30m") == 129'), NEVER).replace('timeframe: 1h', 'timeframe: 1m');
    const first = (await runRules(rulesetOf(known), [bars])).orders[0]!;
    expect(new Date(first.decidedAt).toISOString()).toBe('2024-01-08T15:00:00.000Z');
  });

  it('the session vwap starts anew with every session', async () => {
    // Typical prices 100 and 102 with volumes 1000 and 3000: 101.5; the next session begins at 110.
    const rows: Row[] = [
      [100, 100, 100, 100, 1000],
      [102, 102, 102, 102, 3000],
      ...Array.from({ length: 5 }, (): Row => [101.5, 101.5, 101.5, 101.5, 10]),
      [110, 110, 110, 110, 50],
    ];
    const bars = [barsOf('TEST', '1h', rows)];
    expect((await entryTimes('vwap() == 101.5', bars))[0]).toBe('2024-01-08T16:00');
    expect(await entryTimes('vwap() == 110', bars)).toEqual(['2024-01-09T15:00']);
    const spy = barsOf('SPY', '1h', rows);
    expect(await entryTimes('vwap(SPY) == 110', [...bars, spy])).toEqual(['2024-01-09T15:00']);
  });

  it('entry windows are judged by when the order would fill', async () => {
    const bars = flatBars('TEST', '1h', steady(14, 101));
    const head = 'session:\n  entries_from: 30m after open\n  entries_until: 1h before close\n';
    const times = await entryTimes('close > 100', [bars], head);
    expect(times[0]).toBe('2024-01-08T15:00');
    expect(times).not.toContain('2024-01-08T20:00');
    expect(times).not.toContain('2024-01-08T21:00');
  });

  it('flat_by sells at the last open before the deadline', async () => {
    const bars = flatBars('TEST', '1m', steady(390, 101));
    const text = strategy(entry('close > 100'), NEVER, 'session:\n  flat_by: 5m before close\n').replace(
      'timeframe: 1h',
      'timeframe: 5m',
    );
    const result = await runRules(rulesetOf(text), [bars]);
    expect(
      result.trades.map((trade) => [trade.exitReason, new Date(trade.exitTime).toISOString().slice(11, 16)]),
    ).toEqual([['session', '20:55']]);
  });

  it('a split restates position, stop and indicators', async () => {
    const text = strategy(
      entry('close > 100 and sma(close, 3) > 100'),
      '  stop_loss:\n    pct: 10\n  when: close < sma(close, 3) * 0.97',
    ).replace('shares: 1', 'shares: 10');
    const prices = [101, 102, 103, 104, 104, 104, 104, 26, 26, 26];
    const bars = flatBars('TEST', '1h', prices);
    const plain = await runRules(rulesetOf(text), [bars]);
    expect(plain.trades.map(lineOf)).toEqual(['long 10 @104 -> 26 stop_loss bars 4']);
    const actions = [{ symbol: 'TEST', date: '2024-01-09', split: 4, dividend: 0 }];
    const split = await runRules(rulesetOf(text), [bars], { actions });
    expect(split.trades).toEqual([]);
    expect(
      split.openPositions.map((position) => [Number(position.qty) / 1e9, Number(position.entryPrice) / 1e9]),
    ).toEqual([[40, 26]]);
    expect(split.metrics.endEquity).toBe(10_000);
  });

  it('truncating the future never changes a past decision', async () => {
    const prices = Array.from(
      { length: 80 },
      (_, i) => Math.round(10_000 + 500 * Math.sin(i / 3) + 37 * ((i * 7919) % 11)) / 100,
    );
    const rules = rulesetOf(
      strategy(
        entry('crosses_above(close, ema(close, 5)) and day.close > 0'),
        '  when: close < sma(close, 4)\n  stop_loss:\n    pct: 2',
      ),
    );
    const whole = await runRules(rules, [flatBars('TEST', '1h', prices)]);
    expect(whole.orders.length).toBeGreaterThan(6);
    for (const length of [20, 41, 63]) {
      const cut = await runRules(rules, [flatBars('TEST', '1h', prices.slice(0, length))]);
      const key = (orders: typeof whole.orders) =>
        orders.map((order) => `${order.decidedAt} ${order.rule} ${order.qty} ${order.stopPrice ?? ''}`);
      expect(key(whole.orders).slice(0, cut.orders.length)).toEqual(key(cut.orders));
    }
  });
});
