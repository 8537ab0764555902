import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BarsQuery, createAlpacaHistory, type HistoryOptions } from '../../../engine/feeds/alpaca/history.ts';
import { ratioOf, splitsBehind } from '../../../engine/feeds/alpaca/splits.ts';
import { calendarOf, xnys } from '../../../engine/market/calendars.ts';
import type { MinuteBar } from '../../../engine/market/minute-bar.ts';
import { DAY, instant, MINUTE } from '../../../engine/market/time.ts';
import '../../properties.ts';
import { madeBar } from './made-minutes.ts';

/** AAPL's 7:1 split of 2014-06-09: 645.57 on the Friday, 93.70 on the Monday. */
const FRIDAY_CLOSE = Date.parse('2014-06-06T20:00:00Z');
const MONDAY_OPEN = Date.parse('2014-06-09T13:30:00Z');

const cents = (price: number): number => Math.round(price * 100) / 100;

/** A broker whose prices of AAPL are 700 until the split and 100 after it; `asked` holds what was asked of it. */
function broker(options: Partial<HistoryOptions> = {}, freePlan = false, now = MONDAY_OPEN - MINUTE) {
  const asked: BarsQuery[] = [];
  const history = createAlpacaHistory({
    source: {
      async bars(query) {
        asked.push(query);
        if (freePlan && query.feed === 'sip' && query.to > now - 15 * MINUTE) {
          throw Object.assign(new Error('subscription does not permit querying recent SIP data'), {
            kind: 'forbidden',
          });
        }
        const out = new Map<string, MinuteBar[]>();
        for (const symbol of query.symbols) {
          if (symbol === 'NONE') continue;
          const bars: MinuteBar[] = [];
          const put = (start: number) => {
            const split = symbol === 'AAPL' && start < Date.parse('2014-06-09T04:00:00Z') ? 7 : 1;
            const bar = madeBar(symbol, start);
            const raw = cents(bar.close * split);
            const price = query.adjustment === 'raw' ? raw : cents(raw / split);
            bars.push({ ...bar, open: price, high: price, low: price, close: price });
          };
          if (query.size === 'day') {
            for (let session = 0, at = query.from; at < query.to; at += DAY) {
              session = xnys().sessionOn(instant(at));
              const midnight = xnys().midnight(xnys().open(session));
              if (midnight >= query.from && midnight < query.to && bars.at(-1)?.start !== midnight) put(midnight);
            }
          } else {
            for (let start = query.from; start < query.to; start += MINUTE) {
              if (start + MINUTE <= now && calendarOf(symbol).sessionAt(instant(start)) >= 0) put(start);
            }
          }
          if (bars.length > 0) out.set(symbol, bars);
        }
        return out;
      },
    },
    now: () => now,
    feed: 'iex',
    ...options,
  });
  return { history, asked };
}

describe('history before the open of a split day', () => {
  it('stands on the footing of the stream to come, and the split is told', async () => {
    const { history } = broker();
    const { bars, splits, warnings } = await history.minutes(['AAPL', 'SPY'], FRIDAY_CLOSE - 10 * MINUTE, FRIDAY_CLOSE);
    expect(bars.get('AAPL')).toHaveLength(10);
    for (const bar of bars.get('AAPL')!) expect(bar.close).toBeCloseTo(madeBar('AAPL', bar.start).close, 2);
    expect(splits).toEqual([{ symbol: 'AAPL', date: '2014-06-09', split: 7, dividend: 0 }]);
    expect(warnings).toEqual([]);
    expect(await history.splitsOn(['AAPL', 'SPY'], '2014-06-09')).toEqual(splits);
    expect(await history.splitsOn(['AAPL', 'SPY'], '2014-06-06')).toEqual([]);
  });

  it('of raw bars is as it was paid', async () => {
    const { history } = broker();
    const [bar] = await history.raw(['AAPL'], FRIDAY_CLOSE - MINUTE, FRIDAY_CLOSE);
    expect(bar!.close).toBeCloseTo(madeBar('AAPL', FRIDAY_CLOSE - MINUTE).close * 7, 1);
  });
});

