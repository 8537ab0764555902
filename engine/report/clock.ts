import { calendarOf } from '../market/calendars.ts';
import { HOUR, type Instant } from '../market/time.ts';

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** `2024-03-05` on the exchange's clock: New York for equities, UTC for crypto. */
export const marketDate = (symbol: string, at: Instant): string =>
  // Local midnight is 0 to 5 hours after midnight UTC of the same date: noon of it names that date.
  new Date(calendarOf(symbol).midnight(at) + 12 * HOUR).toISOString().slice(0, 10);

/** `2024-03-05 10:00` on the exchange's clock. */
export const marketTime = (symbol: string, at: Instant): string => {
  const minute = calendarOf(symbol).minuteOfDay(at);
  return `${marketDate(symbol, at)} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
};
