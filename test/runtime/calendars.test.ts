import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { MarketData } from '../../engine/market/bars.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { barsOf, flatBars, marketOf, rulesetOf, steady } from '../core/rules.ts';
import { MISSING_DATA } from '../market/shared-data.ts';
import { plainRows, recorded } from './recorded.ts';

const rules = (
  when: string,
  exit = '  time_stop: 1 bar',
  timeframe = '1h',
  symbol = 'TEST',
  head = '',
): string => `id: clock
symbols: [${symbol}]
timeframe: ${timeframe}
capital: 1000000
${head}entry:
  long:
    when: ${when}
    trigger: while_true
    size:
      shares: 1
exit:
${exit}
`;

const run = (texts: string | readonly string[], data: MarketData) =>
  runBacktest(rulesetOf(...[texts].flat()), data, {
    cash: undefined,
    from: undefined,
    to: undefined,
    assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
    closeAtEnd: false,
  });

const minute = (time: number): string => new Date(time).toISOString().slice(0, 16);

/** Instants (UTC) at which an entry was decided. */
async function decided(text: string, data: MarketData): Promise<string[]> {
  const { orders } = await run(text, data);
  return orders.filter((order) => order.role === 'entry').map((order) => minute(order.decidedAt));
}

describe('weeks in which New York changes its clock', () => {
  // Sunday 2024-03-10, from UTC-5 to UTC-4; Sunday 2023-11-05 back.
  const spring = marketOf([
    barsOf(
      'TEST',
      '1h',
      steady(21, 101).map((p) => [p, p, p, p] as const),
      '2024-03-07',
    ),
  ]);
  const autumn = marketOf([
    barsOf(
      'TEST',
      '1h',
      steady(21, 101).map((p) => [p, p, p, p] as const),
      '2023-11-02',
    ),
  ]);

  it.each([
    ['time == "10:00"', spring, ['2024-03-07T15:00', '2024-03-08T15:00', '2024-03-11T14:00']],
    ['minutes_since_open == 90', spring, ['2024-03-07T16:00', '2024-03-08T16:00', '2024-03-11T15:00']],
    ['minutes_to_close == 0', spring, ['2024-03-07T21:00', '2024-03-08T21:00', '2024-03-11T20:00']],
    ['time == "10:00"', autumn, ['2023-11-02T14:00', '2023-11-03T14:00', '2023-11-06T15:00']],
    ['minutes_to_close == 60', autumn, ['2023-11-02T19:00', '2023-11-03T19:00', '2023-11-06T20:00']],
  ] as const)('%s', async (when, data, wanted) => {
    expect(await decided(rules(when), data)).toEqual(wanted);
  });

  it('minutes make the same hours on both sides of the change', async () => {
    const minutes = marketOf([flatBars('TEST', '1m', [])]);
    expect(await decided(rules('close > 0'), minutes)).toEqual([]);
    const bars = barsOf(
      'TEST',
      '1m',
      Array.from({ length: 3 * 390 }, () => [101, 101, 101, 101] as const),
      '2024-03-07',
    );
    expect(await decided(rules('minutes_since_open == 30 or minutes_to_close == 60'), marketOf([bars]))).toEqual([
      '2024-03-07T15:00',
      '2024-03-07T20:00',
      '2024-03-08T15:00',
      '2024-03-08T20:00',
      '2024-03-11T14:00',
      '2024-03-11T19:00',
    ]);
  });
});

describe('coins, which never close', () => {
  const hours = 24 * 24;
  // From Thursday 2024-03-07 on, over a change of New York's clock; the close is the number of the hour.
  const bars = barsOf(
    'BTC/USD',
    '1h',
    Array.from({ length: hours }, (_, i) => [i + 1, i + 1, i + 1, i + 1] as const),
    '2024-03-07',
  );
  const coin = (when: string, timeframe = '1h'): Promise<string[]> =>
    decided(rules(when, '  time_stop: 1 bar', timeframe, 'BTC/USD'), marketOf([bars]));

  it('have a midnight in UTC every day, Saturdays and the change of the clock too', async () => {
    expect(minute(bars.start[0]!)).toBe('2024-03-07T00:00');
    const midnights = await coin('time == "00:00"');
    expect(midnights.slice(0, 5)).toEqual([
      '2024-03-08T00:00',
      '2024-03-09T00:00',
      '2024-03-10T00:00',
      '2024-03-11T00:00',
      '2024-03-12T00:00',
    ]);
    expect(midnights.length).toBe(24);
    expect((await coin('weekday == "sat" and time == "12:00"')).slice(0, 2)).toEqual([
      '2024-03-09T12:00',
      '2024-03-16T12:00',
    ]);
  });

  it('a day is complete at midnight, four hours at 04:00, a week on Monday', async () => {
    expect((await coin('day.close == 48'))[0]).toBe('2024-03-09T00:00');
    expect(await coin('day.close == 48 and day.close != close - 23')).toHaveLength(23);
    expect((await coin('h4.close == 8'))[0]).toBe('2024-03-07T08:00');
    expect((await coin('h4.close == 8')).at(-1)).toBe('2024-03-07T11:00');
    // Thursday to Sunday are 96 hours.
    expect((await coin('week.close == 96'))[0]).toBe('2024-03-11T00:00');
    expect((await coin('week.close == 96')).at(-1)).toBe('2024-03-17T23:00');
  });

  it('four-hour decisions fall on the fours of UTC', async () => {
    expect((await coin('close > 0', '4h')).slice(0, 3)).toEqual([
      '2024-03-07T04:00',
      '2024-03-07T08:00',
      '2024-03-07T12:00',
    ]);
  });

  it('equity is sampled each UTC day', async () => {
    const result = await run(rules('close > 0', '  time_stop: 1 bar', '1h', 'BTC/USD'), marketOf([bars]));
    expect(result.equity.map((point) => minute(point.time))).toEqual(
      Array.from({ length: 24 }, (_, n) => minute(Date.UTC(2024, 2, 8 + n))),
    );
  });
});

