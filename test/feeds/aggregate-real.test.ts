import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../engine/feeds/csv.ts';
import { createAggregator } from '../../engine/market/aggregator.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { calendarOf } from '../../engine/market/calendars.ts';
import type { Timeframe } from '../../engine/market/timeframe.ts';
import { MISSING_DATA, SHARED } from '../market/shared-data.ts';

const read = async (folder: string, symbol: string): Promise<Bars> => {
  const { data } = await readCsv({ path: join(SHARED, folder), symbols: [symbol], hours: 'regular' });
  return data.bars.get(symbol)!;
};

function aggregated(bars: Bars, timeframe: Timeframe): number[][] {
  const aggregator = createAggregator(calendarOf(bars.symbol), timeframe, 'regular', 'clock');
  const out: number[][] = [];
  for (let i = 0; i < bars.length; i++) {
    aggregator.add(bars, i);
    if (aggregator.due() <= bars.end[i]!) {
      out.push([...aggregator.cells.subarray(0, 6)]);
      aggregator.take();
    }
  }
  return out;
}

const rows = (bars: Bars, from: number, to: number): number[][] =>
  Array.from({ length: bars.length }, (_, i) =>
    [bars.start, bars.end, bars.open, bars.high, bars.low, bars.close].map((column) => column[i]!),
  ).filter(([start]) => start! >= from && start! < to);

describe.skipIf(MISSING_DATA)('minutes put together', () => {
  it.each([
    ['SPY', 'hour', '1h', 42, 2],
    ['SPY', 'daily', '1d', 6, 0],
    ['AAPL', 'hour', '1h', 21, 0],
    ['AAPL', 'daily', '1d', 3, 0],
  ] as const)('%s are the published bars of the %s', async (symbol, folder, timeframe, count, strays) => {
    const minutes = await read('minute', symbol);
    const published = await read(folder, symbol);
    const got = aggregated(minutes, timeframe);
    expect(got.length).toBe(count);
    const want = rows(published, minutes.start[0]!, minutes.end[minutes.length - 1]!);
    expect(got.map(([start, end]) => [start, end])).toEqual(want.map(([start, end]) => [start, end]));
    // The publisher made its bars of unrounded trades, so prices differ by a cent; twice it left out a stray trade.
    const off = got.flatMap((row, i) => row.slice(2).map((price, k) => Math.abs(price - want[i]![k + 2]!) / price));
    expect(off.filter((part) => part > 2e-4).length).toBe(strays);
  });
});
