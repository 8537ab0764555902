import type { Approved } from '../core/broker.ts';
import type { Venue, VenueHooks } from './venue.ts';

/** A venue that is one until it is turned, and another from then on. */
export interface TurningVenue extends Venue {
  /** Hands what is at work over to the second venue, which takes it as if it had just come. */
  turn(): void;
  readonly turned: boolean;
}

/**
 * Lets a run that was filled in one way go on being filled in another, with the positions, the orders and the money that
 * it has. Neither venue knows of it; the orders are the same objects before and after.
 */
export function createTurningVenue(
  first: Venue,
  second: Venue,
  { symbols }: Pick<VenueHooks, 'symbols'>,
): TurningVenue {
  let now = first;
  let count = symbols.length;
  return {
    submit: (order, intended) => now.submit(order, intended),
    cancel: (order, reason) => now.cancel(order, reason),
    amend: (order, change) => now.amend(order, change),
    hasOrders: (symbol) => now.hasOrders(symbol),
    open: (bars, i, symbol, exitsOnly) => now.open(bars, i, symbol, exitsOnly),
    intrabar: (bars, i, symbol) => now.intrabar(bars, i, symbol),
    close: (bars, i, symbol, exitsOnly) => now.close(bars, i, symbol, exitsOnly),
    sessionClose: (bars, i, symbol) => now.sessionClose(bars, i, symbol),
    endOfSession: (symbol, time) => now.endOfSession(symbol, time),
    cancelAll: (symbol, reason) => now.cancelAll(symbol, reason),
    applySplit: (symbol, ratio) => now.applySplit(symbol, ratio),
    at: (time) => now.at(time),
    working: (symbol) => now.working(symbol),
    extend(more) {
      count += more.length;
      first.extend(more);
      second.extend(more);
    },
    ambiguousBars: () => now.ambiguousBars(),
    turn() {
      if (now === second) return;
      now = second;
      for (let symbol = 0; symbol < count; symbol++) {
        // The gate let them pass when they were made.
        for (const order of first.working(symbol)) second.submit(order as Approved);
      }
    },
    get turned() {
      return now === second;
    },
  };
}