describe.skipIf(MISSING_DATA)('days that close at 13:00 (skipped when ../shared/data is missing)', () => {
  const days = [
    ['2013-07-03', '2013-07-02', '2013-07-06', '17:00', '16:00'],
    ['2013-11-29', '2013-11-27', '2013-11-30', '18:00', '17:00'],
  ] as const;

  it.each(days)('%s: the day is complete, and everybody flat, by then', async (date, from, to, close, before) => {
    const data = await recorded('hour', 'SPY', { from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` });
    const of = (list: readonly string[]): string[] => list.filter((time) => time.startsWith(date));
    expect(of(await decided(rules('minutes_to_close == 0', undefined, '1h', 'SPY'), data))).toEqual([
      `${date}T${close}`,
    ]);
    // The close of the day is the last hour's; the file has later bars on some of these days.
    const rows = plainRows('hour', 'SPY').filter(({ time }) =>
      new Date(time).toISOString().startsWith(`${date}T${before}`),
    );
    expect(rows).toHaveLength(1);
    const price = rows[0]!.close / 10_000;
    expect(of(await decided(rules(`day.close == ${price}`, undefined, '1h', 'SPY'), data))).toEqual([
      `${date}T${close}`,
    ]);
    const text = rules(
      'minutes_since_open == 90',
      '  when: close < 0',
      '1h',
      'SPY',
      'session:\n  flat_by: 5m before close\n',
    );
    const flat = (await run(text, data)).trades.filter((trade) => minute(trade.entryTime).startsWith(date));
    expect(flat.map((trade) => [minute(trade.exitTime), trade.exitReason])).toEqual([[`${date}T${before}`, 'session']]);
    const until = rules('close > 0', undefined, '1h', 'SPY', 'session:\n  entries_until: 90m before close\n');
    // What is decided at the close fills at the next open, which lies inside the next day's window.
    expect(of(await decided(until, data)).map((time) => time.slice(11))).toEqual([
      ...(close === '17:00' ? ['14:00', '15:00'] : ['15:00', '16:00']),
      close,
    ]);
    const samples = (await run(rules('close > 0', undefined, '1h', 'SPY'), data)).equity.map((point) =>
      minute(point.time),
    );
    expect(samples).toContain(`${date}T${close}`);
  });
});

describe.skipIf(MISSING_DATA)('extended hours of recorded minutes (skipped when ../shared/data is missing)', () => {
  const extended = 'session:\n  hours: extended\n';

  it('decides and fills before the open and after the close; a regular neighbour does not', async () => {
    const data = await recorded('minute', 'SPY', { hours: 'extended' });
    const early = rules('time == "08:00" or time == "17:30"', '  when: close < 0', '30m', 'SPY', extended);
    const regular = rules('close > 0', '  when: close < 0', '30m', 'SPY').replace('id: clock', 'id: regular');
    const result = await run(early, data);
    expect(minute(result.orders[0]!.decidedAt)).toBe('2013-10-04T12:00');
    const rows = plainRows('minute', 'SPY');
    const next = rows.find(({ time }) => time >= Date.parse('2013-10-04T12:00:00Z'))!;
    expect([result.orders[0]!.fills[0]!.time, Number(result.orders[0]!.fills[0]!.price) / 1e5]).toEqual([
      next.time,
      Math.ceil(next.open / 100) * 100,
    ]);
    const both = await run(regular, data);
    expect(minute(both.orders[0]!.decidedAt)).toBe('2013-10-04T14:00');
    expect(minute(both.orders[0]!.fills[0]!.time)).toBe('2013-10-04T14:00');
  });

  it.each(['1m', '5m'])('a regular strategy on bars of %s reads no bar of the extended hours', async (timeframe) => {
    const text = rules('close != prev(close, 1)', '  time_stop: 1 bar', timeframe, 'SPY');
    const alone = await run(text, await recorded('minute', 'SPY'));
    const among = await run(text, await recorded('minute', 'SPY', { hours: 'extended' }));
    expect(alone.orders.length).toBeGreaterThan(100);
    expect(among.orders).toEqual(alone.orders);
  });

  it('a stop of a regular strategy is not hit outside its hours', async () => {
    const data = await recorded('minute', 'SPY', { hours: 'extended' });
    const wide = rules('time == "19:30"', '  time_stop: 1 bar', '30m', 'SPY', extended).replace(
      'id: clock',
      'id: wide',
    );
    const own = rules('time == "10:00"', '  stop_loss:\n    pct: 0.3', '30m', 'SPY');
    const alone = await run(own, await recorded('minute', 'SPY'));
    const beside = await run([own, wide], data);
    const line = (result: typeof alone): string[] =>
      result.trades
        .filter((trade) => trade.strategy === 'clock')
        .map((trade) => `${minute(trade.entryTime)} ${minute(trade.exitTime)} ${trade.pnl}`);
    expect(alone.trades.length).toBeGreaterThan(2);
    expect(line(beside)).toEqual(line(alone));
    expect(beside.trades.some((trade) => trade.strategy === 'wide')).toBe(true);
  });
});
