import type { Calendar } from '../../market/calendar.ts';
import { calendarOf, isCrypto } from '../../market/calendars.ts';
import { type Instant, instant } from '../../market/time.ts';

/** A day of a run: all that comes after one session's close, up to and with the next. */
export interface MarketDay {
  /** Local date of the session, `YYYY-MM-DD`. */
  readonly date: string;
  /** Close of the session before, ms; the day begins after it. */
  readonly after: Instant;
  readonly close: Instant;
  /** A symbol whose exchange's clock names times of the day. */
  readonly symbol: string;
}

/** The calendar that says when a run's days end: the exchange's as soon as one share is traded, else UTC days. */
const referenceOf = (symbols: readonly string[]): { readonly calendar: Calendar; readonly symbol: string } => {
  const symbol = symbols.find((one) => !isCrypto(one)) ?? symbols[0] ?? 'BTC/USD';
  return { calendar: calendarOf(symbol), symbol };
};

/**
 * The day that a bar belongs to.
 * @param end of the bar, ms
 * @param symbols those of the run
 */
export function marketDayOf(end: number, symbols: readonly string[]): MarketDay {
  const { calendar, symbol } = referenceOf(symbols);
  const session = calendar.nextSession(instant(end - 1));
  return {
    date: calendar.date(session),
    after: session === 0 ? instant(0) : calendar.close(session - 1),
    close: calendar.close(session),
    symbol,
  };
}
