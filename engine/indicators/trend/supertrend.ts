import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { trueRange } from '../volatility/true-range.ts';

/** Bars within which two histories have usually met: a break of the band on either side makes them one. */
const MEETS = 1_000;

// state: bars seen, last close, sum of true ranges until ready and their average from then on,
// upper band, lower band, direction (1 up, -1 down)
const kernel: Kernel = {
  stateSize: () => 6,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const multiple = options[1]!;
    const weight = 1 / length;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const line = outputs[0]!;
    const direction = outputs[1]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[line + row] = NaN;
        values[direction + row] = NaN;
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        if (high - high !== 0 || low - low !== 0 || close - close !== 0) continue;
        const seen = state[0]! + 1;
        const lastClose = state[1]!;
        const range = seen === 1 ? high - low : trueRange(high, low, lastClose);
        let atr = state[2]!;
        if (seen <= length) {
          atr += range;
          if (seen === length) atr /= length;
        } else atr = (range - atr) * weight + atr;
        state[0] = seen;
        state[1] = close;
        state[2] = atr;
        if (seen < length) continue;
        const middle = (high + low) / 2;
        let upper = middle + multiple * atr;
        let lower = middle - multiple * atr;
        let way = -1;
        if (seen > length) {
          const lastUpper = state[3]!;
          const lastLower = state[4]!;
          if (upper >= lastUpper && lastClose <= lastUpper) upper = lastUpper;
          if (lower <= lastLower && lastClose >= lastLower) lower = lastLower;
          way = state[5]! < 0 ? (close > upper ? 1 : -1) : close < lower ? -1 : 1;
        }
        state[3] = upper;
        state[4] = lower;
        state[5] = way;
        values[line + row] = way > 0 ? lower : upper;
        values[direction + row] = way;
      }
    };
  },
};

export const supertrend: IndicatorEntry = {
  name: 'supertrend',
  title: 'Supertrend',
  group: 'trend',
  description:
    'A line that trails price by some average true ranges and changes sides when price closes through it; direction is 1 in an uptrend (line below price) and -1 in a downtrend.',
  inputs: [HIGH, LOW, CLOSE],
  options: [
    bars('length', 'Bars of the average true range.', { default: 10 }),
    {
      name: 'multiple',
      description: 'Average true ranges between the middle of the bar and the line.',
      min: 0,
      max: 100,
      integer: false,
      default: 3,
    },
  ],
  outputs: [output('line', 'input', ANY), output('direction', 'none', [-1, 1])],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + wilderForgets(length!) + MEETS,
  example: 'supertrend(10, 3)',
  departs:
    'The direction is 1 up, -1 down; TradingView has it the other way round. The first bar with a value counts as a downtrend, as there. It remembers where the line last broke, so two histories meet at the next break of both bands rather than by a fixed bar.',
  source: 'TradingView ta.supertrend; StockCharts ChartSchool, Supertrend',
  kernel,
};
