import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { pushSpread, spreadSize, squaresOf, tickLimit } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => spreadSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = tickLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0) {
          values[out + row] = NaN;
          continue;
        }
        values[out + row] = pushSpread(state, 0, length, limit, x) ? squaresOf(state, 0, length) / length : NaN;
      }
    };
  },
};

export const variance: IndicatorEntry = {
  name: 'var',
  title: 'Variance',
  group: 'statistics',
  description: 'The square of the standard deviation over the last bars (population form, divided by n).',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window.', { min: 2 })],
  outputs: [output('var', 'none', NOT_NEGATIVE)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'var(close, 20) > 2',
  departs:
    "Exact on prices: of equal values exactly 0, and independent of where history began, where tulind's running sums leave noise, negative numbers or NaN.",
  source: 'tulind 0.8 var',
  kernel,
};
