import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndicatorEntry } from '../../../engine/indicators/entry.ts';
import { WINDOW_ENTRIES } from '../../../engine/indicators/windows.ts';
import { inputsOf, machine, realBars, run, seeded, walk } from './series.ts';

const entry = (name: string): IndicatorEntry => WINDOW_ENTRIES.find((candidate) => candidate.name === name)!;

/** `numerator / denominator` to the nearest double, give or take one unit in the last place. */
const quotient = (numerator: bigint, denominator: bigint): number => {
  const shifted = (numerator << 200n) / denominator;
  return Number(shifted) / 2 ** 200;
};

/** Sum, mean and variance of prices in ten-thousandths, in whole numbers without any rounding until the end. */
const exact = (window: ArrayLike<number>): { sum: number; mean: number; variance: number } => {
  const ticks = Array.from(window, (x) => BigInt(Math.round(x * 10_000)));
  const n = BigInt(ticks.length);
  const sum = ticks.reduce((a, b) => a + b, 0n);
  const squares = ticks.reduce((a, b) => a + b * b, 0n);
  return {
    sum: quotient(sum, 10_000n),
    mean: quotient(sum, 10_000n * n),
    variance: quotient(n * squares - sum * sum, n * n * 100_000_000n),
  };
};

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 4e-15 * Math.abs(b);

describe('windows on the price grid are exact', () => {
  const real = realBars('hour/SPY');
  const volumes = walk(5_000, 19, true).volume.map((v) => v * 1_000);
  const dear = walk(5_000, 23, false).close.map((x) => Math.round(x * 6_000 * 100) / 100);
  const series: readonly (readonly [string, Float64Array | undefined, number])[] = [
    ['a walk in cents', walk(5_000, 17, true).close, 20],
    ['a long window', walk(5_000, 17, true).close, 333],
    ['sub-pennies', walk(5_000, 29, true).close.map((x) => Math.round(x * 123.4567) / 10_000), 20],
    ['prices too far apart for exact squares', dear, 50],
    ['volumes in billions', volumes, 20],
    ['hourly SPY (skipped without ../shared/data)', real?.close.slice(0, 8_000), 20],
  ];
  it.each(series.filter(([, xs]) => xs))('%s', (_name, xs, n) => {
    const sum = run(entry('sum'), [n], [xs!])[0]!;
    const mean = run(entry('sma'), [n], [xs!])[0]!;
    const variance = run(entry('var'), [n], [xs!])[0]!;
    const deviation = run(entry('stddev'), [n], [xs!])[0]!;
    const bands = run(entry('bbands'), [n, 2], [xs!]);
    const score = run(entry('zscore'), [n], [xs!])[0]!;
    for (let i = n - 1; i < xs!.length; i += 3) {
      const truth = exact(xs!.subarray(i - n + 1, i + 1));
      if (!near(sum[i]!, truth.sum)) expect.fail(`sum of bar ${i}: ${sum[i]} for ${truth.sum}`);
      if (!near(mean[i]!, truth.mean)) expect.fail(`mean of bar ${i}: ${mean[i]} for ${truth.mean}`);
      if (!near(variance[i]!, truth.variance))
        expect.fail(`variance of bar ${i}: ${variance[i]} for ${truth.variance}`);
      const sd = Math.sqrt(truth.variance);
      if (!near(deviation[i]!, sd)) expect.fail(`deviation of bar ${i}`);
      if (!(Math.abs(bands[2]![i]! - truth.mean - 2 * sd) <= 1e-15 * Math.abs(truth.mean) * 4))
        expect.fail(`band ${i}`);
      if (sd === 0) expect(score[i]).toBeNaN();
      else if (!(Math.abs(score[i]! - (xs![i]! - truth.mean) / sd) <= (1e-15 * truth.mean) / sd + 1e-14))
        expect.fail(`score of bar ${i}`);
    }
  });
});

