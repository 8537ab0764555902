import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { emaForgets } from '../settling.ts';

// state: bars seen, average range, ring of its last `length` values
const AVERAGES = 2;

const kernel: Kernel = {
  stateSize: ([length]) => AVERAGES + length!,
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const weight = 2 / (length + 1);
    const ready = 2 * length;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const range = values[highSlot + row]! - values[lowSlot + row]!;
        values[out + row] = NaN;
        if (range - range !== 0) continue;
        const seen = state[0]! + 1;
        const last = seen === 1 ? range : state[1]!;
        const average = (range - last) * weight + last;
        const place = AVERAGES + ((seen | 0) % length);
        const earlier = state[place]!;
        state[0] = seen;
        state[1] = average;
        state[place] = average;
        if (seen < ready || earlier === 0) continue;
        const percent = (100 * (average - earlier)) / earlier;
        values[out + row] = percent < -100 ? -100 : percent;
      }
    };
  },
};

export const cvi: IndicatorEntry = {
  name: 'cvi',
  title: "Chaikin's volatility",
  group: 'volatility',
  description:
    'How much the average range of a bar changed over the last bars, in percent: high values come with panic.',
  inputs: [HIGH, LOW],
  options: [bars('length', 'Bars of the average and of the look back.', { default: 10 })],
  outputs: [output('cvi', 'percent', [-100, Infinity])],
  clock: 'source',
  warmup: ([length]) => 2 * length!,
  settle: ([length]) => 2 * length! + emaForgets(length!),
  example: 'cvi(10) > 50',
  departs: 'Unknown while the earlier average is 0, where tulind divides by it.',
  source: 'Marc Chaikin; tulind 0.8 cvi',
  kernel,
};
