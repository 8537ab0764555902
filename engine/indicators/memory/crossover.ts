import type { IndicatorEntry } from '../entry.ts';
import { condition } from '../outputs.ts';
import { bareCrossing } from './crossany.ts';

export const crossover: IndicatorEntry = {
  name: 'crossover',
  title: 'Crossover',
  group: 'memory',
  description:
    'True on the bar on which the first series goes from at or below the second to above it. Prefer crosses_above, which ignores ties.',
  inputs: [
    { name: 'a', role: 'real' },
    { name: 'b', role: 'real' },
  ],
  options: [],
  outputs: [condition('crossover')],
  clock: 'own',
  warmup: () => 2,
  settle: () => 2,
  example: 'crossover(close, sma(close, 20))',
  departs: 'Compares to the last digit, so rounding decides ties; crosses_above is the sound form.',
  source: 'tulind 0.8 crossover',
  kernel: bareCrossing(false),
};
