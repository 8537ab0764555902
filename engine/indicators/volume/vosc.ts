import type { IndicatorEntry } from '../entry.ts';
import { VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars, fastBelowSlow } from '../options.ts';
import { output } from '../outputs.ts';
import { meanOf, pushSum, sumFull, sumSize, tickLimit } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([fast, slow]) => sumSize(fast!) + sumSize(slow!),
  bind(options, state, values, inputs, outputs) {
    const fast = options[0]!;
    const slow = options[1]!;
    const slowAt = sumSize(fast);
    const limit = tickLimit(slow);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        pushSum(state, 0, fast, limit, x);
        pushSum(state, slowAt, slow, limit, x);
        if (!sumFull(state, slowAt, slow)) continue;
        const usual = meanOf(state, slowAt, slow);
        const percent = ((meanOf(state, 0, fast) - usual) / usual) * 100;
        values[out + row] = percent < -100 ? -100 : percent;
      }
    };
  },
};

export const vosc: IndicatorEntry = {
  name: 'vosc',
  title: 'Volume oscillator',
  group: 'volume',
  description: 'How far the recent average volume lies above or below the usual one, in percent.',
  inputs: [VOLUME],
  options: [
    bars('fast', 'Bars of the recent average.', { default: 14 }),
    bars('slow', 'Bars of the usual average.', { default: 28 }),
  ],
  outputs: [output('vosc', 'percent', [-100, Infinity])],
  clock: 'source',
  warmup: ([, slow]) => slow!,
  settle: ([, slow]) => slow!,
  example: 'vosc(14, 28) > 0',
  departs: 'A window without any volume is unknown.',
  source: 'StockCharts ChartSchool, Percentage Volume Oscillator (with simple averages); tulind 0.8 vosc',
  check: fastBelowSlow(0, 1),
  kernel,
};
