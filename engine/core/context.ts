import type { Ruleset } from '../compiler/ruleset.ts';
import type { Book } from '../ledger/book.ts';
import { NO_QTY, type Qty } from '../ledger/money.ts';
import type { Fill, Order } from '../ledger/order.ts';
import { fileOrder, type OrderLog, openOrder } from '../ledger/order-log.ts';
import type { TickRule } from '../ledger/tick.ts';
import type { Trade } from '../ledger/trade.ts';
import type { Calendar } from '../market/calendar.ts';
import type { Instant } from '../market/time.ts';
import type { Breakers, Trip } from './breakers.ts';
import type { Broker } from './broker.ts';
import type { Instance } from './instance.ts';
import type { LimitDesk } from './limits.ts';
import type { Probe } from './probe.ts';

/** What is told to whoever watches; none of it comes back. */
export interface CoreObserver {
  filled?(order: Order, fill: Fill): void;
  traded?(trade: Trade): void;
  refused?(order: Order, reason: string): void;
  /** A breaker tripped, or let go. */
  tripped?(trip: Trip): void;
  cleared?(trip: Trip): void;
  /** Asks for a record of every decision. */
  readonly probe?: Probe | undefined;
}

/** What every decision needs: the account, the way to the broker, and the time. */
export interface CoreContext {
  readonly ruleset: Ruleset;
  readonly book: Book;
  readonly broker: Broker;
  readonly observer: CoreObserver;
  readonly limits: LimitDesk;
  readonly breakers: Breakers;
  readonly fractional: boolean;
  /** Market orders fill at the close of the bar that decides them. */
  readonly fillAtClose: boolean;
  /** Nominal length of the feed's bars by symbol number, ms. */
  readonly baseLength: readonly number[];
  readonly calendars: readonly Calendar[];
  readonly tickRules: readonly TickRule[];
  /** Every order of the run, in the order of decisions. */
  readonly orders: OrderLog;
  /** Instances with an open position by symbol number, in the order of entry. */
  readonly open: readonly Instance[][];
  /** End of the bar being decided, ms, in its one cell: a double in a field of an object may be boxed anew on every bar. */
  readonly clock: Float64Array;
  /** Entries may be decided (past the warm-up). */
  active: boolean;
  /** The bars at hand came too late to enter on. */
  stale: boolean;
}

/** End of the bar being decided. */
export const nowOf = ({ clock }: Pick<CoreContext, 'clock'>): Instant => clock[0]! as Instant;

/** Fields of a new order that differ from one to the next; the rest is filled in. */
export type OrderDraft = Pick<Order, 'rule' | 'role' | 'exitReason' | 'side' | 'positionSide' | 'type' | 'qty'> &
  Partial<Pick<Order, 'limitPrice' | 'stopPrice' | 'timeInForce'>>;

const NO_FILLS: readonly Fill[] = [];

/** Makes an order of an instance and enters it into the run's list. */
export function draftOrder(context: CoreContext, instance: Instance, draft: OrderDraft): Order {
  const decidedAt = nowOf(context);
  if (instance.parts.at !== decidedAt) {
    instance.parts.at = decidedAt;
    instance.parts.next = 0;
  }
  const order: Order = {
    seq: context.orders.length + 1,
    strategy: instance.strategy.id,
    symbol: instance.symbol,
    symbolIndex: instance.plan.symbolIndex,
    rule: draft.rule,
    role: draft.role,
    exitReason: draft.exitReason,
    side: draft.side,
    positionSide: draft.positionSide,
    type: draft.type,
    qty: draft.qty,
    limitPrice: draft.limitPrice,
    stopPrice: draft.stopPrice,
    timeInForce: draft.timeInForce ?? 'gtc',
    extendedHours: instance.series.hours !== 'regular',
    decidedAt,
    part: instance.parts.next,
    group: 0,
    status: 'working',
    filled: NO_QTY,
    fills: NO_FILLS,
    reason: undefined,
  };
  instance.parts.next++;
  openOrder(context.orders, instance.plan.index, order);
  return order;
}

/** Ends an order that never reached the broker. */
export function refuse(context: CoreContext, order: Order, reason: string): void {
  context.book.apply({ kind: 'refused', order, reason, time: nowOf(context) });
  context.observer.refused?.(order, reason);
  fileOrder(context.orders, order);
}

/** Exact quantity that an instance holds. */
export function heldQty(context: CoreContext, instance: Instance): Qty {
  return context.book.holding(instance.plan.strategyIndex, instance.plan.symbolIndex)?.qty ?? NO_QTY;
}
