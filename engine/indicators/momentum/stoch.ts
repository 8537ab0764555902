import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { extremeFull, extremeSize, pushHighest, pushLowest, pushRing, ringAverage, ringSize } from '../window.ts';

/** Rounding may carry an average over the edge; so may inputs that are not a bar's high, low and close. */
const between0And100 = (x: number): number => (x > 100 ? 100 : x < 0 ? 0 : x);

// state: raw values known in a row, highest high, lowest low, ring of raw values, ring of k
const EXTREMES = 1;

const kernel: Kernel = {
  stateSize: ([length, slowing, smoothing]) =>
    EXTREMES + 2 * extremeSize(length!) + ringSize(slowing!) + ringSize(smoothing!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const slowing = options[1]!;
    const smoothing = options[2]!;
    const lows = EXTREMES + extremeSize(length);
    const raws = lows + extremeSize(length);
    const ks = raws + ringSize(slowing);
    const high = inputs[0]!;
    const low = inputs[1]!;
    const close = inputs[2]!;
    const kOut = outputs[0]!;
    const dOut = outputs[1]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[kOut + row] = NaN;
        values[dOut + row] = NaN;
        const h = values[high + row]!;
        const l = values[low + row]!;
        const c = values[close + row]!;
        if (h - h !== 0 || l - l !== 0 || c - c !== 0) continue;
        const top = pushHighest(state, EXTREMES, length, h);
        const bottom = pushLowest(state, lows, length, l);
        if (!extremeFull(state, EXTREMES, length)) continue;
        if (top <= bottom) {
          state[0] = 0;
          continue;
        }
        const known = state[0]! + 1;
        state[0] = known;
        pushRing(state, raws, slowing, between0And100(100 * ((c - bottom) / (top - bottom))));
        if (known < slowing) continue;
        const k = between0And100(ringAverage(state, raws, slowing));
        pushRing(state, ks, smoothing, k);
        if (known < slowing + smoothing - 1) continue;
        values[kOut + row] = k;
        values[dOut + row] = between0And100(ringAverage(state, ks, smoothing));
      }
    };
  },
};

export const stoch: IndicatorEntry = {
  name: 'stoch',
  title: 'Stochastic oscillator',
  group: 'momentum',
  description:
    'Where the close stands in the range of the last bars, from 0 (at the low) to 100 (at the high), smoothed: k is the faster line, d its average; below 20 is called oversold, above 80 overbought.',
  inputs: [HIGH, LOW, CLOSE],
  options: [
    bars('length', 'Bars in the range.', { default: 14 }),
    bars('slowing', 'Bars averaged into k; 1 gives the fast stochastic.', { default: 3 }),
    bars('smoothing', 'Values of k averaged into d.', { default: 3 }),
  ],
  outputs: [output('k', 'index', HUNDRED), output('d', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length, slowing, smoothing]) => length! + slowing! + smoothing! - 2,
  settle: ([length, slowing, smoothing]) => length! + slowing! + smoothing! - 2,
  example: 'stoch(14, 3, 3)',
  departs:
    'Unknown while a bar whose range is flat (high equals low over the whole window) is among those averaged: tulind and TA-Lib count it as 0, which reads as oversold. k and d become ready together, as in tulind.',
  source: 'tulind 0.8 stoch; StockCharts ChartSchool, Stochastic Oscillator (Full)',
  kernel,
};
