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

/** A day on which the exchange keeps other hours than its rules say. */
export interface SessionAmendment {
  /** `YYYY-MM-DD`, New York. */
  readonly date: string;
  /** Minutes after New York midnight at which it opens and closes; undefined when it stays closed. */
  readonly hours: { readonly open: number; readonly close: number } | undefined;
}

/** Hours of the days that are amended, by day number. */
type Amended = ReadonlyMap<number, SessionAmendment['hours']>;

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
  readonly extendedOpen: Float64Array;
  readonly extendedClose: Float64Array;
}

const isWeekday = (day: number): boolean => weekdayOfDay(day) % 6 !== 0;

function countSessions(year: number, amended: Amended): number {
  const from = dayOf(year, 1, 1);
  const to = dayOf(year + 1, 1, 1);
  // 52 whole weeks, and the one or two days that are left.
  let count = 52 * 5;
  for (let day = from + 364; day < to; day++) if (isWeekday(day)) count++;
  const shut = new Set(closures(year).filter(isWeekday));
  count -= shut.size;
  for (const [day, hours] of amended) {
    if (day < from || day >= to) continue;
    const open = isWeekday(day) && !shut.has(day);
    if (open && hours === undefined) count--;
    else if (!open && hours !== undefined) count++;
  }
  return count;
}

function build(amended: Amended): Sessions {
  const first = new Int32Array(YEARS + 1);
  const yearOfDay = new Uint8Array(DAYS);
  for (let year = 0; year < YEARS; year++) {
    const from = dayOf(FIRST_YEAR + year, 1, 1) - FIRST_DAY;
    yearOfDay.fill(year, from, dayOf(FIRST_YEAR + year + 1, 1, 1) - FIRST_DAY);
    first[year + 1] = first[year]! + countSessions(FIRST_YEAR + year, amended);
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
    extendedOpen: new Float64Array(count),
    extendedClose: new Float64Array(count),
  };
}

function fillYear(sessions: Sessions, index: number, amended: Amended): void {
  const year = FIRST_YEAR + index;
  const from = dayOf(year, 1, 1);
  const to = dayOf(year + 1, 1, 1);
  const shut = new Set(closures(year));
  const early = new Set(earlyCloses(year));
  let session = sessions.first[index]! - 1;
  for (let day = from; day < to; day++) {
    const usual = isWeekday(day) && !shut.has(day);
    const hours = amended.get(day);
    if (amended.has(day) ? hours !== undefined : usual) {
      session++;
      const midnight = newYorkMidnight(day);
      const opens = hours?.open ?? 9.5 * 60;
      const closes = hours?.close ?? (early.has(day) ? earlyCloseMinute(year) : 16 * 60);
      sessions.day[session] = day;
      sessions.open[session] = midnight + opens * MINUTE;
      sessions.close[session] = midnight + closes * MINUTE;
      sessions.extendedOpen[session] = midnight + 4 * HOUR;
      sessions.extendedClose[session] = midnight + (closes < 16 * 60 ? 17 * HOUR : 20 * HOUR);
    }
    sessions.onDay[day - FIRST_DAY] = session;
  }
  sessions.filled[index] = 1;
}

/**
 * The sessions of the New York Stock Exchange from 1990 to 2035, by its holiday rules and its special closures.
 * Outside those years there are no sessions: numbers before the first give -Infinity, after the last +Infinity.
 * @param amendments days on which it keeps other hours; a closed day more or less numbers the sessions after it anew
 */
export function createXnys(amendments: readonly SessionAmendment[] = []): Calendar {
  const amended: Amended = new Map(
    amendments.map(({ date, hours }) => [Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY), hours]),
  );
  const sessions = build(amended);
  const { count, yearOfDay, yearOfSession, filled, onDay, day, open, close, extendedOpen, extendedClose } = sessions;

  const localDay = (at: number): number => Math.floor((at + newYorkOffset(at)) / DAY);
  const sessionOn = (at: Instant): number => {
    const index = localDay(at) - FIRST_DAY;
    if (index < 0) return -1;
    if (index >= DAYS) return count - 1;
    const year = yearOfDay[index]!;
    if (filled[year] === 0) fillYear(sessions, year, amended);
    return onDay[index]!;
  };
  const outside = (session: number): Instant => (session < 0 ? BEFORE : NEVER);
  const inside = (session: number): boolean => {
    if (session < 0 || session >= count) return false;
    const year = yearOfSession[session]!;
    if (filled[year] === 0) fillYear(sessions, year, amended);
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
    extendedOpen: (session) => (inside(session) ? instant(extendedOpen[session]!) : outside(session)),
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
