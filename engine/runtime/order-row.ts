import { formatPrice, formatQty, type Price } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';
import { clientOrderId } from '../ledger/order-id.ts';

/** An order at work as JSON answers show it: exact amounts as decimal strings, times ISO 8601 UTC. */
export interface OrderRow {
  readonly id: string;
  readonly strategy: string;
  readonly symbol: string;
  readonly rule: string;
  readonly role: string;
  readonly side: string;
  readonly type: string;
  readonly qty: string;
  readonly filled: string;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly decidedAt: string;
}

/** A price as an exact decimal; null for none. */
export const priceText = (price: Price | undefined): string | null => (price === undefined ? null : formatPrice(price));

export const orderRow = (order: Order): OrderRow => ({
  id: clientOrderId(order),
  strategy: order.strategy,
  symbol: order.symbol,
  rule: order.rule,
  role: order.role,
  side: order.side,
  type: order.type,
  qty: formatQty(order.qty),
  filled: formatQty(order.filled),
  limitPrice: priceText(order.limitPrice),
  stopPrice: priceText(order.stopPrice),
  decidedAt: new Date(order.decidedAt).toISOString(),
});
