import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { movement } from './directional.ts';

// state: bars seen, last high, last low, upward sum, downward sum
const kernel: Kernel = {
  stateSize: () => 5,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const keep = (length - 1) / length;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const plusOut = outputs[0]!;
    const minusOut = outputs[1]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const sum = high + low;
        values[plusOut + row] = NaN;
        values[minusOut + row] = NaN;
        if (sum - sum !== 0) continue;
        const seen = state[0]! + 1;
        if (seen > 1) {
          const ahead = high - state[1]!;
          const against = state[2]! - low;
          const factor = seen > length ? keep : 1;
          state[3] = state[3]! * factor + movement(ahead, against);
          state[4] = state[4]! * factor + movement(against, ahead);
        }
        state[0] = seen;
        state[1] = high;
        state[2] = low;
        if (seen < length) continue;
        values[plusOut + row] = state[3]!;
        values[minusOut + row] = state[4]!;
      }
    };
  },
};

export const dm: IndicatorEntry = {
  name: 'dm',
  title: 'Directional movement',
  group: 'trend',
  description: "Wilder's running sums of upward (plus) and downward (minus) movement, in price units.",
  inputs: [HIGH, LOW],
  options: [bars('length', "Bars of Wilder's sums.", { default: 14, min: 2 })],
  outputs: [output('plus', 'price', NOT_NEGATIVE), output('minus', 'price', NOT_NEGATIVE)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + 1 + wilderForgets(length!),
  example: 'dm(14)',
  departs: undefined,
  source: 'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); tulind 0.8 dm',
  kernel,
};
