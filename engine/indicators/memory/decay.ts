import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';

// state: a bar was seen, value
const kernel: Kernel = {
  stateSize: () => 2,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const fade = 1 / length;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const faded = state[1]! - fade;
        const value = state[0] === 0 || x > faded ? x : faded;
        state[0] = 1;
        state[1] = value;
        values[out + row] = value;
      }
    };
  },
};

export const decay: IndicatorEntry = {
  name: 'decay',
  title: 'Linear decay',
  group: 'memory',
  description: 'Follows rises at once and falls by 1 / length a bar: an afterglow of the last peak.',
  inputs: [REAL],
  options: [bars('length', 'Bars of the afterglow.')],
  outputs: [output('decay', 'input', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => Infinity,
  example: 'decay(rsi(14), 10) > 70',
  departs: undefined,
  source: 'tulind 0.8 decay',
  kernel,
};
