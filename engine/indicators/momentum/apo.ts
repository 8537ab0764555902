import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars, fastBelowSlow } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { emaForgets } from '../settling.ts';

/**
 * A fast less a slow EMA, as it is or in percent of the slow one.
 *
 * state: bars seen, fast average, slow average
 */
export const averagesApart = (inPercent: boolean): Kernel => ({
  stateSize: () => 3,
  bind(options, state, values, inputs, outputs) {
    const slowLength = options[1]!;
    const fastWeight = 2 / (options[0]! + 1);
    const slowWeight = 2 / (slowLength + 1);
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
        const lastFast = seen === 1 ? x : state[1]!;
        const lastSlow = seen === 1 ? x : state[2]!;
        const fast = (x - lastFast) * fastWeight + lastFast;
        const slow = (x - lastSlow) * slowWeight + lastSlow;
        state[0] = seen;
        state[1] = fast;
        state[2] = slow;
        if (seen < slowLength) values[out + row] = NaN;
        else values[out + row] = inPercent ? (100 * (fast - slow)) / slow : fast - slow;
      }
    };
  },
});

export const apo: IndicatorEntry = {
  name: 'apo',
  title: 'Absolute price oscillator',
  group: 'momentum',
  description: 'A fast less a slow EMA: the line of MACD with lengths of your own.',
  inputs: [REAL],
  options: [
    bars('fast', 'Bars of the fast average.', { default: 12 }),
    bars('slow', 'Bars of the slow average.', { default: 26, min: 2 }),
  ],
  outputs: [output('apo', 'input', ANY)],
  clock: 'source',
  warmup: ([, slow]) => slow!,
  settle: ([, slow]) => slow! + emaForgets(slow!),
  example: 'apo(close, 12, 26) > 0',
  departs: 'Unknown until the slow average has seen its length, where tulind answers from the second bar.',
  source: 'TA-Lib APO (exponential); tulind 0.8 apo',
  check: fastBelowSlow(0, 1),
  kernel: averagesApart(false),
};
