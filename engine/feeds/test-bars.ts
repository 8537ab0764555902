import { type Bars, REGULAR } from '../market/bars.ts';
import { writeBucket } from '../market/bucket.ts';
import { calendarOf } from '../market/calendars.ts';
import { DAY, type Instant, instant } from '../market/time.ts';
import type { Timeframe } from '../market/timeframe.ts';
import type { Row } from './test-rows.ts';

/** Lays rows over consecutive regular sessions, from the open of the first session at or after a date on. */
export function sessionBars(symbol: string, timeframe: Timeframe, rows: readonly Row[], from: string): Bars {
  const calendar = calendarOf(symbol);
  const { length } = rows;
  const start = new Float64Array(length);
  const end = new Float64Array(length);
  const session = new Int32Array(length);
  const bounds = new Float64Array(2);
  let at = firstOpen(symbol, from);
  for (let k = 0; k < length; k++) {
    writeBucket(calendar, timeframe, 'regular', 'clock', at, bounds, 0);
    start[k] = bounds[0]!;
    end[k] = bounds[1]!;
    // A week belongs to its last session, as a week read from a file does.
    session[k] = calendar.sessionOn(instant(bounds[1]! - 1));
    const next = instant(bounds[1]!);
    at = calendar.sessionAt(next) >= 0 ? next : calendar.open(calendar.nextSession(next));
  }
  const column = (field: number): Float64Array => Float64Array.from(rows, (row) => row[field]!);
  return {
    symbol,
    timeframe,
    length,
    start,
    end,
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(4),
    vwap: undefined,
    session,
    hours: new Uint8Array(length).fill(REGULAR),
    mixedHours: false,
  };
}

/** Open of the first session at or after a date; undefined dates and those beyond the calendar are refused before. */
function firstOpen(symbol: string, from: string): Instant {
  const calendar = calendarOf(symbol);
  const midnight = calendar.midnight(instant(Date.parse(`${from}T00:00:00Z`) + DAY / 2));
  return calendar.open(calendar.nextSession(midnight));
}
