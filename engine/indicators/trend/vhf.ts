import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import {
  difference,
  extremeSize,
  pushHighest,
  pushLowest,
  pushSum,
  sumFull,
  sumOf,
  sumSize,
  tickLimit,
} from '../window.ts';

// state: a bar was seen, last value, window of absolute changes, highest, lowest
const CHANGES = 2;

const kernel: Kernel = {
  stateSize: ([length]) => CHANGES + sumSize(length!) + 2 * extremeSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = tickLimit(length);
    const highestAt = CHANGES + sumSize(length);
    const lowestAt = highestAt + extremeSize(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const highest = pushHighest(state, highestAt, length, x);
        const lowest = pushLowest(state, lowestAt, length, x);
        const last = state[1]!;
        state[1] = x;
        if (state[0] === 0) {
          state[0] = 1;
          continue;
        }
        pushSum(state, CHANGES, length, limit, Math.abs(difference(x, last)));
        if (!sumFull(state, CHANGES, length)) continue;
        const path = sumOf(state, CHANGES, length);
        const part = difference(highest, lowest) / path;
        values[out + row] = path > 0 ? (part > 1 ? 1 : part) : 0;
      }
    };
  },
};

export const vhf: IndicatorEntry = {
  name: 'vhf',
  title: 'Vertical horizontal filter',
  group: 'trend',
  description: 'How straight price went, from 0 (wobbling) to 1 (one direction): tells trending from sideways markets.',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window.', { default: 28 })],
  outputs: [output('vhf', 'ratio', [0, 1])],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'vhf(close, 28) > 0.4',
  departs: 'A window without movement gives 0, where tulind divides 0 by 0.',
  source: 'Adam White, Futures, August 1991; tulind 0.8 vhf',
  kernel,
};
