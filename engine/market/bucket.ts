import type { Calendar, Hours } from './calendar.ts';
import { utcDay, weekdayOfDay } from './civil.ts';
import { DAY, type Instant, instant } from './time.ts';
import { TIMEFRAME_MS, type Timeframe } from './timeframe.ts';

/** Where bars smaller than a day are cut: at the hours of the clock, or counted from the session's open. */
export type Anchor = 'clock' | 'session';

/** The working day of a local date counts from Monday; a session never lies on a weekend. */
const daysSinceMonday = (calendar: Calendar, at: Instant): number => (calendar.weekday(at) + 6) % 7;

function weekBounds(calendar: Calendar, session: number, out: Float64Array, offset: number): void {
  const monday = daysSinceMonday(calendar, calendar.open(session));
  const first = calendar.open(session) - monday * DAY;
  let from = session;
  // Half a day of slack keeps a change of the clock from moving a session into the neighbouring week.
  while (from > 0 && calendar.open(from - 1) > first - DAY / 2) from--;
  let to = session;
  while (calendar.open(to + 1) < first + 6.5 * DAY) to++;
  out[offset] = calendar.open(from);
  out[offset + 1] = calendar.close(to);
}

function cryptoBounds(timeframe: Timeframe, at: Instant, out: Float64Array, offset: number): void {
  if (timeframe === '1w') {
    const day = utcDay(at);
    const monday = day - ((weekdayOfDay(day) + 6) % 7);
    out[offset] = monday * DAY;
    out[offset + 1] = (monday + 7) * DAY;
    return;
  }
  const size = TIMEFRAME_MS[timeframe];
  const start = Math.floor(at / size) * size;
  out[offset] = start;
  out[offset + 1] = start + size;
}

/**
 * Writes start and end, in milliseconds, of the bar of `timeframe` that holds `at` to `out[offset]` and `out[offset + 1]`;
 * false, and nothing written, when `at` lies outside `hours`.
 * Bars smaller than a day follow the New York clock and are clipped to the session (09:30-10:00, 10:00-11:00, ...) or, with
 * anchor `session`, count from its open; a day is the regular session, a week the sessions from Monday to Friday. Coins follow UTC.
 */
export function writeBucket(
  calendar: Calendar,
  timeframe: Timeframe,
  hours: Hours,
  anchor: Anchor,
  at: Instant,
  out: Float64Array,
  offset: number,
): boolean {
  if (calendar.id === 'CRYPTO') {
    cryptoBounds(timeframe, at, out, offset);
    return true;
  }
  if (timeframe === '1d' || timeframe === '1w') {
    const session = calendar.sessionAt(at);
    if (session < 0) return false;
    if (timeframe === '1w') weekBounds(calendar, session, out, offset);
    else {
      out[offset] = calendar.open(session);
      out[offset + 1] = calendar.close(session);
    }
    return true;
  }
  const midnight = calendar.midnight(at);
  let from: number;
  let to: number;
  let origin: number = midnight;
  if (hours === 'always') {
    // The days of the clock's change have 23 and 25 hours and are cut in hours elapsed; the next midnight ends the last bar.
    from = midnight;
    to = calendar.midnight(instant(midnight + 1.5 * DAY));
    if (anchor === 'session') {
      const session = calendar.sessionOn(at);
      const open = calendar.open(session);
      if (open > midnight) origin = open;
    }
  } else {
    const session = calendar.sessionOn(at);
    from = hours === 'regular' ? calendar.open(session) : calendar.extendedOpen(session);
    to = hours === 'regular' ? calendar.close(session) : calendar.extendedClose(session);
    if (!(at >= from && at < to)) return false;
    if (anchor === 'session') origin = calendar.open(session);
  }
  const size = TIMEFRAME_MS[timeframe];
  const start = origin + Math.floor((at - origin) / size) * size;
  out[offset] = start > from ? start : from;
  out[offset + 1] = start + size < to ? start + size : to;
  return true;
}
