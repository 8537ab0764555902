import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, OPEN } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { difference, meanOf, pushSum, sumFull, sumSize, tickLimit } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => sumSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = tickLimit(length);
    const openSlot = inputs[0]!;
    const closeSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const body = difference(values[closeSlot + row]!, values[openSlot + row]!);
        values[out + row] = NaN;
        if (body - body !== 0) continue;
        pushSum(state, 0, length, limit, body);
        if (sumFull(state, 0, length)) values[out + row] = meanOf(state, 0, length);
      }
    };
  },
};

export const qstick: IndicatorEntry = {
  name: 'qstick',
  title: 'Qstick',
  group: 'trend',
  description: 'The average of close less open: above 0 the bars of late were rising ones.',
  inputs: [OPEN, CLOSE],
  options: [bars('length', 'Bars in the window.', { default: 8 })],
  outputs: [output('qstick', 'price', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'qstick(8) > 0',
  departs: undefined,
  source: 'Tushar Chande, Stocks & Commodities; tulind 0.8 qstick',
  kernel,
};
