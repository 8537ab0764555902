import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';
import { CONDITION, MEMORY_SETTLES } from './condition.ts';

// state: 1 while the value of the last true bar is known, that value
const kernel: Kernel = {
  stateSize: () => 2,
  bind(_options, state, values, inputs, outputs) {
    const condition = inputs[0]!;
    const input = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        if (values[condition + row]! === 1) {
          const x = values[input + row]!;
          const known = !Number.isNaN(x);
          state[0] = known ? 1 : 0;
          state[1] = known ? x : 0;
        }
        values[out + row] = state[0]! === 1 ? state[1]! : NaN;
      }
    };
  },
};

export const valueWhen: IndicatorEntry = {
  name: 'value_when',
  title: 'Value when',
  group: 'memory',
  description: 'The value that x had on the last bar on which the condition was true; unknown before the first time.',
  inputs: [CONDITION, REAL],
  options: [],
  outputs: [output('value_when', 'input', ANY)],
  clock: 'own',
  warmup: () => 1,
  settle: () => MEMORY_SETTLES,
  example: 'close > value_when(crosses_above(close, sma(close, 50)), high)',
  departs:
    'A bar on which the condition is unknown changes nothing; if x was unknown when the condition was true, the result is unknown until the next time. It remembers as far back as the history goes.',
  source: 'TradingView ta.valuewhen (occurrence 0)',
  kernel,
};
