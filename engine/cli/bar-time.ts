import { calendarOf } from '../market/calendars.ts';
import { DAY, type Instant, instant, MINUTE } from '../market/time.ts';
import { failure } from './exit.ts';

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2}):(\d{2})(?::00)?)?$/;

/**
 * A moment as a person names it: `2024-03-05 10:00` on the exchange's clock, a date alone for the end of that day, or
 * ISO 8601 with a zone.
 * @throws Failure when it is none of these
 */
export const readBarTime = (flag: string, text: string, symbol: string): Instant => {
  const wrong = failure(
    `--${flag} cannot be \`${text}\``,
    `write a time on the exchange's clock, --${flag} "2024-03-05 10:00", a date for its last bar, or a time with its zone, 2024-03-05T15:00:00Z`,
  );
  const local = LOCAL.exec(text);
  if (local === null) {
    const at = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(at)) throw wrong;
    return instant(at);
  }
  const [year, month, day, hour, minute] = local.slice(1).map(Number) as [number, number, number, number, number];
  const noon = Date.UTC(year, month - 1, day, 12);
  if (new Date(noon).toISOString().slice(0, 10) !== text.slice(0, 10)) throw wrong;
  const calendar = calendarOf(symbol);
  // Noon UTC of a date is that date on the exchange's clock.
  if (local[4] === undefined) return calendar.midnight(instant(noon + DAY));
  if (hour > 24 || minute > 59) throw wrong;
  const minutes = hour * 60 + minute;
  const guess = calendar.midnight(instant(noon)) + minutes * MINUTE;
  // On the two days of the year on which clocks change, midnight and that hour lie an hour more or less apart.
  return instant(guess + (minutes - (hour === 24 ? 1440 : calendar.minuteOfDay(instant(guess)))) * MINUTE);
};
