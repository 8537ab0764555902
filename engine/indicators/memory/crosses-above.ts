import type { IndicatorEntry } from '../entry.ts';
import { CROSSING, crossing } from './crosses.ts';

export const crossesAbove: IndicatorEntry = {
  ...CROSSING,
  name: 'crosses_above',
  title: 'Crosses above',
  description: 'True on the bar where a rises above b, having been below it before.',
  example: 'crosses_above(close, sma(close, 50))',
  source: 'tulind 0.8 crossover, with ties; TradingView ta.crossover',
  kernel: crossing(true, false),
};
