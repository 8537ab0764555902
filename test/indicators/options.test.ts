import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../engine/indicators/catalogue.ts';
import type { IndicatorEntry } from '../../engine/indicators/entry.ts';
import { optionProblem } from '../../engine/indicators/options.ts';
import { hostile, inputsOf, stream, walk } from './columns.ts';

const SIZE = 400;
const ENTRIES = [...CATALOGUE.values()].filter((entry) => entry.options.length > 0);
/** Ready by an event, or unknown while a short window does not move. */
const READY_LATER = new Set(['value_when', 'stochrsi', 'stoch', 'willr', 'zscore', 'correlation']);

/** An entry with options anywhere in its bounds, windows up to 70 bars. */
const entryWithOptions = fc.constantFrom(...ENTRIES).chain((entry) =>
  fc
    .tuple(
      ...entry.options.map(({ min, max, integer }) =>
        integer
          ? fc.integer({ min, max: Math.min(max, Math.max(min, 70)) })
          : fc.double({ min, max: Math.min(max, min + 5), noNaN: true }),
      ),
    )
    .filter((options) => optionProblem(entry, options) === undefined)
    .map((options): [IndicatorEntry, number[]] => [entry, options]),
);

describe('any options within their bounds', () => {
  it('make a kernel that is ready when it says and stays within its range', () => {
    fc.assert(
      fc.property(entryWithOptions, fc.integer({ min: 1, max: 1e6 }), fc.boolean(), ([entry, options], seed, rough) => {
        const bars = rough ? hostile(seed, SIZE) : walk(seed, SIZE, false);
        const warmup = entry.warmup(options);
        stream(entry, inputsOf(entry, bars), options).forEach((column, k) => {
          const first = column.findIndex((x) => !Number.isNaN(x)) + 1;
          if (first > 0) expect(first).toBeGreaterThanOrEqual(warmup);
          if (!rough && warmup <= SIZE && !READY_LATER.has(entry.name)) expect(first).toBe(warmup);
          const { range } = entry.outputs[k]!;
          if (range !== 'input') expect(column.findIndex((x) => x < range[0] || x > range[1])).toBe(-1);
        });
      }),
      { numRuns: 1500, seed: 7 },
    );
  });
});
