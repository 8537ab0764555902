import { type Bars, EXTENDED, REGULAR } from './bars.ts';
import { type Anchor, writeBucket } from './bucket.ts';
import type { Calendar, Hours } from './calendar.ts';
import { type Instant, instant } from './time.ts';
import type { Timeframe } from './timeframe.ts';

/** Places of an aggregator's numbers in its `cells`. */
export const CELL_START = 0;
export const CELL_END = 1;
export const CELL_OPEN = 2;
export const CELL_HIGH = 3;
export const CELL_LOW = 4;
export const CELL_CLOSE = 5;
export const CELL_VOLUME = 6;
/** Sum of vwap × volume; NaN once a bar came without a vwap. */
export const CELL_TURNOVER = 7;
export const CELLS = 8;

/** Builds one bar at a time out of smaller ones; the open bar is all of its state. */
export interface Aggregator {
  readonly timeframe: Timeframe;
  /** Start, end (ms), open, high, low, close, volume, vwap × volume of the open bar; start is NaN when there is none. */
  readonly cells: Float64Array;
  /**
   * Merges bar `i` in, opening the bar that holds its start if none is open; bars outside the hours, and bars that began
   * before the open one, leave it as it is. Throws a RangeError when the bar lies past the open one: take that first.
   */
  add(bars: Bars, i: number): void;
  /** End of the open bar in milliseconds; Infinity when there is none. */
  due(): number;
  /** Empties the cells, once the reader has copied them. */
  take(): void;
}

/**
 * An aggregator of one symbol's bars into `timeframe`. Days and weeks hold the regular sessions whatever the hours.
 * Order of a driver: close what is due at or before a bar's start, add the bar, close what is due at or before its end.
 */
export function createAggregator(calendar: Calendar, timeframe: Timeframe, hours: Hours, anchor: Anchor): Aggregator {
  const cells = new Float64Array(CELLS).fill(Number.NaN);
  const widest =
    hours === 'regular' || timeframe === '1d' || timeframe === '1w' ? REGULAR : hours === 'extended' ? EXTENDED : 255;

  const begin = (bars: Bars, i: number, at: Instant): void => {
    if (!writeBucket(calendar, timeframe, hours, anchor, at, cells, CELL_START)) return;
    const volume = bars.volume[i]!;
    cells[CELL_OPEN] = bars.open[i]!;
    cells[CELL_HIGH] = bars.high[i]!;
    cells[CELL_LOW] = bars.low[i]!;
    cells[CELL_CLOSE] = bars.close[i]!;
    cells[CELL_VOLUME] = volume;
    cells[CELL_TURNOVER] = bars.vwap === undefined ? Number.NaN : volume === 0 ? 0 : bars.vwap[i]! * volume;
  };

  return {
    timeframe,
    cells,
    add(bars, i) {
      if (bars.hours[i]! > widest) return;
      const start = bars.start[i]!;
      const opened = cells[CELL_START]!;
      // NaN, when no bar is open, is neither at or before nor after.
      if (!(opened <= start)) {
        if (!(opened > start)) begin(bars, i, instant(start));
        return;
      }
      if (start >= cells[CELL_END]!) {
        throw new RangeError(
          `${bars.symbol}: a bar at ${start} came before the ${timeframe} bar due at ${cells[CELL_END]} was taken`,
        );
      }
      const high = bars.high[i]!;
      const low = bars.low[i]!;
      const volume = bars.volume[i]!;
      if (high > cells[CELL_HIGH]!) cells[CELL_HIGH] = high;
      if (low < cells[CELL_LOW]!) cells[CELL_LOW] = low;
      cells[CELL_CLOSE] = bars.close[i]!;
      cells[CELL_VOLUME] = cells[CELL_VOLUME]! + volume;
      if (bars.vwap === undefined) cells[CELL_TURNOVER] = Number.NaN;
      else if (volume !== 0) cells[CELL_TURNOVER] = cells[CELL_TURNOVER]! + bars.vwap[i]! * volume;
    },
    due() {
      const end = cells[CELL_END]!;
      return Number.isNaN(end) ? Number.POSITIVE_INFINITY : end;
    },
    take() {
      cells.fill(Number.NaN);
    },
  };
}
