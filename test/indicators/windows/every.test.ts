import { describe, expect, it } from 'vitest';
import { WINDOW_ENTRIES } from '../../../engine/indicators/windows.ts';
import { inputsOf, optionsOf, run, seeded, walk } from './series.ts';

const bars = walk(4_000, 7, false);
const shaken = walk(4_000, 11, true);

it('lists every entry once', () => {
  const names = WINDOW_ENTRIES.map((entry) => entry.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBe(35);
});

describe.each(WINDOW_ENTRIES.map((entry) => [entry.name, entry] as const))('%s', (name, entry) => {
  const options = optionsOf(entry);
  const inputs = inputsOf(entry, bars);
  const outputs = run(entry, options, inputs);

  it('says what a reader needs', () => {
    expect(entry.description.length).toBeGreaterThan(30);
    expect(entry.example).toContain(name);
    expect(entry.source.length).toBeGreaterThan(5);
    for (const option of entry.options) {
      expect(option.min).toBeLessThanOrEqual(option.max);
      expect(option.description.length).toBeGreaterThan(5);
      if (option.default !== undefined) {
        expect(option.default).toBeGreaterThanOrEqual(option.min);
        expect(option.default).toBeLessThanOrEqual(option.max);
      }
    }
  });

  it('is ready on the bar it promises, with all outputs at once', () => {
    const warmup = entry.warmup(options);
    if (name !== 'value_when') {
      for (const output of outputs) expect(output.findIndex((x) => !Number.isNaN(x)) + 1).toBe(warmup);
    }
    for (const output of outputs) for (let i = 200; i < output.length; i++) expect(output[i]).not.toBeNaN();
    expect(entry.settle(options)).toBeGreaterThanOrEqual(warmup);
  });

  it('is ready on that bar at the smallest options too', () => {
    const smallest = entry.options.map((option) => option.min);
    const warmup = entry.warmup(smallest);
    if (name === 'value_when') return;
    for (const output of run(entry, smallest, inputs)) {
      const first = output.findIndex((x) => !Number.isNaN(x)) + 1;
      // Two bars may leave a range or an RSI that has not moved: then it stays unknown a little longer.
      if (name === 'stochrsi' || name === 'stoch' || name === 'willr') expect(first).toBeGreaterThanOrEqual(warmup);
      else expect(first).toBe(warmup);
    }
  });

  it('forgets where history began after its settle length', () => {
    const settle = entry.settle(options);
    for (const from of [1, 13, 700, 1_501]) {
      const later = run(entry, options, inputs, from);
      for (let k = 0; k < outputs.length; k++) {
        let compared = 0;
        for (let i = from + settle - 1; i < bars.close.length; i++) {
          const a = outputs[k]![i]!;
          const b = later[k]![i]!;
          if (a !== b) expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(a), 1e-3));
          compared += 1;
        }
        expect(compared).toBeGreaterThan(500);
      }
    }
  });

  it('keeps its outputs inside their range, on flat, jumping, tiny, huge and negative values', () => {
    const random = seeded(3);
    const pools = [0, 0, 1, 1, 0.1, 0.3, 99.99, 100, 1e-9, 1e9, -5, 1 / 3];
    const length = 5_000;
    const wild = entry.inputs.map(() => new Float64Array(length));
    for (let i = 0; i < length; i++) {
      const base = pools[Math.floor(random() * pools.length)]!;
      const flat = i % 100 < 40;
      for (let k = 0; k < wild.length; k++) {
        const input = entry.inputs[k]!;
        wild[k]![i] =
          input.role === 'condition'
            ? Math.floor(random() * 2)
            : flat
              ? 100
              : input.name === 'high'
                ? base + 1
                : input.name === 'low'
                  ? base - 1
                  : input.role === 'real'
                    ? pools[Math.floor(random() * pools.length)]!
                    : base;
      }
    }
    for (const series of [wild, inputsOf(entry, shaken)]) {
      const low = Math.min(...series[0]!);
      const high = Math.max(...series[0]!);
      const results = run(entry, options, series);
      let known = 0;
      for (let k = 0; k < results.length; k++) {
        const range = entry.outputs[k]!.range;
        const [from, to] = range === 'input' ? [low, high] : range;
        for (const x of results[k]!) {
          if (Number.isNaN(x)) continue;
          known += 1;
          if (x < from || x > to) expect.fail(`${name} ${entry.outputs[k]!.name}: ${x} is outside ${from}..${to}`);
          if (entry.outputs[k]!.type === 'condition') expect([0, 1]).toContain(x);
        }
      }
      expect(known).toBeGreaterThan(100);
    }
  });

  it('goes on from a copy of its state as if nothing had happened', () => {
    const width = inputs.length;
    const values = new Float64Array(width + entry.outputs.length).fill(NaN);
    const slots = entry.inputs.map((_, i) => i);
    const outs = entry.outputs.map((_, i) => width + i);
    let state = new Float64Array(entry.kernel!.stateSize(options));
    let step = entry.kernel!.bind(options, state, values, slots, outs);
    for (let i = 0; i < bars.close.length; i++) {
      if (i % 37 === 36) {
        state = state.slice();
        step = entry.kernel!.bind(options, state, values, slots, outs);
      }
      for (let k = 0; k < width; k++) values[k] = inputs[k]![i]!;
      step(0, 1);
      for (let k = 0; k < outs.length; k++) {
        const expected = outputs[k]![i]!;
        if (!Object.is(values[outs[k]!], expected)) expect(values[outs[k]!]).toBe(expected);
      }
    }
  });

  it('passes over a missing bar: unknown on it, untouched after it', () => {
    const passesBars = name === 'prev' || name === 'bars_since' || name === 'value_when';
    if (passesBars) return;
    const holes = new Set([0, 1, 50, 51, 52, 900]);
    const width = inputs.length;
    for (let gap = 0; gap < width; gap++) {
      const spread = inputs.map((column) => {
        const out: number[] = [];
        for (let i = 0; i < 1_000; i++) {
          if (holes.has(i)) out.push(NaN);
          out.push(column[i]!);
        }
        return out;
      });
      // Only one of the inputs is missing; the others carry a value that must not leak in.
      spread.forEach((column, k) => {
        if (k !== gap) for (let i = 0; i < column.length; i++) if (Number.isNaN(column[i])) column[i] = 12345.6;
      });
      const results = run(entry, options, spread);
      let at = 0;
      for (let i = 0; i < 1_000; i++) {
        if (holes.has(i)) {
          for (const output of results) expect(output[at]).toBeNaN();
          at += 1;
        }
        for (let k = 0; k < results.length; k++) expect(results[k]![at]).toBe(outputs[k]![i]);
        at += 1;
      }
    }
  });
});
