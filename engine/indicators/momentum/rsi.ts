import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';

// state: bars seen, last value, average rise, average fall (sums until ready)
const kernel: Kernel = {
  stateSize: () => 4,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const weight = 1 / length;
    const ready = length + 1;
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
        const last = state[1]!;
        state[0] = seen;
        state[1] = x;
        if (seen === 1) {
          values[out + row] = NaN;
          continue;
        }
        // Exact, and without a branch: which way the next bar goes cannot be predicted.
        const change = x - last;
        const size = Math.abs(change);
        const rise = (size + change) * 0.5;
        const fall = (size - change) * 0.5;
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
        values[out + row] = seen < ready ? NaN : down === 0 ? 100 : 100 * (up / (up + down));
      }
    };
  },
};

export const rsi: IndicatorEntry = {
  name: 'rsi',
  title: 'Relative strength index',
  group: 'momentum',
  description:
    'How much of the recent movement was upward, from 0 to 100. Below 30 is commonly called oversold, above 70 overbought.',
  inputs: [REAL],
  options: [bars('length', "Bars of Wilder's averages of rises and falls.", { default: 14 })],
  outputs: [output('rsi', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1 + wilderForgets(length!),
  example: 'rsi(14) < 30',
  departs:
    'A series without any fall gives 100, one without any movement too, as StockCharts, TradingView and Lean have it; tulind divides 0 by 0 there, TA-Lib says 0.',
  source:
    'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); StockCharts ChartSchool, Relative Strength Index',
  kernel,
};
