import { describe, expect, it } from 'vitest';
import { findIndicator } from '../../engine/indicators/catalogue.ts';
import { tulindBatch, tulindProblem } from '../../engine/indicators/tulind.ts';
import { type Columns, inputsOf, seeded, slice, stream, walk } from './columns.ts';

const run = (name: string, bars: Columns, options: readonly number[]): Float64Array[] => {
  const entry = findIndicator(name)!;
  return stream(entry, inputsOf(entry, bars), options);
};

const closes = (...prices: number[]): Columns => {
  const column = Float64Array.from(prices);
  return { open: column, high: column, low: column, close: column, volume: column.map(() => 1000) };
};

const flat = (size: number): Columns => closes(...Array.from({ length: size }, () => 10.1));

const settled = (column: Float64Array, from: number): number[] => [...column.subarray(from)];

describe('published examples', () => {
  it('rsi: the worked table of StockCharts ChartSchool, Relative Strength Index', () => {
    const prices = [
      44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
      45.614, 46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835,
      45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
    ];
    const expected = [
      70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46,
      37.3, 33.08, 37.77,
    ];
    const answers = settled(run('rsi', closes(...prices), [14])[0]!, 14);
    expect(answers).toHaveLength(expected.length);
    for (const [i, x] of answers.entries()) expect(x).toBeCloseTo(expected[i]!, 2);
  });

  it('ema: the 10-day table of StockCharts ChartSchool, once its other seed (a simple average) has faded', () => {
    const prices = [
      22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36, 24.05,
      23.75, 23.83, 23.95, 23.63, 23.82, 23.87, 23.65, 23.19, 23.1, 23.33, 22.68, 23.1, 22.4, 22.17,
    ];
    const expected = [23.47, 23.4, 23.39, 23.26, 23.23, 23.08, 22.92];
    const answers = settled(run('ema', closes(...prices), [10])[0]!, 23);
    expect(answers).toHaveLength(expected.length);
    for (const [i, x] of answers.entries()) expect(Math.abs(x - expected[i]!)).toBeLessThan(0.0075);
  });

  it("adx: Wilder's averages of movement over Wilder's average of range, written as averages", () => {
    const market = walk(15, 300, false);
    const length = 14;
    const averages = [0, 0, 0];
    const indices: number[] = [];
    const ours = run('adx', market, [length])[0]!;
    let adx = 0;
    for (let i = 1; i < 300; i++) {
      const up = market.high[i]! - market.high[i - 1]!;
      const down = market.low[i - 1]! - market.low[i]!;
      const range = Math.max(market.high[i]!, market.close[i - 1]!) - Math.min(market.low[i]!, market.close[i - 1]!);
      const moves = [up >= down && up > 0 ? up : 0, down >= up && down > 0 ? down : 0, range];
      moves.forEach((move, k) => {
        averages[k] = i < length ? averages[k]! + move / length : averages[k]! + (move - averages[k]!) / length;
      });
      if (i < length - 1) continue;
      // A sum that keeps (length - 1) / length of itself and adds the move is `length` times this average.
      const [plus, minus] = [averages[0]! / averages[2]!, averages[1]! / averages[2]!];
      indices.push((100 * Math.abs(plus - minus)) / (plus + minus));
      if (indices.length === length) adx = indices.reduce((a, b) => a + b, 0) / length;
      if (indices.length > length) adx += (indices.at(-1)! - adx) / length;
      if (indices.length >= length) expect(ours[i]).toBeCloseTo(adx, 9);
    }
    expect(indices.length).toBeGreaterThan(280);
  });

  it('wma: 1 2 3 weights by hand', () => {
    expect(settled(run('wma', closes(1, 2, 4, 7), [3])[0]!, 2)).toEqual([(1 + 4 + 12) / 6, (2 + 8 + 21) / 6]);
  });

  it('linear regression: a straight line is its own regression, a parabola by hand', () => {
    const line = closes(...Array.from({ length: 30 }, (_, i) => 5 + 0.25 * i));
    expect(settled(run('linreg', line, [10])[0]!, 9)).toEqual(settled(line.close, 9));
    expect(new Set(settled(run('linregslope', line, [10])[0]!, 9))).toEqual(new Set([0.25]));
    expect(settled(run('tsf', line, [10])[0]!, 9)).toEqual(settled(line.close, 9).map((x) => x + 0.25));
    expect(settled(run('fosc', line, [10])[0]!, 10).every((x) => x === 0)).toBe(true);
    // Through (1, 1), (2, 4), (3, 9): slope 4, mean 14 / 3.
    const parabola = closes(1, 4, 9);
    expect(run('linregslope', parabola, [3])[0]![2]).toBeCloseTo(4, 12);
    expect(run('linreg', parabola, [3])[0]![2]).toBeCloseTo(14 / 3 + 4, 12);
    expect(run('linregintercept', parabola, [3])[0]![2]).toBeCloseTo(14 / 3 - 4, 12);
    expect(run('tsf', parabola, [3])[0]![2]).toBeCloseTo(14 / 3 + 8, 12);
  });

  it('obv, nvi, pvi and ad by hand', () => {
    const bars: Columns = {
      open: Float64Array.of(10, 10, 11, 10.5),
      high: Float64Array.of(11, 12, 11, 11),
      low: Float64Array.of(9, 10, 10, 10),
      close: Float64Array.of(10, 11, 10.5, 10.5),
      volume: Float64Array.of(100, 200, 150, 300),
    };
    expect([...run('obv', bars, [])[0]!]).toEqual([0, 200, 50, 50]);
    expect([...run('pvi', bars, [])[0]!]).toEqual([1000, 1100, 1100, 1100]);
    expect(run('nvi', bars, [])[0]![3]).toBeCloseTo(1000 * (10.5 / 11), 9);
    expect([...run('ad', bars, [])[0]!]).toEqual([0, 0, 0, 0]);
    expect([...run('wad', bars, [])[0]!]).toEqual([Number.NaN, 1, 0.5, 0.5]);
  });
});

