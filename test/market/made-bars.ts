import { type Bars, CLOSED, EXTENDED, REGULAR } from '../../engine/market/bars.ts';
import type { Calendar } from '../../engine/market/calendar.ts';
import { instant, MINUTE } from '../../engine/market/time.ts';

/** One-minute bars at the given starts, prices by a fixed arithmetic of their number. */
export function minuteBars(symbol: string, calendar: Calendar, starts: readonly number[]): Bars {
  const length = starts.length;
  const column = (value: (i: number) => number) => Float64Array.from({ length }, (_, i) => value(i));
  const price = (i: number) => 100 + ((i * 7919) % 101) / 10;
  return {
    symbol,
    timeframe: '1m',
    length,
    start: Float64Array.from(starts),
    end: column((i) => starts[i]! + MINUTE),
    open: column(price),
    high: column((i) => price(i) + 0.5 + (i % 3)),
    low: column((i) => price(i) - 0.5 - (i % 5)),
    close: column((i) => price(i) + 0.25),
    volume: column((i) => 100 + (i % 17)),
    vwap: column((i) => price(i) + 0.1),
    session: Int32Array.from(starts, (start) => calendar.sessionOn(instant(start))),
    hours: Uint8Array.from(starts, (start) => {
      const session = calendar.sessionOn(instant(start));
      if (start >= calendar.open(session) && start < calendar.close(session)) return REGULAR;
      return start >= calendar.extendedOpen(session) && start < calendar.extendedClose(session) ? EXTENDED : CLOSED;
    }),
  };
}
