import { dayOf, weekdayOfDay } from './civil.ts';
import { DAY, HOUR } from './time.ts';

const FIRST_YEAR = 1967;
const LAST_YEAR = 2100;
const MEAN_YEAR = 31_556_952_000;

/** Day number of the `nth` given weekday of a month; `nth` 1 to 4. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  const first = dayOf(year, month, 1);
  return first + ((weekday - weekdayOfDay(first) + 7) % 7) + (nth - 1) * 7;
}

/** Day number of the last given weekday of a month. */
export function lastWeekday(year: number, month: number, weekday: number): number {
  const last = (month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1)) - 1;
  return last - ((weekdayOfDay(last) - weekday + 7) % 7);
}

/** Start and end of summer time of each year, ms; filled when a year is first asked for. */
const CHANGES = new Float64Array((LAST_YEAR - FIRST_YEAR + 1) * 2);

function fillChanges(index: number): void {
  const year = FIRST_YEAR + index;
  const spring =
    year >= 2007 ? nthWeekday(year, 3, 0, 2) : year >= 1987 ? nthWeekday(year, 4, 0, 1) : lastWeekday(year, 4, 0);
  const autumn = year >= 2007 ? nthWeekday(year, 11, 0, 1) : lastWeekday(year, 10, 0);
  // The clock turns at 02:00 of the time then in force: 07:00 UTC in spring, 06:00 UTC in autumn.
  CHANGES[index * 2] = spring * DAY + 7 * HOUR;
  CHANGES[index * 2 + 1] = autumn * DAY + 6 * HOUR;
}

/**
 * Milliseconds to add to UTC for the New York clock: -5 h, or -4 h in summer time.
 * Source: Uniform Time Act as amended 1986 and 2005; the rule of 1967-1986 without the exceptions of 1974 and 1975.
 */
export function newYorkOffset(at: number): number {
  // The mean year errs by a day around New Year, where it is winter on both sides.
  let year = 1970 + Math.floor(at / MEAN_YEAR) - FIRST_YEAR;
  if (!(year >= 0)) year = 0;
  else if (year > LAST_YEAR - FIRST_YEAR) year = LAST_YEAR - FIRST_YEAR;
  if (CHANGES[year * 2] === 0) fillChanges(year);
  return at >= CHANGES[year * 2]! && at < CHANGES[year * 2 + 1]! ? -4 * HOUR : -5 * HOUR;
}

/** Instant of New York midnight at the start of a local day (its day number). */
export function newYorkMidnight(day: number): number {
  // 04:00 UTC lies before any change of that date's clock.
  return day * DAY - newYorkOffset(day * DAY + 4 * HOUR);
}
