import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars, fastBelowSlow } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { deviationOf, pushSpread, spreadSize, sumFull, tickLimit } from '../window.ts';

// state: average, last value, short window, long window
const SHORT = 2;

const kernel: Kernel = {
  stateSize: ([short, long]) => SHORT + spreadSize(short!) + spreadSize(long!),
  bind(options, state, values, inputs, outputs) {
    const short = options[0]!;
    const long = options[1]!;
    const alpha = options[2]!;
    const longAt = SHORT + spreadSize(short);
    const limit = tickLimit(long);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const last = state[1]!;
        const started = sumFull(state, longAt, long);
        pushSpread(state, SHORT, short, limit, x);
        pushSpread(state, longAt, long, limit, x);
        state[1] = x;
        if (!sumFull(state, longAt, long)) continue;
        const average = started ? state[0]! : last;
        const shortDeviation = deviationOf(state, SHORT, short);
        const longDeviation = deviationOf(state, longAt, long);
        const weight = longDeviation > 0 ? (shortDeviation / longDeviation) * alpha : 0;
        state[0] = (x - average) * weight + average;
        values[out + row] = state[0]!;
      }
    };
  },
};

export const vidya: IndicatorEntry = {
  name: 'vidya',
  title: 'Variable index dynamic average',
  group: 'average',
  description:
    'An EMA that speeds up when price has lately varied more than usual. It stands still while price does, so it never quite forgets where history began.',
  inputs: [REAL],
  options: [
    bars('short', 'Bars of the recent standard deviation.', { default: 9 }),
    bars('long', 'Bars of the usual standard deviation.', { default: 30, min: 2 }),
    {
      name: 'alpha',
      description: 'Weight of the newest bar when both deviations are equal.',
      min: 0,
      max: 1,
      integer: false,
      default: 0.2,
    },
  ],
  outputs: [output('vidya', 'input', ANY)],
  clock: 'source',
  warmup: ([, long]) => long!,
  settle: () => Infinity,
  example: 'close > vidya(close, 9, 30, 0.2)',
  departs:
    'Unknown before `long` bars, where tulind gives the bare price one bar earlier; a flat short window stops the average, where rounding in tulind still moves it.',
  source: 'Tushar Chande, Stocks & Commodities, March 1992 (the standard-deviation form); tulind 0.8 vidya',
  check: fastBelowSlow(0, 1),
  kernel,
};
