import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { emaForgets } from '../settling.ts';

// state: bars seen, average
const kernel: Kernel = {
  stateSize: () => 2,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const weight = 2 / (length + 1);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const seen = state[0]! + 1;
        const last = state[1]!;
        // A weight of 1 would leave a rounding residue of the last value: (x - last) + last is not always x.
        const average = seen === 1 || weight === 1 ? x : (x - last) * weight + last;
        state[0] = seen;
        state[1] = average;
        values[out + row] = seen >= length ? average : NaN;
      }
    };
  },
};

export const ema: IndicatorEntry = {
  name: 'ema',
  title: 'Exponential moving average',
  group: 'average',
  description:
    'An average of all bars so far in which recent ones count most; it follows price faster than a simple average of the same length.',
  inputs: [REAL],
  options: [bars('length', 'Bars of memory: the newest bar weighs 2 / (length + 1).')],
  outputs: [output('ema', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + emaForgets(length!),
  example: 'close > ema(close, 50)',
  departs:
    "Seeded with the first value, as tulind and TradingView's recursion are, but unknown before `length` bars (tulind gives values from the first bar). TA-Lib seeds with a simple average; the difference fades within the settle length.",
  source: 'tulind 0.8 ema; StockCharts ChartSchool, Moving Averages',
  kernel,
};
