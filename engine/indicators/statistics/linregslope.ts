import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { pushWeighted, slopeOf, weightedLimit, weightedSize } from '../weighted.ts';

const kernel: Kernel = {
  stateSize: ([length]) => weightedSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = weightedLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        if (pushWeighted(state, 0, length, limit, x)) values[out + row] = slopeOf(state, 0, length);
      }
    };
  },
};

export const linregslope: IndicatorEntry = {
  name: 'linregslope',
  title: 'Linear regression slope',
  group: 'statistics',
  description: 'How much the straight line fitted through the last bars rises per bar.',
  inputs: [REAL],
  options: [bars('length', 'Bars the line is fitted through.', { default: 14, min: 2 })],
  outputs: [output('linregslope', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'linregslope(close, 20) > 0',
  departs: undefined,
  source: 'Ordinary least squares; TA-Lib; tulind 0.8 linregslope',
  kernel,
};
