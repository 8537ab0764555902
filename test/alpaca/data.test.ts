import { afterEach, describe, expect, it } from 'vitest';
import type { Bars } from '../../engine/market/bars.ts';
import { ask } from './client.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaOptions, type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

/** `count` minutes from `first` on, whose prices count up from `price`. */
const rising = (price: number, count: number): WrittenBar[] =>
  Array.from(
    { length: count },
    (_, i) => [price + i, price + i + 0.5, price + i - 0.5, price + i + 0.25, 100] as const,
  );

function joined(...parts: readonly Bars[]): Bars {
  const column = (of: (bars: Bars) => Float64Array): Float64Array =>
    Float64Array.from(parts.flatMap((bars) => [...of(bars)]));
  return {
    ...parts[0]!,
    length: parts.reduce((sum, { length }) => sum + length, 0),
    start: column(({ start }) => start),
    end: column(({ end }) => end),
    open: column(({ open }) => open),
    high: column(({ high }) => high),
    low: column(({ low }) => low),
    close: column(({ close }) => close),
    volume: column(({ volume }) => volume),
  };
}

/** Two sessions of SPY around a 2:1 split, the second under way; AAPL beside it; a coin. */
async function market(options: AlpacaOptions = {}): Promise<void> {
  const spy = joined(
    writtenBars('SPY', '2024-06-03T13:00:00Z', rising(100, 60)),
    writtenBars('SPY', '2024-06-04T13:30:00Z', rising(80, 60)),
  );
  const script = scriptOf(
    [
      spy,
      writtenBars('AAPL', '2024-06-04T13:30:00Z', rising(200, 5)),
      writtenBars('BTC/USD', '2024-06-04T13:30:00Z', [[6e4, 6e4, 6e4, 6e4, 0.125]]),
    ],
    [
      { symbol: 'SPY', date: '2024-06-04', split: 2, dividend: 0 },
      { symbol: 'SPY', date: '2024-06-03', split: 1, dividend: 1 },
      { symbol: 'AAPL', date: '2024-06-05', split: 0.5, dividend: 0 },
    ],
  );
  simulator = await startAlpaca({ script, start: '2024-06-04T14:00:00Z', ...options });
}

// biome-ignore lint/suspicious/noExplicitAny: bars as they come
const bars = async (query: string): Promise<any[]> =>
  (await ask(simulator, 'GET', `/v2/stocks/SPY/bars?feed=iex&${query}`)).body.bars;

