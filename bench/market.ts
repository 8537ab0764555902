import { type Bars, REGULAR } from '../engine/market/bars.ts';
import { calendarOf } from '../engine/market/calendars.ts';
import { instant, MINUTE } from '../engine/market/time.ts';

/** Uniform numbers in [0, 1) from a 32-bit seed (mulberry32): the same on every machine. */
function dice(seed: number): () => number {
  const state = new Uint32Array([seed]);
  return () => {
    state[0] = state[0]! + 0x6d2b79f5;
    let t = state[0]!;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * `count` one-minute bars of regular New York sessions from January 2014 on: a random walk in whole cents, seeded,
 * kept between $40 and $400 by a weak pull towards $100.
 */
export function generateBars(symbol: string, count: number, seed: number): Bars {
  const calendar = calendarOf('SPY');
  const random = dice(seed);
  const column = (): Float64Array => new Float64Array(count);
  const [start, end, open, high, low, close, volume] = [
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
  ];
  const session = new Int32Array(count);
  let last = 10_000;
  let at = 0;
  let number = calendar.nextSession(instant(Date.UTC(2014, 0, 2)));
  while (at < count) {
    const closing = calendar.close(number);
    for (let time: number = calendar.open(number); time < closing && at < count; time += MINUTE) {
      const pull = last > 40_000 ? -30 : last < 4_000 ? 30 : Math.round((10_000 - last) / 20_000);
      const first = last + Math.round((random() - 0.5) * 4);
      const final = Math.max(100, first + Math.round((random() + random() + random() - 1.5) * 20) + pull);
      const top = Math.max(first, final) + Math.floor(random() * 6);
      const bottom = Math.min(first, final) - Math.floor(random() * 6);
      start[at] = time;
      end[at] = time + MINUTE;
      open[at] = first / 100;
      high[at] = top / 100;
      low[at] = bottom / 100;
      close[at] = final / 100;
      volume[at] = 100 + Math.floor(random() * 20_000);
      session[at] = number;
      last = final;
      at++;
    }
    number++;
  }
  return {
    symbol,
    timeframe: '1m',
    length: count,
    start: start!,
    end: end!,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume: volume!,
    vwap: undefined,
    session,
    hours: new Uint8Array(count).fill(REGULAR),
  };
}

/** The bars as a CSV file's text, in pieces of about a megabyte. */
export function* csvOf(bars: Bars): Generator<string> {
  let rows = ['timestamp,open,high,low,close,volume'];
  for (let i = 0; i < bars.length; i++) {
    const time = new Date(bars.start[i]!).toISOString().replace('.000', '');
    rows.push(`${time},${bars.open[i]},${bars.high[i]},${bars.low[i]},${bars.close[i]},${bars.volume[i]}`);
    if (rows.length === 16_384) {
      yield `${rows.join('\n')}\n`;
      rows = [];
    }
  }
  if (rows.length > 0) yield `${rows.join('\n')}\n`;
}
