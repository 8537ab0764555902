import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypto, xnys } from '../../engine/market/calendars.ts';
import { MINUTE } from '../../engine/market/time.ts';
import { type Candles, packCandles, unpackCandles } from '../../engine/report/html/candle-columns.ts';
import { candlesOf } from '../../engine/report/html/candles.ts';
import { candleAt, eventsOf } from '../../engine/report/html/page/candle-events.ts';
import type { Report } from '../../engine/report/html/page/report.ts';
import { minuteBars } from '../market/made-bars.ts';
import { sessions } from './made-page.ts';

const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };

const columns = (rows: readonly (readonly number[])[]): Candles => {
  const column = (n: number): number[] => rows.map((row) => row[n]!);
  return { start: column(0), open: column(1), high: column(2), low: column(3), close: column(4) };
};

describe('packed candles', () => {
  it('give back every price and second', () => {
    const price = fc.tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.constantFrom(2, 4, 6)).map(([n, d]) => n / 10 ** d);
    const row = fc.tuple(fc.integer({ min: 60, max: 600_000 }), price, price, price, price);
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        let at = Date.UTC(2024, 0, 2) / 1000;
        const candles = columns(
          rows.map(([step, a, b, c, d]) => {
            at += step;
            return [at * 1000, a, Math.max(a, b, c, d), Math.min(a, b, c, d), d];
          }),
        );
        expect(unpackCandles(packCandles(candles))).toEqual(candles);
      }),
    );
  });

  it('take two decimals for cents, eight at most, and stay whole numbers for large prices', () => {
    expect(packCandles(columns([[0, 1.25, 2, 1, 1.5]])).places).toBe(2);
    expect(packCandles(columns([[0, 0.00001234, 0.00002, 0.00001, 0.000011]])).places).toBe(8);
    const large = packCandles(columns([[0, 1e12 / 3, 1e12, 1e11 / 3, 5e11]]));
    for (const column of [large.open, large.high, large.low, large.close])
      expect(column.every(Number.isSafeInteger)).toBe(true);
  });
});

describe('candles of bars', () => {
  const week = sessions('AAPL', '2024-03-04', 5);

  it('are the bars themselves where those are few', () => {
    const packed = candlesOf(week, ALL, 5 * 390);
    expect(packed).toMatchObject({ symbol: 'AAPL', timeframe: '1m', base: '1m', baseBars: 1950, left: 0 });
    expect(unpackCandles(packed).close).toEqual([...week.close]);
  });

  it('are the finest larger timeframe that fits, each made of all its bars', () => {
    // 26 quarter hours a session, 78 stretches of five minutes.
    const packed = candlesOf(week, ALL, 5 * 26);
    expect(packed.timeframe).toBe('15m');
    const candles = unpackCandles(packed);
    expect(candles.start).toHaveLength(130);
    for (let i = 0; i < 130; i++) {
      const rows = { from: i * 15, to: i * 15 + 15 };
      expect(candles.start[i]).toBe(week.start[rows.from]);
      expect(candles.open[i]).toBe(week.open[rows.from]);
      expect(candles.high[i]).toBe(Math.max(...week.high.subarray(rows.from, rows.to)));
      expect(candles.low[i]).toBe(Math.min(...week.low.subarray(rows.from, rows.to)));
      expect(candles.close[i]).toBe(week.close[rows.to - 1]);
    }
    expect(candlesOf(week, ALL, 5 * 26 - 1).timeframe).toBe('30m');
    expect(candlesOf(week, ALL, 5).timeframe).toBe('1d');
  });

  it('lie within the run', () => {
    const span = { from: week.start[390]!, to: week.end[779]! };
    const candles = unpackCandles(candlesOf(week, span, 1_000));
    expect([candles.start.length, candles.start[0], candles.start.at(-1)]).toEqual([390, span.from, span.to - MINUTE]);
  });

  it('are the latest weeks where even those are too many', () => {
    const packed = candlesOf(sessions('AAPL', '2024-01-02', 60), ALL, 4);
    expect(packed).toMatchObject({ timeframe: '1w', left: 9 });
    expect(unpackCandles(packed).start).toHaveLength(4);
  });

  it('of coins run through the night', () => {
    const starts = Array.from({ length: 2 * 1440 }, (_, n) => Date.UTC(2024, 2, 4) + n * MINUTE);
    const packed = candlesOf(minuteBars('BTC/USD', crypto(), starts), ALL, 48);
    expect(packed.timeframe).toBe('1h');
    expect(unpackCandles(packed).start).toHaveLength(48);
  });

  it('outside regular hours are gathered too', () => {
    const starts = Array.from({ length: 960 }, (_, n) => Date.UTC(2024, 2, 5, 9) + n * MINUTE);
    const early = minuteBars('AAPL', xnys(), starts);
    const packed = candlesOf(early, ALL, 16);
    expect(packed.timeframe).toBe('1h');
    expect(unpackCandles(packed).start).toEqual(Array.from({ length: 16 }, (_, n) => Date.UTC(2024, 2, 5, 9 + n)));
  });
});

describe('events', () => {
  it('lie in the last candle that starts at or before them', () => {
    expect([9, 10, 14, 15, 99].map((time) => candleAt([10, 15, 20], time))).toEqual([-1, 0, 0, 1, 2]);
    expect(candleAt([], 5)).toBe(-1);
  });

  it('are an entry and each leg of a trade, and the entry of what is still open', () => {
    const leg = { price: '101', qty: '1', pnl: '1', exitRule: 'exit.cross_back', exitReason: 'exit_rule' };
    const report = {
      trades: [
        {
          strategy: 'a',
          symbol: 'SPY',
          side: 'long',
          qty: '2',
          entryTime: '2024-03-05T15:00:00.000Z',
          entryPrice: '100',
          entryRule: 'entry.long',
          legs: [
            { ...leg, time: '2024-03-05T16:00:00.000Z' },
            { ...leg, time: '2024-03-05T18:00:00.000Z', exitReason: 'stop_loss' },
          ],
        },
        { symbol: 'QQQ', legs: [] },
      ],
      openPositions: [
        {
          strategy: 'b',
          symbol: 'SPY',
          side: 'short',
          qty: '5',
          entryTime: '2024-03-05T17:00:00.000Z',
          entryPrice: '99',
        },
      ],
      page: { openedBy: ['entry.short'] },
    } as unknown as Report;
    expect(eventsOf(report, 'SPY').map(({ kind, why, pnl, trade }) => [kind, why, pnl, trade])).toEqual([
      ['entry', 'entry.long', undefined, 0],
      ['exit', 'cross_back', '1', 0],
      ['entry', 'entry.short, still open', undefined, undefined],
      ['exit', 'stop loss', '1', 0],
    ]);
  });
});
