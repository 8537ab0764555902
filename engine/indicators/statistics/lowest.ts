import type { IndicatorEntry } from '../entry.ts';
import { REAL } from '../inputs.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { pushLowest } from '../window.ts';
import { extremeOf } from './highest.ts';

export const lowest: IndicatorEntry = {
  name: 'lowest',
  title: 'Lowest value',
  group: 'statistics',
  description:
    'The lowest value of the last bars, the current one included; for a breakdown compare with the bar before, as in prev(lowest(low, 20), 1).',
  inputs: [REAL],
  options: [bars('length', 'Bars in the window, the current one included.')],
  outputs: [output('lowest', 'input', 'input')],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'close < prev(lowest(low, 20), 1)',
  departs: 'tulind calls it min, which is a function of two numbers here.',
  source: 'tulind 0.8 min; TradingView ta.lowest',
  kernel: extremeOf(pushLowest),
};
