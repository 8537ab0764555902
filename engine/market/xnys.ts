import type { Calendar } from './calendar.ts';
import { dateOfDay, dateText, dayOf, weekdayOfDay } from './civil.ts';
import { newYorkMidnight, newYorkOffset } from './new-york.ts';
import { DAY, HOUR, type Instant, instant, MINUTE } from './time.ts';
import { closures, earlyCloseMinute, earlyCloses, FIRST_YEAR, LAST_YEAR } from './xnys-days.ts';

const FIRST_DAY = dayOf(FIRST_YEAR, 1, 1);
const DAYS = dayOf(LAST_YEAR + 1, 1, 1) - FIRST_DAY;
const NEVER = instant(Number.POSITIVE_INFINITY);
const BEFORE = instant(Number.NEGATIVE_INFINITY);

interface Sessions {
  readonly count: number;
  /** By local day since FIRST_DAY: number of the last session at or before it. */
  readonly onDay: Int32Array;
  readonly day: Int32Array;
  readonly open: Float64Array;
  readonly close: Float64Array;
  readonly extendedClose: Float64Array;
}

const TRADING = 0;
const EARLY = 1;
const SHUT = 2;

function marked(): Uint8Array {
  const kind = new Uint8Array(DAYS);
  for (let day = 0; day < DAYS; day++) {
    const weekday = weekdayOfDay(FIRST_DAY + day);
    kind[day] = weekday === 0 || weekday === 6 ? SHUT : TRADING;
  }
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    for (const day of earlyCloses(year)) if (kind[day - FIRST_DAY] === TRADING) kind[day - FIRST_DAY] = EARLY;
    for (const day of closures(year)) kind[day - FIRST_DAY] = SHUT;
  }
  return kind;
}

function build(): Sessions {
  const kind = marked();
  const onDay = new Int32Array(DAYS);
  let count = 0;
  for (let day = 0; day < DAYS; day++) {
    if (kind[day] !== SHUT) count++;
    onDay[day] = count - 1;
  }
  const day = new Int32Array(count);
  const open = new Float64Array(count);
  const close = new Float64Array(count);
  const extendedClose = new Float64Array(count);
  let session = 0;
  for (let d = 0; d < DAYS; d++) {
    if (kind[d] === SHUT) continue;
    const midnight = newYorkMidnight(FIRST_DAY + d);
    const early = kind[d] === EARLY;
    const year = Math.floor(dateOfDay(FIRST_DAY + d) / 10_000);
    day[session] = FIRST_DAY + d;
    open[session] = midnight + 9.5 * HOUR;
    close[session] = midnight + (early ? earlyCloseMinute(year) * MINUTE : 16 * HOUR);
    extendedClose[session] = midnight + (early ? 17 * HOUR : 20 * HOUR);
    session++;
  }
  return { count, onDay, day, open, close, extendedClose };
}

/**
 * The sessions of the New York Stock Exchange from 1990 to 2035, by its holiday rules and its special closures; built when called.
 * Outside those years there are no sessions: numbers before the first give -Infinity, after the last +Infinity.
 */
export function createXnys(): Calendar {
  const sessions = build();
  const { count, onDay, day, open, close, extendedClose } = sessions;

  const localDay = (at: number): number => Math.floor((at + newYorkOffset(at)) / DAY);
  const sessionOn = (at: Instant): number => {
    const index = localDay(at) - FIRST_DAY;
    return index < 0 ? -1 : index >= DAYS ? count - 1 : onDay[index]!;
  };
  const outside = (session: number): Instant => (session < 0 ? BEFORE : NEVER);
  const inside = (session: number): boolean => session >= 0 && session < count;
  const month = (session: number): number => Math.floor(dateOfDay(day[session]!) / 100);

  return {
    id: 'XNYS',
    sessionOn,
    sessionAt(at) {
      const session = sessionOn(at);
      return session >= 0 && at >= open[session]! && at < close[session]! ? session : -1;
    },
    nextSession(at) {
      const session = sessionOn(at);
      return session >= 0 && close[session]! > at ? session : session + 1;
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
    isFirstOfMonth: (session) => inside(session) && (session === 0 || month(session) !== month(session - 1)),
    isLastOfMonth: (session) => inside(session) && (session === count - 1 || month(session) !== month(session + 1)),
  };
}
