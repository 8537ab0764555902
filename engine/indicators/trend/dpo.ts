import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { meanOf, oldest, pushRing, pushSum, ringFull, ringSize, sumFull, sumSize, tickLimit } from '../window.ts';

const backOf = (length: number): number => Math.floor(length / 2) + 1;

// state: window, ring of the values up to `back` bars ago
const kernel: Kernel = {
  stateSize: ([length]) => sumSize(length!) + ringSize(backOf(length!) + 1),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const held = backOf(length) + 1;
    const ring = sumSize(length);
    const limit = tickLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        pushSum(state, 0, length, limit, x);
        pushRing(state, ring, held, x);
        if (sumFull(state, 0, length) && ringFull(state, ring, held)) {
          values[out + row] = oldest(state, ring) - meanOf(state, 0, length);
        }
      }
    };
  },
};

const warmup = ([length]: readonly number[]): number => Math.max(length!, backOf(length!) + 1);

export const dpo: IndicatorEntry = {
  name: 'dpo',
  title: 'Detrended price oscillator',
  group: 'trend',
  description: 'The value half a window ago less the average of the window: shows cycles without the trend.',
  inputs: [REAL],
  options: [bars('length', 'Bars of the average; the value is taken length / 2 + 1 bars back.', { default: 20 })],
  outputs: [output('dpo', 'input', ANY)],
  clock: 'source',
  warmup,
  settle: warmup,
  example: 'dpo(close, 20) > 0',
  departs: 'Lengths below 3, for which tulind reads before its data, wait for the bar they look back to.',
  source: 'StockCharts ChartSchool, Detrended Price Oscillator; tulind 0.8 dpo',
  kernel,
};
