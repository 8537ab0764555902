import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { extremeFull, extremeSize, pushHighest, pushLowest } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => 2 * extremeSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const lows = extremeSize(length);
    const high = inputs[0]!;
    const low = inputs[1]!;
    const close = inputs[2]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const h = values[high + row]!;
        const l = values[low + row]!;
        const c = values[close + row]!;
        if (h - h !== 0 || l - l !== 0 || c - c !== 0) {
          values[out + row] = NaN;
          continue;
        }
        const top = pushHighest(state, 0, length, h);
        const bottom = pushLowest(state, lows, length, l);
        if (!extremeFull(state, 0, length) || top <= bottom) {
          values[out + row] = NaN;
          continue;
        }
        const below = -100 * ((top - c) / (top - bottom));
        values[out + row] = below > 0 ? 0 : below < -100 ? -100 : below;
      }
    };
  },
};

export const willr: IndicatorEntry = {
  name: 'willr',
  title: 'Williams %R',
  group: 'momentum',
  description:
    'Where the close stands in the range of the last bars, from -100 (at the low) to 0 (at the high); below -80 is called oversold, above -20 overbought.',
  inputs: [HIGH, LOW, CLOSE],
  options: [bars('length', 'Bars in the range.', { default: 14 })],
  outputs: [output('willr', 'index', [-100, 0])],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'willr(14) < -80',
  departs:
    'Unknown while the range is flat (high equals low over the whole window): there is no place in a range of nothing. tulind and TA-Lib say 0 there, which reads as overbought.',
  source: 'tulind 0.8 willr; StockCharts ChartSchool, Williams %R',
  kernel,
};
