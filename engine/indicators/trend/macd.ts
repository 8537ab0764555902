import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars, fastBelowSlow } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { emaForgets } from '../settling.ts';

// state: bars seen, fast average, slow average, signal
const kernel: Kernel = {
  stateSize: () => 4,
  bind(options, state, values, inputs, outputs) {
    const slowLength = options[1]!;
    const signalLength = options[2]!;
    const fastWeight = 2 / (options[0]! + 1);
    const slowWeight = 2 / (slowLength + 1);
    const signalWeight = 2 / (signalLength + 1);
    const ready = slowLength + signalLength - 1;
    const input = inputs[0]!;
    const macdOut = outputs[0]!;
    const signalOut = outputs[1]!;
    const histogramOut = outputs[2]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[macdOut + row] = NaN;
        values[signalOut + row] = NaN;
        values[histogramOut + row] = NaN;
        if (x - x !== 0) continue;
        const seen = state[0]! + 1;
        const lastFast = seen === 1 ? x : state[1]!;
        const lastSlow = seen === 1 ? x : state[2]!;
        const fast = (x - lastFast) * fastWeight + lastFast;
        const slow = (x - lastSlow) * slowWeight + lastSlow;
        state[0] = seen;
        state[1] = fast;
        state[2] = slow;
        if (seen < slowLength) continue;
        const line = fast - slow;
        const lastSignal = seen === slowLength ? line : state[3]!;
        const signal = (line - lastSignal) * signalWeight + lastSignal;
        state[3] = signal;
        if (seen < ready) continue;
        values[macdOut + row] = line;
        values[signalOut + row] = signal;
        values[histogramOut + row] = line - signal;
      }
    };
  },
};

export const macd: IndicatorEntry = {
  name: 'macd',
  title: 'Moving average convergence/divergence',
  group: 'trend',
  description:
    'The distance between a fast and a slow EMA, its own EMA as signal line, and the gap between the two as histogram.',
  inputs: [REAL],
  options: [
    bars('fast', 'Bars of the fast average.', { default: 12 }),
    bars('slow', 'Bars of the slow average.', { default: 26, min: 2 }),
    bars('signal', 'Bars of the signal line.', { default: 9 }),
  ],
  outputs: [output('macd', 'input', ANY), output('signal', 'input', ANY), output('histogram', 'input', ANY)],
  clock: 'source',
  warmup: ([, slow, signal]) => slow! + signal! - 1,
  settle: ([, slow, signal]) => slow! + emaForgets(slow!) + signal! + emaForgets(signal!),
  example: 'macd(close, 12, 26, 9)',
  departs:
    'The averages of 12 and 26 bars weigh 2/13 and 2/27, as published; tulind puts 0.15 and 0.075 in their place and stays about 5 % off. All three outputs are unknown until the signal line has seen `signal` values, as in TA-Lib, which seeds its averages with simple ones; that difference fades within the settle length.',
  source: 'Gerald Appel; StockCharts ChartSchool, MACD',
  check: fastBelowSlow(0, 1),
  kernel,
};