describe('vwma is exact for prices and whole volumes', () => {
  const bars = walk(5_000, 37, true);
  const heavy = bars.volume.map((v) => v * 5_000);
  it.each([
    ['a walk', bars.close, bars.volume],
    ['volumes in billions', bars.close, heavy],
  ])('%s', (_name, prices, volumes) => {
    for (const n of [1, 20, 150]) {
      const out = run(entry('vwma'), [n], [prices, volumes])[0]!;
      let compared = 0;
      for (let i = n - 1; i < prices.length; i += 7) {
        let money = 0n;
        let shares = 0n;
        for (let j = i - n + 1; j <= i; j++) {
          money += BigInt(Math.round(prices[j]! * 10_000)) * BigInt(volumes[j]!);
          shares += BigInt(volumes[j]!);
        }
        if (shares === 0n) {
          expect(out[i]).toBeNaN();
          continue;
        }
        if (!near(out[i]!, quotient(money, shares * 10_000n))) expect.fail(`bar ${i}: ${out[i]}`);
        compared += 1;
      }
      expect(compared).toBeGreaterThan(600);
    }
  });
});

describe('a value depends on its window alone', () => {
  const WINDOWS = [
    'sma',
    'sum',
    'var',
    'stddev',
    'stderr',
    'bbands',
    'md',
    'zscore',
    'vwma',
    'highest',
    'lowest',
    'donchian',
    'willr',
    'stoch',
    'aroon',
    'aroonosc',
    'ichimoku',
    'percent_rank',
    'correlation',
    'change',
    'change_pct',
    'rising',
    'falling',
    'prev',
    'count',
    'vwap',
  ] as const;

  /** Prices that leave the grid now and then, jump far away and come back, and stand still. */
  const hostile = (length: number, seed: number): Float64Array => {
    const random = seeded(seed);
    const out = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const last = i === 0 ? 100 : out[i - 1]!;
      const dice = random();
      if (dice < 0.01) out[i] = Math.round(random() * 1e8) / 100;
      else if (dice < 0.02) out[i] = last + random();
      else if (dice < 0.03) out[i] = Math.round(random() * 1e15);
      else if (dice < 0.06) out[i] = 100;
      else if (dice < 0.3) out[i] = last;
      else out[i] = Math.round((last + random() - 0.5) * 100) / 100;
    }
    return out;
  };

  it.each(WINDOWS)('%s', (name) => {
    const own = entry(name);
    const bars = walk(3_000, 31, true);
    const wild = own.inputs.map((input, k) =>
      input.role === 'condition' || input.role === 'volume' || input.name === 'session'
        ? inputsOf(own, bars)[k]!
        : hostile(3_000, input.name === 'low' ? 100 : 101 + k),
    );
    for (const inputs of [inputsOf(own, bars), wild]) {
      for (const n of name === 'bbands' || name === 'ichimoku' ? [0] : [2, 7, 60]) {
        const options = own.options.map((option) => (n === 0 ? option.default! : n));
        const all = run(own, options, inputs);
        let compared = 0;
        let known = 0;
        for (const from of [1, 2, 3, 500, 1_234, 2_345]) {
          const later = run(own, options, inputs, from);
          // The session's average starts anew with a session, 7 bars here.
          const wait = name === 'vwap' ? 7 : own.settle(options) - 1;
          for (let k = 0; k < all.length; k++)
            for (let i = from + wait; i < 3_000; i++) {
              if (!Object.is(all[k]![i], later[k]![i]))
                expect.fail(`from ${from}, bar ${i}: ${all[k]![i]} ${later[k]![i]}`);
              compared += 1;
              if (!Number.isNaN(all[k]![i]!)) known += 1;
            }
        }
        expect(compared).toBeGreaterThan(3_000);
        expect(known).toBeGreaterThan(compared / 4);
      }
    }
  });

  it('of any prices and any start (property)', () => {
    const price = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 2_000_000 }).map((t) => t / 100) },
      { weight: 2, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      { weight: 1, arbitrary: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }) },
    );
    fc.assert(
      fc.property(fc.array(price, { minLength: 30, maxLength: 80 }), fc.integer({ min: 1, max: 12 }), (prices, n) => {
        for (const [name, options] of [
          ['sma', [n]],
          ['sum', [n]],
          ['stddev', [n + 1]],
          ['zscore', [n + 1]],
          ['vwma', [n]],
        ] as const) {
          const own = entry(name);
          const inputs = own.inputs.map((input) =>
            input.role === 'volume' ? prices.map((x) => Math.abs(Math.round(x * 37)) % 1_000_003) : prices,
          );
          const all = run(own, options, inputs)[0]!;
          const late = run(own, options, inputs, 11)[0]!;
          for (let i = 11 + n; i < prices.length; i++) expect(late[i]).toBe(all[i]);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe('highest and lowest are the plain maximum and minimum (property)', () => {
  it('of any values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })), {
          minLength: 1,
          maxLength: 120,
        }),
        fc.integer({ min: 1, max: 25 }),
        (xs, n) => {
          const top = run(entry('highest'), [n], [xs])[0]!;
          const bottom = run(entry('lowest'), [n], [xs])[0]!;
          const aroon = run(entry('aroon'), [n], [xs, xs]);
          for (let i = 0; i < xs.length; i++) {
            const window = xs.slice(Math.max(0, i - n + 1), i + 1);
            expect(top[i]! + 0).toBe(window.length < n ? NaN : Math.max(...window) + 0);
            expect(bottom[i]! + 0).toBe(window.length < n ? NaN : Math.min(...window) + 0);
            if (i < n) continue;
            const wide = xs.slice(i - n, i + 1);
            const age = n - wide.lastIndexOf(Math.max(...wide));
            expect(aroon[1]![i]).toBeCloseTo((100 * (n - age)) / n, 10);
          }
        },
      ),
      { numRuns: 500, seed: 2 },
    );
  });
});

