import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { deviationOf, fromMean, pushSpread, spreadSize, tickLimit } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => spreadSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = tickLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0) {
          values[out + row] = NaN;
          continue;
        }
        if (!pushSpread(state, 0, length, limit, x)) {
          values[out + row] = NaN;
          continue;
        }
        const deviation = deviationOf(state, 0, length);
        values[out + row] = deviation > 0 ? fromMean(state, 0, length, x) / deviation : NaN;
      }
    };
  },
};

export const zscore: IndicatorEntry = {
  name: 'zscore',
  title: 'Z-score',
  group: 'statistics',
  description:
    'How many standard deviations the value lies above (or below) the average of the last bars, itself included.',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window.', { min: 2, default: 20 })],
  outputs: [output('zscore', 'ratio', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'zscore(close, 20) < -2',
  departs:
    'Unknown while all values of the window are equal: there is no spread to measure by. Population deviation, as Bollinger bands use.',
  source: '(x - SMA) / population standard deviation: Investopedia, Z-Score; TradingView, (close - ta.sma) / ta.stdev',
  kernel,
};
