import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars, fastBelowSlow } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { emaForgets } from '../settling.ts';

const DOWN = 1;
const UP = 2;

// state: bars seen, last sum of prices, last range, trend (0 unknown), cumulated range, fast average, slow average
const kernel: Kernel = {
  stateSize: () => 7,
  bind(options, state, values, inputs, outputs) {
    const slowLength = options[1]!;
    const fastWeight = 2 / (options[0]! + 1);
    const slowWeight = 2 / (slowLength + 1);
    const ready = slowLength + 1;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const volumeSlot = inputs[3]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const volume = values[volumeSlot + row]!;
        const prices = high + low + values[closeSlot + row]!;
        const finite = prices + volume;
        values[out + row] = NaN;
        if (finite - finite !== 0) continue;
        const seen = state[0]! + 1;
        const lastPrices = state[1]!;
        const lastRange = state[2]!;
        const range = high - low;
        state[0] = seen;
        state[1] = prices;
        state[2] = range;
        if (seen === 1) continue;
        const lastTrend = state[3]!;
        const trend = prices > lastPrices ? UP : prices < lastPrices ? DOWN : lastTrend;
        const cumulated = (trend === lastTrend ? state[4]! : lastRange) + range;
        const effort = cumulated === 0 ? 1 : Math.abs((range / cumulated) * 2 - 1);
        const force = volume * effort * 100 * (trend === DOWN ? -1 : 1);
        const lastFast = seen === 2 ? force : state[5]!;
        const lastSlow = seen === 2 ? force : state[6]!;
        const fast = (force - lastFast) * fastWeight + lastFast;
        const slow = (force - lastSlow) * slowWeight + lastSlow;
        state[3] = trend;
        state[4] = cumulated;
        state[5] = fast;
        state[6] = slow;
        if (seen >= ready) values[out + row] = fast - slow;
      }
    };
  },
};

export const kvo: IndicatorEntry = {
  name: 'kvo',
  title: 'Klinger volume oscillator',
  group: 'volume',
  description:
    'A fast less a slow EMA of volume signed by the trend and weighed by the range it moved: above 0 money flows in.',
  inputs: [HIGH, LOW, CLOSE, VOLUME],
  options: [
    bars('fast', 'Bars of the fast average.', { default: 34 }),
    bars('slow', 'Bars of the slow average.', { default: 55 }),
  ],
  outputs: [output('kvo', 'volume', ANY)],
  clock: 'source',
  warmup: ([, slow]) => slow! + 1,
  // The cumulated range starts anew with the first turn of the trend; a hundred bars hold one.
  settle: ([, slow]) => slow! + 100 + emaForgets(slow!),
  example: 'kvo(34, 55) > 0',
  departs:
    'Unknown until the slow average has seen its length, where tulind answers from the second bar; bars without any range weigh fully, where tulind divides 0 by 0.',
  source: 'Stephen Klinger, Stocks & Commodities, December 1997; tulind 0.8 kvo',
  check: fastBelowSlow(0, 1),
  kernel,
};
