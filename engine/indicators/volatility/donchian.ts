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
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[upper + row] = NaN;
        values[middle + row] = NaN;
        values[lower + row] = NaN;
        const h = values[high + row]!;
        const l = values[low + row]!;
        if (h - h !== 0 || l - l !== 0) continue;
        const top = pushHighest(state, 0, length, h);
        const bottom = pushLowest(state, lows, length, l);
        if (!extremeFull(state, 0, length)) continue;
        values[upper + row] = top;
        values[middle + row] = (top + bottom) / 2;
        values[lower + row] = bottom;
      }
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
