import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { pushWeighted, weightedLimit, weightedMean, weightedSize } from '../weighted.ts';

const kernel: Kernel = {
  stateSize: ([length]) => weightedSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = weightedLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        if (pushWeighted(state, 0, length, limit, x)) values[out + row] = weightedMean(state, 0, length);
      }
    };
  },
};

export const wma: IndicatorEntry = {
  name: 'wma',
  title: 'Weighted moving average',
  group: 'average',
  description:
    'An average of the last bars whose weights rise evenly to the newest bar: smoother than an EMA in its tail, quicker than an SMA.',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window.')],
  outputs: [output('wma', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'close > wma(close, 20)',
  departs: undefined,
  source: 'Investopedia, Weighted Moving Average; tulind 0.8 wma',
  kernel,
};
