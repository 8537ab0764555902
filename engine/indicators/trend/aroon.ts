import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { extremeAge, extremeFull, extremeSize, pushHighest, pushLowest } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([length]) => 2 * extremeSize(length! + 1),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const window = length + 1;
    const lows = extremeSize(window);
    const high = inputs[0]!;
    const low = inputs[1]!;
    const down = outputs[0]!;
    const up = outputs[1]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[down + row] = NaN;
        values[up + row] = NaN;
        const h = values[high + row]!;
        const l = values[low + row]!;
        if (h - h !== 0 || l - l !== 0) continue;
        pushHighest(state, 0, window, h);
        pushLowest(state, lows, window, l);
        if (!extremeFull(state, 0, window)) continue;
        values[down + row] = (100 * (length - extremeAge(state, lows, window))) / length;
        values[up + row] = (100 * (length - extremeAge(state, 0, window))) / length;
      }
    };
  },
};

export const aroon: IndicatorEntry = {
  name: 'aroon',
  title: 'Aroon',
  group: 'trend',
  description:
    'How recently the highest high (up) and the lowest low (down) of the last bars came: 100 is now, 0 is at the far end of the window.',
  inputs: [HIGH, LOW],
  options: [bars('length', 'Bars to look back.', { default: 25 })],
  outputs: [output('down', 'index', HUNDRED), output('up', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'aroon(25)',
  departs:
    'Of equal highs or lows the latest counts, as in tulind and TA-Lib. TA-Lib gives 14 as the default length, StockCharts and Chande 25.',
  source: 'tulind 0.8 aroon; StockCharts ChartSchool, Aroon',
  kernel,
};