describe('where tulind is wrong, the published definition', () => {
  const bars = walk(31, 3000);

  it.skipIf(tulindProblem() !== undefined)('macd is the difference of two real averages, to the last bit', () => {
    const fast = tulindBatch('ema', [bars.close], [12])[0]!;
    const slow = tulindBatch('ema', [bars.close], [26])[0]!;
    const line = fast.map((x, i) => x - slow[i]!);
    const signal = tulindBatch('ema', [line.subarray(25)], [9])[0]!;
    const [ours, oursSignal, oursHistogram] = run('macd', bars, [12, 26, 9]);
    for (let i = 33; i < 3000; i++) {
      expect(ours![i]).toBe(line[i]);
      expect(oursSignal![i]).toBe(signal[i - 25]);
      expect(oursHistogram![i]).toBe(line[i]! - signal[i - 25]!);
    }
    const theirs = tulindBatch('macd', [bars.close], [12, 26, 9])[0]!;
    expect(Math.max(...ours!.subarray(1000).map((x, i) => Math.abs(x - theirs[1000 + i]!)))).toBeGreaterThan(0.01);
  });

  it('rsi is 100 - 100 / (1 + gains / losses): 100 without a loss', () => {
    expect(settled(run('rsi', flat(40), [14])[0]!, 14).every((x) => x === 100)).toBe(true);
    expect(run('rsi', closes(1, 2, 3, 4), [3])[0]![3]).toBe(100);
    expect(run('rsi', closes(4, 3, 2, 1), [3])[0]![3]).toBe(0);
  });

  it('a market without movement has no direction, and one follows as if it began there', () => {
    const [plus, minus] = run('di', flat(40), [14]);
    for (const column of [plus!, minus!]) expect(settled(column, 13).every((x) => x === 0)).toBe(true);
    for (const name of ['dx', 'adx', 'adxr', 'cci', 'cmo', 'vhf', 'ultosc']) {
      const entry = findIndicator(name)!;
      const options = entry.options.map((option) => option.default!);
      const column = run(name, flat(60), options)[0]!;
      expect(
        settled(column, entry.warmup(options) - 1).every((x) => x === 0),
        name,
      ).toBe(true);
    }
    const moving = walk(4, 400, false);
    const late: Columns = { ...moving };
    const joined = Object.fromEntries(
      Object.entries(late).map(([field, column]) => [
        field,
        Float64Array.of(
          ...Array.from({ length: 50 }, () => (field === 'volume' ? 100 : moving.open[0]!)),
          ...(column as Float64Array),
        ),
      ]),
    ) as unknown as Columns;
    expect(
      run('adx', joined, [14])[0]!
        .subarray(450 - 5)
        .every((x) => x > 0 && x < 100),
    ).toBe(true);
  });

  it('cci equals its definition in whole numbers, and is 0 in a flat window', () => {
    const random = seeded(8);
    const cents = Array.from({ length: 400 }, (_, i) =>
      i % 50 < 25 ? 3003n : 1000n + BigInt(Math.floor(random() * 40)),
    );
    const column = Float64Array.from(cents, (x) => Number(x) / 100);
    const market: Columns = { open: column, high: column, low: column, close: column, volume: column };
    const ours = run('cci', market, [20])[0]!;
    for (let i = 19; i < 400; i++) {
      const window = cents.slice(i - 19, i + 1);
      const total = window.reduce((a, b) => a + b, 0n);
      const distance = window.reduce((a, b) => a + (b * 20n > total ? b * 20n - total : total - b * 20n), 0n);
      const expected = distance === 0n ? 0 : (Number(cents[i]! * 20n - total) * 20) / (0.015 * Number(distance));
      expect(Math.abs(ours[i]! - expected)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(expected)));
    }
  });

  it('mfi equals 100 - 100 / (1 + ratio) in whole numbers: equal typical prices count on neither side', () => {
    const market = walk(12, 2000);
    const ours = run('mfi', market, [14])[0]!;
    const typical = Array.from(market.close, (c, i) =>
      BigInt(Math.round((market.high[i]! + market.low[i]! + c) * 100)),
    );
    let mended = 0;
    for (let i = 14; i < 2000; i++) {
      let inflow = 0n;
      let outflow = 0n;
      for (let j = i - 13; j <= i; j++) {
        const money = typical[j]! * BigInt(market.volume[j]!);
        if (typical[j]! > typical[j - 1]!) inflow += money;
        if (typical[j]! < typical[j - 1]!) outflow += money;
      }
      if (outflow === 0n) mended += 1;
      const expected = outflow === 0n ? 100 : 100 - 100 / (1 + Number(inflow) / Number(outflow));
      expect(ours[i]).toBeCloseTo(expected, 9);
    }
    expect(mended).toBeGreaterThan(0);
  });

  it('ultosc with equal lengths is the plain ratio', () => {
    const market = walk(13, 500, false);
    const ours = run('ultosc', market, [5, 5, 5])[0]!;
    for (let i = 5; i < 500; i++) {
      let bought = 0;
      let range = 0;
      for (let j = i - 4; j <= i; j++) {
        const low = Math.min(market.low[j]!, market.close[j - 1]!);
        bought += market.close[j]! - low;
        range += Math.max(market.high[j]!, market.close[j - 1]!) - low;
      }
      expect(ours[i]).toBeCloseTo((100 * bought) / range, 9);
    }
  });

  it('what tulind divides by nothing recovers here', () => {
    const start = flat(30);
    const moving = walk(5, 300, false);
    const joined = Object.fromEntries(
      Object.keys(moving).map((field) => {
        const key = field as keyof Columns;
        return [field, Float64Array.of(...start[key], ...moving[key])];
      }),
    ) as unknown as Columns;
    expect(settled(run('mass', start, [5])[0]!, 20).every((x) => x === 5)).toBe(true);
    expect(run('mass', joined, [25])[0]!.subarray(200).every(Number.isFinite)).toBe(true);
    expect(run('kvo', joined, [34, 55])[0]!.subarray(200).every(Number.isFinite)).toBe(true);
    expect(run('cvi', flat(60), [10])[0]!.every(Number.isNaN)).toBe(true);
    expect(run('cvi', joined, [10])[0]!.subarray(80).every(Number.isFinite)).toBe(true);
  });

  it('averages of equal values are that value, whatever it is', () => {
    for (const value of [10.1, 0.1 + 0.2, 99.99999999999999, 1e-7]) {
      const market = closes(...Array.from({ length: 80 }, () => value));
      for (const name of ['ema', 'wma', 'hma', 'trima', 'linreg', 'zlema', 'kama', 'tsf']) {
        const column = run(name, market, [10])[0]!.filter((x) => !Number.isNaN(x));
        expect(column.length, name).toBeGreaterThan(60);
        expect([...new Set(column)], name).toEqual([value]);
      }
    }
  });

  it('kama equals the definition of StockCharts ChartSchool', () => {
    const market = slice(walk(14, 400), 0, 300);
    const ours = run('kama', market, [10])[0]!;
    let expected = market.close[9]!;
    for (let i = 10; i < 300; i++) {
      let path = 0;
      for (let j = i - 9; j <= i; j++) path += Math.abs(market.close[j]! - market.close[j - 1]!);
      const efficiency = path < 1e-9 ? 1 : Math.abs(market.close[i]! - market.close[i - 10]!) / path;
      expected += (efficiency * (2 / 3 - 2 / 31) + 2 / 31) ** 2 * (market.close[i]! - expected);
      expect(ours[i]).toBeCloseTo(expected, 9);
    }
  });
});
