import type { Instant } from './time.ts';

/** Which part of the trading day a strategy or an order takes part in. */
export type Hours = 'regular' | 'extended' | 'always';

/**
 * When a market is open. Sessions are numbered from 0, oldest first; a session's number is stable within one process only.
 * Two exist: `XNYS` (New York equities, 09:30-16:00, holidays and early closes) and `CRYPTO` (every UTC day, never closed).
 */
export interface Calendar {
  readonly id: 'XNYS' | 'CRYPTO';
  /** Number of the last session whose date is at or before that of `at`'s local date, opened or not; -1 before the first. */
  sessionOn(at: Instant): number;
  /** Number of the session whose regular hours hold `at` (open <= at < close), or -1. */
  sessionAt(at: Instant): number;
  /** Number of the first session that closes after `at`. */
  nextSession(at: Instant): number;
  open(session: number): Instant;
  close(session: number): Instant;
  /** Start and end of the extended hours around a session (04:00-20:00 New York, 17:00 after an early close). */
  extendedOpen(session: number): Instant;
  extendedClose(session: number): Instant;
  /** Local date of a session, `YYYY-MM-DD`. */
  date(session: number): string;
  /** Local midnight (the exchange's clock) of the day that holds `at`: New York for XNYS, UTC for CRYPTO. */
  midnight(at: Instant): Instant;
  /** Minutes since local midnight of `at`, 0 to 1439 (what `time >= "10:30"` compares with). */
  minuteOfDay(at: Instant): number;
  /** Local weekday of `at`: 0 Sunday to 6 Saturday. */
  weekday(at: Instant): number;
  /** Local day of the month of `at`, 1 to 31. */
  dayOfMonth(at: Instant): number;
  /** The session is the first, the last of its local month. */
  isFirstOfMonth(session: number): boolean;
  isLastOfMonth(session: number): boolean;
}
