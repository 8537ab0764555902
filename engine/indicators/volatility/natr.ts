import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import { bars } from '../options.ts';
import { NOT_NEGATIVE, output } from '../outputs.ts';
import { wilderForgets } from '../settling.ts';
import { averageRange } from './atr.ts';

export const natr: IndicatorEntry = {
  name: 'natr',
  title: 'Normalized average true range',
  group: 'volatility',
  description: 'The average true range in percent of the close, so that shares of different prices can be compared.',
  inputs: [HIGH, LOW, CLOSE],
  options: [bars('length', "Bars of Wilder's average of the true range.", { default: 14 })],
  outputs: [output('natr', 'percent', NOT_NEGATIVE)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length! + 1 + wilderForgets(length!),
  example: 'natr(14) > 2',
  departs:
    'The first bar counts with high less low, as in tulind; TA-Lib leaves it out. The difference fades within the settle length.',
  source: 'John Forman, Stocks & Commodities, May 2006; tulind 0.8 natr',
  kernel: averageRange(true),
};
