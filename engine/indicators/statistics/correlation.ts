import type { IndicatorEntry } from '../entry.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { output } from '../outputs.ts';
import { pushRing, ringAverage, ringFull, ringSize } from '../window.ts';

/** Pearson's coefficient of two full rings; NaN when one of them is flat. */
const pearson = (state: Float64Array, second: number, length: number): number => {
  const meanX = ringAverage(state, 0, length);
  const meanY = ringAverage(state, second, length);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let k = 0, j = state[0]! | 0; k < length; k++) {
    const u = state[2 + j]! - meanX;
    const v = state[second + 2 + j]! - meanY;
    xx += u * u;
    yy += v * v;
    xy += u * v;
    j = j + 1 === length ? 0 : j + 1;
  }
  if (!(xx > 0 && yy > 0)) return NaN;
  const r = xy / (Math.sqrt(xx) * Math.sqrt(yy));
  return r > 1 ? 1 : r < -1 ? -1 : r;
};

const kernel: Kernel = {
  stateSize: ([length]) => 2 * ringSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const second = ringSize(length);
    const xIn = inputs[0]!;
    const yIn = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[out + row] = NaN;
        const x = values[xIn + row]!;
        const y = values[yIn + row]!;
        if (x - x !== 0 || y - y !== 0) continue;
        pushRing(state, 0, length, x);
        pushRing(state, second, length, y);
        if (ringFull(state, 0, length)) values[out + row] = pearson(state, second, length);
      }
    };
  },
};

export const correlation: IndicatorEntry = {
  name: 'correlation',
  title: 'Correlation',
  group: 'statistics',
  description: 'How closely two series moved together over the last bars: 1 in step, 0 unrelated, -1 opposite.',
  inputs: [
    { name: 'x', role: 'real' },
    { name: 'y', role: 'real' },
  ],
  options: [bars('length', 'Bars in the window.', { min: 2 })],
  outputs: [output('correlation', 'ratio', [-1, 1])],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'correlation(close, SPY.close, 20) < 0.3',
  departs:
    'Unknown while one of the two has not moved within the window. A bar on which either is missing is left out of both.',
  source: 'Pearson; StockCharts ChartSchool, Correlation Coefficient; TradingView ta.correlation',
  kernel,
};
