import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { isSpike, priceFault } from '../../engine/feeds/row-check.ts';
import { createSampleMarket, sampleData } from '../../engine/feeds/sample.ts';
import type { Bars, MarketData } from '../../engine/market/bars.ts';
import { calendarOf } from '../../engine/market/calendars.ts';
import { MINUTE } from '../../engine/market/time.ts';

const STOCKS = [
  'SPY',
  'QQQ',
  'AAPL',
  'MSFT',
  'GOOGL',
  'AMZN',
  'NVDA',
  'TSLA',
  'META',
  'JPM',
  'KO',
  'ACME',
  'ZZTOP',
  'WIDGET',
  'ABC',
];
const COINS = ['BTC/USD', 'ETH/USD', 'DOGE/USD'];

const columns = (bars: Bars) =>
  [bars.start, bars.end, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap!] as const;

const fingerprint = (bars: Bars): string => {
  const hash = createHash('sha256');
  for (const column of columns(bars)) hash.update(new Uint8Array(column.slice().buffer));
  return hash.digest('hex').slice(0, 16);
};

function dailyReturns(bars: Bars): number[] {
  const closes: number[] = [];
  for (let i = 0; i < bars.length; i++) if (bars.session[i + 1] !== bars.session[i]) closes.push(bars.close[i]!);
  return closes.slice(1).map((close, i) => Math.log(close / closes[i]!));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const correlation = (a: readonly number[], b: readonly number[]) =>
  mean(a.map((value, i) => (value - mean(a)) * (b[i]! - mean(b)))) / deviation(a) / deviation(b);

let year: MarketData;
let returns: Map<string, number[]>;

beforeAll(() => {
  year = sampleData(createSampleMarket({ symbols: STOCKS, sessions: 252, warmup: 252 }), 0, 504);
  returns = new Map([...year.bars].map(([symbol, bars]) => [symbol, dailyReturns(bars)]));
});

describe('the sample market', () => {
  it('has the same bytes for the same seed, whatever else is asked for and in whatever order', () => {
    const all = createSampleMarket({ symbols: [...COINS, ...STOCKS], sessions: 252, warmup: 20 });
    const alone = createSampleMarket({ symbols: ['AAPL'], sessions: 60, warmup: 0 });
    // Both hold 2024-12-31 last.
    const late = alone.session(59).get('AAPL')!;
    const late2 = all.session(271).get('AAPL')!;
    expect([alone.date(59), all.date(271)]).toEqual(['2024-12-31', '2024-12-31']);
    expect(fingerprint(late)).toBe(fingerprint(late2));
    const before = fingerprint(all.session(100).get('BTC/USD')!);
    all.session(5);
    expect(fingerprint(all.session(100).get('BTC/USD')!)).toBe(before);
    const other = createSampleMarket({ seed: 8, symbols: ['AAPL'], sessions: 60, warmup: 0 });
    expect(fingerprint(other.session(59).get('AAPL')!)).not.toBe(fingerprint(late));
  });

  it('has the bytes it had when this was written', () => {
    const market = createSampleMarket({ symbols: ['SPY', 'ACME', 'BTC/USD'], sessions: 252, warmup: 0 });
    const golden = [0, 100, 300].flatMap((n) => [...market.session(n).values()].map(fingerprint));
    expect(golden).toMatchInlineSnapshot(`
      [
        "fd22fa8b2d278bf9",
        "34b0eb94f714024e",
        "bd74ad1794446533",
        "f5a14eb5d1b1d94f",
        "17211f5406fa66c7",
        "7fca03b6b544323e",
        "919139ed1cf0df2b",
        "c4ad6d255e3bf2d7",
        "41715444613d39e4",
      ]
    `);
  });

  it('gives whole columns that are its sessions one after the other', () => {
    const market = createSampleMarket({ symbols: ['KO', 'ETH/USD'], sessions: 10, warmup: 5 });
    const whole = sampleData(market, 3, 4);
    for (const symbol of market.symbols) {
      const parts = [3, 4, 5, 6].map((n) => market.session(n).get(symbol)!);
      const bars = whole.bars.get(symbol)!;
      columns(bars).forEach((column, c) => {
        expect([...column]).toEqual(parts.flatMap((part) => [...columns(part)[c]!]));
      });
    }
    expect(whole).toMatchObject({ source: 'sample market (SYNTHETIC)', synthetic: true, quarantinedCount: 0 });
    expect(whole.barsUsed).toBe(whole.rowsRead);
    expect(whole.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has no bar that the check of files would refuse, prices in ticks, times in the session', () => {
    const coins = sampleData(createSampleMarket({ symbols: COINS, sessions: 60, warmup: 0 }), 0, 60);
    let checked = 0;
    for (const bars of [...year.bars.values(), ...coins.bars.values()]) {
      const calendar = calendarOf(bars.symbol);
      for (let i = 0; i < bars.length; i++) {
        const start = bars.start[i]!;
        const open = bars.open[i]!;
        const high = bars.high[i]!;
        const low = bars.low[i]!;
        const close = bars.close[i]!;
        const volume = bars.volume[i]!;
        const vwap = bars.vwap![i]!;
        const fault = priceFault(open, high, low, close, volume);
        if (fault !== undefined) expect.fail(`${bars.symbol} ${i}: ${fault}`);
        if (i > 0 && i + 1 < bars.length && isSpike(bars.close[i - 1]!, high, low, bars.open[i + 1]!))
          expect.fail('spike');
        if (!(vwap >= low && vwap <= high && volume > 0)) expect.fail(`${bars.symbol} ${i}: vwap ${vwap}`);
        if (open >= 5 && Math.round(close * 100) / 100 !== close)
          expect.fail(`${bars.symbol} ${close} is no price in cents`);
        if (start <= (bars.start[i - 1] ?? 0)) expect.fail(`${bars.symbol} ${i} is not in order`);
        const session = bars.session[i]!;
        if (start < calendar.open(session) || start + MINUTE > calendar.close(session))
          expect.fail('outside the session');
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(2_500_000);
    expect(year.bars.get('SPY')!.length).toBe(504 * 390 - 5 * 180);
    // 60 sessions to 2024-12-31 span 88 days less the days before the first of them.
    expect(coins.bars.get('BTC/USD')!.length % 1440).toBe(0);
  });

  it('moves as shares do: near a tenth to a half a year, fat tails, correlated', () => {
    const vol = (symbol: string) => deviation(returns.get(symbol)!) * Math.sqrt(252);
    expect(vol('SPY')).toBeGreaterThan(0.09);
    expect(vol('SPY')).toBeLessThan(0.25);
    expect(vol('TSLA')).toBeGreaterThan(vol('AAPL'));
    expect(vol('KO')).toBeLessThan(vol('AAPL'));
    const pairs = STOCKS.flatMap((a, i) =>
      STOCKS.slice(i + 1).map((b) => correlation(returns.get(a)!, returns.get(b)!)),
    );
    expect(mean(pairs)).toBeGreaterThan(0.25);
    expect(mean(pairs)).toBeLessThan(0.75);
    expect(Math.max(...pairs)).toBeLessThan(0.99);
    expect(correlation(returns.get('SPY')!, returns.get('QQQ')!)).toBeGreaterThan(0.8);
    expect(correlation(returns.get('AAPL')!, returns.get('MSFT')!)).toBeGreaterThan(
      correlation(returns.get('AAPL')!, returns.get('KO')!),
    );
    const spy = returns.get('SPY')!;
    const kurtosis = mean(spy.map((value) => ((value - mean(spy)) / deviation(spy)) ** 4));
    expect(kurtosis).toBeGreaterThan(3.3);
    const size = spy.map(Math.abs);
    expect(correlation(size.slice(1), size.slice(0, -1))).toBeGreaterThan(0.05);
  });

  it('keeps prices plausible for ten years', () => {
    const market = createSampleMarket({ symbols: STOCKS, sessions: 252, warmup: 0 });
    expect(market.length).toBeGreaterThan(252 * 11);
    for (const n of [0, 251, 1000, 2000, market.length - 1]) {
      for (const [symbol, bars] of market.session(n)) {
        const start = year.bars.get(symbol)!.close[252 * 390]!;
        const now = bars.close[0]!;
        if (!(now > start / 40 && now < start * 40)) expect.fail(`${symbol} at ${now} in session ${n}, from ${start}`);
      }
    }
    expect(market.session(market.length).size).toBe(0);
    expect(() => market.session(-1)).toThrow(RangeError);
    expect(() => createSampleMarket({ symbols: [], sessions: 252, warmup: 9000 })).toThrow(RangeError);
  });

  it('trades most at the open and the close, and a small company not every minute', () => {
    const spy = year.bars.get('SPY')!;
    const byMinute = new Float64Array(390);
    for (let i = 0; i < spy.length; i++) {
      const minute = (spy.start[i]! - calendarOf('SPY').open(spy.session[i]!)) / MINUTE;
      byMinute[minute] = byMinute[minute]! + spy.volume[i]!;
    }
    const average = (from: number, to: number) => mean([...byMinute.subarray(from, to)]);
    expect(average(0, 30)).toBeGreaterThan(1.5 * average(180, 210));
    expect(average(360, 390)).toBeGreaterThan(1.2 * average(180, 210));
    const bars = STOCKS.map((symbol) => year.bars.get(symbol)!.length);
    expect(Math.min(...bars)).toBeLessThan(spy.length * 0.98);
    expect(Math.min(...bars)).toBeGreaterThan(spy.length * 0.75);
    expect(bars.filter((length) => length === spy.length).length).toBeGreaterThan(10);
  });

  it('lets ordinary rules trade: hourly averages cross, and RSI passes 30 and 70', () => {
    for (const symbol of ['SPY', 'AAPL', 'KO']) {
      const bars = year.bars.get(symbol)!;
      const hours: number[] = [];
      for (let i = 59; i < bars.length; i += 60) hours.push(bars.close[i]!);
      let crosses = 0;
      let oversold = 0;
      let overbought = 0;
      let side = 0;
      for (let i = 30; i < hours.length; i++) {
        const sign = Math.sign(mean(hours.slice(i - 9, i + 1)) - mean(hours.slice(i - 29, i + 1)));
        if (side !== 0 && sign !== side) crosses++;
        side = sign;
        const changes = hours.slice(i - 13, i + 1).map((close, k) => close - hours[i - 14 + k]!);
        const up = changes.filter((change) => change > 0).reduce((sum, change) => sum + change, 0);
        const rsi = (100 * up) / changes.reduce((sum, change) => sum + Math.abs(change), 0);
        if (rsi < 30) oversold++;
        if (rsi > 70) overbought++;
      }
      expect(crosses).toBeGreaterThan(40);
      expect(oversold).toBeGreaterThan(40);
      expect(overbought).toBeGreaterThan(40);
    }
  });

  it('gives coins every minute since the session day before', () => {
    const market = createSampleMarket({ symbols: ['BTC/USD'], sessions: 252, warmup: 0 });
    const monday = Array.from({ length: 20 }, (_, n) => n).find((n) => market.date(n) === '2024-01-08')!;
    const bars = market.session(monday).get('BTC/USD')!;
    expect(bars.length).toBe(3 * 1440);
    expect(bars.start[0]).toBe(Date.parse('2024-01-06T00:00Z'));
    expect(bars.end[bars.length - 1]).toBe(Date.parse('2024-01-09T00:00Z'));
  });
});
