import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { advanceDirectional, DIRECTIONAL_STATE, directionalIndex, SEEN } from './directional.ts';

const INDEX_SUM = DIRECTIONAL_STATE;

const kernel: Kernel = {
  stateSize: () => DIRECTIONAL_STATE + 1,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const keep = (length - 1) / length;
    const scale = 1 / length;
    const ready = 2 * length - 1;
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
        const total = state[INDEX_SUM]! * (seen > ready ? keep : 1) + directionalIndex(state);
        state[INDEX_SUM] = total;
        if (seen < ready) continue;
        const index = total * scale;
        values[out + row] = index > 100 ? 100 : index;
      }
    };
  },
};

export const adx: IndicatorEntry = {
  name: 'adx',
  title: 'Average directional movement index',
  group: 'trend',
  description: 'Strength of the trend, whichever its direction, from 0 to 100; above 25 is commonly called trending.',
  inputs: [HIGH, LOW, CLOSE],
  options: [bars('length', "Bars of Wilder's sums and of the average over them.", { default: 14, min: 2 })],
  outputs: [output('adx', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length]) => 2 * length! - 1,
  settle: ([length]) => 2 * length! + 2 * wilderForgets(length!),
  example: 'adx(14) > 25',
  departs:
    "A bar without any movement counts as 0, as on TradingView; tulind divides 0 by 0 there and never recovers. The sums start one movement earlier than Wilder's own table, as in tulind; the difference fades within the settle length.",
  source: 'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); tulind 0.8 adx',
  kernel,
};
