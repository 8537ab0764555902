import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { barsToForget } from '../settling.ts';
import { difference, oldest, pushRing, pushSum, ringFull, ringSize, sumOf, sumSize, tickLimit } from '../window.ts';

const FAST = 2 / (2 + 1);
const SLOW = 2 / (30 + 1);

// state: average, last value, ring of values, window of absolute changes
const RING = 2;

const kernel: Kernel = {
  stateSize: ([length]) => RING + ringSize(length!) + sumSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = tickLimit(length);
    const changes = RING + ringSize(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const last = state[1]!;
        const started = state[RING + 1]! > 0;
        if (started) pushSum(state, changes, length, limit, Math.abs(difference(x, last)));
        state[1] = x;
        if (ringFull(state, RING, length)) {
          const path = sumOf(state, changes, length);
          const way = Math.abs(difference(x, oldest(state, RING)));
          const efficiency = path > way ? way / path : 1;
          const root = efficiency * (FAST - SLOW) + SLOW;
          state[0] = state[0]! + root * root * (x - state[0]!);
        } else state[0] = x;
        pushRing(state, RING, length, x);
        if (ringFull(state, RING, length)) values[out + row] = state[0]!;
      }
    };
  },
};

export const kama: IndicatorEntry = {
  name: 'kama',
  title: 'Kaufman adaptive moving average',
  group: 'average',
  description:
    'An average that follows price closely when it moves in one direction and stands still when it only wobbles.',
  inputs: [REAL],
  options: [bars('length', 'Bars over which direction is compared with the path walked.', { default: 10 })],
  outputs: [output('kama', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length!,
  // In a market without direction the average moves by (2 / 31)² a bar: that slowest pace is the promise.
  settle: ([length]) => length! + barsToForget(1 - SLOW * SLOW),
  example: 'crosses_above(close, kama(close, 10))',
  departs:
    'Equal to tulind to 1e-12: the path walked is summed in whole ticks, where tulind lets rounding errors add up.',
  source: 'Perry Kaufman, Trading Systems and Methods; StockCharts ChartSchool, KAMA',
  kernel,
};