describe('history', () => {
  it('gives minutes that are over, both ends included', async () => {
    await market();
    const got = await bars('timeframe=1Min&start=2024-06-04T13:57:00Z&end=2024-06-04T14:00:00Z');
    expect(got.map(({ t }) => t.slice(11, 16))).toEqual(['13:57', '13:58', '13:59']);
    expect(got[2]).toEqual({
      t: '2024-06-04T13:59:00Z',
      o: 109,
      h: 109.5,
      l: 108.5,
      c: 109.25,
      v: 100,
      n: 1,
      vw: 109.083333,
    });
  });

  it('makes larger ones by the clock of New York', async () => {
    await market();
    expect(
      (await bars('timeframe=15Min&start=2024-06-04&end=2024-06-04')).map(({ t, o, c, v }) => [
        t.slice(11, 16),
        o,
        c,
        v,
      ]),
    ).toEqual([
      ['13:30', 80, 94.25, 1_500],
      ['13:45', 95, 109.25, 1_500],
    ]);
    expect((await bars('timeframe=1Hour&start=2024-06-03&end=2024-06-03')).map(({ t, v }) => [t, v])).toEqual([
      ['2024-06-03T13:00:00Z', 6_000],
    ]);
    const days = await bars('timeframe=1Day&start=2024-06-01');
    // Prices of the regular hours, volume of all of them.
    expect(days.map(({ t, o, c, v }) => [t, o, c, v])).toEqual([
      ['2024-06-03T04:00:00Z', 130, 159.25, 6_000],
      ['2024-06-04T04:00:00Z', 80, 109.25, 3_000],
    ]);
    expect((await bars('timeframe=1Week&start=2024-06-01')).map(({ t, o, c }) => [t, o, c])).toEqual([
      ['2024-06-03T04:00:00Z', 130, 109.25],
    ]);
    expect((await bars('timeframe=1Month&start=2024-05-01')).map(({ t }) => t)).toEqual(['2024-06-01T04:00:00Z']);
  });

  it('adjusts for splits and dividends when asked', async () => {
    await market();
    const close = async (adjustment: string): Promise<unknown[]> => {
      const [first] = await bars(`timeframe=1Day&start=2024-06-03&adjustment=${adjustment}`);
      return [first.c, first.v];
    };
    expect(await close('raw')).toEqual([159.25, 6_000]);
    expect(await close('split')).toEqual([79.625, 12_000]);
    expect(await close('all')).toEqual([79.625, 12_000]);
    const actions = await ask(
      simulator,
      'GET',
      '/v1/corporate-actions?symbols=SPY,AAPL&start=2024-06-01&end=2024-06-30',
    );
    expect(actions.body.corporate_actions).toMatchObject({
      forward_splits: [{ symbol: 'SPY', new_rate: 2, old_rate: 1, ex_date: '2024-06-04' }],
      reverse_splits: [{ symbol: 'AAPL', new_rate: 1, old_rate: 2 }],
      cash_dividends: [{ symbol: 'SPY', rate: 1 }],
    });
  });

  it('pages over all symbols; one without bars is absent', async () => {
    await market();
    const seen: string[] = [];
    let token: string | null = '';
    for (let pages = 0; token !== null; pages++) {
      expect(pages).toBeLessThan(20);
      const query: string = `symbols=SPY,NONE,AAPL&timeframe=1Min&feed=iex&start=2024-06-04&limit=4${token === '' ? '' : `&page_token=${encodeURIComponent(token)}`}`;
      const { body } = await ask(simulator, 'GET', `/v2/stocks/bars?${query}`);
      const found = Object.entries<{ t: string }[]>(body.bars).flatMap(([symbol, list]) =>
        list.map(({ t }) => `${symbol} ${t}`),
      );
      expect(found.length).toBeLessThanOrEqual(4);
      seen.push(...found);
      token = body.next_page_token;
    }
    expect(seen).toHaveLength(35);
    expect(new Set(seen).size).toBe(35);
    expect(seen).toEqual([...seen].sort());
    const last = await bars('timeframe=1Min&start=2024-06-04&sort=desc&limit=2');
    expect(last.map(({ t }) => t.slice(11, 16))).toEqual(['13:59', '13:58']);
  });

  it('keeps the consolidated tape 15 minutes from the free plan', async () => {
    await market();
    const sip = (end: string) =>
      ask(simulator, 'GET', `/v2/stocks/bars?symbols=SPY&timeframe=1Min&start=2024-06-04&feed=sip${end}`);
    expect(await sip('&end=2024-06-04T13:46:00Z')).toMatchObject({
      status: 403,
      body: { message: 'subscription does not permit querying recent SIP data' },
    });
    expect((await sip('&end=2024-06-04T13:45:00Z')).body.bars.SPY).toHaveLength(16);
    expect((await sip('')).body.bars.SPY).toHaveLength(16);
    expect((await ask(simulator, 'GET', '/v2/stocks/SPY/bars/latest?feed=sip')).status).toBe(403);
    await simulator.close();
    await market({ plan: 'paid' });
    expect((await sip('')).body.bars.SPY).toHaveLength(30);
  });

  it('sees on IEX the share of the volume that it is given', async () => {
    await market({ iexShare: 0.03 });
    expect((await bars('timeframe=1Min&start=2024-06-04&limit=1'))[0].v).toBe(3);
  });

  it.each<[string, string]>([
    ['timeframe=60Min', 'invalid timeframe: 60Min'],
    ['timeframe=5Month', 'invalid timeframe: 5Month'],
    ['timeframe=1Min&limit=10001', 'invalid limit: larger than the allowed maximum of 10000'],
    ['timeframe=1Min&start=soon', 'invalid start: cannot parse "soon"'],
    ['timeframe=1Min&adjustment=moon', 'invalid adjustment: moon'],
    ['timeframe=1Min&page_token=x', 'invalid page_token'],
  ])('refuses %s', async (query, message) => {
    await market();
    expect(await ask(simulator, 'GET', `/v2/stocks/SPY/bars?feed=iex&${query}`)).toMatchObject({
      status: 400,
      body: { message },
    });
  });
});

describe('the latest', () => {
  it('bar, quote, trade and all of them', async () => {
    await market({ spread: '0.02' });
    const get = async (path: string) => (await ask(simulator, 'GET', path)).body;
    expect((await get('/v2/stocks/bars/latest?symbols=SPY,NONE')).bars).toMatchObject({ SPY: { c: 109.25 } });
    expect(await get('/v2/stocks/SPY/bars/latest')).toMatchObject({ symbol: 'SPY', bar: { c: 109.25 } });
    expect((await get('/v2/stocks/quotes/latest?symbols=SPY')).quotes.SPY).toMatchObject({ bp: 109.24, ap: 109.26 });
    expect(await get('/v2/stocks/SPY/quotes/latest')).toMatchObject({ quote: { bp: 109.24 } });
    expect((await get('/v2/stocks/trades/latest?symbols=SPY')).trades.SPY.p).toBe(109.25);
    expect((await get('/v2/stocks/SPY/trades/latest')).trade.p).toBe(109.25);
    expect((await get('/v2/stocks/snapshots?symbols=SPY')).SPY).toMatchObject({
      dailyBar: { o: 80 },
      prevDailyBar: { c: 159.25 },
    });
    expect((await get('/v2/stocks/SPY/snapshot')).minuteBar.c).toBe(109.25);
    expect((await get('/v1beta3/crypto/us/latest/bars?symbols=BTC/USD')).bars['BTC/USD'].v).toBe(0.125);
    expect((await get('/v1beta3/crypto/us/latest/quotes?symbols=BTC/USD')).quotes['BTC/USD'].bp).toBe(59_999.99);
    expect((await get('/v1beta3/crypto/us/latest/trades?symbols=BTC/USD')).trades['BTC/USD'].p).toBe(60_000);
    expect((await get('/v1beta3/crypto/us/bars?symbols=BTC/USD&timeframe=1Day')).bars['BTC/USD'][0].t).toBe(
      '2024-06-04T00:00:00Z',
    );
    expect((await get('/v1beta3/crypto/us/bars?symbols=BTCUSD&timeframe=1Day')).message).toContain('does not match');
  });
});
