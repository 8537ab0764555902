import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';
import { accumulated } from './money-flow.ts';

// state: line
const kernel: Kernel = {
  stateSize: () => 1,
  bind(_options, state, values, inputs, outputs) {
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
        if (finite - finite !== 0) {
          values[out + row] = NaN;
          continue;
        }
        state[0] = state[0]! + accumulated(high, low, close, volume);
        values[out + row] = state[0];
      }
    };
  },
};

export const ad: IndicatorEntry = {
  name: 'ad',
  title: 'Accumulation/distribution line',
  group: 'volume',
  description:
    'Volume counted for buyers or sellers by where each bar closed in its range. Its level depends on where history began.',
  inputs: [HIGH, LOW, CLOSE, VOLUME],
  options: [],
  outputs: [output('ad', 'volume', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => Infinity,
  example: 'ad() > ema(ad(), 20)',
  departs: undefined,
  source: 'Marc Chaikin; StockCharts ChartSchool, Accumulation Distribution Line; tulind 0.8 ad',
  kernel,
};
