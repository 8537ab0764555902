import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { plainMean, pushWeighted, slopeOf, weightedLimit, weightedSize } from '../weighted.ts';

const kernel: Kernel = {
  stateSize: ([length]) => weightedSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = weightedLimit(length);
    const ahead = (length - 1) / 2;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        if (pushWeighted(state, 0, length, limit, x))
          values[out + row] = plainMean(state, 0, length) + slopeOf(state, 0, length) * ahead;
      }
    };
  },
};

export const linreg: IndicatorEntry = {
  name: 'linreg',
  title: 'Linear regression',
  group: 'statistics',
  description: 'Where the straight line fitted through the last bars ends: an average without lag in a steady trend.',
  inputs: [REAL],
  options: [bars('length', 'Bars the line is fitted through.', { default: 14, min: 2 })],
  outputs: [output('linreg', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'close > linreg(close, 20)',
  departs: undefined,
  source: 'Ordinary least squares; TA-Lib; tulind 0.8 linreg',
  kernel,
};
