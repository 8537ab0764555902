import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW, OPEN } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

// state: 1 once a bar was seen, open and close of the last candle
const kernel: Kernel = {
  stateSize: () => 3,
  bind(_options, state, values, inputs, outputs) {
    const openIn = inputs[0]!;
    const highIn = inputs[1]!;
    const lowIn = inputs[2]!;
    const closeIn = inputs[3]!;
    const openOut = outputs[0]!;
    const highOut = outputs[1]!;
    const lowOut = outputs[2]!;
    const closeOut = outputs[3]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const o = values[openIn + row]!;
        const h = values[highIn + row]!;
        const l = values[lowIn + row]!;
        const c = values[closeIn + row]!;
        if (o - o !== 0 || h - h !== 0 || l - l !== 0 || c - c !== 0) {
          values[openOut + row] = NaN;
          values[highOut + row] = NaN;
          values[lowOut + row] = NaN;
          values[closeOut + row] = NaN;
          continue;
        }
        const close = (o + h + l + c) / 4;
        const open = state[0]! === 0 ? (o + c) / 2 : (state[1]! + state[2]!) / 2;
        state[0] = 1;
        state[1] = open;
        state[2] = close;
        values[openOut + row] = open;
        values[highOut + row] = Math.max(h, open, close);
        values[lowOut + row] = Math.min(l, open, close);
        values[closeOut + row] = close;
      }
    };
  },
};

export const heikinAshi: IndicatorEntry = {
  name: 'heikin_ashi',
  title: 'Heikin-Ashi candles',
  group: 'price',
  description:
    'Smoothed candles: each opens in the middle of the last one and closes at the average of the bar, so that a trend shows as a run of one colour.',
  inputs: [OPEN, HIGH, LOW, CLOSE],
  options: [],
  outputs: [
    output('open', 'input', ANY),
    output('high', 'input', ANY),
    output('low', 'input', ANY),
    output('close', 'input', ANY),
  ],
  clock: 'source',
  warmup: () => 1,
  settle: () => 50,
  example: 'heikin_ashi()',
  departs:
    'The first candle opens half-way between open and close of its bar, as StockCharts and TradingView do; half of what that leaves fades with every bar.',
  source: 'StockCharts ChartSchool, Heikin-Ashi',
  kernel,
};
