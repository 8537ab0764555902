import type { IndicatorEntry } from '../entry.ts';
import type { Kernel } from '../kernel.ts';
import { condition } from '../outputs.ts';

/**
 * Crossing judged against the bar before only, to the last digit, in both directions or upward.
 *
 * state: a bar was seen, last a, last b
 */
export const bareCrossing = (bothWays: boolean): Kernel => ({
  stateSize: () => 3,
  bind(_options, state, values, inputs, outputs) {
    const aSlot = inputs[0]!;
    const bSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const a = values[aSlot + row]!;
        const b = values[bSlot + row]!;
        values[out + row] = NaN;
        if (a - a !== 0 || b - b !== 0) continue;
        const lastA = state[1]!;
        const lastB = state[2]!;
        if (state[0] === 1)
          values[out + row] = (a > b && lastA <= lastB) || (bothWays && a < b && lastA >= lastB) ? 1 : 0;
        state[0] = 1;
        state[1] = a;
        state[2] = b;
      }
    };
  },
});

export const crossany: IndicatorEntry = {
  name: 'crossany',
  title: 'Cross in any direction',
  group: 'memory',
  description:
    'True on the bar on which the first series crosses the second, in either direction. Prefer crosses, which ignores ties.',
  inputs: [
    { name: 'a', role: 'real' },
    { name: 'b', role: 'real' },
  ],
  options: [],
  outputs: [condition('crossany')],
  clock: 'own',
  warmup: () => 2,
  settle: () => 2,
  example: 'crossany(close, sma(close, 20))',
  departs: 'Compares to the last digit, so rounding decides ties; crosses is the sound form.',
  source: 'tulind 0.8 crossany',
  kernel: bareCrossing(true),
};
