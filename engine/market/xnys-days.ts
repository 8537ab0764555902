import { dayOf, weekdayOfDay } from './civil.ts';
import { lastWeekday, nthWeekday } from './new-york.ts';

export const FIRST_YEAR = 1990;
export const LAST_YEAR = 2035;

const SUNDAY = 0;
const MONDAY = 1;
const WEDNESDAY = 3;
const THURSDAY = 4;
const FRIDAY = 5;
const SATURDAY = 6;

/** Closures outside the rules. Source: NYSE, "Special Closings". */
const SPECIAL_CLOSURES: readonly (readonly [number, number, number])[] = [
  [1994, 4, 27], // funeral of President Nixon
  [2001, 9, 11], // attacks of 11 September, four sessions
  [2001, 9, 12],
  [2001, 9, 13],
  [2001, 9, 14],
  [2004, 6, 11], // funeral of President Reagan
  [2007, 1, 2], // mourning for President Ford
  [2012, 10, 29], // hurricane Sandy, two sessions
  [2012, 10, 30],
  [2018, 12, 5], // mourning for President George H. W. Bush
  [2025, 1, 9], // mourning for President Carter
];

/**
 * Early closes outside the rules. Published calendars disagree on three dates of the nineties, 1998-11-27, 1998-12-24
 * and 1999-12-31: on each, trading in SPY and AAPL stopped at 13:00 but for a few late prints, so all three are early
 * closes; the first two are the ordinary Thanksgiving and Christmas ones, the third stands here.
 */
const SPECIAL_EARLY_CLOSES: readonly (readonly [number, number, number])[] = [
  [1997, 12, 26],
  [1999, 12, 31],
  [2003, 12, 26],
];

/** Day number of Easter Sunday. Source: anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, ch. 8). */
function easter(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return dayOf(year, Math.floor(n / 31), (n % 31) + 1);
}

/** A holiday on Saturday is kept on Friday, one on Sunday on Monday. */
function observed(day: number): number {
  const weekday = weekdayOfDay(day);
  return weekday === SATURDAY ? day - 1 : weekday === SUNDAY ? day + 1 : day;
}

/** Day numbers of the full-day closures of a year that fall on weekdays (weekends may be among them). Source: NYSE Rule 7.2. */
export function closures(year: number): number[] {
  const newYear = dayOf(year, 1, 1);
  const days = [
    // A New Year's Day on Saturday is not made up: the Friday is the last of the books' year.
    weekdayOfDay(newYear) === SUNDAY ? newYear + 1 : newYear,
    nthWeekday(year, 2, MONDAY, 3),
    easter(year) - 2,
    lastWeekday(year, 5, MONDAY),
    observed(dayOf(year, 7, 4)),
    nthWeekday(year, 9, MONDAY, 1),
    nthWeekday(year, 11, THURSDAY, 4),
    observed(dayOf(year, 12, 25)),
  ];
  if (year >= 1998) days.push(nthWeekday(year, 1, MONDAY, 3));
  if (year >= 2022) days.push(observed(dayOf(year, 6, 19)));
  for (const [y, month, day] of SPECIAL_CLOSURES) if (y === year) days.push(dayOf(y, month, day));
  return days;
}

/** Day numbers of a year's sessions that close early. Source: NYSE calendars 1990-2028. */
export function earlyCloses(year: number): number[] {
  const days: number[] = [];
  if (year >= 1992) days.push(nthWeekday(year, 11, THURSDAY, 4) + 1);
  const christmasEve = dayOf(year, 12, 24);
  const eve = weekdayOfDay(christmasEve);
  if (eve >= MONDAY && eve <= THURSDAY) days.push(christmasEve);
  if (year >= 1995) {
    const third = dayOf(year, 7, 3);
    const weekday = weekdayOfDay(third);
    // Until 2012 a Thursday holiday shortened the Friday after it; since 2013 the Wednesday before.
    if (weekday === WEDNESDAY && year < 2013) days.push(third + 2);
    else if (weekday >= MONDAY && weekday < FRIDAY) days.push(third);
  }
  for (const [y, month, day] of SPECIAL_EARLY_CLOSES) if (y === year) days.push(dayOf(y, month, day));
  return days;
}

/** Minutes after New York midnight at which an early session of a year closes: 14:00 to 1992, 13:00 since. */
export const earlyCloseMinute = (year: number): number => (year <= 1992 ? 14 * 60 : 13 * 60);
