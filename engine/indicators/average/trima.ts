import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { TICKS, tickOf } from '../window.ts';

/** A triangular mean is a mean of `second` means of `first` values. */
const firstOf = (length: number): number => Math.floor((length + 1) / 2);
const secondOf = (length: number): number => length + 1 - firstOf(length);

// state: bars seen, values off the grid, first sum, second sum (ticks), places in both rings, ring of values, of first sums
const VALUES = 6;

/** Triangular mean of the window whose oldest value is at place `head` of the ring, by a direct pass. */
const directMean = (state: Float64Array, length: number, head: number): number => {
  const first = firstOf(length);
  const anchor = state[VALUES + head]!;
  let sum = 0;
  for (let k = 0, j = head; k < length; k++) {
    const weight = Math.min(k + 1, length - k, first);
    sum += (state[VALUES + j]! - anchor) * weight;
    j = j + 1 === length ? 0 : j + 1;
  }
  return anchor + sum / (first * secondOf(length));
};

const kernel: Kernel = {
  stateSize: ([length]) => VALUES + length! + secondOf(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const first = firstOf(length);
    const second = secondOf(length);
    const sums = VALUES + length;
    const scale = first * second * TICKS;
    const limit = Math.floor(2 ** 53 / (first * second));
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const seen = state[0]! + 1;
        const place = state[4]! | 0;
        const sumPlace = state[5]! | 0;
        const firstBack = place >= first ? place - first : place - first + length;
        // The rings begin with zeros, so the sums need no warm-up of their own.
        const leavingFirst = tickOf(state[VALUES + firstBack]!, limit);
        const leaving = tickOf(state[VALUES + place]!, limit);
        const tick = tickOf(x, limit);
        let off = state[1]!;
        let sum = state[2]!;
        if (Number.isNaN(leaving)) off -= 1;
        if (!Number.isNaN(leavingFirst)) sum -= leavingFirst;
        if (Number.isNaN(tick)) off += 1;
        else sum += tick;
        const total = state[3]! - state[sums + sumPlace]! + sum;
        const next = place + 1 === length ? 0 : place + 1;
        state[VALUES + place] = x;
        state[sums + sumPlace] = sum;
        state[0] = seen;
        state[1] = off;
        state[2] = sum;
        state[3] = total;
        state[4] = next;
        state[5] = sumPlace + 1 === second ? 0 : sumPlace + 1;
        if (seen >= length) values[out + row] = off === 0 ? total / scale : directMean(state, length, next);
      }
    };
  },
};

export const trima: IndicatorEntry = {
  name: 'trima',
  title: 'Triangular moving average',
  group: 'average',
  description:
    'A simple average of simple averages: the middle of the window counts most, so it is very smooth and lags.',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window.')],
  outputs: [output('trima', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'close > trima(close, 20)',
  departs: undefined,
  source: 'TA-Lib TRIMA; tulind 0.8 trima',
  kernel,
};
