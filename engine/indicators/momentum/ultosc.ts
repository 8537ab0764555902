import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { difference, pushSum, sumFull, sumOf, sumSize, tickLimit } from '../window.ts';

const WINDOWS = 2;

/** Buying pressure as part of the range over one window; 0 where there was no range. */
const pressure = (state: Float64Array, at: number, length: number): number => {
  const range = sumOf(state, at + sumSize(length), length);
  return range > 0 ? sumOf(state, at, length) / range : 0;
};

// state: a bar was seen, last close, for each of the three lengths a window of pressures and one of ranges
const kernel: Kernel = {
  stateSize: ([short, medium, long]) => WINDOWS + 2 * (sumSize(short!) + sumSize(medium!) + sumSize(long!)),
  bind(options, state, values, inputs, outputs) {
    const short = options[0]!;
    const medium = options[1]!;
    const long = options[2]!;
    const mediumAt = WINDOWS + 2 * sumSize(short);
    const longAt = mediumAt + 2 * sumSize(medium);
    const limit = tickLimit(long);
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        const finite = high + low + close;
        values[out + row] = NaN;
        if (finite - finite !== 0) continue;
        const last = state[1]!;
        state[1] = close;
        if (state[0] === 0) {
          state[0] = 1;
          continue;
        }
        const trueLow = low < last ? low : last;
        const trueHigh = high > last ? high : last;
        const bought = difference(close, trueLow);
        const range = difference(trueHigh, trueLow);
        pushSum(state, WINDOWS, short, limit, bought);
        pushSum(state, WINDOWS + sumSize(short), short, limit, range);
        pushSum(state, mediumAt, medium, limit, bought);
        pushSum(state, mediumAt + sumSize(medium), medium, limit, range);
        pushSum(state, longAt, long, limit, bought);
        pushSum(state, longAt + sumSize(long), long, limit, range);
        if (!sumFull(state, longAt, long)) continue;
        const index =
          ((4 * pressure(state, WINDOWS, short) +
            2 * pressure(state, mediumAt, medium) +
            pressure(state, longAt, long)) *
            100) /
          7;
        values[out + row] = index > 100 ? 100 : index < 0 ? 0 : index;
      }
    };
  },
};

export const ultosc: IndicatorEntry = {
  name: 'ultosc',
  title: 'Ultimate oscillator',
  group: 'momentum',
  description: 'How near the bars closed to their highs, over three lengths at once, from 0 to 100.',
  inputs: [HIGH, LOW, CLOSE],
  options: [
    bars('short', 'Bars of the short window, which counts four times.', { default: 7 }),
    bars('medium', 'Bars of the medium window, which counts twice.', { default: 14 }),
    bars('long', 'Bars of the long window.', { default: 28 }),
  ],
  outputs: [output('ultosc', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([, , long]) => long! + 1,
  settle: ([, , long]) => long! + 1,
  example: 'ultosc(7, 14, 28) < 30',
  departs: 'A window without any range counts 0, as in TA-Lib, where tulind divides 0 by 0.',
  source: 'Larry Williams, Stocks & Commodities, April 1985; TA-Lib ULTOSC; tulind 0.8 ultosc',
  check: ([short, medium, long]) =>
    short! <= medium! && medium! <= long!
      ? undefined
      : `the lengths must not fall: short ${short}, medium ${medium}, long ${long}`,
  kernel,
};
