import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { condition } from '../outputs.ts';
import { tied } from '../window.ts';

/**
 * Every one of the last n changes goes the same way.
 *
 * state: bars seen (up to n + 1), last value, changes in a row
 */
export const moving = (upward: boolean): Kernel => ({
  stateSize: () => 3,
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
        const seen = state[0]!;
        const last = state[1]!;
        const moved = seen > 0 && (upward ? x > last : x < last) && !tied(x, last);
        const run = moved ? state[2]! + 1 : 0;
        if (seen <= length) state[0] = seen + 1;
        state[1] = x;
        state[2] = run;
        values[out + row] = seen < length ? NaN : run >= length ? 1 : 0;
      }
    };
  },
});

/** What rising and falling share. */
export const MOVING: Pick<IndicatorEntry, 'group' | 'inputs' | 'options' | 'outputs' | 'clock' | 'warmup' | 'settle'> =
  {
    group: 'memory',
    inputs: [REAL],
    options: [bars('length', 'Changes that must all go the same way.')],
    outputs: [condition('moving')],
    clock: 'source',
    warmup: ([length]) => length! + 1,
    settle: ([length]) => length! + 1,
  };

export const rising: IndicatorEntry = {
  ...MOVING,
  name: 'rising',
  title: 'Rising',
  description: 'True while each of the last n changes from bar to bar is upward.',
  example: 'rising(close, 3)',
  departs:
    'Every step must rise by more than a tie (1e-9, relative). TradingView asks only that the newest value exceeds each of the n before it.',
  source: 'each of the last n changes > 0; compare TradingView ta.rising',
  kernel: moving(true),
};
