import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { pushSum, sumOf, sumSize, tickLimit } from '../window.ts';

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
        values[out + row] = pushSum(state, 0, length, limit, x) ? sumOf(state, 0, length) : NaN;
      }
    };
  },
};

export const sum: IndicatorEntry = {
  name: 'sum',
  title: 'Sum',
  group: 'statistics',
  description: 'The values of the last bars added up, the current one included.',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window.')],
  outputs: [output('sum', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'sum(volume, 5) > 1000000',
  departs: 'Prices and volumes are summed as whole ticks, so the value does not depend on where history began.',
  source: 'tulind 0.8 sum',
  kernel,
};
