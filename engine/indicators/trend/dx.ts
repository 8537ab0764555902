import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { advanceDirectional, DIRECTIONAL_STATE, directionalIndex, SEEN } from './directional.ts';

const kernel: Kernel = {
  stateSize: () => DIRECTIONAL_STATE,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const keep = (length - 1) / length;
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
        if (state[SEEN]! >= length) values[out + row] = directionalIndex(state);
      }
    };
  },
};

export const dx: IndicatorEntry = {
  name: 'dx',
  title: 'Directional movement index',
  group: 'trend',
  description:
    'How one-sided the movement is, from 0 (up and down alike) to 100 (one direction only); ADX is its average.',
  inputs: [HIGH, LOW, CLOSE],
  options: [bars('length', "Bars of Wilder's sums.", { default: 14, min: 2 })],
  outputs: [output('dx', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + 1 + wilderForgets(length!),
  example: 'dx(14) > 25',
  departs:
    'A market without any movement gives 0, as on TradingView, where tulind divides 0 by 0; TA-Lib repeats its last value.',
  source: 'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); tulind 0.8 dx',
  kernel,
};
