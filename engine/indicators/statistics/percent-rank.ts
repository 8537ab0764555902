import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { pushRing, ringFull, ringNotAbove, ringSize } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => ringSize(length!),
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
        values[out + row] = ringFull(state, 0, length) ? (100 * ringNotAbove(state, 0, length, x)) / length : NaN;
        pushRing(state, 0, length, x);
      }
    };
  },
};

export const percentRank: IndicatorEntry = {
  name: 'percent_rank',
  title: 'Percent rank',
  group: 'statistics',
  description:
    'How many percent of the n values before this one were lower than it or equal: 100 is the highest of them all.',
  inputs: [REAL],
  options: [bars('length', 'Earlier bars to compare with.')],
  outputs: [output('percent_rank', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'percent_rank(atr(14), 100) < 20',
  departs: 'Equal values count, as TradingView has it; the PercentRank of Connors RSI counts only lower ones.',
  source: 'TradingView ta.percentrank',
  kernel,
};
