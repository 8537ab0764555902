import type { Price, Qty } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';

declare const approved: unique symbol;

/** An order that passed the risk gate. Only `core/gate.ts` makes one: a broker takes nothing else. */
export type Approved = Order & { readonly [approved]: true };

/** Where an entry's position will have its protective orders, as far as the decision knows: the fill moves them. */
export interface Intended {
  readonly stop?: Price;
  /** Of the whole position. */
  readonly target?: Price;
}

/** Where approved orders go. Everything it has to say comes back as order events. */
export interface Broker {
  /** @param intended of an entry: for brokers that can hold an order's protection together with it */
  submit(order: Approved, intended?: Intended): void;
  cancel(order: Order, reason: string): void;
  /** Moves the stop or the limit of a working order, or lowers its quantity; binds from the next check on. */
  amend(order: Order, change: { readonly stopPrice?: Price; readonly limitPrice?: Price; readonly qty?: Qty }): void;
}
