import { MINUTE } from '../market/time.ts';
import type { Shape } from './sample-path.ts';
import { bits, type Stream } from './sample-random.ts';

/** Columns that the sample writes its bars to, and how far they are filled. */
export interface SampleColumns {
  length: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly vwap: Float64Array;
  readonly session: Int32Array;
}

export function createSampleColumns(capacity: number): SampleColumns {
  const column = () => new Float64Array(capacity);
  return {
    length: 0,
    start: column(),
    end: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    vwap: column(),
    session: new Int32Array(capacity),
  };
}

export interface Day {
  readonly session: number;
  /** First minute of the day, ms. */
  readonly opens: number;
  /** Price before the first minute, unrounded. */
  readonly price: number;
  /** Deviation of the day's moves. */
  readonly volatility: number;
  /** Volume to expect of the whole day. */
  readonly volume: number;
  /** Smallest unit of volume: whole shares, or ten thousandths of a coin. */
  readonly lots: number;
  /** Chance of 65,536 that a minute passes without a trade. */
  readonly silent: number;
}

const SCALE = 65_536;

/** Appends the bars of one day; `moves` holds the logarithm of each minute's move, `stream` the walker's own randomness. */
export function writeBars(out: SampleColumns, day: Day, shape: Shape, moves: Float64Array, stream: Stream): void {
  const { start, end, open, high, low, close, volume, vwap, session } = out;
  const { minutes, spread } = shape;
  // Prices below a dollar move in hundredths of a cent.
  const ticks = day.price < 1 ? 10_000 : 100;
  let price = day.price;
  let n = out.length;
  for (let i = 0; i < minutes; i++) {
    const move = moves[i]!;
    const before = price;
    price = before * (1 + move * (1 + move / 2));
    const wick = bits(stream);
    const trade = bits(stream);
    const chance = trade >>> 16;
    if (chance < day.silent && i > 0) continue;
    const reach = day.volatility * spread[i]! * 0.9;
    const jitter = (trade & 7) === 0 ? 1 : (trade & 7) === 1 ? -1 : 0;
    let from = Math.round(before * ticks) + jitter;
    if (from < 1) from = 1;
    let to = Math.round(price * ticks);
    if (to < 1) to = 1;
    const upper = from > to ? from : to;
    const lower = from < to ? from : to;
    const top = Math.round(upper * (1 + (reach * (wick & 0xffff)) / SCALE));
    let bottom = Math.round(lower * (1 - (reach * (wick >>> 16)) / SCALE));
    if (bottom < 1) bottom = 1;
    const size = move < 0 ? -move : move;
    const busy = 0.45 + 0.8 * (((trade >>> 3) & 0x1fff) / 8192) + 0.25 * (reach > 0 ? size / reach : 0);
    const lots = Math.round(day.volume * shape.volume[i]! * busy * day.lots);
    start[n] = day.opens + i * MINUTE;
    end[n] = day.opens + (i + 1) * MINUTE;
    open[n] = from / ticks;
    high[n] = top / ticks;
    low[n] = bottom / ticks;
    close[n] = to / ticks;
    volume[n] = (lots < 1 ? 1 : lots) / day.lots;
    vwap[n] = (from + top + bottom + to) / (4 * ticks);
    session[n] = day.session;
    n++;
  }
  out.length = n;
}
