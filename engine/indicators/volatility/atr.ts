import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { trueRange } from './true-range.ts';

/**
 * Wilder's average of the true range, in dollars or in percent of the close.
 *
 * state: bars seen, last close, sum of true ranges until ready and their average from then on
 */
export const averageRange = (inPercent: boolean): Kernel => ({
  stateSize: () => 3,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const weight = 1 / length;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        const sum = high + low + close;
        if (sum - sum !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const seen = state[0]! + 1;
        const range = seen === 1 ? high - low : trueRange(high, low, state[1]!);
        const last = state[2]!;
        state[0] = seen;
        state[1] = close;
        if (seen < length) {
          state[2] = last + range;
          values[out + row] = NaN;
          continue;
        }
        const average = seen === length ? (last + range) / length : (range - last) * weight + last;
        state[2] = average;
        values[out + row] = inPercent ? (100 * average) / close : average;
      }
    };
  },
});

export const atr: IndicatorEntry = {
  name: 'atr',
  title: 'Average true range',
  group: 'volatility',
  description:
    'How far price usually moves in a bar, gaps included, in dollars: the common measure for stop distances and sizes.',
  inputs: [HIGH, LOW, CLOSE],
  options: [bars('length', "Bars of Wilder's average of the true range.", { default: 14 })],
  outputs: [output('atr', 'price', NOT_NEGATIVE)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + 1 + wilderForgets(length!),
  example: 'close < highest(high, 22) - 3 * atr(14)',
  departs:
    'The first bar counts with high less low, as in tulind and TradingView; TA-Lib leaves it out. The difference fades within the settle length.',
  source:
    'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); StockCharts ChartSchool, Average True Range',
  kernel: averageRange(false),
};
