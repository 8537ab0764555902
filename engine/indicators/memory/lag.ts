import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { oldest, pushRing, ringFull, ringSize } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => ringSize(length! + 1),
  bind(options, state, values, inputs, outputs) {
    const held = options[0]! + 1;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        pushRing(state, 0, held, x);
        if (ringFull(state, 0, held)) values[out + row] = oldest(state, 0);
      }
    };
  },
};

export const lag: IndicatorEntry = {
  name: 'lag',
  title: 'Lag',
  group: 'memory',
  description: 'The value some bars ago, counted in known values of its own series.',
  inputs: [REAL],
  options: [bars('length', 'How many bars to look back.', { min: 0, default: 1 })],
  outputs: [output('lag', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'close > lag(close, 5)',
  departs: 'Bars of its own series, known ones only; prev(x, n) and x[n] look back in bars of the strategy.',
  source: 'tulind 0.8 lag',
  kernel,
};
