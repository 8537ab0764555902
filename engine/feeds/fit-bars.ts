import { type Bars, CLOSED, EXTENDED, REGULAR } from '../market/bars.ts';
import { writeBucket } from '../market/bucket.ts';
import type { Calendar, Hours } from '../market/calendar.ts';
import { DAY, HOUR, instant } from '../market/time.ts';
import { TIMEFRAME_MS, type Timeframe } from '../market/timeframe.ts';
import { type Columns, rightSized } from './columns.ts';
import type { Cause } from './row-check.ts';
import { isSpike } from './row-check.ts';

export interface Fitting {
  readonly symbol: string;
  readonly calendar: Calendar;
  readonly timeframe: Timeframe;
  readonly hours: Hours;
  /** Times are midnights of dates, not instants. */
  readonly dates: boolean;
  readonly from: number;
  readonly to: number;
  /** Told of each row that cannot be used, by its place in the columns. */
  refuse(row: number, cause: Cause, detail: string): void;
}

export interface Fitted {
  readonly bars: Bars;
  readonly outside: number;
  /** Rows that lie before the first or after the last session of the calendar (counted in `outside`). */
  readonly beyond: number;
}

const utc = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

/** Noon of the local date that a daily stamp means: a midnight in UTC names its own date, any other time that of the exchange. */
function noonOfDate(calendar: Calendar, dates: boolean, time: number): number {
  const day = Math.floor(time / DAY) * DAY;
  if (calendar.id === 'CRYPTO') return day + DAY / 2;
  return dates || time === day ? day + 17 * HOUR : calendar.midnight(instant(time)) + DAY / 2;
}

/**
 * Orders the rows of a file into bars: drops what runs backwards and what spikes, clips every bar to the session it overlaps and
 * leaves out those beyond the wanted hours. Works in place: the columns belong to the bars afterwards.
 */
export function fitBars(columns: Columns, fitting: Fitting): Fitted {
  const { calendar, timeframe, hours, from, to, dates } = fitting;
  const { time, open, high, low, close, volume, vwap, length } = columns;
  const end = new Float64Array(length);
  const sessions = new Int32Array(length);
  const inHours = new Uint8Array(length);
  const bounds = new Float64Array(2);
  const daily = timeframe === '1d' || timeframe === '1w';
  const size = TIMEFRAME_MS[timeframe];
  const widest = hours === 'regular' ? REGULAR : hours === 'extended' ? EXTENDED : CLOSED;
  let kept = 0;
  let outside = 0;
  let beyond = 0;
  let lastTime = Number.NEGATIVE_INFINITY;
  let lastStart = Number.NEGATIVE_INFINITY;
  let lastClose = Number.NaN;

  for (let i = 0; i < length; i++) {
    const at = time[i]!;
    if (at <= lastTime) {
      const twice = at === lastTime;
      fitting.refuse(
        i,
        twice ? 'duplicate_time' : 'time_backwards',
        `${utc(at)} comes ${twice ? 'twice' : `after ${utc(lastTime)}`}`,
      );
      continue;
    }
    // A row that two later ones contradict is itself the stray, not they.
    if (
      i + 2 < length &&
      time[i + 1]! < at &&
      time[i + 2]! < at &&
      time[i + 1]! > lastTime &&
      time[i + 2]! > time[i + 1]!
    ) {
      fitting.refuse(i, 'time_backwards', `${utc(at)} comes before ${utc(time[i + 1]!)}`);
      continue;
    }
    if (i + 1 < length && isSpike(lastClose, high[i]!, low[i]!, open[i + 1]!)) {
      const odd = `low ${low[i]} high ${high[i]} between a close of ${lastClose} and an open of ${open[i + 1]}`;
      fitting.refuse(i, 'price_spike', odd);
      continue;
    }
    lastTime = at;
    lastClose = close[i]!;

    let start = at;
    let finish = at + size;
    let session: number;
    let part = REGULAR;
    if (daily) {
      const noon = instant(noonOfDate(calendar, dates, at));
      session = calendar.sessionOn(noon);
      if (timeframe === '1w') {
        // The week's own holidays aside, some stamp the Sunday before it.
        const inWeek = calendar.nextSession(instant(noon - DAY / 2));
        if (!writeBucket(calendar, '1w', 'regular', 'clock', calendar.open(inWeek), bounds, 0)) session = -1;
        else {
          start = bounds[0]!;
          finish = bounds[1]!;
          session = calendar.sessionOn(instant(finish - 1));
        }
      } else {
        start = calendar.open(session);
        finish = calendar.close(session);
        if (noon >= start + DAY) part = CLOSED + 1;
      }
    } else {
      session = calendar.sessionOn(instant(at));
      const opens = calendar.open(session);
      const closes = calendar.close(session);
      if (at < closes && finish > opens) {
        if (start < opens) start = opens;
        if (finish > closes) finish = closes;
      } else {
        const early = calendar.extendedOpen(session);
        const late = calendar.extendedClose(session);
        if (at < late && finish > early) {
          part = EXTENDED;
          if (start < early) start = early;
          if (finish > late) finish = late;
        } else part = CLOSED;
      }
    }
    if (session < 0 || start === Number.POSITIVE_INFINITY || start === Number.NEGATIVE_INFINITY) {
      beyond++;
      outside++;
      continue;
    }
    if (part > widest) {
      outside++;
      continue;
    }
    if (start < from || start >= to) continue;
    if (start <= lastStart) {
      fitting.refuse(i, 'duplicate_time', `a second bar for ${utc(start)}`);
      continue;
    }
    lastStart = start;
    time[kept] = start;
    end[kept] = finish;
    open[kept] = open[i]!;
    high[kept] = high[i]!;
    low[kept] = low[i]!;
    close[kept] = close[i]!;
    volume[kept] = volume[i]!;
    if (vwap !== undefined) vwap[kept] = vwap[i]!;
    sessions[kept] = session;
    inHours[kept] = part;
    kept++;
  }
  const bars: Bars = {
    symbol: fitting.symbol,
    timeframe,
    length: kept,
    start: rightSized(time, kept),
    end: rightSized(end, kept),
    open: rightSized(open, kept),
    high: rightSized(high, kept),
    low: rightSized(low, kept),
    close: rightSized(close, kept),
    volume: rightSized(volume, kept),
    vwap: vwap === undefined ? undefined : rightSized(vwap, kept),
    session: sessions.subarray(0, kept),
    hours: inHours.subarray(0, kept),
  };
  return { bars, outside, beyond };
}
