import { describe, expect, it } from 'vitest';
import type { IndicatorEntry } from '../../../engine/indicators/entry.ts';
import { WINDOW_ENTRIES } from '../../../engine/indicators/windows.ts';
import { machine, run, walk } from './series.ts';

const entry = (name: string): IndicatorEntry => WINDOW_ENTRIES.find((candidate) => candidate.name === name)!;
const round = (x: number, digits: number): number => Math.round(x * 10 ** digits) / 10 ** digits;

describe('published vectors', () => {
  // StockCharts ChartSchool, Bollinger Bands, worked sheet of QQQQ (to the cent).
  const qqqq = [
    86.1557, 89.0867, 88.7829, 90.3228, 89.0671, 91.1453, 89.4397, 89.175, 86.9302, 87.6752, 86.9596, 89.4299, 89.3221,
    88.7241, 87.4497, 87.2634, 89.4985, 87.9006, 89.126, 90.7043, 92.9001, 92.9784, 91.8021, 92.6647, 92.6843, 92.3021,
    92.7725, 92.5373, 92.949, 93.2039, 91.0669, 89.8318, 89.7435, 90.3994, 90.7387, 88.0177, 88.0867, 88.8439, 90.7781,
    90.5416, 91.3894, 90.65,
  ];
  const sheet = {
    lower: [
      86.12, 86.14, 85.87, 85.85, 85.7, 85.65, 85.59, 85.56, 85.6, 85.98, 86.27, 86.82, 86.87, 86.91, 87.12, 87.63,
      87.83, 87.56, 87.76, 87.97, 87.95, 87.96, 87.95,
    ],
    middle: [
      88.71, 89.05, 89.24, 89.39, 89.51, 89.69, 89.75, 89.91, 90.08, 90.38, 90.66, 90.86, 90.88, 90.91, 90.99, 91.15,
      91.19, 91.12, 91.17, 91.25, 91.24, 91.17, 91.05,
    ],
    upper: [
      91.29, 91.95, 92.61, 92.93, 93.31, 93.73, 93.9, 94.27, 94.57, 94.79, 95.04, 94.91, 94.9, 94.9, 94.86, 94.67,
      94.56, 94.68, 94.58, 94.53, 94.53, 94.37, 94.15,
    ],
  };

  it('Bollinger bands of StockCharts', () => {
    const outputs = run(entry('bbands'), [20, 2], [qqqq]);
    expect(Array.from(outputs[0]!.subarray(19), (x) => round(x, 2))).toEqual(sheet.lower);
    expect(Array.from(outputs[1]!.subarray(19), (x) => round(x, 2))).toEqual(sheet.middle);
    expect(Array.from(outputs[2]!.subarray(19), (x) => round(x, 2))).toEqual(sheet.upper);
  });

  // F. J. Anscombe, Graphs in Statistical Analysis, The American Statistician 27 (1973): r = 0.816 in all four.
  it.each([
    [
      'I',
      [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
      [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68],
      0.81642,
    ],
    [
      'II',
      [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
      [9.14, 8.14, 8.74, 8.77, 9.26, 8.1, 6.13, 3.1, 9.13, 7.26, 4.74],
      0.81624,
    ],
    [
      'III',
      [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
      [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73],
      0.81629,
    ],
    [
      'IV',
      [8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8],
      [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89],
      0.81652,
    ],
  ])('correlation of Anscombe %s', (_name, x, y, r) => {
    expect(round(run(entry('correlation'), [11], [x, y])[0]![10]!, 5)).toBe(r);
  });

  // Wikipedia, Standard deviation: the eight marks.
  it('standard deviation of 2 4 4 4 5 5 7 9 is 2', () => {
    const marks = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(run(entry('stddev'), [8], [marks])[0]![7]).toBe(2);
    expect(run(entry('var'), [8], [marks])[0]![7]).toBe(4);
    expect(run(entry('stderr'), [8], [marks])[0]![7]).toBe(2 / Math.sqrt(8));
    expect(run(entry('zscore'), [8], [marks])[0]![7]).toBe(2);
    expect(run(entry('md'), [8], [marks])[0]![7]).toBe(1.5);
  });
});

describe('by hand', () => {
  it('percent_rank counts the earlier values that are not higher', () => {
    expect([...run(entry('percent_rank'), [4], [[10, 20, 30, 40, 25, 5, 40, 40]])[0]!]).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
      50,
      0,
      100,
      100,
    ]);
  });

  it('stoch places the close in the range and averages twice', () => {
    const high = [10, 12, 14, 13];
    const low = [8, 9, 10, 10];
    const close = [9, 12, 11, 13];
    // raw k of 2 bars: (12-8)/(12-8), (11-9)/(14-9), (13-10)/(14-10)
    const [k, d] = run(entry('stoch'), [2, 2, 1], [high, low, close]);
    expect([...k!]).toEqual([NaN, NaN, 70, 57.5]);
    expect([...d!]).toEqual([NaN, NaN, 70, 57.5]);
  });

  it('willr of a close at the low is -100, at the high 0', () => {
    const out = run(
      entry('willr'),
      [2],
      [
        [10, 12, 12],
        [8, 9, 7],
        [9, 12, 7],
      ],
    )[0]!;
    expect([...out]).toEqual([NaN, -0, -100]);
  });

  it('heikin_ashi opens half-way in its last candle', () => {
    const own = machine(entry('heikin_ashi'));
    expect(own.feed(10, 14, 8, 12)).toEqual([11, 14, 8, 11]);
    expect(own.feed(12, 13, 9, 10)).toEqual([11, 13, 9, 11]);
    expect(own.feed(20, 24, 18, 22)).toEqual([11, 24, 11, 21]);
    expect(own.feed(22, 23, 21, 22)).toEqual([16, 23, 16, 22]);
  });

  it('vwap is money over shares since the session began', () => {
    const own = machine(entry('vwap'));
    expect(own.feed(12, 9, 9, 100, 1)).toEqual([10]);
    expect(own.feed(21, 18, 21, 300, 1)).toEqual([(10 * 100 + 20 * 300) / 400]);
    expect(own.feed(33, 30, 27, 50, 2)).toEqual([30]);
    expect(own.feed(33, 30, NaN, 50, 2)).toEqual([NaN]);
    expect(own.feed(60, 60, 60, 50, 2)).toEqual([45]);
  });

  it('vwma counts a bar by its volume', () => {
    const own = machine(entry('vwma'), [2]);
    expect([own.feed(10, 1)[0], own.feed(20, 3)[0], own.feed(30, 1)[0]]).toEqual([NaN, 17.5, 22.5]);
  });

  it('keltner starts from the first close and the first range', () => {
    const own = machine(entry('keltner'), [3, 2, 2]);
    own.feed(12, 10, 11);
    own.feed(14, 11, 13);
    // average close 11, 12, 13.5; true ranges 2, 3, 3; their average 2.5, 2.75
    expect(own.feed(16, 14, 15)).toEqual([19, 13.5, 8]);
  });
});

/** TradingView's published Pine text of supertrend, bar by bar on arrays; its direction is -1 up, 1 down. */
const pineSupertrend = (
  high: ArrayLike<number>,
  low: ArrayLike<number>,
  close: ArrayLike<number>,
  factor: number,
  length: number,
): { line: number[]; direction: number[] } => {
  const line: number[] = [];
  const direction: number[] = [];
  const atr: number[] = [];
  const lowers: number[] = [];
  const uppers: number[] = [];
  const ranges: number[] = [];
  for (let i = 0; i < close.length; i++) {
    ranges.push(
      i === 0
        ? high[0]! - low[0]!
        : Math.max(high[i]! - low[i]!, Math.abs(high[i]! - close[i - 1]!), Math.abs(low[i]! - close[i - 1]!)),
    );
    if (i < length - 1) atr.push(NaN);
    else if (i === length - 1) atr.push(ranges.reduce((a, b) => a + b, 0) / length);
    else atr.push((atr[i - 1]! * (length - 1) + ranges[i]!) / length);
    const source = (high[i]! + low[i]!) / 2;
    let upper = source + factor * atr[i]!;
    let lower = source - factor * atr[i]!;
    const lastLower = Number.isNaN(lowers[i - 1] ?? NaN) ? 0 : lowers[i - 1]!;
    const lastUpper = Number.isNaN(uppers[i - 1] ?? NaN) ? 0 : uppers[i - 1]!;
    const lastClose = close[i - 1] ?? NaN;
    lower = lower > lastLower || lastClose < lastLower ? lower : lastLower;
    upper = upper < lastUpper || lastClose > lastUpper ? upper : lastUpper;
    let way: number;
    if (Number.isNaN(atr[i - 1] ?? NaN)) way = 1;
    else if (line[i - 1] === lastUpper) way = close[i]! > upper ? -1 : 1;
    else way = close[i]! < lower ? 1 : -1;
    uppers.push(Number.isNaN(atr[i]!) ? NaN : upper);
    lowers.push(Number.isNaN(atr[i]!) ? NaN : lower);
    direction.push(way);
    line.push(Number.isNaN(atr[i]!) ? NaN : way === -1 ? lower : upper);
  }
  return { line, direction };
};

it('supertrend is TradingView’s, with the direction the other way round', () => {
  const bars = walk(20_000, 77, false);
  for (const [length, multiple] of [
    [10, 3],
    [7, 1.5],
    [21, 4],
  ] as const) {
    const [line, direction] = run(entry('supertrend'), [length, multiple], [bars.high, bars.low, bars.close]);
    const theirs = pineSupertrend(bars.high, bars.low, bars.close, multiple, length);
    let flips = 0;
    for (let i = length - 1; i < bars.close.length; i++) {
      if (direction![i] !== -theirs.direction[i]!) expect.fail(`bar ${i}: direction ${direction![i]}`);
      if (!(Math.abs(line![i]! - theirs.line[i]!) <= 1e-9)) expect.fail(`bar ${i}: ${line![i]} for ${theirs.line[i]}`);
      if (direction![i] !== direction![i - 1]) flips += 1;
    }
    expect(flips).toBeGreaterThan(100);
  }
});

it('stoch is unknown while a flat range is among the bars averaged', () => {
  const high = [11, 12, 13, 13, 13, 14, 15, 16, 17];
  const low = [9, 10, 13, 13, 13, 12, 13, 14, 15];
  const close = [10, 11, 13, 13, 13, 14, 14, 15, 16];
  // Two bars a range: flat at bars 3 and 4; k needs two ranges, d two k.
  const [k, d] = run(entry('stoch'), [2, 2, 2], [high, low, close]);
  expect([...k!].map(Number.isNaN)).toEqual([true, true, true, true, true, true, true, false, false]);
  expect([...d!].map(Number.isNaN)).toEqual([...k!].map(Number.isNaN));
});
