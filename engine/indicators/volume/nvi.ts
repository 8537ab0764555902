import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

const START = 1000;

/**
 * An index that moves with price on bars with more volume than the bar before, or with less.
 *
 * state: a bar was seen, last close, last volume, index
 */
export const volumeIndex = (onMore: boolean): Kernel => ({
  stateSize: () => 4,
  bind(_options, state, values, inputs, outputs) {
    const closeSlot = inputs[0]!;
    const volumeSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const close = values[closeSlot + row]!;
        const volume = values[volumeSlot + row]!;
        const sum = close + volume;
        if (sum - sum !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const last = state[1]!;
        let index = state[0] === 0 ? START : state[3]!;
        const counts = onMore ? volume > state[2]! : volume < state[2]!;
        if (state[0] !== 0 && counts && last !== 0) index += ((close - last) / last) * index;
        state[0] = 1;
        state[1] = close;
        state[2] = volume;
        state[3] = index;
        values[out + row] = index;
      }
    };
  },
});

export const nvi: IndicatorEntry = {
  name: 'nvi',
  title: 'Negative volume index',
  group: 'volume',
  description:
    'Starts at 1000 and moves with price only on bars with lower volume than the bar before: what price does on quiet bars. Its level depends on where history began.',
  inputs: [CLOSE, VOLUME],
  options: [],
  outputs: [output('nvi', 'none', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => Infinity,
  example: 'nvi() > ema(nvi(), 255)',
  departs: undefined,
  source: 'Norman Fosback, Stock Market Logic (1976); tulind 0.8 nvi',
  kernel: volumeIndex(false),
};
