import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

const kernel: Kernel = {
  stateSize: () => 0,
  bind(_options, _state, values, inputs, outputs) {
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const volumeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const volume = values[volumeSlot + row]!;
        values[out + row] = (high - low) / volume;
      }
    };
  },
};

export const marketfi: IndicatorEntry = {
  name: 'marketfi',
  title: 'Market facilitation index',
  group: 'volume',
  description: 'How far price moved per share traded.',
  inputs: [HIGH, LOW, VOLUME],
  options: [],
  outputs: [output('marketfi', 'none', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => 1,
  example: 'marketfi() > lag(marketfi(), 1)',
  departs: 'A bar without volume is unknown.',
  source: 'Bill Williams, Trading Chaos (1995); tulind 0.8 marketfi',
  kernel,
};
