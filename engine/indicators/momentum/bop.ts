import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW, OPEN } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { output } from '../outputs.ts';

/** Within -1 and 1 even where an input lies outside the bar; a bar without range is balanced. */
const balance = (open: number, high: number, low: number, close: number): number => {
  const range = high - low;
  const part = (close - open) / range;
  return range <= 0 ? 0 : part > 1 ? 1 : part < -1 ? -1 : part;
};

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
        values[out + row] = balance(open, high, low, close);
      }
    };
  },
};

export const bop: IndicatorEntry = {
  name: 'bop',
  title: 'Balance of power',
  group: 'momentum',
  description: 'Where the bar closed against its open, as part of its range: 1 from low to high, -1 from high to low.',
  inputs: [OPEN, HIGH, LOW, CLOSE],
  options: [],
  outputs: [output('bop', 'ratio', [-1, 1])],
  clock: 'source',
  warmup: () => 1,
  settle: () => 1,
  example: 'sma(bop(), 14) > 0',
  departs: undefined,
  source: 'Igor Livshin, Stocks & Commodities, August 2001; tulind 0.8 bop',
  kernel,
};
