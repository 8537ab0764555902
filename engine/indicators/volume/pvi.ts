import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, VOLUME } from '../inputs.ts';
import { ANY, output } from '../outputs.ts';
import { volumeIndex } from './nvi.ts';

export const pvi: IndicatorEntry = {
  name: 'pvi',
  title: 'Positive volume index',
  group: 'volume',
  description:
    'Starts at 1000 and moves with price only on bars with higher volume than the bar before: what price does on busy bars. Its level depends on where history began.',
  inputs: [CLOSE, VOLUME],
  options: [],
  outputs: [output('pvi', 'none', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => Infinity,
  example: 'pvi() > ema(pvi(), 255)',
  departs: undefined,
  source: 'Norman Fosback, Stock Market Logic (1976); tulind 0.8 pvi',
  kernel: volumeIndex(true),
};
