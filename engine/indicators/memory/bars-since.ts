import type { IndicatorEntry } from '../entry.ts';
import type { Kernel } from '../kernel.ts';
import { output } from '../outputs.ts';
import { CONDITION, MEMORY_SETTLES } from './condition.ts';

// state: 1 once the condition was true, bars since
const kernel: Kernel = {
  stateSize: () => 2,
  bind(_options, state, values, inputs, outputs) {
    const condition = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const now = values[condition + row]!;
        if (now === 1) {
          state[0] = 1;
          state[1] = 0;
          values[out + row] = 0;
        } else if (state[0]! === 1) {
          const bars = state[1]! + 1;
          state[1] = bars;
          values[out + row] = bars;
        } else {
          values[out + row] = now === 0 ? Infinity : NaN;
        }
      }
    };
  },
};

export const barsSince: IndicatorEntry = {
  name: 'bars_since',
  title: 'Bars since',
  group: 'memory',
  description:
    'How many bars ago the condition was last true: 0 on that bar, infinite (larger than any number) before the first time.',
  inputs: [CONDITION],
  options: [],
  outputs: [output('bars_since', 'bars', [0, Infinity])],
  clock: 'own',
  warmup: () => 1,
  settle: () => MEMORY_SETTLES,
  example: 'bars_since(crosses_above(close, sma(close, 50))) <= 3',
  departs:
    'A bar on which the condition is unknown counts as a bar that passed; before the first time it leaves the count unknown too. TradingView gives na before the first time. It remembers as far back as the history goes.',
  source: 'TradingView ta.barssince',
  kernel,
};
