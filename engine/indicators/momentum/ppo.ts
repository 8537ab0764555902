import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import { bars, fastBelowSlow } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { emaForgets } from '../settling.ts';
import { averagesApart } from './apo.ts';

export const ppo: IndicatorEntry = {
  name: 'ppo',
  title: 'Percentage price oscillator',
  group: 'momentum',
  description: 'A fast less a slow EMA in percent of the slow one, so that shares of different prices can be compared.',
  inputs: [REAL],
  options: [
    bars('fast', 'Bars of the fast average.', { default: 12 }),
    bars('slow', 'Bars of the slow average.', { default: 26, min: 2 }),
  ],
  outputs: [output('ppo', 'percent', ANY)],
  clock: 'source',
  warmup: ([, slow]) => slow!,
  settle: ([, slow]) => slow! + emaForgets(slow!),
  example: 'ppo(close, 12, 26) > 0',
  departs: 'Unknown until the slow average has seen its length, where tulind answers from the second bar.',
  source: 'StockCharts ChartSchool, Percentage Price Oscillator; tulind 0.8 ppo',
  check: fastBelowSlow(0, 1),
  kernel: averagesApart(true),
};
