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
    const secondFull = 2 * length - 1;
    const thirdFull = 3 * length - 2;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const seen = state[0]! + 1;
        const lastFirst = seen === 1 ? x : state[1]!;
        const first = (x - lastFirst) * weight + lastFirst;
        state[0] = seen;
        state[1] = first;
        if (seen < length) continue;
        const lastSecond = seen === length ? first : state[2]!;
        const second = (first - lastSecond) * weight + lastSecond;
        state[2] = second;
        if (seen < secondFull) continue;
        const lastThird = seen === secondFull ? second : state[3]!;
        const third = (second - lastThird) * weight + lastThird;
        state[3] = third;
        if (seen > thirdFull) values[out + row] = ((third - lastThird) / third) * 100;
      }
    };
  },
};

export const trix: IndicatorEntry = {
  name: 'trix',
  title: 'Trix',
  group: 'momentum',
  description: 'The change per bar of a triple-smoothed average, in percent: above 0 the smoothed trend rises.',
  inputs: [REAL],
  options: [bars('length', 'Bars of memory of each of the three averages.', { default: 15 })],
  outputs: [output('trix', 'percent', ANY)],
  clock: 'source',
  warmup: ([length]) => 3 * length! - 1,
  settle: ([length]) => 3 * length! + cascadeForgets(length!, 3),
  example: 'trix(close, 15) > 0',
  departs: 'In percent of the new value, as in tulind; TA-Lib and StockCharts divide by the last one.',
  source: 'Jack Hutson, Stocks & Commodities, July 1983; tulind 0.8 trix',
  kernel,
};
