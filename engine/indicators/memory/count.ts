import type { IndicatorEntry } from '../entry.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { oldest, pushRing, ringFull, ringSize } from '../window.ts';
import { CONDITION } from './condition.ts';

// state: times true in the window, ring of the window
const kernel: Kernel = {
  stateSize: ([length]) => 1 + ringSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const condition = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const now = values[condition + row]!;
        if (Number.isNaN(now)) {
          values[out + row] = NaN;
          continue;
        }
        const times = state[0]! + now - (ringFull(state, 1, length) ? oldest(state, 1) : 0);
        state[0] = times;
        pushRing(state, 1, length, now);
        values[out + row] = ringFull(state, 1, length) ? times : NaN;
      }
    };
  },
};

export const count: IndicatorEntry = {
  name: 'count',
  title: 'Count',
  group: 'memory',
  description: 'On how many of the last n bars the condition was true, the current one included.',
  inputs: [CONDITION],
  options: [bars('length', 'Bars to count over.')],
  outputs: [output('count', 'count', NOT_NEGATIVE)],
  clock: 'own',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'count(close > open, 10) >= 7',
  departs: 'Bars on which the condition is unknown are passed over: the last n bars on which it was known are counted.',
  source: 'TradingView math.sum(condition ? 1 : 0, n)',
  kernel,
};
