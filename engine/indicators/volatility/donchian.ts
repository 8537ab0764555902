import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { extremeFull, extremeSize, pushHighest, pushLowest } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => 2 * extremeSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const lows = extremeSize(length);
    const high = inputs[0]!;
    const low = inputs[1]!;
    const upper = outputs[0]!;
    const middle = outputs[1]!;
    const lower = outputs[2]!;
    return () => {
      values[upper] = NaN;
      values[middle] = NaN;
      values[lower] = NaN;
      const h = values[high]!;
      const l = values[low]!;
      if (h - h !== 0 || l - l !== 0) return;
      const top = pushHighest(state, 0, length, h);
      const bottom = pushLowest(state, lows, length, l);
      if (!extremeFull(state, 0, length)) return;
      values[upper] = top;
      values[middle] = (top + bottom) / 2;
      values[lower] = bottom;
    };
  },
};

export const donchian: IndicatorEntry = {
  name: 'donchian',
  title: 'Donchian channel',
  group: 'volatility',
  description:
    'The highest high and the lowest low of the last bars and the line half-way between. The current bar is part of it, so a breakout is a close beyond the channel of the bar before: channel.upper[1].',
  inputs: [HIGH, LOW],
  options: [bars('length', 'Bars in the channel, the current one included.', { default: 20 })],
  outputs: [output('upper', 'input', 'input'), output('middle', 'input', ANY), output('lower', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'donchian(20)',
  departs: 'Includes the current bar, as TradingView does; StockCharts Price Channels leave it out.',
  source: 'TradingView, Donchian Channels; Investopedia, Donchian Channels',
  kernel,
};
