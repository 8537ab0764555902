import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../engine/indicators/catalogue.ts';
import { type Columns, hostile, inputsOf, optionSets, realBars, seeded, slice, stream, walk } from './columns.ts';

const SIZE = 8000;
const ENTRIES = [...CATALOGUE.values()].map((entry) => [entry.name, entry] as const);

const hour = realBars('hour/AAPL');
const walking = walk(7, SIZE, false);
const MARKETS: readonly (readonly [string, Columns])[] = [
  ...(hour === undefined ? [] : [['hour/AAPL', slice(hour, 0, SIZE)] as const]),
  ['a random walk', walking],
  ['a random walk with flat stretches', walk(8, SIZE)],
];
const HOSTILE = [1, 2, 3].map((seed) => hostile(seed, 4000));

/** What they say depends on what the bars were, so no number of bars makes them ready. */
const READY_BY_EVENT = new Set(['crosses', 'crosses_above', 'crosses_below', 'value_when', 'asin', 'acos']);
/** Its averages pass over flat ranges, so there its window reaches further back. */
const PASSES_OVER_FLATS = new Set(['stoch']);
/** They count bars of the strategy, unknown ones too. */
const COUNT_EVERY_BAR = new Set([
  'prev',
  'bars_since',
  'count',
  'value_when',
  'crosses',
  'crosses_above',
  'crosses_below',
]);

const sameBits = (a: Float64Array, b: Float64Array): number => a.findIndex((x, i) => !Object.is(x, b[i]!));

