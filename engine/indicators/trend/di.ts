import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { advanceDirectional, DIRECTIONAL_STATE, DOWN_SUM, RANGE_SUM, SEEN, UP_SUM } from './directional.ts';

/** Share of the movement in the range, in percent; rounding may not lift it above 100. */
const share = (movement: number, range: number): number => {
  const percent = (100 * movement) / range;
  return percent <= 100 ? percent : range > 0 ? 100 : 0;
};

const kernel: Kernel = {
  stateSize: () => DIRECTIONAL_STATE,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const keep = (length - 1) / length;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const plusOut = outputs[0]!;
    const minusOut = outputs[1]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        const sum = high + low + close;
        values[plusOut + row] = NaN;
        values[minusOut + row] = NaN;
        if (sum - sum !== 0) continue;
        advanceDirectional(state, length, keep, high, low, close);
        if (state[SEEN]! < length) continue;
        const range = state[RANGE_SUM]!;
        values[plusOut + row] = share(state[UP_SUM]!, range);
        values[minusOut + row] = share(state[DOWN_SUM]!, range);
      }
    };
  },
};

export const di: IndicatorEntry = {
  name: 'di',
  title: 'Directional indicator',
  group: 'trend',
  description: 'How much of the movement is upward (plus) and how much downward (minus), each from 0 to 100.',
  inputs: [HIGH, LOW, CLOSE],
  options: [bars('length', "Bars of Wilder's sums.", { default: 14, min: 2 })],
  outputs: [output('plus', 'index', HUNDRED), output('minus', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + 1 + wilderForgets(length!),
  example: 'di(14)',
  departs:
    "A market without any range gives 0, as in TA-Lib, where tulind divides 0 by 0. The sums start one movement earlier than Wilder's own table, and equal up and down moves both count, as in tulind (neither does in TA-Lib).",
  source: 'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); tulind 0.8 di',
  kernel,
};
