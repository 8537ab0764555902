import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../market/time.ts';

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/**
 * Writer of ISO 8601 UTC (`2024-03-05T15:00:00.000Z`), as `Date.toISOString` gives it. It keeps the date it wrote last:
 * a report names the same days over and over.
 */
export const isoWriter = (): ((at: Instant) => string) => {
  let known = Number.NaN;
  let date = '';
  return (at) => {
    const day = Math.floor(at / DAY);
    if (day !== known) {
      date = new Date(day * DAY).toISOString().slice(0, -13);
      known = day;
    }
    const rest = at - day * DAY;
    const hour = Math.floor(rest / HOUR);
    const minute = Math.floor((rest % HOUR) / MINUTE);
    const second = Math.floor((rest % MINUTE) / SECOND);
    return `${date}${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}.${digits(Math.floor(rest % SECOND), 3)}Z`;
  };
};
