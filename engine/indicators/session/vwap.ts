import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, output } from '../outputs.ts';

/** Minutes of a session with its extended hours, 04:00 to 20:00. */
const LONGEST_SESSION = 960;

// state: 1 once a bar was seen, session, sum of typical price * volume, sum of volume
const kernel: Kernel = {
  stateSize: () => 4,
  bind(_options, state, values, inputs, outputs) {
    const high = inputs[0]!;
    const low = inputs[1]!;
    const close = inputs[2]!;
    const volume = inputs[3]!;
    const session = inputs[4]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[out + row] = NaN;
        const h = values[high + row]!;
        const l = values[low + row]!;
        const c = values[close + row]!;
        const v = values[volume + row]!;
        const s = values[session + row]!;
        if (h - h !== 0 || l - l !== 0 || c - c !== 0 || v - v !== 0 || v < 0 || s - s !== 0) continue;
        const same = state[0]! === 1 && state[1]! === s;
        const money = (same ? state[2]! : 0) + ((h + l + c) / 3) * v;
        const shares = (same ? state[3]! : 0) + v;
        state[0] = 1;
        state[1] = s;
        state[2] = money;
        state[3] = shares;
        if (shares > 0) values[out + row] = money / shares;
      }
    };
  },
};

export const vwap: IndicatorEntry = {
  name: 'vwap',
  title: 'Volume-weighted average price of the session',
  group: 'session',
  description:
    'The average price paid since the session began, each bar counted by its volume; it starts anew with every session.',
  inputs: [HIGH, LOW, CLOSE, VOLUME, { name: 'session', role: 'session' }],
  options: [],
  outputs: [output('vwap', 'input', ANY)],
  clock: 'source',
  warmup: () => 1,
  settle: () => LONGEST_SESSION,
  example: 'close > vwap()',
  departs:
    'From the bars themselves: typical price (high + low + close) / 3 times volume; bar_vwap is the feed’s own price of one bar. Unknown until something was traded in the session. When history begins inside a session, that session counts from there; the settle length spans a whole one in minutes. The last input, `session`, is the number of the session and is supplied when left out.',
  source: 'StockCharts ChartSchool, Volume-Weighted Average Price (VWAP); TradingView ta.vwap',
  kernel,
};