describe('flat windows', () => {
  const flat = Array.from({ length: 50 }, () => 0.1 + 0.2);
  const third = Array.from({ length: 50 }, () => 1 / 3);
  const cents = Array.from({ length: 50 }, () => 173.07);

  it.each([
    ['cents', cents],
    ['off the grid', flat],
    ['a third', third],
  ])('of %s have exactly their value as mean and exactly no spread', (_name, xs) => {
    expect(run(entry('sma'), [13], [xs])[0]![49]).toBe(xs[0]);
    expect(run(entry('stddev'), [13], [xs])[0]![49]).toBe(0);
    expect(run(entry('var'), [13], [xs])[0]![49]).toBe(0);
    expect(run(entry('md'), [13], [xs])[0]![49]).toBe(0);
    expect(run(entry('stderr'), [13], [xs])[0]![49]).toBe(0);
    const [lower, middle, upper] = run(entry('bbands'), [20, 2], [xs]);
    expect([lower![49], middle![49], upper![49]]).toEqual([xs[0], xs[0], xs[0]]);
    expect(run(entry('zscore'), [13], [xs])[0]![49]).toBeNaN();
    expect(run(entry('correlation'), [13], [xs, xs.map((_, i) => i)])[0]![49]).toBeNaN();
    expect(run(entry('percent_rank'), [13], [xs])[0]![49]).toBe(100);
    expect(run(entry('aroon'), [13], [xs, xs]).map((out) => out[49])).toEqual([100, 100]);
  });

  it('after a storm are as flat as any', () => {
    const stormy = [...walk(300, 3, false).close, 1e9, 0.123456789, 1e-7, ...Array.from({ length: 30 }, () => 55.55)];
    const own = machine(entry('stddev'), [20]);
    const last = stormy.map((x) => own.feed(x)[0]!);
    expect(last.slice(-11)).toEqual(Array.from({ length: 11 }, () => 0));
    expect(last.at(-12)).toBeGreaterThan(0);
  });

  it('without trades have no volume-weighted price', () => {
    const own = machine(entry('vwma'), [3]);
    expect([0, 0, 0, 5, 0, 0, 0].map((volume) => own.feed(10, volume)[0])).toEqual([NaN, NaN, NaN, 10, 10, 10, NaN]);
    const session = machine(entry('vwap'));
    expect(session.feed(11, 9, 10, 0, 1)).toEqual([NaN]);
    expect(session.feed(11, 9, 10, 4, 1)).toEqual([10]);
  });
});
