import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { emaForgets } from '../settling.ts';

const lagOf = (length: number): number => Math.floor((length - 1) / 2);

// state: bars seen, average, ring of the last `lag` values
const VALUES = 2;

const kernel: Kernel = {
  stateSize: ([length]) => VALUES + Math.max(1, lagOf(length!)),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const lag = lagOf(length);
    const ring = Math.max(1, lag);
    const weight = 2 / (length + 1);
    const ready = ring + length - 1;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const seen = state[0]!;
        const place = VALUES + ((seen | 0) % ring);
        const last = state[1]!;
        const earlier = lag === 0 ? x : state[place]!;
        // The average starts on the bar before the first that has a value `lag` bars back.
        const average = seen + 1 <= ring ? x : (x + (x - earlier) - last) * weight + last;
        state[place] = x;
        state[0] = seen + 1;
        state[1] = average;
        if (seen + 1 >= ready) values[out + row] = average;
      }
    };
  },
};

export const zlema: IndicatorEntry = {
  name: 'zlema',
  title: 'Zero-lag exponential moving average',
  group: 'average',
  description: 'An EMA of price plus its recent change, which takes out most of the lag and overshoots turns.',
  inputs: [REAL],
  options: [bars('length', 'Bars of memory; the change is taken over half of it.', { min: 2 })],
  outputs: [output('zlema', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => Math.max(1, lagOf(length!)) + length! - 1,
  settle: ([length]) => lagOf(length!) + length! + emaForgets(length!),
  example: 'close > zlema(close, 20)',
  departs:
    'Unknown until the average has seen `length` values, where tulind answers from bar (length - 1) / 2 on; lengths below 3, for which tulind reads before its data, start with the first value.',
  source: 'John Ehlers and Ric Way, Zero Lag (Well, Almost), Stocks & Commodities, November 2010; tulind 0.8 zlema',
  kernel,
};
