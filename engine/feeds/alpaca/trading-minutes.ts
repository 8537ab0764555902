import type { Calendar, Hours } from '../../market/calendar.ts';
import { DAY, instant, MINUTE } from '../../market/time.ts';

/** A minute that starts then is traded in, by the hours that are wanted. `always` is every minute with extended trading. */
export function isTraded(calendar: Calendar, hours: Hours, start: number): boolean {
  const at = instant(start);
  if (hours === 'regular') return calendar.sessionAt(at) >= 0;
  const session = calendar.sessionOn(at);
  return session >= 0 && start >= calendar.extendedOpen(session) && start < calendar.extendedClose(session);
}

/** End of the first whole minute that starts at or after `from` and is traded in; Infinity when the calendar knows none. */
export function nextMinuteEnd(calendar: Calendar, hours: Hours, from: number): number {
  const start = Math.ceil(from / MINUTE) * MINUTE;
  if (!Number.isFinite(start)) return Number.POSITIVE_INFINITY;
  if (isTraded(calendar, hours, start)) return start + MINUTE;
  // The session of the day before may still lie open by its extended hours; a look a day back finds every candidate.
  const first = Math.max(0, calendar.sessionOn(instant(start - DAY)));
  for (let session = first; session < first + 4; session++) {
    const open = hours === 'regular' ? calendar.open(session) : calendar.extendedOpen(session);
    if (open >= start) return open + MINUTE;
  }
  return Number.POSITIVE_INFINITY;
}

/** End of the last minute traded in that is over at `now`; -Infinity when there is none in the ten days before. */
export function lastMinuteEnd(calendar: Calendar, hours: Hours, now: number): number {
  const start = Math.floor(now / MINUTE) * MINUTE - MINUTE;
  if (isTraded(calendar, hours, start)) return start + MINUTE;
  const last = calendar.sessionOn(instant(start));
  for (let session = last; session >= 0 && session > last - 10; session--) {
    const close = hours === 'regular' ? calendar.close(session) : calendar.extendedClose(session);
    if (close <= now) return close;
  }
  return Number.NEGATIVE_INFINITY;
}
