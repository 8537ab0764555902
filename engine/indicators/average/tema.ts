import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { cascadeForgets } from '../settling.ts';

// state: bars seen, average, average of it, average of that
const kernel: Kernel = {
  stateSize: () => 4,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const weight = 2 / (length + 1);
    const keep = 1 - weight;
    const secondFull = 2 * length - 1;
    const ready = 3 * length - 2;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const seen = state[0]! + 1;
        const first = (seen === 1 ? x : state[1]!) * keep + x * weight;
        state[0] = seen;
        state[1] = first;
        if (seen < length) continue;
        const second = (seen === length ? first : state[2]!) * keep + first * weight;
        state[2] = second;
        if (seen < secondFull) continue;
        const third = (seen === secondFull ? second : state[3]!) * keep + second * weight;
        state[3] = third;
        if (seen >= ready) values[out + row] = 3 * first - 3 * second + third;
      }
    };
  },
};

export const tema: IndicatorEntry = {
  name: 'tema',
  title: 'Triple exponential moving average',
  group: 'average',
  description:
    'Three EMAs combined so that almost no lag is left; it turns soonest of all averages and overshoots most.',
  inputs: [REAL],
  options: [bars('length', 'Bars of memory of each of the three averages.')],
  outputs: [output('tema', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => 3 * length! - 2,
  settle: ([length]) => 3 * length! + cascadeForgets(length!, 3),
  example: 'close > tema(close, 20)',
  departs: 'TA-Lib seeds each average with a simple average; the difference fades within the settle length.',
  source: 'Patrick Mulloy, Stocks & Commodities, January 1994; tulind 0.8 tema',
  kernel,
};