describe('the feed of the history', () => {
  const from = MONDAY_OPEN;
  const now = MONDAY_OPEN + 60 * MINUTE;

  it('other than that of the live bars is a warning', async () => {
    const { history } = broker({ historyFeed: 'sip' }, false, now);
    const { warnings } = await history.minutes(['SPY'], from, now);
    expect(warnings).toEqual([
      'the history comes from SIP, live bars from IEX: rules on volume compare what cannot be compared',
    ]);
  });

  it('SIP on the free plan gives what is old enough, IEX the rest', async () => {
    const { history, asked } = broker({ historyFeed: 'sip' }, true, now);
    const { bars, warnings } = await history.minutes(['SPY'], from, now);
    expect(bars.get('SPY')?.map(({ start }) => (start - from) / MINUTE)).toEqual(
      Array.from({ length: 60 }, (_, i) => i),
    );
    expect(warnings[1]).toContain('15 minutes old');
    const minutes = asked
      .filter(({ size }) => size === 'minute')
      .map(({ feed, from: a, to }) => [feed, now - a, now - to]);
    expect(minutes).toEqual([
      ['sip', 60 * MINUTE, 0],
      ['sip', 60 * MINUTE, 16 * MINUTE],
      ['iex', 16 * MINUTE, 0],
    ]);
  });

  it('SIP as the live feed on the free plan is the error that it is', async () => {
    const { history } = broker({ feed: 'sip' }, true, now);
    await expect(history.minutes(['SPY'], from, now)).rejects.toThrow('does not permit');
  });
});

describe('history', () => {
  it('ends with the last whole minute, names what is missing, and asks for coins apart', async () => {
    const now = MONDAY_OPEN + 10 * MINUTE;
    const { history, asked } = broker({}, false, now);
    const { bars, warnings } = await history.minutes(['NONE', 'SPY', 'BTC/USD'], MONDAY_OPEN, now - 30_000);
    expect(bars.get('SPY')).toHaveLength(9);
    expect(bars.get('BTC/USD')).toHaveLength(9);
    expect(warnings).toEqual(['no history of NONE: its rules warm up on live bars']);
    expect(asked.filter(({ size }) => size === 'minute').map(({ symbols }) => symbols)).toEqual([
      ['NONE', 'SPY'],
      ['BTC/USD'],
    ]);
  });

  it('asks for no more symbols at once than an address holds', async () => {
    const { history, asked } = broker();
    const symbols = Array.from({ length: 450 }, (_, i) => `S${i}`);
    await history.raw(symbols, FRIDAY_CLOSE - MINUTE, FRIDAY_CLOSE);
    expect(asked.map((query) => query.symbols.length)).toEqual([200, 200, 50]);
  });
});

describe('splits', () => {
  it('are found behind rounded prices', () => {
    const ratios = [2, 3, 4, 5, 7, 10, 20, 50, 1.5, 1.25, 0.5, 0.1, 0.05, 1.05];
    fc.assert(
      fc.property(fc.constantFrom(...ratios), fc.integer({ min: 2_000, max: 500_000 }), (ratio, price) => {
        const adjusted = price / 100;
        const raw = cents(adjusted * ratio);
        fc.pre(raw > 5);
        expect(ratioOf(raw, cents(raw / ratio))).toBeCloseTo(ratio, 2);
        expect(ratioOf(adjusted, adjusted)).toBe(1);
      }),
    );
  });

  it('follow one another', () => {
    const days = [
      { date: '2020-01-02', raw: 600, adjusted: 20 },
      { date: '2020-01-03', raw: 303, adjusted: 20.2 },
      { date: '2020-01-06', raw: 20.4, adjusted: 20.4 },
    ];
    expect(splitsBehind('X', days, '2020-01-07')).toEqual([
      { symbol: 'X', date: '2020-01-03', split: 2, dividend: 0 },
      { symbol: 'X', date: '2020-01-06', split: 15, dividend: 0 },
    ]);
  });
});
