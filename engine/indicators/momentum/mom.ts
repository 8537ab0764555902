import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { oldest, pushRing, ringFull, ringSize } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => ringSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        if (ringFull(state, 0, length)) {
          const earlier = oldest(state, 0);
          values[out + row] = x - earlier;
        }
        pushRing(state, 0, length, x);
      }
    };
  },
};

export const mom: IndicatorEntry = {
  name: 'mom',
  title: 'Momentum',
  group: 'momentum',
  description: 'How much the value changed over the last bars.',
  inputs: [REAL],
  options: [bars('length', 'How many bars to look back.', { default: 10 })],
  outputs: [output('mom', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'mom(close, 10) > 0',
  departs: undefined,
  source: 'TA-Lib MOM; tulind 0.8 mom',
  kernel,
};
