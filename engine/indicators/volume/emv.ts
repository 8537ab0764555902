import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

/** Shares are counted in ten thousands, so that the quotient is near 1 for common volumes. */
const LOT = 10_000;

// state: a bar was seen, last middle
const kernel: Kernel = {
  stateSize: () => 2,
  bind(_options, state, values, inputs, outputs) {
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const volumeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const volume = values[volumeSlot + row]!;
        const finite = high + low + volume;
        values[out + row] = NaN;
        if (finite - finite !== 0) continue;
        const middle = (high + low) * 0.5;
        if (state[0] !== 0) values[out + row] = (middle - state[1]!) / (volume / LOT / (high - low));
        state[0] = 1;
        state[1] = middle;
      }
    };
  },
};

export const emv: IndicatorEntry = {
  name: 'emv',
  title: 'Ease of movement',
  group: 'volume',
  description: 'How far the middle of the bar moved for the volume it took; high when price rises with little trading.',
  inputs: [HIGH, LOW, VOLUME],
  options: [],
  outputs: [output('emv', 'none', ANY)],
  clock: 'source',
  warmup: () => 2,
  settle: () => 2,
  example: 'sma(emv(), 14) > 0',
  departs: 'A bar without volume is unknown. Volume is counted in units of 10,000; StockCharts uses 100,000,000.',
  source: 'Richard Arms; StockCharts ChartSchool, Ease of Movement; tulind 0.8 emv',
  kernel,
};
