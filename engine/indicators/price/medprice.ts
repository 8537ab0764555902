import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { output } from '../outputs.ts';

const kernel: Kernel = {
  stateSize: () => 0,
  bind(_options, _state, values, inputs, outputs) {
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        values[out + row] = (high + low) * 0.5;
      }
    };
  },
};

export const medprice: IndicatorEntry = {
  name: 'medprice',
  title: 'Median price',
  group: 'price',
  description: 'The middle of the bar: half of high plus low.',
  inputs: [HIGH, LOW],
  options: [],
  outputs: [output('medprice', 'price', 'input')],
  clock: 'source',
  warmup: () => 1,
  settle: () => 1,
  example: 'close > medprice()',
  departs: undefined,
  source: 'TA-Lib MEDPRICE; tulind 0.8 medprice',
  kernel,
};
