import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndicatorEntry } from '../../../engine/indicators/entry.ts';
import { WINDOW_ENTRIES } from '../../../engine/indicators/windows.ts';
import { machine, run } from './series.ts';

const entry = (name: string): IndicatorEntry => WINDOW_ENTRIES.find((candidate) => candidate.name === name)!;
const U = NaN;

/** Feeds rows one by one and gives the first output. */
const feed = (name: string, options: readonly number[], rows: readonly (readonly number[])[]): number[] => {
  const own = machine(entry(name), options);
  return rows.map((row) => own.feed(...row)[0]!);
};

describe('crossings', () => {
  const pairs = (as: readonly number[], b: number): number[][] => as.map((a) => [a, b]);

  it('happen on the bar that reaches the other side', () => {
    const rows = pairs([9, 11, 12, 9, 8, 10.5], 10);
    expect(feed('crosses_above', [], rows)).toEqual([U, 1, 0, 0, 0, 1]);
    expect(feed('crosses_below', [], rows)).toEqual([U, 0, 0, 1, 0, 0]);
    expect(feed('crosses', [], rows)).toEqual([U, 1, 0, 1, 0, 1]);
  });

  it('are neither hidden nor doubled by a tie', () => {
    const rows = pairs([9, 10, 10, 11, 10, 11, 10, 9], 10);
    expect(feed('crosses_above', [], rows)).toEqual([U, 0, 0, 1, 0, 0, 0, 0]);
    expect(feed('crosses_below', [], rows)).toEqual([U, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('are unknown until a side has been seen', () => {
    expect(feed('crosses_above', [], pairs([10, 10, 11, 12, 9, 11], 10))).toEqual([U, U, U, 0, 0, 1]);
  });

  it('take rounding noise for a tie', () => {
    expect(feed('crosses_above', [], pairs([9, 10.000000009, 10.00000002], 10))).toEqual([U, 0, 1]);
    expect(feed('crosses_above', [], pairs([0.1, 0.1 + 0.2], 0.3))).toEqual([U, 0]);
  });

  it('pass over a missing value and remember the side', () => {
    expect(
      feed(
        'crosses_above',
        [],
        [
          [9, 10],
          [U, 10],
          [11, U],
          [11, 10],
        ],
      ),
    ).toEqual([U, U, U, 1]);
  });

  it('compare with the infinite "never"', () => {
    expect(
      feed(
        'crosses_below',
        [],
        [
          [Infinity, 5],
          [Infinity, 5],
          [3, 5],
          [6, 5],
        ],
      ),
    ).toEqual([U, 0, 1, 0]);
    expect(
      feed(
        'crosses',
        [],
        [
          [Infinity, Infinity],
          [1, Infinity],
          [Infinity, 1],
        ],
      ),
    ).toEqual([U, U, 1]);
  });

  it('are what a naive reading of the whole history says (property)', () => {
    const level = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom(1 + 1e-12, -1 - 1e-12, NaN, 0.1 + 0.2, 0.3),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(level, level), { maxLength: 60 }), (rows) => {
        const above = feed('crosses_above', [], rows);
        const below = feed('crosses_below', [], rows);
        const either = feed('crosses', [], rows);
        rows.forEach(([a, b], i) => {
          const sides = rows.slice(0, i).flatMap(([x, y]) => {
            const near = Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y));
            return near || Number.isNaN(x) || Number.isNaN(y) ? [] : [Math.sign(x - y)];
          });
          const last = sides.at(-1);
          const near = Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
          const known = last !== undefined && !Number.isNaN(a) && !Number.isNaN(b);
          expect(above[i]).toBe(known ? Number(!near && last < 0 && a > b) : NaN);
          expect(below[i]).toBe(known ? Number(!near && last > 0 && a < b) : NaN);
          expect(either[i]).toBe(known ? Math.max(above[i]!, below[i]!) : NaN);
        });
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});

describe('rising and falling', () => {
  const rows = [1, 2, 3, 3, 4, 5, 6, 5, 4, 3].map((x) => [x]);

  it('ask every one of the last changes', () => {
    expect(feed('rising', [2], rows)).toEqual([U, U, 1, 0, 0, 1, 1, 0, 0, 0]);
    expect(feed('falling', [2], rows)).toEqual([U, U, 0, 0, 0, 0, 0, 0, 1, 1]);
    expect(feed('rising', [1], rows)).toEqual([U, 1, 1, 0, 1, 1, 1, 0, 0, 0]);
  });

  it('are not stirred by rounding noise', () => {
    expect(feed('rising', [1], [[0.3], [0.1 + 0.2], [0.4]])).toEqual([U, 0, 1]);
  });

  it('pass over a missing value', () => {
    expect(feed('rising', [2], [[1], [2], [U], [3], [2]])).toEqual([U, U, U, 1, 0]);
  });
});

describe('change', () => {
  it('is the difference to n bars ago, in cents without residue', () => {
    expect(feed('change', [1], [[100.02], [100.03], [100.01]])).toEqual([U, 0.01, -0.02]);
    expect(feed('change', [2], [[1], [2], [4], [8], [16]])).toEqual([U, U, 3, 6, 12]);
    expect(feed('change', [1], [[1 / 3], [2 / 3]])).toEqual([U, 2 / 3 - 1 / 3]);
  });

  it('in percent is of the earlier value', () => {
    expect(feed('change_pct', [1], [[100], [102], [51], [51], [0], [7]])).toEqual([U, 2, -50, 0, -100, U]);
    expect(feed('change_pct', [2], [[80], [90], [100], [45]])).toEqual([U, U, 25, -50]);
  });
});

describe('prev', () => {
  it('is the value n bars ago; 0 bars ago is now', () => {
    expect(feed('prev', [1], [[1], [2], [3]])).toEqual([U, 1, 2]);
    expect(feed('prev', [3], [[1], [2], [3], [4], [5]])).toEqual([U, U, U, 1, 2]);
    expect(feed('prev', [0], [[1], [U], [3]])).toEqual([1, U, 3]);
  });

  it('counts a bar without a value as a bar', () => {
    expect(feed('prev', [1], [[1], [U], [3], [4]])).toEqual([U, 1, U, 3]);
    expect(feed('prev', [2], [[1], [U], [3], [4], [5]])).toEqual([U, U, 1, U, 3]);
  });
});

describe('bars_since', () => {
  it('is infinite before the first time and 0 on the bar itself', () => {
    expect(feed('bars_since', [], [[0], [0], [1], [0], [0], [1], [1], [0]])).toEqual([
      Infinity,
      Infinity,
      0,
      1,
      2,
      0,
      0,
      1,
    ]);
  });

  it('counts a bar of unknown condition as a bar, and knows nothing before the first time', () => {
    expect(feed('bars_since', [], [[U], [0], [U], [1], [U], [0]])).toEqual([U, Infinity, U, 0, 1, 2]);
  });
});

describe('count', () => {
  it('counts over the last n bars', () => {
    expect(feed('count', [3], [[1], [0], [1], [1], [1], [0], [0], [0]])).toEqual([U, U, 2, 2, 3, 2, 1, 0]);
  });

  it('passes over bars of unknown condition', () => {
    expect(feed('count', [2], [[1], [U], [1], [U], [0]])).toEqual([U, U, 2, U, 1]);
  });

  it('is the plain number of trues (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (xs, n) => {
        const counts = run(entry('count'), [n], [xs])[0]!;
        xs.forEach((_, i) => {
          const window = xs.slice(Math.max(0, i - n + 1), i + 1);
          expect(counts[i]).toBe(window.length < n ? NaN : window.filter((x) => x === 1).length);
        });
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});

describe('value_when', () => {
  it('keeps the value of the last bar on which the condition was true', () => {
    const rows = [
      [0, 10],
      [1, 11],
      [0, 12],
      [U, 13],
      [1, 14],
      [0, 15],
    ];
    expect(feed('value_when', [], rows)).toEqual([U, 11, 11, 11, 14, 14]);
  });

  it('is unknown from a true condition with a missing value until the next one', () => {
    expect(
      feed(
        'value_when',
        [],
        [
          [1, 11],
          [1, U],
          [0, 12],
          [1, 13],
        ],
      ),
    ).toEqual([11, U, U, 13]);
  });
});
