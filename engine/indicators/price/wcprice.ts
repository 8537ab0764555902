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
        values[out + row] = (high + low + close + close) * 0.25;
      }
    };
  },
};

export const wcprice: IndicatorEntry = {
  name: 'wcprice',
  title: 'Weighted close price',
  group: 'price',
  description: 'The mean of high, low and twice the close.',
  inputs: [HIGH, LOW, CLOSE],
  options: [],
  outputs: [output('wcprice', 'price', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => 1,
  example: 'close > wcprice()',
  departs: undefined,
  source: 'TA-Lib WCLPRICE; tulind 0.8 wcprice',
  kernel,
};
