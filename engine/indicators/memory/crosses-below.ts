import type { IndicatorEntry } from '../entry.ts';
import { CROSSING, crossing } from './crosses.ts';

export const crossesBelow: IndicatorEntry = {
  ...CROSSING,
  name: 'crosses_below',
  title: 'Crosses below',
  description: 'True on the bar where a falls below b, having been above it before.',
  example: 'crosses_below(close, sma(close, 50))',
  source: 'TradingView ta.crossunder, with ties',
  kernel: crossing(false, true),
};
