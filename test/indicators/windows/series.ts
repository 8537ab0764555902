import { existsSync, readFileSync } from 'node:fs';
import type { IndicatorEntry } from '../../../engine/indicators/entry.ts';

/** Columns of bars, oldest first. */
export interface Columns {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** mulberry32: a small seeded generator, so that every run sees the same bars. */
export const seeded = (seed: number): (() => number) => {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

const columns = (length: number): Columns => ({
  open: new Float64Array(length),
  high: new Float64Array(length),
  low: new Float64Array(length),
  close: new Float64Array(length),
  volume: new Float64Array(length),
});

const cents = (x: number): number => Math.round(x * 100) / 100;

/** A walk in cents with overnight gaps and, when `flats`, stretches in which nothing moves. */
export const walk = (length: number, seed: number, flats: boolean): Columns => {
  const random = seeded(seed);
  const bars = columns(length);
  let price = 100;
  let still = 0;
  for (let i = 0; i < length; i++) {
    if (still > 0) still -= 1;
    else if (flats && random() < 0.002) still = 5 + Math.floor(random() * 60);
    if (still === 0 && random() < 0.01) price *= 0.95 + random() * 0.1;
    if (price < 5 || price > 2000) price = 100;
    const open = cents(price);
    const close = still > 0 ? open : cents(price * (1 + (random() - 0.5) * 0.01));
    const reach = still > 0 ? 0 : cents(random() * 0.003 * price);
    const drop = still > 0 ? 0 : cents(random() * 0.003 * price);
    bars.open[i] = open;
    bars.close[i] = close;
    bars.high[i] = cents(Math.max(open, close) + reach);
    bars.low[i] = cents(Math.min(open, close) - drop);
    bars.volume[i] = Math.floor(random() * 1_000_000) + (still > 0 ? 0 : 1);
    price = close;
  }
  return bars;
};

const DATA = new URL('../../../../shared/data/', import.meta.url);

/** Real bars, or undefined where the folder of market data is missing. */
export const realBars = (name: string): Columns | undefined => {
  const file = new URL(`${name}.csv`, DATA);
  if (!existsSync(file)) return undefined;
  const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  const bars = columns(rows.length);
  rows.forEach((row, i) => {
    const fields = row.split(',').map(Number);
    bars.open[i] = fields[1]!;
    bars.high[i] = fields[2]!;
    bars.low[i] = fields[3]!;
    bars.close[i] = fields[4]!;
    bars.volume[i] = fields[5]!;
  });
  return bars;
};

/** A bound kernel with its own arena: give it a row of inputs, get its outputs. */
export interface Machine {
  readonly state: Float64Array;
  feed(...inputs: number[]): number[];
}

export const machine = (entry: IndicatorEntry, options: readonly number[] = [], state?: Float64Array): Machine => {
  const kernel = entry.kernel!;
  const own = state ?? new Float64Array(kernel.stateSize(options));
  const width = entry.inputs.length;
  const values = new Float64Array(width + entry.outputs.length).fill(NaN);
  const step = kernel.bind(
    options,
    own,
    values,
    entry.inputs.map((_, i) => i),
    entry.outputs.map((_, i) => width + i),
  );
  return {
    state: own,
    feed: (...inputs) => {
      inputs.forEach((x, i) => {
        values[i] = x;
      });
      step(0, 1);
      return [...values.subarray(width)];
    },
  };
};

/** All outputs over whole columns of inputs, one array per output. */
export const run = (
  entry: IndicatorEntry,
  options: readonly number[],
  inputs: readonly ArrayLike<number>[],
  from = 0,
): Float64Array[] => {
  const length = inputs[0]!.length;
  const width = inputs.length;
  const values = new Float64Array(width + entry.outputs.length).fill(NaN);
  const state = new Float64Array(entry.kernel!.stateSize(options));
  const step = entry.kernel!.bind(
    options,
    state,
    values,
    inputs.map((_, i) => i),
    entry.outputs.map((_, i) => width + i),
  );
  const outputs = entry.outputs.map(() => new Float64Array(length).fill(NaN));
  for (let i = from; i < length; i++) {
    for (let k = 0; k < width; k++) values[k] = inputs[k]![i]!;
    step(0, 1);
    for (let k = 0; k < outputs.length; k++) outputs[k]![i] = values[width + k]!;
  }
  return outputs;
};

/** The columns an entry asks for by the roles of its inputs; a session has 7 bars. */
export const inputsOf = (entry: IndicatorEntry, bars: Columns): Float64Array[] =>
  entry.inputs.map((input, k) => {
    if (input.role === 'session') return bars.close.map((_, i) => Math.floor(i / 7));
    if (input.role === 'condition') return bars.close.map((c, i) => (c > bars.open[i]! ? 1 : 0));
    if (input.role === 'real') return k === 1 && entry.inputs[0]!.role === 'real' ? bars.open : bars.close;
    return bars[input.role];
  });

/** The options an entry is tried with: its defaults, 10 where there is none. */
export const optionsOf = (entry: IndicatorEntry): number[] => entry.options.map((option) => option.default ?? 10);
