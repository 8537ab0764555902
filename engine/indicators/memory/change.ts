import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { difference, oldest, pushRing, ringFull, ringSize } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => ringSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0) {
          values[out + row] = NaN;
          continue;
        }
        values[out + row] = ringFull(state, 0, length) ? difference(x, oldest(state, 0)) : NaN;
        pushRing(state, 0, length, x);
      }
    };
  },
};

export const change: IndicatorEntry = {
  name: 'change',
  title: 'Change',
  group: 'memory',
  description: 'How much the value differs from the one n bars ago.',
  inputs: [REAL],
  options: [bars('length', 'Bars to look back.', { default: 1 })],
  outputs: [output('change', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'change(close, 5) > 2',
  departs: 'Between prices the difference is exact: 100.03 less 100.02 is 0.01, not 0.010000000000005.',
  source: 'tulind 0.8 mom; TradingView ta.change',
  kernel,
};
