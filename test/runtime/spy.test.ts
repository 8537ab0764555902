import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS, type FillAssumptions } from '../../engine/brokers/assumptions.ts';
import type { MarketData } from '../../engine/market/bars.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { rulesetOf } from '../core/rules.ts';
import { MISSING_DATA } from '../market/shared-data.ts';
import { centLine, type PlainTrade, plainRows, plainSessions, recorded, tradeLine } from './recorded.ts';

const run = (text: string, data: MarketData, assumptions: Partial<FillAssumptions> = {}) =>
  runBacktest(rulesetOf(text), data, {
    cash: undefined,
    from: undefined,
    to: undefined,
    assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' }, ...assumptions },
    closeAtEnd: false,
  });

const CROSS = `id: cross
symbols: [SPY]
timeframe: 1d
capital: 1000000
indicators:
  fast: sma(close, 10)
  slow: sma(close, 30)
entry:
  long:
    when: crosses_above(fast, slow)
    size:
      shares: 100
exit:
  when: crosses_below(fast, slow)
`;

/** 100 shares; `cost` basis points against the trader on every fill; prices in whole cents, profit in cents. */
function crossLoop(cost: number): string[] {
  const rows = plainRows('daily', 'SPY');
  const opens = new Map(plainSessions().map(({ open }) => [new Date(open).toISOString().slice(0, 10), open]));
  const trades: PlainTrade[] = [];
  let entry: { time: number; price: number } | undefined;
  let wanted = '';
  let side = 0;
  let fast = 0;
  let slow = 0;
  rows.forEach((row, i) => {
    const time = opens.get(new Date(row.time).toISOString().slice(0, 10))!;
    // Ten-thousandths times basis points over cents: whole numbers until the one division.
    if (wanted === 'buy') entry = { time, price: Math.ceil((row.open * (10_000 + cost)) / 1_000_000) };
    if (wanted === 'sell' && entry !== undefined) {
      const exit = Math.floor((row.open * (10_000 - cost)) / 1_000_000);
      const profit = (exit - entry.price) * 100;
      trades.push({ entryTime: entry.time, entry: entry.price, exitTime: time, exit, profit, reason: 'exit_rule' });
      entry = undefined;
    }
    wanted = '';
    fast += row.close - (rows[i - 10]?.close ?? 0);
    slow += row.close - (rows[i - 30]?.close ?? 0);
    if (i < 29) return;
    const now = Math.sign(3 * fast - slow);
    if (now === 0) return;
    if (side < 0 && now > 0 && entry === undefined) wanted = 'buy';
    if (side > 0 && now < 0 && entry !== undefined) wanted = 'sell';
    side = now;
  });
  return trades.map(tradeLine);
}

const OVERSOLD = `id: oversold
symbols: [SPY]
timeframe: 1h
capital: 10000000
entry:
  long:
    when: rsi(close, 14) < 30
    size:
      shares: 100
exit:
  when: rsi(close, 14) > 60
  stop_loss:
    pct: 2.03
`;

/** Hours that overlap a session, clipped to it: what the strategy sees. */
function hoursOfSessions(from: string) {
  const sessions = plainSessions();
  let s = 0;
  return plainRows('hour', 'SPY').flatMap((row) => {
    while (sessions[s]!.close <= row.time) s++;
    const { open } = sessions[s]!;
    if (row.time < Date.parse(from) || row.time + 3_600_000 <= open) return [];
    return [{ ...row, time: Math.max(row.time, open) }];
  });
}

function oversoldLoop(from: string): string[] {
  const trades: PlainTrade[] = [];
  let held: { time: number; price: number; stop: number } | undefined;
  let wanted = '';
  let below: boolean | undefined;
  let rise = 0;
  let fall = 0;
  const leave = (time: number, price: number, reason: string): void => {
    const exit = Math.floor(price / 100);
    trades.push({
      entryTime: held!.time,
      entry: held!.price,
      exitTime: time,
      exit,
      profit: (exit - held!.price) * 100,
      reason,
    });
    held = undefined;
  };
  const rows = hoursOfSessions(from);
  rows.forEach((row, i) => {
    if (wanted === 'sell') leave(row.time, row.open, 'exit_rule');
    if (wanted === 'buy') {
      const price = Math.ceil(row.open / 100);
      held = { time: row.time, price, stop: Math.round((price * 9797) / 10_000) * 100 };
    }
    if (held !== undefined && row.low <= held.stop) leave(row.time, Math.min(row.open, held.stop), 'stop_loss');
    wanted = '';
    if (i === 0) return;
    const change = row.close - rows[i - 1]!.close;
    const [up, down] = [Math.max(change, 0), Math.max(-change, 0)];
    rise = i <= 14 ? rise + up / 14 : (rise * 13 + up) / 14;
    fall = i <= 14 ? fall + down / 14 : (fall * 13 + down) / 14;
    if (i < 14) return;
    const strength = 100 - 100 / (1 + rise / fall);
    if (held === undefined && strength < 30 && below === false) wanted = 'buy';
    if (held !== undefined && strength > 60) wanted = 'sell';
    below = strength < 30;
  });
  return trades.map(tradeLine);
}

describe.skipIf(MISSING_DATA)(`recorded bars of SPY (skipped when ../shared/data is missing)`, () => {
  it.each([0, 1, 7])('23 years by the day: a cross of averages, %i bps against the trader', async (bps) => {
    const slippage = bps === 0 ? { kind: 'none' as const } : { kind: 'bps' as const, bps };
    const result = await run(CROSS, await recorded('daily', 'SPY'), { slippage });
    const plain = crossLoop(bps);
    expect(plain.length).toBeGreaterThan(80);
    expect(result.trades.map(centLine)).toEqual(plain);
    expect(result.orders.every((order) => order.status === 'filled')).toBe(true);
  });

  it('21 years by the hour: oversold with a stop loss, gaps and early closes included', async () => {
    const from = '2000-01-01T00:00:00Z';
    const data = await recorded('hour', 'SPY', { from });
    expect(data.quarantinedCount).toBe(0);
    const plain = oversoldLoop(from);
    const result = await run(OVERSOLD, data);
    expect(plain.length).toBeGreaterThan(300);
    expect(plain.filter((line) => line.endsWith('stop_loss')).length).toBeGreaterThan(50);
    expect(result.trades.map(centLine)).toEqual(plain);
    const stops = result.orders.filter((order) => order.role === 'stop_loss');
    const gapped = stops.filter((order) => order.fills.some((fill) => fill.price < order.stopPrice!));
    expect(gapped.length).toBeGreaterThan(10);
  });
});
