import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { cascadeForgets } from '../settling.ts';
import { pushRing, ringFull, ringSize, ringSum } from '../window.ts';

const SMOOTHING = 9;
const WEIGHT = 2 / (SMOOTHING + 1);
const KEEP = 1 - WEIGHT;
const FIRST_RATIO = 2 * SMOOTHING - 1;

// state: bars seen, average range, average of it, ring of ratios
const RATIOS = 3;

const kernel: Kernel = {
  stateSize: ([length]) => RATIOS + ringSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const range = values[highSlot + row]! - values[lowSlot + row]!;
        values[out + row] = NaN;
        if (range - range !== 0) continue;
        const seen = state[0]! + 1;
        const first = (seen === 1 ? range : state[1]!) * KEEP + range * WEIGHT;
        state[0] = seen;
        state[1] = first;
        if (seen < SMOOTHING) continue;
        const second = (seen === SMOOTHING ? first : state[2]!) * KEEP + first * WEIGHT;
        state[2] = second;
        if (seen < FIRST_RATIO) continue;
        pushRing(state, RATIOS, length, second === 0 ? 1 : first / second);
        if (ringFull(state, RATIOS, length)) values[out + row] = ringSum(state, RATIOS, length);
      }
    };
  },
};

export const mass: IndicatorEntry = {
  name: 'mass',
  title: 'Mass index',
  group: 'volatility',
  description:
    'Grows as the range of the bars widens; a rise above 27 and a fall below 26.5 is read as a coming reversal.',
  inputs: [HIGH, LOW],
  options: [bars('length', 'Ratios summed.', { default: 25 })],
  outputs: [output('mass', 'none', NOT_NEGATIVE)],
  clock: 'source',
  warmup: ([length]) => FIRST_RATIO - 1 + length!,
  settle: ([length]) => FIRST_RATIO + length! + cascadeForgets(SMOOTHING, 2),
  example: 'mass(25) > 27',
  departs: 'Bars without any range count as unchanged (1), where tulind divides 0 by 0 and never recovers.',
  source: 'Donald Dorsey, Stocks & Commodities, June 1992; tulind 0.8 mass',
  kernel,
};
