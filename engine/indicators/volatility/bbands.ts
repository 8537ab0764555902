import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { deviationOf, meanOf, pushSpread, spreadSize, tickLimit } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => spreadSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const multiple = options[1]!;
    const limit = tickLimit(length);
    const input = inputs[0]!;
    const lower = outputs[0]!;
    const middle = outputs[1]!;
    const upper = outputs[2]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0 || !pushSpread(state, 0, length, limit, x)) {
          values[lower + row] = NaN;
          values[middle + row] = NaN;
          values[upper + row] = NaN;
          continue;
        }
        const mean = meanOf(state, 0, length);
        const width = multiple * deviationOf(state, 0, length);
        values[lower + row] = mean - width;
        values[middle + row] = mean;
        values[upper + row] = mean + width;
      }
    };
  },
};

export const bbands: IndicatorEntry = {
  name: 'bbands',
  title: 'Bollinger bands',
  group: 'volatility',
  description:
    'A simple average with a band on each side, some standard deviations away: narrow in calm markets, wide in lively ones.',
  inputs: [REAL],
  options: [
    bars('length', 'Bars in the average and in the standard deviation.', { min: 2, default: 20 }),
    {
      name: 'multiple',
      description: 'Standard deviations between the average and each band.',
      min: 0,
      max: 100,
      integer: false,
      default: 2,
    },
  ],
  outputs: [output('lower', 'input', ANY), output('middle', 'input', 'input'), output('upper', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'bbands(close, 20, 2)',
  departs:
    'On a flat window all three lines are exactly the price, where tulind gives NaN or noise; independent of where history began. Population deviation, as Bollinger, tulind and TradingView have it.',
  source: 'tulind 0.8 bbands; StockCharts ChartSchool, Bollinger Bands',
  kernel,
};
