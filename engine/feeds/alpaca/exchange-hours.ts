import type { Calendar } from '../../market/calendar.ts';
import { DAY, HOUR, instant, MINUTE } from '../../market/time.ts';
import type { SessionAmendment } from '../../market/xnys.ts';

/** A trading day as the broker's calendar has it; times of day in New York, `09:30`. */
export interface ExchangeDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly open: string;
  readonly close: string;
}

export interface HoursComparison {
  /** What to amend our calendar by, for the broker's hours to hold: plain data, to be kept with the run. */
  readonly amendments: readonly SessionAmendment[];
  /** A sentence for each. */
  readonly warnings: readonly string[];
}

const TIME = /^(\d{2}):?(\d{2})(?::\d{2})?$/;

/** Minutes since midnight; NaN when it is no time of day. */
function minuteOf(text: string): number {
  const parts = TIME.exec(text);
  return parts === null ? Number.NaN : Number(parts[1]) * 60 + Number(parts[2]);
}

const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Days without trading in a row that no holiday explains: an answer with fewer is no calendar. */
const LONGEST_BREAK = 5;

/** Noon in New York as hours of UTC, near enough to fall on the same date in summer and winter. */
const NOON = 17 * HOUR;

/**
 * Holds the broker's trading days against ours, from `from` to `to` (`YYYY-MM-DD`, both included). Where they differ the
 * broker's hold: it is who takes the orders. An answer that cannot be a calendar amends nothing.
 */
export function compareHours(
  days: readonly ExchangeDay[],
  from: string,
  to: string,
  calendar: Calendar,
): HoursComparison {
  const theirs = new Map(days.map((day) => [day.date, day]));
  const amendments: SessionAmendment[] = [];
  const warnings: string[] = [];
  let closed = 0;
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += DAY) {
    const date = new Date(at).toISOString().slice(0, 10);
    const session = calendar.sessionOn(instant(at + NOON));
    const ours = session >= 0 && calendar.date(session) === date;
    const day = theirs.get(date);
    if (day === undefined) {
      closed++;
      if (closed > LONGEST_BREAK) {
        return {
          amendments: [],
          warnings: [
            `the broker's calendar has no trading for ${closed} days up to ${date}: it is not used, ours holds`,
          ],
        };
      }
      if (!ours) continue;
      amendments.push({ date, hours: undefined });
      warnings.push(
        `${date}: the broker says that the exchange is closed, our calendar has a session: it counts as closed`,
      );
      continue;
    }
    closed = 0;
    const open = minuteOf(day.open);
    const close = minuteOf(day.close);
    if (!(open < close)) {
      warnings.push(`${date}: the broker's calendar says ${day.open} to ${day.close}, which is no session: ours holds`);
      continue;
    }
    const midnight = calendar.midnight(instant(at + NOON));
    const opens = ours ? (calendar.open(session) - midnight) / MINUTE : undefined;
    const closes = ours ? (calendar.close(session) - midnight) / MINUTE : undefined;
    if (open === opens && close === closes) continue;
    amendments.push({ date, hours: { open, close } });
    const known = ours ? `ours has ${clockOf(opens!)} to ${clockOf(closes!)}` : 'ours has no session';
    warnings.push(
      `${date}: the broker's calendar has ${clockOf(open)} to ${clockOf(close)}, ${known}: the broker's hours hold`,
    );
  }
  return { amendments, warnings };
}
