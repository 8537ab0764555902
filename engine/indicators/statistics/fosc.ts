import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { plainMean, pushWeighted, slopeOf, weightedFull, weightedLimit, weightedSize } from '../weighted.ts';

const kernel: Kernel = {
  stateSize: ([length]) => weightedSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = weightedLimit(length);
    const ahead = (length + 1) / 2;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        if (weightedFull(state, 0, length)) {
          const forecast = plainMean(state, 0, length) + slopeOf(state, 0, length) * ahead;
          values[out + row] = (100 * (x - forecast)) / x;
        }
        pushWeighted(state, 0, length, limit, x);
      }
    };
  },
};

export const fosc: IndicatorEntry = {
  name: 'fosc',
  title: 'Forecast oscillator',
  group: 'statistics',
  description: 'How far the bar lies from what the line through the bars before it forecast, in percent.',
  inputs: [REAL],
  options: [bars('length', 'Bars the line is fitted through.', { default: 14, min: 2 })],
  outputs: [output('fosc', 'percent', ANY)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'fosc(close, 14) > 0',
  departs: undefined,
  source: 'Tushar Chande, The New Technical Trader; tulind 0.8 fosc',
  kernel,
};
