import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

// state: a bar was seen, last close, balance
const kernel: Kernel = {
  stateSize: () => 3,
  bind(_options, state, values, inputs, outputs) {
    const closeSlot = inputs[0]!;
    const volumeSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const close = values[closeSlot + row]!;
        const volume = values[volumeSlot + row]!;
        const sum = close + volume;
        if (sum - sum !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const last = state[0] === 0 ? close : state[1]!;
        const balance = state[2]! + volume * (Number(close > last) - Number(close < last));
        state[0] = 1;
        state[1] = close;
        state[2] = balance;
        values[out + row] = balance;
      }
    };
  },
};

export const obv: IndicatorEntry = {
  name: 'obv',
  title: 'On-balance volume',
  group: 'volume',
  description:
    'Volume added on rising bars and taken away on falling ones. Its level depends on where history began; compare it with its own past.',
  inputs: [CLOSE, VOLUME],
  options: [],
  outputs: [output('obv', 'volume', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => Infinity,
  example: 'obv() > sma(obv(), 20)',
  departs: 'Starts at 0, as in tulind and StockCharts; TA-Lib starts at the first volume.',
  source: 'Joseph Granville (1963); StockCharts ChartSchool, On Balance Volume',
  kernel,
};
