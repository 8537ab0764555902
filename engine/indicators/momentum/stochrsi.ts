import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { extremeFull, extremeSize, pushHighest, pushLowest } from '../window.ts';

// state: bars seen, last value, average rise, average fall (sums until ready), highest RSI, lowest RSI
const RSI = 4;

const kernel: Kernel = {
  stateSize: ([length]) => RSI + 2 * extremeSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const weight = 1 / length;
    const ready = length + 1;
    const lows = RSI + extremeSize(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[out + row] = NaN;
        const x = values[input + row]!;
        if (x - x !== 0) continue;
        const seen = state[0]! + 1;
        const last = state[1]!;
        state[0] = seen;
        state[1] = x;
        if (seen === 1) continue;
        const rise = x > last ? x - last : 0;
        const fall = x < last ? last - x : 0;
        let up = state[2]!;
        let down = state[3]!;
        if (seen > ready) {
          up = (rise - up) * weight + up;
          down = (fall - down) * weight + down;
        } else {
          up += rise;
          down += fall;
          if (seen === ready) {
            up /= length;
            down /= length;
          }
        }
        state[2] = up;
        state[3] = down;
        if (seen < ready) continue;
        const rsi = down === 0 ? 100 : 100 * (up / (up + down));
        const top = pushHighest(state, RSI, length, rsi);
        const bottom = pushLowest(state, lows, length, rsi);
        if (extremeFull(state, RSI, length) && top > bottom) values[out + row] = (rsi - bottom) / (top - bottom);
      }
    };
  },
};

export const stochrsi: IndicatorEntry = {
  name: 'stochrsi',
  title: 'Stochastic RSI',
  group: 'momentum',
  description:
    'Where the RSI stands in its own range of the last bars, from 0 to 1: quicker to reach its ends than the RSI itself.',
  inputs: [REAL],
  options: [bars('length', 'Bars of the RSI and of the range it is placed in.', { min: 2, default: 14 })],
  outputs: [output('stochrsi', 'ratio', [0, 1])],
  clock: 'source',
  warmup: ([length]) => 2 * length!,
  settle: ([length]) => 2 * length! + Math.ceil(1.3 * wilderForgets(length!)),
  example: 'stochrsi(14) < 0.2',
  departs:
    'From 0 to 1 without smoothing, as in tulind and StockCharts (TradingView: 0 to 100, smoothed). Unknown while the RSI has not moved within the window, where tulind says 0, which reads as oversold. The RSI of a series without a fall is 100.',
  source: 'tulind 0.8 stochrsi; StockCharts ChartSchool, StochRSI',
  kernel,
};
