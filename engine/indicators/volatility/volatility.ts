import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { deviationOf, pushSpread, spreadSize, sumFull, tickLimit } from '../window.ts';

const PER_YEAR = Math.sqrt(252);

// state: a bar was seen, last value, window of returns
const RETURNS = 2;

const kernel: Kernel = {
  stateSize: ([length]) => RETURNS + spreadSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const limit = tickLimit(length);
    const input = inputs[0]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const x = values[input + row]!;
        values[out + row] = NaN;
        if (x - x !== 0) continue;
        const change = x / state[1]! - 1;
        state[1] = x;
        if (state[0] === 0) {
          state[0] = 1;
          continue;
        }
        if (change - change !== 0) continue;
        pushSpread(state, RETURNS, length, limit, change);
        if (sumFull(state, RETURNS, length)) values[out + row] = deviationOf(state, RETURNS, length) * PER_YEAR;
      }
    };
  },
};

export const volatility: IndicatorEntry = {
  name: 'volatility',
  title: 'Annualized historical volatility',
  group: 'volatility',
  description:
    'Standard deviation of the bar-to-bar returns, scaled from days to a year: 0.2 means 20 % a year on daily bars.',
  inputs: [REAL],
  options: [bars('length', 'Returns in the window.', { default: 20, min: 2 })],
  outputs: [output('volatility', 'ratio', NOT_NEGATIVE)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'volatility(day.close, 20) < 0.3',
  departs:
    'Simple returns, population deviation and 252 bars a year whatever the bar, as in tulind; others take log returns. A flat window gives exactly 0.',
  source: 'tulind 0.8 volatility',
  kernel,
};
