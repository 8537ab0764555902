import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

const kernel: Kernel = {
  stateSize: () => 0,
  bind(_options, _state, values, inputs, outputs) {
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        values[out + row] = (high + low + close) * (1 / 3);
      }
    };
  },
};

export const typprice: IndicatorEntry = {
  name: 'typprice',
  title: 'Typical price',
  group: 'price',
  description: 'The mean of high, low and close.',
  inputs: [HIGH, LOW, CLOSE],
  options: [],
  outputs: [output('typprice', 'price', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => 1,
  example: 'sma(typprice(), 20) < close',
  departs: undefined,
  source: 'TA-Lib TYPPRICE; tulind 0.8 typprice',
  kernel,
};
