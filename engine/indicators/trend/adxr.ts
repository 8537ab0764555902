import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { advanceDirectional, DIRECTIONAL_STATE, directionalIndex, SEEN } from './directional.ts';

const INDEX_SUM = DIRECTIONAL_STATE;
const CURSOR = DIRECTIONAL_STATE + 1;
const RING = DIRECTIONAL_STATE + 2;

const kernel: Kernel = {
  stateSize: ([length]) => RING + length! - 1,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const keep = (length - 1) / length;
    const scale = 1 / length;
    const back = length - 1;
    const firstIndex = 2 * length - 1;
    const ready = 3 * length - 2;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        const sum = high + low + close;
        values[out + row] = NaN;
        if (sum - sum !== 0) continue;
        advanceDirectional(state, length, keep, high, low, close);
        const seen = state[SEEN]!;
        if (seen < length) continue;
        const total = state[INDEX_SUM]! * (seen > firstIndex ? keep : 1) + directionalIndex(state);
        state[INDEX_SUM] = total;
        if (seen < firstIndex) continue;
        const index = total * scale;
        const cursor = state[CURSOR]! | 0;
        const earlier = state[RING + cursor]!;
        state[RING + cursor] = index;
        state[CURSOR] = cursor + 1 === back ? 0 : cursor + 1;
        if (seen < ready) continue;
        const rating = 0.5 * (index + earlier);
        values[out + row] = rating > 100 ? 100 : rating;
      }
    };
  },
};

export const adxr: IndicatorEntry = {
  name: 'adxr',
  title: 'Average directional movement rating',
  group: 'trend',
  description: 'The mean of ADX now and ADX `length` - 1 bars ago: a calmer measure of the strength of the trend.',
  inputs: [HIGH, LOW, CLOSE],
  options: [bars('length', "Bars of Wilder's sums, of their average and of the look back.", { default: 14, min: 2 })],
  outputs: [output('adxr', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length]) => 3 * length! - 2,
  settle: ([length]) => 3 * length! + 2 * wilderForgets(length!),
  example: 'adx(14) > adxr(14)',
  departs: 'As for adx: a bar without any movement counts as 0, where tulind divides 0 by 0 and never recovers.',
  source: 'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); tulind 0.8 adxr',
  kernel,
};
