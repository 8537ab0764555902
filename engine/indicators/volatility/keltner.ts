import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { emaForgets, wilderForgets } from '../settling.ts';
import { trueRange } from './true-range.ts';

// state: bars seen, last close, average close, sum of true ranges until ready and their average from then on
const kernel: Kernel = {
  stateSize: () => 4,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const multiple = options[1]!;
    const atrLength = options[2]!;
    const weight = 2 / (length + 1);
    const atrWeight = 1 / atrLength;
    const ready = Math.max(length, atrLength);
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const upper = outputs[0]!;
    const middle = outputs[1]!;
    const lower = outputs[2]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[upper + row] = NaN;
        values[middle + row] = NaN;
        values[lower + row] = NaN;
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        if (high - high !== 0 || low - low !== 0 || close - close !== 0) continue;
        const seen = state[0]! + 1;
        const range = seen === 1 ? high - low : trueRange(high, low, state[1]!);
        const last = state[2]!;
        const mean = seen === 1 || weight === 1 ? close : (close - last) * weight + last;
        let atr = state[3]!;
        if (seen <= atrLength) {
          atr += range;
          if (seen === atrLength) atr /= atrLength;
        } else atr = (range - atr) * atrWeight + atr;
        state[0] = seen;
        state[1] = close;
        state[2] = mean;
        state[3] = atr;
        if (seen < ready) continue;
        const width = multiple * atr;
        values[upper + row] = mean + width;
        values[middle + row] = mean;
        values[lower + row] = mean - width;
      }
    };
  },
};

export const keltner: IndicatorEntry = {
  name: 'keltner',
  title: 'Keltner channel',
  group: 'volatility',
  description:
    'An exponential average of the close with a line on each side, some average true ranges away: a close beyond a line is a strong move for this market.',
  inputs: [HIGH, LOW, CLOSE],
  options: [
    bars('length', 'Bars of the exponential average in the middle.', { default: 20 }),
    {
      name: 'multiple',
      description: 'Average true ranges between the middle and each line.',
      min: 0,
      max: 100,
      integer: false,
      default: 2,
    },
    bars('atr_length', 'Bars of the average true range.', { default: 10 }),
  ],
  outputs: [output('upper', 'input', ANY), output('middle', 'input', ANY), output('lower', 'input', ANY)],
  clock: 'source',
  warmup: ([length, , atrLength]) => Math.max(length!, atrLength!),
  settle: ([length, , atrLength]) =>
    Math.max(length!, atrLength!) + Math.max(emaForgets(length!), wilderForgets(atrLength!)),
  example: 'keltner(20, 2, 10)',
  departs:
    "The modern form with an exponential average and Wilder's average true range (Chester Keltner's own of 1960 used simple averages). The average starts at the first close; sources that start it with a simple average agree within the settle length.",
  source: 'StockCharts ChartSchool, Keltner Channels',
  kernel,
};
