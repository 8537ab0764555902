import type { Calendar } from './calendar.ts';
import { dateOfDay, dateText, utcDay, weekdayOfDay } from './civil.ts';
import { DAY, instant, MINUTE } from './time.ts';

const opened = (at: number): number => {
  const day = utcDay(at);
  return day < 0 ? -1 : day;
};

/** The calendar of coins: session n is the n-th UTC day since 1970-01-01, midnight to midnight, never closed. */
export function createCrypto(): Calendar {
  const open = (session: number) => instant(session * DAY);
  const close = (session: number) => instant((session + 1) * DAY);
  return {
    id: 'CRYPTO',
    sessionOn: opened,
    sessionAt: opened,
    nextSession: (at) => Math.max(0, utcDay(at)),
    open,
    close,
    extendedOpen: open,
    extendedClose: close,
    date: (session) => dateText(dateOfDay(session)),
    midnight: (at) => instant(utcDay(at) * DAY),
    minuteOfDay: (at) => Math.floor((at - utcDay(at) * DAY) / MINUTE),
    weekday: (at) => weekdayOfDay(utcDay(at)),
    dayOfMonth: (at) => dateOfDay(utcDay(at)) % 100,
    isFirstOfMonth: (session) => dateOfDay(session) % 100 === 1,
    isLastOfMonth: (session) => dateOfDay(session + 1) % 100 === 1,
  };
}
