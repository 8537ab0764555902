import type { Book } from '../ledger/book.ts';
import { floorQty, priceToNumber, type Qty, qtyFrom } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';
import { unitReserve } from '../ledger/reservations.ts';
import { quantityIncrement, type TickRule } from '../ledger/tick.ts';
import type { Approved } from './broker.ts';
import type { LimitDesk } from './limits.ts';

/** What the gate says of an order: it may go (perhaps smaller, with the reason on the order), or why it may not. */
export type Verdict =
  | { readonly kind: 'approved'; readonly order: Approved }
  | { readonly kind: 'refused'; readonly reason: string };

/** What the gate knows of the account. */
export interface GateContext {
  readonly book: Book;
  readonly fractional: boolean;
  readonly limits: LimitDesk;
}

/**
 * Passes an entry order, cut to what purse and account can hold and the account's limits allow, or refuses it with a reason.
 * @param reference the decision bar's close, dollars
 * @param replacing symbol number of a position of this strategy that is about to be closed (a reversal), or -1
 */
export function passEntry(
  context: GateContext,
  order: Order,
  strategy: number,
  reference: number,
  rule: TickRule,
  replacing: number,
  now: number,
): Verdict {
  const increment = quantityIncrement(rule, context.fractional);
  if (order.qty <= 0n) return { kind: 'refused', reason: 'size_zero' };
  const limit = order.limitPrice === undefined ? undefined : priceToNumber(order.limitPrice);
  const stop = order.stopPrice === undefined ? undefined : priceToNumber(order.stopPrice);
  const price = (limit ?? stop) || reference;
  const allowance = context.limits.allow(order, strategy, price, replacing >= 0, increment, now);
  if (allowance.qty <= 0n) return { kind: 'refused', reason: allowance.reason ?? 'size_zero' };
  if (allowance.reason !== undefined) {
    order.qty = allowance.qty;
    order.reason = allowance.reason;
  }
  const unit = unitReserve(order, reference, limit, stop);
  const available = context.book.available(strategy, replacing);
  const shares = available / unit;
  if (shares * 1e9 < Number(order.qty)) {
    const most = floorQty(qtyFrom(Math.max(0, shares)), increment);
    if (most <= 0n) return { kind: 'refused', reason: 'buying_power' };
    order.qty = most as Qty;
    order.reason = 'buying_power';
  }
  context.limits.sent(order, price, now);
  return { kind: 'approved', order: order as Approved };
}

/** Exits and protective orders always pass; they count among the orders of the minute. */
export const passExit = (context: Pick<GateContext, 'limits'>, order: Order, now: number): Approved => {
  context.limits.sent(order, Number.NaN, now);
  return order as Approved;
};
