import { existsSync, readFileSync } from 'node:fs';
import type { IndicatorEntry } from '../../engine/indicators/entry.ts';

/** Bars as plain columns, by field. */
export interface Columns {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

const DATA = new URL('../../../shared/data/', import.meta.url);

/** Real bars (`hour/SPY`), or undefined when the shared data are not beside the project. */
export const realBars = (name: string): Columns | undefined => {
  const file = new URL(`${name}.csv`, DATA);
  if (!existsSync(file)) return undefined;
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(1).map(Number));
  return columnsOf(rows);
};

const columnsOf = (rows: readonly (readonly number[])[]): Columns => {
  const column = (k: number): Float64Array => Float64Array.from(rows, (row) => row[k]!);
  return { open: column(0), high: column(1), low: column(2), close: column(3), volume: column(4) };
};

/** A seeded generator of numbers in [0, 1) (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

const cents = (x: number): number => Math.round(x * 100) / 100;

/** A random walk in cents with gaps and, unless told otherwise, flat stretches, some without volume. */
export const walk = (seed: number, size: number, flats = true): Columns => {
  const random = seeded(seed);
  const rows: number[][] = [];
  let close = 100;
  let flat = 0;
  for (let i = 0; i < size; i++) {
    if (flats && flat === 0 && random() < 0.002) flat = Math.floor(random() * 60);
    if (flat > 0) {
      flat -= 1;
      rows.push([close, close, close, close, random() < 0.3 ? 0 : 100]);
      continue;
    }
    const gap = random() < 0.01 ? (random() - 0.5) * 0.1 : (random() - 0.5) * 0.002;
    const open = Math.max(1, cents(close * (1 + gap)));
    const next = Math.max(1, cents(open * (1 + (random() - 0.5) * 0.02) + (100 - open) * 0.0005));
    const high = cents(Math.max(open, next) * (1 + random() * 0.005));
    const low = Math.max(0.5, cents(Math.min(open, next) * (1 - random() * 0.005)));
    rows.push([open, Math.max(high, open, next), Math.min(low, open, next), next, Math.floor(random() * 1e6)]);
    close = next;
  }
  return columnsOf(rows);
};

/** Valid bars (low <= open, close <= high, volume >= 0) of the worst kind: any size, off every grid, flat, without volume. */
export const hostile = (seed: number, size: number): Columns => {
  const random = seeded(seed);
  const rows: number[][] = [];
  let last = 50;
  for (let i = 0; i < size; i++) {
    const kind = random();
    if (kind < 0.25) {
      rows.push([last, last, last, last, random() < 0.5 ? 0 : 1]);
      continue;
    }
    const scale = kind < 0.3 ? 1e7 : kind < 0.35 ? 1e-6 : 100;
    const prices = Array.from({ length: 4 }, () =>
      kind < 0.6 ? cents(random() * scale) + 0.01 : random() * scale + 1e-9,
    );
    prices.sort((a, b) => a - b);
    const [low, a, b, high] = prices as [number, number, number, number];
    const rising = random() < 0.5;
    const edge = random() < 0.2;
    const close = edge ? (rising ? high : low) : rising ? b : a;
    rows.push([rising ? a : b, high, low, close, random() < 0.1 ? 0 : random() * 1e9]);
    last = close;
  }
  return columnsOf(rows);
};

export const slice = (bars: Columns, from: number, to?: number): Columns => ({
  open: bars.open.subarray(from, to),
  high: bars.high.subarray(from, to),
  low: bars.low.subarray(from, to),
  close: bars.close.subarray(from, to),
  volume: bars.volume.subarray(from, to),
});

/** The columns an entry reads when nothing is said: its roles; a second `real` reads the open, a condition close > open. */
export const inputsOf = (entry: IndicatorEntry, bars: Columns): Float64Array[] => {
  let reals = 0;
  return entry.inputs.map(({ role, name }) => {
    if (name === 'session') return Float64Array.from(bars.close, (_, i) => Math.floor(i / 7));
    if (role === 'condition') return Float64Array.from(bars.close, (close, i) => (close > bars.open[i]! ? 1 : 0));
    if (role === 'real') return reals++ === 0 ? bars.close : bars.open;
    return bars[FIELDS.find((field) => field === role)!];
  });
};

/** Runs an entry's kernel bar by bar over whole columns; `state` goes on from an earlier run. */
export const stream = (
  entry: IndicatorEntry,
  inputs: readonly Float64Array[],
  options: readonly number[],
  state?: Float64Array,
): Float64Array[] => {
  const kernel = entry.kernel;
  if (kernel === undefined) throw new Error(`${entry.name} has no kernel`);
  const values = new Float64Array(inputs.length + entry.outputs.length).fill(Number.NaN);
  const step = kernel.bind(
    options,
    state ?? new Float64Array(kernel.stateSize(options)),
    values,
    inputs.map((_, k) => k),
    entry.outputs.map((_, k) => inputs.length + k),
  );
  const size = inputs[0]!.length;
  const answers = entry.outputs.map(() => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < inputs.length; k++) values[k] = inputs[k]![i]!;
    step(0, 1);
    for (let k = 0; k < answers.length; k++) answers[k]![i] = values[inputs.length + k]!;
  }
  return answers;
};

/** Options to try an entry with: its defaults where it has them, 10 where it has none, and a short and a long set. */
export const optionSets = (entry: IndicatorEntry): number[][] => {
  const usual = entry.options.map((option) => option.default ?? 10);
  const short = entry.options.map((option) =>
    option.integer ? Math.max(option.min, Math.min(3, option.max)) : (option.default ?? 1),
  );
  const sets = [usual];
  if (entry.options.length > 0 && entry.check?.(short) === undefined) sets.push(short);
  if (entry.options.length === 1 && entry.options[0]!.integer) sets.push([37]);
  return sets;
};
