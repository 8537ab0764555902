import type { Calendar } from './calendar.ts';
import { dateOfDay, dateText, dayOf, weekdayOfDay } from './civil.ts';
import { newYorkMidnight, newYorkOffset } from './new-york.ts';
import { DAY, HOUR, type Instant, instant, MINUTE } from './time.ts';
import { closures, earlyCloseMinute, earlyCloses, FIRST_YEAR, LAST_YEAR } from './xnys-days.ts';

const FIRST_DAY = dayOf(FIRST_YEAR, 1, 1);
const YEARS = LAST_YEAR + 1 - FIRST_YEAR;
const DAYS = dayOf(LAST_YEAR + 1, 1, 1) - FIRST_DAY;
const NEVER = instant(Number.POSITIVE_INFINITY);
const BEFORE = instant(Number.NEGATIVE_INFINITY);

/** Tables by local day since FIRST_DAY and by session; a year's part is filled when it is first asked for. */
interface Sessions {
  readonly count: number;
  readonly yearOfDay: Uint8Array;
  readonly yearOfSession: Uint8Array;
  /** Number of a year's first session, and of the one after the last year's last. */
  readonly first: Int32Array;
  readonly filled: Uint8Array;
  /** Number of the last session at or before a day. */
  readonly onDay: Int32Array;
  readonly day: Int32Array;
  readonly open: Float64Array;
  readonly close: Float64Array;
  readonly extendedClose: Float64Array;
}

const isWeekday = (day: number): boolean => weekdayOfDay(day) % 6 !== 0;

function countSessions(year: number): number {
  const from = dayOf(year, 1, 1);
  const to = dayOf(year + 1, 1, 1);
  // 52 whole weeks, and the one or two days that are left.
  let count = 52 * 5;
  for (let day = from + 364; day < to; day++) if (isWeekday(day)) count++;
  return count - new Set(closures(year).filter(isWeekday)).size;
}

function build(): Sessions {
  const first = new Int32Array(YEARS + 1);
  const yearOfDay = new Uint8Array(DAYS);
  for (let year = 0; year < YEARS; year++) {
    const from = dayOf(FIRST_YEAR + year, 1, 1) - FIRST_DAY;
    yearOfDay.fill(year, from, dayOf(FIRST_YEAR + year + 1, 1, 1) - FIRST_DAY);
    first[year + 1] = first[year]! + countSessions(FIRST_YEAR + year);
  }
  const count = first[YEARS]!;
  const yearOfSession = new Uint8Array(count);
  for (let year = 0; year < YEARS; year++) yearOfSession.fill(year, first[year], first[year + 1]);
  return {
    count,
    yearOfDay,
    yearOfSession,
    first,
    filled: new Uint8Array(YEARS),
    onDay: new Int32Array(DAYS),
    day: new Int32Array(count),
    open: new Float64Array(count),
    close: new Float64Array(count),
    extendedClose: new Float64Array(count),
  };
}

function fillYear(sessions: Sessions, index: number): void {
  const year = FIRST_YEAR + index;
  const from = dayOf(year, 1, 1);
  const to = dayOf(year + 1, 1, 1);
  const shut = new Set(closures(year));
  const early = new Set(earlyCloses(year));
  let session = sessions.first[index]! - 1;
  for (let day = from; day < to; day++) {
    if (isWeekday(day) && !shut.has(day)) {
      session++;
      const midnight = newYorkMidnight(day);
      const short = early.has(day);
      sessions.day[session] = day;
      sessions.open[session] = midnight + 9.5 * HOUR;
      sessions.close[session] = midnight + (short ? earlyCloseMinute(year) * MINUTE : 16 * HOUR);
      sessions.extendedClose[session] = midnight + (short ? 17 * HOUR : 20 * HOUR);
    }
    sessions.onDay[day - FIRST_DAY] = session;
  }
  sessions.filled[index] = 1;
}

/**
 * The sessions of the New York Stock Exchange from 1990 to 2035, by its holiday rules and its special closures.
 * Outside those years there are no sessions: numbers before the first give -Infinity, after the last +Infinity.
 */
export function createXnys(): Calendar {
  const sessions = build();
  const { count, yearOfDay, yearOfSession, filled, onDay, day, open, close, extendedClose } = sessions;

  const localDay = (at: number): number => Math.floor((at + newYorkOffset(at)) / DAY);
  const sessionOn = (at: Instant): number => {
    const index = localDay(at) - FIRST_DAY;
    if (index < 0) return -1;
    if (index >= DAYS) return count - 1;
    const year = yearOfDay[index]!;
    if (filled[year] === 0) fillYear(sessions, year);
    return onDay[index]!;
  };
  const outside = (session: number): Instant => (session < 0 ? BEFORE : NEVER);
  const inside = (session: number): boolean => {
    if (session < 0 || session >= count) return false;
    const year = yearOfSession[session]!;
    if (filled[year] === 0) fillYear(sessions, year);
    return true;
  };
  const month = (session: number): number => Math.floor(dateOfDay(day[session]!) / 100);

  return {
    id: 'XNYS',
    sessionOn,
    sessionAt(at) {
      const session = sessionOn(at);
      return inside(session) && at >= open[session]! && at < close[session]! ? session : -1;
    },
    nextSession(at) {
      const session = sessionOn(at);
      return inside(session) && close[session]! > at ? session : session + 1;
    },
    open: (session) => (inside(session) ? instant(open[session]!) : outside(session)),
    close: (session) => (inside(session) ? instant(close[session]!) : outside(session)),
    extendedOpen: (session) => (inside(session) ? instant(open[session]! - 5.5 * HOUR) : outside(session)),
    extendedClose: (session) => (inside(session) ? instant(extendedClose[session]!) : outside(session)),
    date: (session) => (inside(session) ? dateText(dateOfDay(day[session]!)) : ''),
    midnight: (at) => instant(newYorkMidnight(localDay(at))),
    minuteOfDay(at) {
      const local = at + newYorkOffset(at);
      return Math.floor((local - Math.floor(local / DAY) * DAY) / MINUTE);
    },
    weekday: (at) => weekdayOfDay(localDay(at)),
    dayOfMonth: (at) => dateOfDay(localDay(at)) % 100,
    isFirstOfMonth: (session) => inside(session) && (!inside(session - 1) || month(session) !== month(session - 1)),
    isLastOfMonth: (session) => inside(session) && (!inside(session + 1) || month(session) !== month(session + 1)),
  };
}
