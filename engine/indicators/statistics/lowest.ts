import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { extremeFull, extremeSize, pushLowest } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => extremeSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return () => {
      const x = values[input]!;
      if (x - x !== 0) {
        values[out] = NaN;
        return;
      }
      const extreme = pushLowest(state, 0, length, x);
      values[out] = extremeFull(state, 0, length) ? extreme : NaN;
    };
  },
};

export const lowest: IndicatorEntry = {
  name: 'lowest',
  title: 'Lowest value',
  group: 'statistics',
  description:
    'The lowest value of the last bars, the current one included; for a breakdown compare with the bar before, as in prev(lowest(low, 20), 1).',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window, the current one included.')],
  outputs: [output('lowest', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'close < prev(lowest(low, 20), 1)',
  departs: 'tulind calls it min, which is a function of two numbers here.',
  source: 'tulind 0.8 min; TradingView ta.lowest',
  kernel,
};