describe.each(ENTRIES)('%s', (name, entry) => {
  const sets = optionSets(entry);

  it('is ready on the bar its warm-up says', () => {
    for (const [market, bars] of MARKETS) {
      for (const options of sets) {
        const warmup = entry.warmup(options);
        for (const column of stream(entry, inputsOf(entry, bars), options)) {
          const first = column.findIndex((x) => !Number.isNaN(x)) + 1;
          if (READY_BY_EVENT.has(name))
            expect(first === 0 || first >= warmup, `${market} ${options.join(', ')}`).toBe(true);
          else expect(first, `${market}, options ${options.join(', ')}`).toBe(warmup);
        }
      }
    }
  });

  it('forgets where history began after its settle length', () => {
    const cut = 1501;
    for (const [market, bars] of MARKETS) {
      for (const options of sets) {
        const settle = entry.settle(options);
        // Bars without movement do not settle what is made of movements.
        if (!Number.isFinite(settle) || (settle > entry.warmup(options) + 2 && market.includes('flat'))) continue;
        const inputs = inputsOf(entry, bars);
        const later = inputs.map((column) => column.subarray(cut));
        expect(settle, 'the data are long enough to tell').toBeLessThan(SIZE - cut);
        const whole = stream(entry, inputs, options);
        const truncated = stream(entry, later, options);
        whole.forEach((column, k) => {
          const size = column.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
          for (let i = settle - 1; i < SIZE - cut; i++) {
            const x = column[cut + i]!;
            const y = truncated[k]![i]!;
            if (Object.is(x, y) || READY_BY_EVENT.has(name)) continue;
            const allowed = 1e-9 * Math.max(Math.abs(x), Math.abs(y), size * 1e-3);
            if (!(Math.abs(x - y) <= allowed))
              expect.fail(`${market}, options ${options.join(', ')}, bar ${i}: ${x} and ${y}`);
          }
        });
      }
    }
  });

  it('is a function of its window alone, to the last bit, when it settles with its warm-up', () => {
    for (const bars of PASSES_OVER_FLATS.has(name) ? [walking] : [...MARKETS.map((market) => market[1]), ...HOSTILE]) {
      for (const options of sets) {
        const warmup = entry.warmup(options);
        if (entry.settle(options) !== warmup || READY_BY_EVENT.has(name)) continue;
        const inputs = inputsOf(entry, bars);
        const whole = stream(entry, inputs, options);
        for (const cut of [1, 500, 1777]) {
          const later = inputs.map((column) => column.subarray(cut));
          stream(entry, later, options).forEach((column, k) => {
            const settled = column.subarray(warmup - 1);
            const at = sameBits(settled, whole[k]!.subarray(cut + warmup - 1));
            if (at >= 0)
              expect.fail(`from bar ${cut}, options ${options.join(', ')}: differs ${at} bars after warm-up`);
          });
        }
      }
    }
  });

  it('never leaves its range', () => {
    for (const bars of [...MARKETS.map((market) => market[1]), ...HOSTILE]) {
      for (const options of sets) {
        const inputs = inputsOf(entry, bars);
        const priced = inputs.filter(
          (_, k) => entry.inputs[k]!.role !== 'volume' && entry.inputs[k]!.name !== 'session',
        );
        const hull: readonly [number, number] = [
          Math.min(...priced.map((column) => Math.min(...column))),
          Math.max(...priced.map((column) => Math.max(...column))),
        ];
        stream(entry, inputs, options).forEach((column, k) => {
          const { range, type, name: output } = entry.outputs[k]!;
          const [low, high] = range === 'input' ? hull : range;
          const at = column.findIndex(
            (x) => x < low || x > high || (type === 'condition' && x !== 0 && x !== 1 && !Number.isNaN(x)),
          );
          if (at >= 0)
            expect.fail(`${output}(${options.join(', ')}) bar ${at}: ${column[at]} is outside ${low} to ${high}`);
        });
      }
    }
  });

  it('goes on from stored state as if nothing had happened', () => {
    for (const bars of [walking, HOSTILE[0]!]) {
      for (const options of sets) {
        const inputs = inputsOf(entry, bars).map((column) => column.subarray(0, 600));
        const whole = stream(entry, inputs, options);
        for (const cut of [1, 7, 300]) {
          const state = new Float64Array(entry.kernel!.stateSize(options));
          stream(
            entry,
            inputs.map((column) => column.subarray(0, cut)),
            options,
            state,
          );
          const stored = Float64Array.from(JSON.parse(JSON.stringify([...state])) as number[]);
          stream(
            entry,
            inputs.map((column) => column.subarray(cut)),
            options,
            stored,
          ).forEach((column, k) => {
            expect(
              sameBits(column, whole[k]!.subarray(cut)),
              `stored at bar ${cut}, options ${options.join(', ')}`,
            ).toBe(-1);
          });
        }
      }
    }
  });

  it('says nothing on a bar with an unknown input and goes on as if that bar had not been', () => {
    if (COUNT_EVERY_BAR.has(name)) return;
    const random = seeded(99);
    for (const options of sets) {
      for (const missing of [Number.NaN, Number.POSITIVE_INFINITY]) {
        // A formula of one bar has nothing that an infinite value could spoil.
        if (missing === Number.POSITIVE_INFINITY && entry.kernel!.stateSize(options) === 0) continue;
        const inputs = inputsOf(entry, walking).map((column) => column.slice(0, 700));
        const known: number[] = [];
        for (let i = 0; i < 700; i++) {
          if (i < 12 || (i > 300 && i < 310) || random() < 0.02)
            inputs[Math.floor(random() * inputs.length)]![i] = missing;
          else known.push(i);
        }
        const answers = stream(entry, inputs, options);
        const without = stream(
          entry,
          inputs.map((column) => Float64Array.from(known, (i) => column[i]!)),
          options,
        );
        answers.forEach((column, k) => {
          expect(
            sameBits(
              Float64Array.from(known, (i) => column[i]!),
              without[k]!,
            ),
            `options ${options.join(', ')}`,
          ).toBe(-1);
          const gaps = column.filter((_, i) => !known.includes(i));
          expect(gaps.length).toBeGreaterThan(20);
          expect(gaps.every((x) => Number.isNaN(x))).toBe(true);
        });
      }
    }
  });
});
