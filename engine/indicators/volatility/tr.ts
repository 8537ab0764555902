import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { trueRange } from './true-range.ts';

// state: a bar was seen, last close
const kernel: Kernel = {
  stateSize: () => 2,
  bind(_options, state, values, inputs, outputs) {
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        const sum = high + low + close;
        if (sum - sum !== 0) {
          values[out + row] = NaN;
          continue;
        }
        values[out + row] = state[0] === 0 ? high - low : trueRange(high, low, state[1]!);
        state[0] = 1;
        state[1] = close;
      }
    };
  },
};

export const tr: IndicatorEntry = {
  name: 'tr',
  title: 'True range',
  group: 'volatility',
  description: 'How far price moved in the bar, the gap from the last close included.',
  inputs: [HIGH, LOW, CLOSE],
  options: [],
  outputs: [output('tr', 'price', NOT_NEGATIVE)],
  clock: 'source',
  warmup: () => 1,
  settle: () => 2,
  example: 'tr() > 2 * atr(14)',
  departs: 'The first bar, which has no last close, gives high less low; TA-Lib gives nothing.',
  source: 'J. Welles Wilder, New Concepts in Technical Trading Systems (1978); tulind 0.8 tr',
  kernel,
};
