import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';
import { rangeSum } from '../price/price-sum.ts';
import { meanOf, pushSum, sumFull, sumSize, tickLimit } from '../window.ts';

const SHORT = 5;
const LONG = 34;
const LONG_AT = sumSize(SHORT);
const LIMIT = tickLimit(LONG);

const kernel: Kernel = {
  stateSize: () => sumSize(SHORT) + sumSize(LONG),
  bind(_options, state, values, inputs, outputs) {
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const twice = rangeSum(values[highSlot + row]!, values[lowSlot + row]!);
        values[out + row] = NaN;
        if (twice - twice !== 0) continue;
        pushSum(state, 0, SHORT, LIMIT, twice);
        pushSum(state, LONG_AT, LONG, LIMIT, twice);
        if (sumFull(state, LONG_AT, LONG)) {
          values[out + row] = 0.5 * (meanOf(state, 0, SHORT) - meanOf(state, LONG_AT, LONG));
        }
      }
    };
  },
};

export const ao: IndicatorEntry = {
  name: 'ao',
  title: 'Awesome oscillator',
  group: 'momentum',
  description: "The mean of the last 5 bars' middles less that of the last 34: above 0 the short run leads.",
  inputs: [HIGH, LOW],
  options: [],
  outputs: [output('ao', 'price', ANY)],
  clock: 'source',
  warmup: () => LONG,
  settle: () => LONG,
  example: 'ao() > 0',
  departs: undefined,
  source: 'Bill Williams, New Trading Dimensions (1998); tulind 0.8 ao',
  kernel,
};
