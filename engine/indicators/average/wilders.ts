import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';

// state: bars seen, sum until ready and average from then on
const kernel: Kernel = {
  stateSize: () => 2,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const weight = 1 / length;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const seen = state[0]! + 1;
        const last = state[1]!;
        state[0] = seen;
        if (seen < length) {
          state[1] = last + x;
          values[out + row] = NaN;
          continue;
        }
        // A weight of 1 would leave a rounding residue of the last value.
        const average = weight === 1 ? x : seen === length ? (last + x) / length : (x - last) * weight + last;
        state[1] = average;
        values[out + row] = average;
      }
    };
  },
};

export const wilders: IndicatorEntry = {
  name: 'wilders',
  title: "Wilder's smoothing",
  group: 'average',
  description:
    "Wilder's average, the one inside RSI and ATR: the newest bar weighs 1 / length, so it is slower than an EMA of the same length.",
  inputs: [REAL],
  options: [bars('length', 'Bars of memory: the newest bar weighs 1 / length.')],
  outputs: [output('wilders', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + wilderForgets(length!),
  example: 'close > wilders(close, 20)',
  departs: undefined,
  source: 'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); tulind 0.8 wilders',
  kernel,
};
