import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { pushWeighted, weightedLimit, weightedMean, weightedRingMean, weightedSize } from '../weighted.ts';
import { pushRing, ringFull, ringSize } from '../window.ts';

const halfOf = (length: number): number => Math.floor(length / 2);
const rootOf = (length: number): number => Math.floor(Math.sqrt(length));

const kernel: Kernel = {
  stateSize: ([length]) => weightedSize(length!) + weightedSize(halfOf(length!)) + ringSize(rootOf(length!)),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const half = halfOf(length);
    const root = rootOf(length);
    const halfAt = weightedSize(length);
    const rootAt = halfAt + weightedSize(half);
    const limit = weightedLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        pushWeighted(state, halfAt, half, limit, x);
        if (!pushWeighted(state, 0, length, limit, x)) continue;
        pushRing(state, rootAt, root, 2 * weightedMean(state, halfAt, half) - weightedMean(state, 0, length));
        if (ringFull(state, rootAt, root)) values[out + row] = weightedRingMean(state, rootAt, root);
      }
    };
  },
};

const warmup = ([length]: readonly number[]): number => length! + rootOf(length!) - 1;

export const hma: IndicatorEntry = {
  name: 'hma',
  title: 'Hull moving average',
  group: 'average',
  description: 'Weighted averages combined to be both smooth and nearly without lag; it can overshoot at sharp turns.',
  inputs: [REAL],
  options: [
    bars('length', 'Bars in the long window; the short one has half, the smoothing one the square root.', { min: 2 }),
  ],
  outputs: [output('hma', 'input', ANY)],
  clock: 'source',
  warmup,
  settle: warmup,
  example: 'rising(hma(close, 55), 1)',
  departs: 'Half and square root are rounded down, as in tulind; some platforms round them to the nearest.',
  source: 'Alan Hull, Hull Moving Average (2005), alanhull.com; tulind 0.8 hma',
  kernel,
};
