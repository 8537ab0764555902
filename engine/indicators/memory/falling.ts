import type { IndicatorEntry } from '../entry.ts';
import { MOVING, moving } from './rising.ts';

export const falling: IndicatorEntry = {
  ...MOVING,
  name: 'falling',
  title: 'Falling',
  description: 'True while each of the last n changes from bar to bar is downward.',
  example: 'falling(close, 3)',
  departs:
    'Every step must fall by more than a tie (1e-9, relative). TradingView asks only that the newest value lies below each of the n before it.',
  source: 'each of the last n changes < 0; compare TradingView ta.falling',
  kernel: moving(false),
};
