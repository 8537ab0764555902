import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW, OPEN } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

const kernel: Kernel = {
  stateSize: () => 0,
  bind(_options, _state, values, inputs, outputs) {
    const openSlot = inputs[0]!;
    const highSlot = inputs[1]!;
    const lowSlot = inputs[2]!;
    const closeSlot = inputs[3]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const open = values[openSlot + row]!;
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        values[out + row] = (open + high + low + close) * 0.25;
      }
    };
  },
};

export const avgprice: IndicatorEntry = {
  name: 'avgprice',
  title: 'Average price',
  group: 'price',
  description: 'The mean of open, high, low and close.',
  inputs: [OPEN, HIGH, LOW, CLOSE],
  options: [],
  outputs: [output('avgprice', 'price', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => 1,
  example: 'close > avgprice()',
  departs: undefined,
  source: 'TA-Lib AVGPRICE; tulind 0.8 avgprice',
  kernel,
};
