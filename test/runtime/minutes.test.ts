import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { MarketData } from '../../engine/market/bars.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { rulesetOf } from '../core/rules.ts';
import { MISSING_DATA } from '../market/shared-data.ts';
import { centLine, type PlainRow, type PlainTrade, plainRows, plainSessions, recorded, tradeLine } from './recorded.ts';

const MINUTE = 60_000;

interface Bucket extends PlainRow {
  readonly end: number;
}

/** Minutes of the regular sessions, and what they make by the clock: New York's hours are whole hours of UTC. */
function plainMinutes(): { minutes: PlainRow[]; sessions: { open: number; close: number }[] } {
  const rows = plainRows('minute', 'SPY');
  const sessions = plainSessions().filter(
    ({ close }) => close > rows[0]!.time && close < rows.at(-1)!.time + 86_400_000,
  );
  const inside = (time: number): boolean => sessions.some(({ open, close }) => time >= open && time < close);
  return { minutes: rows.filter((row) => inside(row.time)), sessions };
}

function buckets(minutes: readonly PlainRow[], size: number): Bucket[] {
  const groups = new Map<number, PlainRow[]>();
  for (const row of minutes) {
    const start = Math.floor(row.time / size) * size;
    groups.set(start, [...(groups.get(start) ?? []), row]);
  }
  return [...groups].map(([start, rows]) => ({
    time: start,
    end: start + size,
    open: rows[0]!.open,
    high: Math.max(...rows.map((row) => row.high)),
    low: Math.min(...rows.map((row) => row.low)),
    close: rows.at(-1)!.close,
    volume: rows.reduce((sum, row) => sum + row.volume, 0),
  }));
}

const rules = (timeframe: string, length: number): string => `id: breakout_${timeframe}
symbols: [SPY]
timeframe: ${timeframe}
capital: 10000000
entry:
  long:
    when:
      all:
        - close > prev(highest(high, ${length}), 1)
        - volume > sma(volume, ${length})
    size:
      shares: 100
exit:
  when: close < sma(close, ${length})
  stop_loss:
    pct: 0.21
`;

/** Breakout of bars of one size, filled and stopped by minutes. */
function breakoutLoop(size: number, length: number): string[] {
  const { minutes } = plainMinutes();
  const bars = buckets(minutes, size);
  const trades: PlainTrade[] = [];
  let held: { time: number; price: number; stop: number } | undefined;
  let wanted = '';
  let before: boolean | undefined;
  let next = 0;
  const leave = (time: number, price: number, reason: string): void => {
    const { time: entryTime, price: entry } = held!;
    const exit = Math.floor(price / 100);
    trades.push({ entryTime, entry, exitTime: time, exit, profit: (exit - entry) * 100, reason });
    held = undefined;
  };
  bars.forEach((bar, i) => {
    for (; next < minutes.length && minutes[next]!.time < bar.end; next++) {
      const row = minutes[next]!;
      if (wanted === 'sell' && held !== undefined) leave(row.time, row.open, 'exit_rule');
      if (wanted === 'buy') {
        const price = Math.ceil(row.open / 100);
        held = { time: row.time, price, stop: Math.round((price * 9979) / 10_000) * 100 };
      }
      wanted = '';
      if (held !== undefined && row.low <= held.stop) leave(row.time, Math.min(row.open, held.stop), 'stop_loss');
    }
    const last = bars.slice(Math.max(0, i + 1 - length), i + 1);
    const mean = (pick: (bar: Bucket) => number): number => last.reduce((sum, one) => sum + pick(one), 0) / length;
    if (held !== undefined && i >= length - 1 && bar.close < mean((one) => one.close) - 1e-6) wanted = 'sell';
    if (i < length) return;
    const top = Math.max(...bars.slice(i - length, i).map((one) => one.high));
    const now = bar.close > top && bar.volume > mean((one) => one.volume);
    // A position that this bar is about to close is no hindrance.
    if (now && before === false && (held === undefined || wanted === 'sell')) wanted += 'buy';
    if (wanted === 'sellbuy') throw new Error('the rules contradict each other');
    before = now;
  });
  return trades.map(tradeLine);
}

const run = (data: MarketData, ...texts: string[]) =>
  runBacktest(rulesetOf(...texts), data, {
    cash: undefined,
    from: undefined,
    to: undefined,
    assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
    closeAtEnd: false,
  });

describe.skipIf(MISSING_DATA)('recorded minutes of SPY (skipped when ../shared/data is missing)', () => {
  it('are whole: six sessions of 390', () => {
    const { minutes, sessions } = plainMinutes();
    expect([sessions.length, minutes.length]).toEqual([6, 6 * 390]);
  });

  it.each([
    ['5m', 5, 6, 15],
    ['1h', 60, 3, 4],
  ] as const)('put together to %s: trades of plain buckets', async (timeframe, minutes, length, least) => {
    const plain = breakoutLoop(minutes * MINUTE, length);
    expect(plain.length).toBeGreaterThanOrEqual(least);
    const result = await run(await recorded('minute', 'SPY'), rules(timeframe, length));
    expect(result.trades.map(centLine)).toEqual(plain);
  });

  it('several sizes in one ruleset: each strategy trades as it does alone', async () => {
    const data = await recorded('minute', 'SPY');
    const both = await run(data, rules('5m', 6), rules('1h', 3));
    const of = (id: string): string[] => both.trades.filter((trade) => trade.strategy === id).map(centLine);
    expect(of('breakout_5m')).toEqual(breakoutLoop(5 * MINUTE, 6));
    expect(of('breakout_1h')).toEqual(breakoutLoop(60 * MINUTE, 3));
  });

  it('an hour and a day seen from five minutes are the last complete ones', async () => {
    const { minutes, sessions } = plainMinutes();
    const hours = buckets(minutes, 60 * MINUTE);
    const last = (bars: readonly { end: number; close: number }[], now: number) =>
      bars.findLast((bar) => bar.end <= now)?.close;
    const days = sessions.map(({ open, close }) => ({
      end: close,
      close: minutes.findLast((row) => row.time >= open && row.time < close)!.close,
    }));
    const wanted = buckets(minutes, 5 * MINUTE)
      .filter(({ end, close }) => {
        const hour = last(hours, end);
        const day = last(days, end);
        return hour !== undefined && day !== undefined && close > hour && close <= day;
      })
      .map(({ end }) => end);
    expect(wanted.length).toBeGreaterThan(20);
    const text = `id: seen
symbols: [SPY]
timeframe: 5m
capital: 10000000
entry:
  long:
    when: close > h1.close and close <= day.close
    trigger: while_true
    order:
      type: limit
      limit_price: close * 0.5
      time_in_force: gtc
      expires: 1 bar
    size:
      shares: 1
exit:
  when: close < 0
`;
    const result = await run(await recorded('minute', 'SPY'), text);
    expect(result.orders.map((order) => order.decidedAt)).toEqual(wanted);
  });
});
