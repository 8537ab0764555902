import { calendarOf } from '../market/calendars.ts';
import { dateOfDay, dateText, utcDay } from '../market/civil.ts';
import { HOUR, type Instant } from '../market/time.ts';

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** `2024-03-05` on the exchange's clock: New York for equities, UTC for crypto. */
export const marketDate = (symbol: string, at: Instant): string =>
  // Local midnight is 0 to 5 hours after midnight UTC of the same date: noon of it names that date. The first use of
  // Date would load the system's time zones, a tenth of a short backtest's time.
  dateText(dateOfDay(utcDay(calendarOf(symbol).midnight(at) + 12 * HOUR)));

/** `2024-03-05 10:00` on the exchange's clock. */
export const marketTime = (symbol: string, at: Instant): string => {
  const minute = calendarOf(symbol).minuteOfDay(at);
  return `${marketDate(symbol, at)} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
};

/** The name of that clock: `New York` or `UTC`. */
export const zoneOf = (symbol: string): string => (calendarOf(symbol).id === 'CRYPTO' ? 'UTC' : 'New York');
