import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { difference, oldest, pushRing, ringFull, ringSize } from '../window.ts';

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
        const before = ringFull(state, 0, length) ? oldest(state, 0) : 0;
        values[out + row] = before === 0 ? NaN : (100 * difference(x, before)) / before;
        pushRing(state, 0, length, x);
      }
    };
  },
};

export const changePct: IndicatorEntry = {
  name: 'change_pct',
  title: 'Change in percent',
  group: 'memory',
  description: 'How many percent the value lies above or below the one n bars ago.',
  inputs: [REAL],
  options: [bars('length', 'Bars to look back.', { default: 1 })],
  outputs: [output('change_pct', 'percent', ANY)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'change_pct(close, 5) < -3',
  departs: 'In percent (tulind roc is the plain ratio). Unknown when the earlier value is 0.',
  source: 'StockCharts ChartSchool, Rate of Change; TradingView ta.roc',
  kernel,
};
