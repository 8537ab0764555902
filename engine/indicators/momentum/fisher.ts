import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { rangeSum } from '../price/price-sum.ts';
import { extremeFull, extremeSize, pushHighest, pushLowest } from '../window.ts';

/** Beyond every value: |price| is kept within 0.999, so the sum cannot pass ln(1999). */
const MOST = 7.601;

// state: normalized price, transform, highest, lowest
const HIGHEST = 2;

const kernel: Kernel = {
  stateSize: ([length]) => HIGHEST + 2 * extremeSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const lowestAt = HIGHEST + extremeSize(length);
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const fisherOut = outputs[0]!;
    const signalOut = outputs[1]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const middle = 0.5 * rangeSum(values[highSlot + row]!, values[lowSlot + row]!);
        values[fisherOut + row] = NaN;
        values[signalOut + row] = NaN;
        if (middle - middle !== 0) continue;
        const highest = pushHighest(state, HIGHEST, length, middle);
        const lowest = pushLowest(state, lowestAt, length, middle);
        if (!extremeFull(state, HIGHEST, length)) continue;
        const range = highest === lowest ? 0.001 : highest - lowest;
        let price = 0.33 * 2 * ((middle - lowest) / range - 0.5) + 0.67 * state[0]!;
        if (price > 0.99) price = 0.999;
        if (price < -0.99) price = -0.999;
        const last = state[1]!;
        const transform = 0.5 * Math.log((1 + price) / (1 - price)) + 0.5 * last;
        state[0] = price;
        state[1] = transform;
        values[fisherOut + row] = transform;
        values[signalOut + row] = last;
      }
    };
  },
};

export const fisher: IndicatorEntry = {
  name: 'fisher',
  title: 'Fisher transform',
  group: 'momentum',
  description:
    'Where price stands in its recent range, stretched so that turning points become sharp; the signal is its last value.',
  inputs: [HIGH, LOW],
  options: [bars('length', 'Bars of the range.', { default: 10 })],
  outputs: [output('fisher', 'index', [-MOST, MOST]), output('signal', 'index', [-MOST, MOST])],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + 120,
  example: 'fisher(10)',
  departs:
    'Equal to tulind to 1e-9: logarithms differ between libraries in the last digit. In a flat window price counts as its bottom, as in tulind.',
  source: 'John Ehlers, Stocks & Commodities, November 2002; tulind 0.8 fisher',
  kernel,
};
