import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { meanOf, pushSum, slideMean, sumSize, tickLimit } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => sumSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = tickLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      let row = from;
      while (row < to) {
        row = slideMean(state, length, limit, values, input, out, row, to);
        if (row === to) return;
        const x = values[input + row]!;
        values[out + row] = x - x === 0 && pushSum(state, 0, length, limit, x) ? meanOf(state, 0, length) : NaN;
        row++;
      }
    };
  },
};

export const sma: IndicatorEntry = {
  name: 'sma',
  title: 'Simple moving average',
  group: 'average',
  description: 'The plain average of the last bars: the calmest picture of where price has been.',
  inputs: [REAL],
  options: [bars('length', 'Bars in the average.')],
  outputs: [output('sma', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'close > sma(close, 50)',
  departs:
    'Prices are summed as whole ticks, so the value does not depend on where history began (tulind, TA-Lib and TradingView keep a running sum that drifts in the last digits).',
  source: 'tulind 0.8 sma; StockCharts ChartSchool, Moving Averages',
  kernel,
};
