import { xnys } from '../../../engine/market/calendars.ts';
import { newYorkOffset } from '../../../engine/market/new-york.ts';
import { instant, MINUTE } from '../../../engine/market/time.ts';

/** Which part of the New York trading day an instant lies in. */
export type Phase = 'regular' | 'extended' | 'closed';

export function phaseAt(at: number): Phase {
  const calendar = xnys();
  const now = instant(at);
  if (calendar.sessionAt(now) >= 0) return 'regular';
  const session = calendar.sessionOn(now);
  const today = session >= 0 && calendar.date(session) === newYorkDate(at);
  return today && at >= calendar.extendedOpen(session) && at < calendar.extendedClose(session) ? 'extended' : 'closed';
}

/** `YYYY-MM-DD` on the New York clock. */
export const newYorkDate = (at: number): string => new Date(at + newYorkOffset(at)).toISOString().slice(0, 10);

/** Minutes since New York midnight. */
export const newYorkMinute = (at: number): number => Math.floor(xnys().minuteOfDay(instant(at)));

/** `2025-06-24T14:15:22-04:00`, as Alpaca's clock writes instants. */
export function newYorkText(at: number): string {
  const offset = newYorkOffset(at);
  const hours = String(Math.abs(offset) / (60 * MINUTE)).padStart(2, '0');
  return `${new Date(at + offset).toISOString().slice(0, 19)}-${hours}:00`;
}

/** `HH:MM` on the New York clock. */
export const newYorkTime = (at: number): string => new Date(at + newYorkOffset(at)).toISOString().slice(11, 16);
