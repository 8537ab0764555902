import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { priceSum } from '../price/price-sum.ts';
import { meanDistance, meanOf, pushSum, sumFull, sumSize, tickLimit } from '../window.ts';

/** Lambert's constant, which brings most values between -100 and 100. */
const LAMBERT = 0.015;

const kernel: Kernel = {
  stateSize: ([length]) => sumSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = tickLimit(length);
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        // Three times the typical price: the factor falls out of the quotient.
        const x = priceSum(values[highSlot + row]!, values[lowSlot + row]!, values[closeSlot + row]!);
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        pushSum(state, 0, length, limit, x);
        if (!sumFull(state, 0, length)) continue;
        const distance = meanDistance(state, 0, length);
        values[out + row] = distance > 0 ? (x - meanOf(state, 0, length)) / (LAMBERT * distance) : 0;
      }
    };
  },
};

export const cci: IndicatorEntry = {
  name: 'cci',
  title: 'Commodity channel index',
  group: 'momentum',
  description: 'How far the typical price lies from its average, in usual distances: beyond 100 or -100 is unusual.',
  inputs: [HIGH, LOW, CLOSE],
  options: [bars('length', 'Bars in the window.', { default: 20, min: 2 })],
  outputs: [output('cci', 'index', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'cci(20) < -100',
  departs:
    'Known from bar `length` on, as in TA-Lib, where tulind waits for twice that. A flat window gives 0, as in TA-Lib, where tulind divides rounding errors.',
  source: 'Donald Lambert, Commodities, October 1980; StockCharts ChartSchool, Commodity Channel Index; TA-Lib CCI',
  kernel,
};
