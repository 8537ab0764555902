import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { oldest, pushRing, ringFull, ringSize } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => ringSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        if (ringFull(state, 0, length)) {
          const earlier = oldest(state, 0);
          values[out + row] = (x - earlier) / earlier;
        }
        pushRing(state, 0, length, x);
      }
    };
  },
};

export const roc: IndicatorEntry = {
  name: 'roc',
  title: 'Rate of change',
  group: 'momentum',
  description: 'How much the value changed over the last bars, as a ratio: 0.02 means 2 %.',
  inputs: [REAL],
  options: [bars('length', 'How many bars to look back.', { default: 10 })],
  outputs: [output('roc', 'ratio', ANY)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'roc(close, 10) > 0.02',
  departs:
    'A ratio, as in tulind: TA-Lib, TradingView and StockCharts show percent, which is change_pct(x, length) here.',
  source: 'tulind 0.8 roc; TA-Lib ROCP',
  kernel,
};
