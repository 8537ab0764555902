import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { meanDistance, pushSum, sumSize, tickLimit } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => sumSize(length!),
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
        values[out + row] = pushSum(state, 0, length, limit, x) ? meanDistance(state, 0, length) : NaN;
      }
    };
  },
};

export const md: IndicatorEntry = {
  name: 'md',
  title: 'Mean deviation',
  group: 'statistics',
  description:
    'The average distance of the last values from their average; less moved by single outliers than the standard deviation.',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window.', { min: 2 })],
  outputs: [output('md', 'input', NOT_NEGATIVE)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'md(close, 20) > 1',
  departs: 'The average it measures from is exact on prices; tulind takes it from a running sum.',
  source: 'tulind 0.8 md; StockCharts ChartSchool, Commodity Channel Index (mean deviation)',
  kernel,
};
