import type { IndicatorEntry } from '../entry.ts';
import type { Kernel } from '../kernel.ts';
import { condition } from '../outputs.ts';
import { tied } from '../window.ts';

/**
 * Crossing of two series, in either direction or in one.
 *
 * What counts is the last side that was not a tie, so a stretch of equal prices neither hides nor doubles a crossing.
 * state: the last side, 1 above, -1 below, 0 none seen
 */
export const crossing = (upward: boolean, downward: boolean): Kernel => ({
  stateSize: () => 1,
  bind(_options, state, values, inputs, outputs) {
    const first = inputs[0]!;
    const second = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const a = values[first + row]!;
        const b = values[second + row]!;
        if (Number.isNaN(a) || Number.isNaN(b)) {
          values[out + row] = NaN;
          continue;
        }
        const last = state[0]!;
        if (tied(a, b)) {
          values[out + row] = last === 0 ? NaN : 0;
          continue;
        }
        const side = a > b ? 1 : -1;
        state[0] = side;
        values[out + row] = last === 0 ? NaN : side !== last && (side > 0 ? upward : downward) ? 1 : 0;
      }
    };
  },
});

/** What the three crossings share. */
export const CROSSING: Pick<
  IndicatorEntry,
  'group' | 'inputs' | 'options' | 'outputs' | 'clock' | 'warmup' | 'settle' | 'departs'
> = {
  group: 'memory',
  inputs: [
    { name: 'a', role: 'real' },
    { name: 'b', role: 'real' },
  ],
  options: [],
  outputs: [condition('crossed')],
  clock: 'own',
  warmup: () => 2,
  settle: () => 2,
  departs:
    'Values within 1e-9 of each other (relative) are a tie, and a tie is on neither side: the crossing is judged against the last bar that was not one. Unknown until such a bar has been seen. tulind and TradingView compare with the bar before only, so that rounding noise decides on equal averages.',
};

export const crosses: IndicatorEntry = {
  ...CROSSING,
  name: 'crosses',
  title: 'Crosses',
  description: 'True on the bar where a passes from one side of b to the other, upward or downward.',
  example: 'crosses(close, sma(close, 50))',
  source: 'tulind 0.8 crossany, with ties; TradingView ta.cross',
  kernel: crossing(true, true),
};
