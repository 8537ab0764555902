import { type Amount, amountText, type Money, moneyText, ratioText } from './amount.ts';
import { type Asset, positionSymbol } from './assets.ts';

export type Side = 'buy' | 'sell';
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
export type TimeInForce = 'day' | 'gtc' | 'opg' | 'cls' | 'ioc' | 'fok';
export type OrderClass = '' | 'bracket' | 'oco' | 'oto';
export type OrderStatus =
  | 'new'
  | 'partially_filled'
  | 'filled'
  | 'done_for_day'
  | 'canceled'
  | 'expired'
  | 'replaced'
  | 'pending_cancel'
  | 'pending_replace'
  | 'accepted'
  | 'pending_new'
  | 'accepted_for_bidding'
  | 'stopped'
  | 'rejected'
  | 'suspended'
  | 'calculated'
  | 'held';

/** What a group's member is there for. */
export type Role = 'alone' | 'entry' | 'take_profit' | 'stop_loss';

/** An order of the book. Prices in dollars, quantities in shares or coins; instants in ms since the epoch. */
export interface Order {
  readonly id: string;
  clientOrderId: string;
  readonly asset: Asset;
  readonly side: Side;
  readonly type: OrderType;
  timeInForce: TimeInForce;
  readonly orderClass: OrderClass;
  readonly role: Role;
  /** Undefined while an order by dollars has not met its price. */
  qty: Amount | undefined;
  readonly notional: Money | undefined;
  limit: Amount | undefined;
  stop: Amount | undefined;
  trailPrice: Amount | undefined;
  trailPercent: Amount | undefined;
  /** The best price since a trailing stop was placed. */
  highWater: Amount | undefined;
  readonly extendedHours: boolean;
  /** Opens or adds to a position, so that it takes up buying power. */
  readonly opening: boolean;
  readonly intent: 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close';
  /** Came from somewhere else than the engine under test. */
  readonly foreign: boolean;
  status: OrderStatus;
  /** The stop was reached; what is left of the order is a market or limit order. */
  elected: boolean;
  filledQty: Amount;
  filledValue: Money;
  readonly legs: Order[];
  parent: Order | undefined;
  readonly createdAt: number;
  updatedAt: number;
  readonly submittedAt: number;
  expiresAt: number;
  filledAt: number | undefined;
  canceledAt: number | undefined;
  expiredAt: number | undefined;
  failedAt: number | undefined;
  replacedAt: number | undefined;
  replaces: string | undefined;
  replacedBy: string | undefined;
}

const ENDED: ReadonlySet<OrderStatus> = new Set(['filled', 'canceled', 'expired', 'replaced', 'rejected']);

export const isEnded = (order: Order): boolean => ENDED.has(order.status);

/** What is still to be filled; undefined for an order by dollars without a price. */
export const leavesQty = (order: Order): Amount | undefined =>
  order.qty === undefined ? undefined : order.qty - order.filledQty;

/** A resting order that prices are put to. What is being cancelled or changed still fills; held legs and what waits for its session do not. */
export const isWorking = (order: Order): boolean =>
  order.status === 'new' ||
  order.status === 'partially_filled' ||
  order.status === 'pending_cancel' ||
  order.status === 'pending_replace';

const timeText = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
const priceText = (price: Amount | undefined): string | null => (price === undefined ? null : amountText(price));

/**
 * An order as Alpaca answers it.
 * @param nested whether the legs stand under it
 */
export function orderJson(order: Order, nested: boolean): Record<string, unknown> {
  return {
    id: order.id,
    client_order_id: order.clientOrderId,
    created_at: timeText(order.createdAt),
    updated_at: timeText(order.updatedAt),
    submitted_at: timeText(order.submittedAt),
    filled_at: timeText(order.filledAt),
    expired_at: timeText(order.expiredAt),
    canceled_at: timeText(order.canceledAt),
    failed_at: timeText(order.failedAt),
    replaced_at: timeText(order.replacedAt),
    replaced_by: order.replacedBy ?? null,
    replaces: order.replaces ?? null,
    asset_id: order.asset.id,
    symbol: order.asset.symbol,
    asset_class: order.asset.class,
    notional: order.notional === undefined ? null : moneyText(order.notional),
    qty: order.qty === undefined || order.notional !== undefined ? null : amountText(order.qty),
    filled_qty: amountText(order.filledQty),
    filled_avg_price: order.filledQty === 0n ? null : averageText(order.filledValue, order.filledQty),
    order_class: order.orderClass,
    order_type: order.type,
    type: order.type,
    side: order.side,
    position_intent: order.intent,
    time_in_force: order.timeInForce,
    limit_price: priceText(order.limit),
    stop_price: priceText(order.stop),
    status: order.status,
    extended_hours: order.extendedHours,
    legs: nested && order.legs.length > 0 ? order.legs.map((leg) => orderJson(leg, false)) : null,
    trail_percent: priceText(order.trailPercent),
    trail_price: priceText(order.trailPrice),
    hwm: priceText(order.highWater),
    subtag: null,
    source: null,
    expires_at: timeText(order.expiresAt),
  };
}

/** Average price of a value over a quantity, to nine places. */
export const averageText = (value: Money, qty: Amount): string => ratioText(value, qty * 1_000_000_000n, 9);

/** One execution, as the book keeps it. */
export interface Execution {
  readonly id: string;
  readonly order: Order;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: Amount;
  readonly price: Amount;
  readonly at: number;
  readonly kind: 'fill' | 'partial_fill';
  readonly cumulativeQty: Amount;
  readonly leavesQty: Amount;
  /** Signed position after it. */
  readonly positionQty: Amount;
}

/** The activity of type FILL that an execution leaves. */
export function activityJson(execution: Execution): Record<string, unknown> {
  const { order } = execution;
  const stamp = new Date(execution.at).toISOString().replace(/\D/g, '');
  return {
    id: `${stamp}::${execution.id}`,
    activity_type: 'FILL',
    transaction_time: new Date(execution.at).toISOString(),
    type: execution.kind,
    price: amountText(execution.price),
    qty: amountText(execution.qty),
    side: execution.side,
    symbol: order.asset.class === 'crypto' ? positionSymbol(order.asset) : order.asset.symbol,
    leaves_qty: amountText(execution.leavesQty),
    order_id: order.id,
    cum_qty: amountText(execution.cumulativeQty),
    order_status: execution.kind === 'fill' ? 'filled' : 'partially_filled',
  };
}
