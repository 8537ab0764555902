import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { extremeAge, extremeFull, extremeSize, pushHighest, pushLowest } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => 2 * extremeSize(length! + 1),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const window = length + 1;
    const lows = extremeSize(window);
    const high = inputs[0]!;
    const low = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[out + row] = NaN;
        const h = values[high + row]!;
        const l = values[low + row]!;
        if (h - h !== 0 || l - l !== 0) continue;
        pushHighest(state, 0, window, h);
        pushLowest(state, lows, window, l);
        if (!extremeFull(state, 0, window)) continue;
        values[out + row] = (100 * (extremeAge(state, lows, window) - extremeAge(state, 0, window))) / length;
      }
    };
  },
};

export const aroonosc: IndicatorEntry = {
  name: 'aroonosc',
  title: 'Aroon oscillator',
  group: 'trend',
  description:
    'Aroon up less Aroon down, from -100 to 100: above 0 the highest high is more recent than the lowest low.',
  inputs: [HIGH, LOW],
  options: [bars('length', 'Bars to look back.', { default: 25 })],
  outputs: [output('aroonosc', 'index', [-100, 100])],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'aroonosc(25) > 50',
  departs: 'Of equal highs or lows the latest counts, as in tulind and TA-Lib.',
  source: 'tulind 0.8 aroonosc; StockCharts ChartSchool, Aroon Oscillator',
  kernel,
};
