import type { Order } from './order.ts';

/** Alpaca holds a market buy at 4 % above the quote, and a short sale at 103 % of its notional. */
export const MARKET_BUY_RESERVE = 1.04;
export const SHORT_RESERVE = 1.03;

/** Dollars a unit that an entry order holds back while it works; `reference` is the decision bar's close. */
export const unitReserve = (
  order: Pick<Order, 'side' | 'type'>,
  reference: number,
  limitPrice: number | undefined,
  stopPrice: number | undefined,
): number => {
  if (order.side === 'sell') return SHORT_RESERVE * (limitPrice ?? Math.max(reference, stopPrice ?? 0));
  if (limitPrice !== undefined) return limitPrice;
  return MARKET_BUY_RESERVE * (stopPrice ?? reference);
};

/** Noise of a double product that must not push an exact amount of cents up by one. */
const CENT_NOISE = 1e-6;

/** Whole cents that cover `dollars`. */
export const centsUp = (dollars: number): number => Math.ceil(dollars * 100 - CENT_NOISE);

/** Whole cents that `dollars` covers. */
export const centsDown = (dollars: number): number => Math.floor(dollars * 100 + CENT_NOISE);

/** What working entry orders hold back, in whole cents, so that sums in doubles are exact. */
export interface Reservations {
  account: number;
  readonly byStrategy: Float64Array;
  /** By order number: dollars a unit, and cents held now. */
  readonly byOrder: Map<number, { unit: number; cents: number }>;
}

export const createReservations = (strategies: number): Reservations => ({
  account: 0,
  byStrategy: new Float64Array(strategies),
  byOrder: new Map(),
});

export const reservedCents = (reservations: Reservations, order: Order): number =>
  reservations.byOrder.size === 0 ? 0 : (reservations.byOrder.get(order.seq)?.cents ?? 0);

const move = (reservations: Reservations, strategy: number, cents: number): void => {
  reservations.account += cents;
  reservations.byStrategy[strategy] = reservations.byStrategy[strategy]! + cents;
};

/** Sets what an order holds to `unit` dollars for each of its `units` that are still open. */
export const hold = (reservations: Reservations, strategy: number, order: Order, unit: number, units: number): void => {
  const cents = centsUp(unit * units);
  const known = reservations.byOrder.get(order.seq);
  move(reservations, strategy, cents - (known?.cents ?? 0));
  if (known === undefined) reservations.byOrder.set(order.seq, { unit, cents });
  else {
    known.unit = unit;
    known.cents = cents;
  }
};

/** Lowers what an order holds to the `units` still open; nothing when it never held. */
export const lower = (reservations: Reservations, strategy: number, order: Order, units: number): void => {
  if (reservations.byOrder.size === 0) return;
  const known = reservations.byOrder.get(order.seq);
  if (known === undefined) return;
  if (units <= 0) {
    move(reservations, strategy, -known.cents);
    reservations.byOrder.delete(order.seq);
  } else {
    const cents = centsUp(known.unit * units);
    move(reservations, strategy, cents - known.cents);
    known.cents = cents;
  }
};
