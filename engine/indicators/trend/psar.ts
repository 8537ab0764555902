import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { output } from '../outputs.ts';

const SEEN = 0;
const LONG = 1;
const STOP = 2;
const EXTREME = 3;
const FACTOR = 4;
const HIGH_1 = 5;
const LOW_1 = 6;
const HIGH_2 = 7;
const LOW_2 = 8;

const kernel: Kernel = {
  stateSize: () => 9,
  bind(options, state, values, inputs, outputs) {
    const step = options[0]!;
    const most = options[1]!;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const finite = high + low;
        values[out + row] = NaN;
        if (finite - finite !== 0) continue;
        const seen = state[SEEN]! + 1;
        const lastHigh = state[HIGH_1]!;
        const lastLow = state[LOW_1]!;
        state[SEEN] = seen;
        if (seen > 1) {
          let long: boolean;
          let stop: number;
          let extreme: number;
          let factor: number;
          if (seen === 2) {
            long = lastHigh + lastLow <= finite;
            extreme = long ? lastHigh : lastLow;
            stop = long ? lastLow : lastHigh;
            factor = step;
          } else {
            long = state[LONG] === 1;
            extreme = state[EXTREME]!;
            stop = state[STOP]!;
            factor = state[FACTOR]!;
          }
          stop = (extreme - stop) * factor + stop;
          if (long) {
            if (seen > 2 && stop > state[LOW_2]!) stop = state[LOW_2]!;
            if (stop > lastLow) stop = lastLow;
          } else {
            if (seen > 2 && stop < state[HIGH_2]!) stop = state[HIGH_2]!;
            if (stop < lastHigh) stop = lastHigh;
          }
          if (long ? high > extreme : low < extreme) {
            if (factor < most) factor = Math.min(factor + step, most);
            extreme = long ? high : low;
          }
          if (long ? low < stop : high > stop) {
            factor = step;
            stop = extreme;
            long = !long;
            extreme = long ? high : low;
          }
          state[LONG] = long ? 1 : 0;
          state[STOP] = stop;
          state[EXTREME] = extreme;
          state[FACTOR] = factor;
          values[out + row] = stop;
        }
        state[HIGH_2] = lastHigh;
        state[LOW_2] = lastLow;
        state[HIGH_1] = high;
        state[LOW_1] = low;
      }
    };
  },
};

export const psar: IndicatorEntry = {
  name: 'psar',
  title: 'Parabolic SAR',
  group: 'trend',
  description:
    'A trailing stop that tightens with every new extreme and changes side when it is hit; below price in a rise, above it in a fall. It depends on where history began until its side has changed.',
  inputs: [HIGH, LOW],
  options: [
    {
      name: 'step',
      description: 'How much the acceleration grows with each new extreme.',
      min: 0.0001,
      max: 1,
      integer: false,
      default: 0.02,
    },
    { name: 'maximum', description: 'Greatest acceleration.', min: 0.0002, max: 1, integer: false, default: 0.2 },
  ],
  outputs: [output('psar', 'price', 'input')],
  clock: 'source',
  warmup: () => 2,
  settle: () => Infinity,
  example: 'close > psar(0.02, 0.2)',
  departs:
    "The first side is that of the first two bars' middles, as in tulind; TA-Lib compares their directional movement.",
  source: 'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); tulind 0.8 psar',
  check: ([step, maximum]) =>
    step! < maximum! ? undefined : `the step (${step}) must be smaller than the maximum (${maximum})`,
  kernel,
};
