import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

// state: a bar was seen, last close, sum
const kernel: Kernel = {
  stateSize: () => 3,
  bind(_options, state, values, inputs, outputs) {
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        const finite = high + low + close;
        values[out + row] = NaN;
        if (finite - finite !== 0) continue;
        const last = state[1]!;
        state[1] = close;
        if (state[0] === 0) {
          state[0] = 1;
          continue;
        }
        let sum = state[2]!;
        if (close > last) sum += close - (last < low ? last : low);
        else if (close < last) sum += close - (last > high ? last : high);
        state[2] = sum;
        values[out + row] = sum;
      }
    };
  },
};

export const wad: IndicatorEntry = {
  name: 'wad',
  title: 'Williams accumulation/distribution',
  group: 'volume',
  description:
    'Adds how far the close came up from the true low on rising bars and down from the true high on falling ones. Its level depends on where history began.',
  inputs: [HIGH, LOW, CLOSE],
  options: [],
  outputs: [output('wad', 'price', ANY)],
  clock: 'source',
  warmup: () => 2,
  settle: () => Infinity,
  example: 'wad() > sma(wad(), 20)',
  departs: undefined,
  source: 'Larry Williams; tulind 0.8 wad',
  kernel,
};
