import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { cascadeForgets } from '../settling.ts';

// state: bars seen, average, average of the average
const kernel: Kernel = {
  stateSize: () => 3,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const weight = 2 / (length + 1);
    const keep = 1 - weight;
    const ready = 2 * length - 1;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        if (x - x !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const seen = state[0]! + 1;
        const first = (seen === 1 ? x : state[1]!) * keep + x * weight;
        state[0] = seen;
        state[1] = first;
        if (seen < length) {
          values[out + row] = NaN;
          continue;
        }
        const second = (seen === length ? first : state[2]!) * keep + first * weight;
        state[2] = second;
        values[out + row] = seen >= ready ? first * 2 - second : NaN;
      }
    };
  },
};

export const dema: IndicatorEntry = {
  name: 'dema',
  title: 'Double exponential moving average',
  group: 'average',
  description:
    'Twice the EMA less the EMA of the EMA: less lag than an EMA of the same length, at the price of overshooting turns.',
  inputs: [REAL],
  options: [bars('length', 'Bars of memory of each of the two averages.')],
  outputs: [output('dema', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => 2 * length! - 1,
  settle: ([length]) => 2 * length! + cascadeForgets(length!, 2),
  example: 'crosses_above(dema(close, 10), dema(close, 30))',
  departs: 'TA-Lib seeds each average with a simple average; the difference fades within the settle length.',
  source: 'Patrick Mulloy, Stocks & Commodities, February 1994; tulind 0.8 dema',
  kernel,
};
