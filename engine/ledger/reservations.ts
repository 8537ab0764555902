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
  /**
   * One row a working entry order, few at any time: its number, dollars a unit, cents held now. Columns that are searched
   * and closed up, because a map that is filled and emptied with every order costs more than the rest of the order.
   */
  readonly orders: number[];
  readonly units: number[];
  readonly cents: number[];
}

export const createReservations = (strategies: number): Reservations => ({
  account: 0,
  byStrategy: new Float64Array(strategies),
  orders: [],
  units: [],
  cents: [],
});

const rowOf = (reservations: Reservations, order: Order): number => reservations.orders.lastIndexOf(order.seq);

export const reservedCents = (reservations: Reservations, order: Order): number => {
  const row = rowOf(reservations, order);
  return row < 0 ? 0 : reservations.cents[row]!;
};

const move = (reservations: Reservations, strategy: number, cents: number): void => {
  reservations.account += cents;
  reservations.byStrategy[strategy] = reservations.byStrategy[strategy]! + cents;
};

/** Sets what an order holds to `unit` dollars for each of its `units` that are still open. */
export const hold = (reservations: Reservations, strategy: number, order: Order, unit: number, units: number): void => {
  const cents = centsUp(unit * units);
  const row = rowOf(reservations, order);
  if (row < 0) {
    move(reservations, strategy, cents);
    reservations.orders.push(order.seq);
    reservations.units.push(unit);
    reservations.cents.push(cents);
    return;
  }
  move(reservations, strategy, cents - reservations.cents[row]!);
  reservations.units[row] = unit;
  reservations.cents[row] = cents;
};

/** Takes a row out; the last one takes its place. */
const drop = ({ orders, units, cents }: Reservations, row: number): void => {
  const lastOrder = orders.pop()!;
  const lastUnit = units.pop()!;
  const lastCents = cents.pop()!;
  if (row === orders.length) return;
  orders[row] = lastOrder;
  units[row] = lastUnit;
  cents[row] = lastCents;
};

/** Lowers what an order holds to the `units` still open; nothing when it never held. */
export const lower = (reservations: Reservations, strategy: number, order: Order, units: number): void => {
  const row = rowOf(reservations, order);
  if (row < 0) return;
  if (units <= 0) {
    move(reservations, strategy, -reservations.cents[row]!);
    drop(reservations, row);
    return;
  }
  const cents = centsUp(reservations.units[row]! * units);
  move(reservations, strategy, cents - reservations.cents[row]!);
  reservations.cents[row] = cents;
};
