import { type Bars, CLOSED, EXTENDED, REGULAR } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import { ABSOLUTE } from './csv-time.ts';

/** The part of its session's time that bars read by the right clock fill, where trading before and after it is in the file too. */
const FILLED = 0.9;

/** What to do when times were read by the wrong clock, by how they are written and the zone that was given. */
export function clockAdvice(kind: number, timezone: string | undefined): string {
  if (kind === ABSOLUTE)
    return 'the times name their zone themselves: if they are New York times marked as UTC, take the mark (Z or +00:00) out and give --tz America/New_York';
  const newYork = timezone !== undefined && /^(america\/new_york|us\/eastern)$/i.test(timezone);
  return newYork
    ? 'try --tz UTC, or the zone of the place where the file was made'
    : 'try --tz America/New_York, or the zone of the place where the file was made';
}

/**
 * A sentence on an intraday file of equities most of whose rows lie outside the regular session, as they do when their times were
 * read by the wrong clock; undefined when they do not, or when the sessions are full all the same.
 * @param outside rows beyond the wanted hours; those among the bars are counted here
 * @param rows rows of the file
 */
export function clockWarning(
  bars: Bars,
  calendar: Calendar,
  outside: number,
  rows: number,
  advice: string,
): string | undefined {
  if (calendar.id !== 'XNYS' || bars.timeframe === '1d' || bars.timeframe === '1w') return undefined;
  let beside = outside;
  // Most files have none, and the search for a byte is the machine's own.
  for (const part of [EXTENDED, CLOSED])
    for (let i = bars.hours.indexOf(part); i >= 0; i = bars.hours.indexOf(part, i + 1)) beside++;
  if (beside * 2 <= rows) return undefined;
  let inside = 0;
  let room = 0;
  let last = -1;
  for (let i = 0; i < bars.length; i++) {
    if (bars.hours[i] !== REGULAR) continue;
    inside++;
    const session = bars.session[i]!;
    if (session === last) continue;
    last = session;
    room += Math.ceil((calendar.close(session) - calendar.open(session)) / TIMEFRAME_MS[bars.timeframe]);
  }
  if (inside > 0 && inside >= room * FILLED) return undefined;
  return `${beside} of ${rows} rows lie outside the session (09:30 to 16:00 New York): the time zone may be wrong; ${advice}`;
}
