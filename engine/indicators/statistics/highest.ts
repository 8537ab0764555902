import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { extremeFull, extremeSize, pushHighest } from '../window.ts';

/** The extreme of the last values that `push` keeps track of. */
export const extremeOf = (push: typeof pushHighest): Kernel => ({
  stateSize: ([length]) => extremeSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const extreme = push(state, 0, length, x);
        values[out + row] = extremeFull(state, 0, length) ? extreme : NaN;
      }
    };
  },
});

export const highest: IndicatorEntry = {
  name: 'highest',
  title: 'Highest value',
  group: 'statistics',
  description:
    'The highest value of the last bars, the current one included; for a breakout compare with the bar before, as in prev(highest(high, 20), 1).',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window, the current one included.')],
  outputs: [output('highest', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'close > prev(highest(high, 20), 1)',
  departs: 'tulind calls it max, which is a function of two numbers here.',
  source: 'tulind 0.8 max; TradingView ta.highest',
  kernel: extremeOf(pushHighest),
};
