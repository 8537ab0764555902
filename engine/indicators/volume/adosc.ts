import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars, fastBelowSlow } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { emaForgets } from '../settling.ts';
import { accumulated } from './money-flow.ts';

// state: bars seen, line, fast average, slow average
const kernel: Kernel = {
  stateSize: () => 4,
  bind(options, state, values, inputs, outputs) {
    const slowLength = options[1]!;
    const fastWeight = 2 / (options[0]! + 1);
    const slowWeight = 2 / (slowLength + 1);
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const volumeSlot = inputs[3]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        const volume = values[volumeSlot + row]!;
        const finite = high + low + close + volume;
        values[out + row] = NaN;
        if (finite - finite !== 0) continue;
        const seen = state[0]! + 1;
        const line = state[1]! + accumulated(high, low, close, volume);
        const lastFast = seen === 1 ? line : state[2]!;
        const lastSlow = seen === 1 ? line : state[3]!;
        const fast = (line - lastFast) * fastWeight + lastFast;
        const slow = (line - lastSlow) * slowWeight + lastSlow;
        state[0] = seen;
        state[1] = line;
        state[2] = fast;
        state[3] = slow;
        if (seen >= slowLength) values[out + row] = fast - slow;
      }
    };
  },
};

export const adosc: IndicatorEntry = {
  name: 'adosc',
  title: 'Accumulation/distribution oscillator',
  group: 'volume',
  description:
    'A fast less a slow EMA of the accumulation/distribution line (the Chaikin oscillator): above 0 buyers gain.',
  inputs: [HIGH, LOW, CLOSE, VOLUME],
  options: [
    bars('fast', 'Bars of the fast average.', { default: 3 }),
    bars('slow', 'Bars of the slow average.', { default: 10 }),
  ],
  outputs: [output('adosc', 'volume', ANY)],
  clock: 'source',
  warmup: ([, slow]) => slow!,
  settle: ([, slow]) => slow! + emaForgets(slow!),
  example: 'adosc(3, 10) > 0',
  departs: undefined,
  source: 'Marc Chaikin; StockCharts ChartSchool, Chaikin Oscillator; tulind 0.8 adosc',
  check: fastBelowSlow(0, 1),
  kernel,
};
