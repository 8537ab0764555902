import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { pushRing, ringFull, ringSize } from '../window.ts';

// biome-ignore lint/suspicious/noApproximativeNumericConstant: as many digits as tulind has, to agree with it
const PI = 3.1415926;
const TURN = 2 * PI;

const kernel: Kernel = {
  stateSize: ([length]) => ringSize(length! + 1),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const held = length + 1;
    const cosines = Float64Array.from({ length }, (_, k) => Math.cos((TURN * k) / length));
    const sines = Float64Array.from({ length }, (_, k) => Math.sin((TURN * k) / length));
    const input = inputs[0]!;
    const sineOut = outputs[0]!;
    const leadOut = outputs[1]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[sineOut + row] = NaN;
        values[leadOut + row] = NaN;
        if (x - x !== 0) continue;
        pushRing(state, 0, held, x);
        if (!ringFull(state, 0, held)) continue;
        let real = 0;
        let imaginary = 0;
        let place = state[0]! | 0;
        for (let k = 0; k < length; k++) {
          place = place === 0 ? length : place - 1;
          const value = state[2 + place]!;
          real += cosines[k]! * value;
          imaginary += sines[k]! * value;
        }
        let phase = Math.abs(real) > 0.001 ? Math.atan(imaginary / real) : (TURN / 2) * (imaginary < 0 ? -1 : 1);
        if (real < 0) phase += PI;
        phase += PI / 2;
        if (phase < 0) phase += TURN;
        if (phase > TURN) phase -= TURN;
        values[sineOut + row] = Math.sin(phase);
        values[leadOut + row] = Math.sin(phase + PI / 4);
      }
    };
  },
};

export const msw: IndicatorEntry = {
  name: 'msw',
  title: 'MESA sine wave',
  group: 'trend',
  description:
    'The phase of the cycle of the given length as a sine, and the same an eighth of a turn ahead (lead): they cross at turns of a cycle.',
  inputs: [REAL],
  options: [bars('length', 'Bars of the cycle.', { default: 20 })],
  outputs: [output('sine', 'index', [-1, 1]), output('lead', 'index', [-1, 1])],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'msw(close, 20)',
  departs:
    'Equal to tulind to 1e-9: trigonometric functions differ between libraries in the last digit. Takes O(length) a bar.',
  source: 'John Ehlers, Stocks & Commodities, November 1996 (MESA); tulind 0.8 msw',
  kernel,
};
