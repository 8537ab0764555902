import type { Bars, CorporateAction } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';

/** Corporate actions of a run, in the order in which they take effect. */
export interface PendingActions {
  /** The next action whose session is the given one or an earlier one; undefined when there is none. */
  take(calendar: Calendar, session: number): CorporateAction | undefined;
  /** Drops what took effect before a session: the first bars are on that footing already. */
  skipBefore(calendar: Calendar, session: number): void;
}

export function createPendingActions(actions: readonly CorporateAction[], symbols: readonly string[]): PendingActions {
  const sorted = actions
    .filter((action) => symbols.includes(action.symbol))
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  const place = { next: 0 };
  return {
    take(calendar, session) {
      const action = sorted[place.next];
      if (action === undefined || session < 0 || action.date > calendar.date(session)) return undefined;
      place.next++;
      return action;
    },
    skipBefore(calendar, session) {
      while (place.next < sorted.length && sorted[place.next]!.date < calendar.date(session)) place.next++;
    },
  };
}

/** The same bars with all before `row` restated for a split of `ratio` new shares for an old one. */
export function restated(bars: Bars, row: number, ratio: number): Bars {
  const scale = (column: Float64Array, factor: number): Float64Array => {
    const copy = column.slice(0, bars.length);
    for (let i = 0; i < row; i++) copy[i] = copy[i]! * factor;
    return copy;
  };
  return {
    ...bars,
    open: scale(bars.open, 1 / ratio),
    high: scale(bars.high, 1 / ratio),
    low: scale(bars.low, 1 / ratio),
    close: scale(bars.close, 1 / ratio),
    volume: scale(bars.volume, ratio),
    vwap: bars.vwap === undefined ? undefined : scale(bars.vwap, 1 / ratio),
  };
}
