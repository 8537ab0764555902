import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { oldest, pushRing, ringFull, ringSize } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => ringSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const input = inputs[0]!;
    const out = outputs[0]!;
    if (length === 0) {
      return (from, to) => {
        for (let row = from; row < to; row++) {
          values[out + row] = values[input + row]!;
        }
      };
    }
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[out + row] = ringFull(state, 0, length) ? oldest(state, 0) : NaN;
        pushRing(state, 0, length, values[input + row]!);
      }
    };
  },
};

export const prev: IndicatorEntry = {
  name: 'prev',
  title: 'Earlier value',
  group: 'memory',
  description: "The value n bars of the strategy's own timeframe ago; x[n] is short for it when x is a name.",
  inputs: [REAL],
  options: [bars('length', 'Bars to look back; 0 is the current one.', { min: 0, default: 1 })],
  outputs: [output('prev', 'input', 'input')],
  clock: 'own',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'close > prev(high, 1)',
  departs:
    'A bar without a value counts as a bar: n bars later prev is unknown, and on that bar itself it still gives the value from n bars before.',
  source: 'tulind 0.8 lag; TradingView history operator []',
  kernel,
};
