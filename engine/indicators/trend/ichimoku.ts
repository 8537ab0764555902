import type { IndicatorEntry } from '../entry.ts';
import { HIGH, LOW } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { extremeFull, extremeSize, oldest, pushHighest, pushLowest, pushRing, ringFull, ringSize } from '../window.ts';

const kernel: Kernel = {
  stateSize: ([conversion, base, span]) =>
    2 * (extremeSize(conversion!) + extremeSize(base!) + extremeSize(span!)) + 2 * ringSize(base!),
  bind(options, state, values, inputs, outputs) {
    const short = options[0]!;
    const medium = options[1]!;
    const long = options[2]!;
    const shortLows = extremeSize(short);
    const mediumHighs = 2 * shortLows;
    const mediumLows = mediumHighs + extremeSize(medium);
    const longHighs = mediumLows + extremeSize(medium);
    const longLows = longHighs + extremeSize(long);
    const spansA = longLows + extremeSize(long);
    const spansB = spansA + ringSize(medium);
    const high = inputs[0]!;
    const low = inputs[1]!;
    const conversion = outputs[0]!;
    const base = outputs[1]!;
    const spanA = outputs[2]!;
    const spanB = outputs[3]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[conversion + row] = NaN;
        values[base + row] = NaN;
        values[spanA + row] = NaN;
        values[spanB + row] = NaN;
        const h = values[high + row]!;
        const l = values[low + row]!;
        if (h - h !== 0 || l - l !== 0) continue;
        const c = (pushHighest(state, 0, short, h) + pushLowest(state, shortLows, short, l)) / 2;
        const b = (pushHighest(state, mediumHighs, medium, h) + pushLowest(state, mediumLows, medium, l)) / 2;
        const s = (pushHighest(state, longHighs, long, h) + pushLowest(state, longLows, long, l)) / 2;
        if (
          !extremeFull(state, 0, short) ||
          !extremeFull(state, mediumHighs, medium) ||
          !extremeFull(state, longHighs, long)
        )
          continue;
        if (ringFull(state, spansA, medium)) {
          values[conversion + row] = c;
          values[base + row] = b;
          values[spanA + row] = oldest(state, spansA);
          values[spanB + row] = oldest(state, spansB);
        }
        pushRing(state, spansA, medium, (c + b) / 2);
        pushRing(state, spansB, medium, s);
      }
    };
  },
};

const readyAfter = ([conversion, base, span]: readonly number[]): number => Math.max(conversion!, base!, span!) + base!;

export const ichimoku: IndicatorEntry = {
  name: 'ichimoku',
  title: 'Ichimoku cloud',
  group: 'trend',
  description:
    'Half-way lines of the range of 9 and 26 bars (conversion, base) and the cloud between span_a and span_b as it lies under the current bar: worked out 26 bars ago and drawn ahead. Price above both spans is an uptrend.',
  inputs: [HIGH, LOW],
  options: [
    bars('conversion', 'Bars of the conversion line (tenkan-sen).', { default: 9 }),
    bars('base', 'Bars of the base line (kijun-sen), and how far ahead the cloud is drawn.', { default: 26 }),
    bars('span', 'Bars of the slow edge of the cloud (senkou span B).', { default: 52 }),
  ],
  outputs: [
    output('conversion', 'input', ANY),
    output('base', 'input', ANY),
    output('span_a', 'input', ANY),
    output('span_b', 'input', ANY),
  ],
  clock: 'source',
  warmup: readyAfter,
  settle: readyAfter,
  example: 'ichimoku(9, 26, 52)',
  departs:
    'The spans under the current bar are those worked out exactly `base` bars ago, as StockCharts describes (TradingView draws them base - 1 ahead). No lagging line (chikou): it would need the future. All four lines become ready together, with the cloud.',
  source: 'StockCharts ChartSchool, Ichimoku Cloud',
  kernel,
};
