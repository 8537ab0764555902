import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { difference, pushSum, sumFull, sumOf, sumSize, tickLimit } from '../window.ts';

// state: a bar was seen, last value, window of rises, window of falls
const RISES = 2;

const kernel: Kernel = {
  stateSize: ([length]) => RISES + 2 * sumSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const falls = RISES + sumSize(length);
    const limit = tickLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const change = difference(x, state[1]!);
        const size = Math.abs(change);
        state[1] = x;
        if (state[0] === 0) {
          state[0] = 1;
          continue;
        }
        pushSum(state, RISES, length, limit, (size + change) * 0.5);
        pushSum(state, falls, length, limit, (size - change) * 0.5);
        if (!sumFull(state, RISES, length)) continue;
        const up = sumOf(state, RISES, length);
        const down = sumOf(state, falls, length);
        values[out + row] = up + down > 0 ? ((up - down) / (up + down)) * 100 : 0;
      }
    };
  },
};

export const cmo: IndicatorEntry = {
  name: 'cmo',
  title: 'Chande momentum oscillator',
  group: 'momentum',
  description: 'Rises less falls as part of all movement, from -100 (only falls) to 100 (only rises).',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window.', { default: 14 })],
  outputs: [output('cmo', 'index', [-100, 100])],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'cmo(close, 14) > 50',
  departs:
    'A window without movement gives 0, as in TA-Lib, where tulind divides 0 by 0. Plain sums, as Chande and tulind have them; TA-Lib smooths like Wilder.',
  source: 'Tushar Chande and Stanley Kroll, The New Technical Trader (1994); tulind 0.8 cmo',
  kernel,
};
