import { type Amount, absolute, amountText, least, type Money, ONE } from './amount.ts';
import { type Asset, positionSymbol } from './assets.ts';
import { type Execution, isEnded, leavesQty, type Order, orderJson } from './order.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What is held of one asset. `qty` is negative when short; `cost` has the sign of `qty` and is what its lots cost. */
export interface Position {
  readonly asset: Asset;
  qty: Amount;
  cost: Money;
  realised: Money;
}

/** One message of the trading socket, with everything as it was at that moment. */
export interface TradeUpdate {
  readonly number: number;
  readonly event: string;
  readonly at: number;
  readonly data: Record<string, unknown>;
  readonly execution: Execution | undefined;
}

/** An entry of the account's history that is no trade: a split, a dividend, cash that came or went. */
export interface Activity {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly symbol: string | undefined;
  readonly qty: Amount;
  readonly amount: Money;
  readonly text: string;
}

/** What the rules of the account hang on. */
export interface AccountRules {
  /** Buying power over equity: 1, 2 or 4. */
  readonly multiplier: 1 | 2 | 4;
  readonly shorting: boolean;
  /** `strict`: fractions only at market and for the day; `any`: also with limits and stops, as newer documents say. */
  readonly fractions: 'strict' | 'any';
  /** Share of a coin's trade that is taken from what is received, in billionths. */
  readonly coinFee: Amount;
  /** Half the distance of bid and ask, in dollars. */
  readonly halfSpread: Amount;
  /** Probability of a partial fill each time that an order meets its price. */
  readonly partials: number;
  /** What a split does to orders that rest. */
  readonly splitOrders: 'adjust' | 'cancel' | 'leave';
}

/** Everything the account is. Only the functions of this folder change it. */
export interface Book {
  readonly clock: VirtualClock;
  readonly rules: AccountRules;
  readonly identity: (kind: string) => string;
  readonly dice: () => number;
  accountId: string;
  createdAt: number;
  cash: Money;
  readonly positions: Map<string, Position>;
  readonly orders: Map<string, Order>;
  readonly byClientId: Map<string, Order>;
  /** Orders that have not ended, in the order of their coming. */
  readonly open: Set<Order>;
  readonly executions: Execution[];
  readonly activities: Activity[];
  readonly updates: TradeUpdate[];
  /** Last price of a symbol, and that of the session before. */
  readonly last: Map<string, Amount>;
  readonly lastDay: Map<string, Amount>;
  readonly halted: Set<string>;
  /** Session whose opening price a symbol has had. */
  readonly opened: Map<string, number>;
  lastEquity: Money;
  /** Equity at each close, for the history of the portfolio. */
  readonly equity: { readonly at: number; readonly equity: Money }[];
  /** A cancellation is on its way for that long, in ms; prices of that time still fill. */
  cancelDelay: number;
  replaceDelay: number;
  readonly listeners: ((update: TradeUpdate) => void)[];
}

/** Says to the trading socket what became of an order. */
export function report(book: Book, event: string, order: Order, execution?: Execution): void {
  const at = book.clock.now();
  order.updatedAt = at;
  const number = book.updates.length + 1;
  const update: TradeUpdate = {
    number,
    event,
    at,
    execution,
    data: {
      at: new Date(at).toISOString(),
      event_id: book.identity('event'),
      event,
      timestamp: new Date(at).toISOString(),
      execution_id: execution?.id ?? book.identity('execution'),
      order: orderJson(order, true),
      ...(execution === undefined ? {} : executionFields(execution)),
    },
  };
  book.updates.push(update);
  for (const listener of book.listeners) listener(update);
}

const executionFields = (execution: Execution): Record<string, string> => ({
  price: amountText(execution.price),
  qty: amountText(execution.qty),
  position_qty: amountText(execution.positionQty),
});

export function addOrder(book: Book, order: Order): void {
  book.orders.set(order.id, order);
  book.byClientId.set(order.clientOrderId, order);
  book.open.add(order);
}

/** Ends an order that is not filled. */
export function endOrder(
  book: Book,
  order: Order,
  status: 'canceled' | 'expired' | 'replaced' | 'rejected',
  quiet = false,
): void {
  if (isEnded(order)) return;
  const at = book.clock.now();
  order.status = status;
  if (status === 'canceled') order.canceledAt = at;
  if (status === 'expired') order.expiredAt = at;
  if (status === 'replaced') order.replacedAt = at;
  if (status === 'rejected') order.failedAt = at;
  order.updatedAt = at;
  book.open.delete(order);
  if (!quiet) report(book, status, order);
}

export const positionOf = (book: Book, asset: Asset): Position | undefined => book.positions.get(positionSymbol(asset));

/** Signed quantity held. */
export const heldQty = (book: Book, asset: Asset): Amount => positionOf(book, asset)?.qty ?? 0n;

/** What resting orders that reduce the position have taken of it. A group's held leg takes nothing of its own. */
export function qtyInOrders(book: Book, asset: Asset): Amount {
  let sum = 0n;
  for (const order of book.open) {
    if (order.asset.id !== asset.id || order.opening || order.status === 'held') continue;
    sum += leavesQty(order) ?? 0n;
  }
  return sum;
}

/** Moves `qty` (signed) at a price into the position; gives what was earned. Cash is not touched. */
export function movePosition(book: Book, asset: Asset, qty: Amount, price: Amount): Money {
  const key = positionSymbol(asset);
  const position = book.positions.get(key) ?? { asset, qty: 0n, cost: 0n, realised: 0n };
  book.positions.set(key, position);
  let left = qty;
  let earned = 0n;
  if (position.qty !== 0n && position.qty > 0n !== qty > 0n) {
    const closed = least(absolute(qty), absolute(position.qty));
    const cost = (position.cost * closed) / absolute(position.qty);
    const sign = position.qty > 0n ? 1n : -1n;
    earned = sign * closed * price - cost;
    position.qty -= sign * closed;
    position.cost -= cost;
    left += sign * closed;
  }
  position.qty += left;
  position.cost += left * price;
  position.realised += earned;
  if (position.qty === 0n) book.positions.delete(key);
  return earned;
}

/** Books one execution: order, position, cash, history, message. */
export function execute(book: Book, order: Order, qty: Amount, price: Amount): Execution {
  const value = qty * price;
  const coin = order.asset.class === 'crypto';
  const fee = coin ? (book.rules.coinFee * qty + ONE - 1n) / ONE : 0n;
  if (order.side === 'buy') {
    // The fee of a coin is taken from the coin, so that less is held than was bought; the cost stays whole.
    book.cash -= value;
    movePosition(book, order.asset, qty, price);
    const position = positionOf(book, order.asset);
    if (position !== undefined) position.qty -= fee;
  } else {
    book.cash += value - (coin ? (book.rules.coinFee * value) / ONE : 0n);
    movePosition(book, order.asset, -qty, price);
  }
  order.filledQty += qty;
  order.filledValue += value;
  const left = leavesQty(order) ?? 0n;
  const full = left === 0n;
  const at = book.clock.now();
  if (full) {
    order.status = 'filled';
    order.filledAt = at;
    book.open.delete(order);
  } else if (order.status === 'new') order.status = 'partially_filled';
  const execution: Execution = {
    id: book.identity('execution'),
    order,
    symbol: order.asset.symbol,
    side: order.side,
    qty,
    price,
    at,
    kind: full ? 'fill' : 'partial_fill',
    cumulativeQty: order.filledQty,
    leavesQty: left,
    positionQty: heldQty(book, order.asset),
  };
  book.executions.push(execution);
  report(book, execution.kind, order, execution);
  return execution;
}
