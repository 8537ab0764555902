import { calendarOf, isCrypto } from '../../../market/calendars.ts';
import { utcDay } from '../../../market/civil.ts';
import { DAY, HOUR, type Instant, instant, MINUTE } from '../../../market/time.ts';
import { marketDate, marketTime } from '../../clock.ts';

export const read = (iso: string): Instant => instant(Date.parse(iso));

/** The clock of a symbol's exchange by name. */
export const zoneOf = (symbol: string): string => (isCrypto(symbol) ? 'UTC' : 'New York');

/** The one clock of several symbols; undefined when they have two. */
export function zoneOfAll(symbols: readonly string[]): string | undefined {
  const zones = new Set(symbols.map(zoneOf));
  return zones.size > 1 ? undefined : zoneOf(symbols[0] ?? '');
}

export const dateAt = (symbol: string, iso: string): string => marketDate(symbol, read(iso));
export const timeAt = (symbol: string, iso: string): string => marketTime(symbol, read(iso));

/** Seconds that read as the exchange's clock when a chart takes them for UTC. */
export function clockSeconds(symbol: string, at: Instant): number {
  const calendar = calendarOf(symbol);
  const day = utcDay(calendar.midnight(at) + 12 * HOUR);
  return day * (DAY / 1000) + calendar.minuteOfDay(at) * 60 + Math.floor((at % MINUTE) / 1000);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `2024-03-05` of such seconds. */
export const clockDate = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** `2024-03-05 10:00` of such seconds. */
export function clockTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${clockDate(seconds)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}
