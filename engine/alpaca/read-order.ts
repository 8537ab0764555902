import type { BrokerOrder, TradeUpdate } from './broker-order.ts';
import {
  fieldOf,
  isFields,
  optionalDecimal,
  optionalText,
  optionalTime,
  type Reading,
  reading,
  text,
  unreadable,
} from './fields.ts';

function orderOf(value: unknown): BrokerOrder {
  if (!isFields(value)) return unreadable('the order is missing');
  const side = text(value, 'side');
  if (side !== 'buy' && side !== 'sell') return unreadable(`side is ${side}`);
  const legs = fieldOf(value, 'legs');
  const orderClass = optionalText(value, 'order_class');
  return {
    id: text(value, 'id'),
    clientOrderId: optionalText(value, 'client_order_id') ?? '',
    symbol: text(value, 'symbol'),
    assetClass: optionalText(value, 'asset_class') ?? 'us_equity',
    side,
    type: optionalText(value, 'type') ?? text(value, 'order_type'),
    // Old orders say nothing, which means the same.
    orderClass: orderClass ?? 'simple',
    timeInForce: text(value, 'time_in_force'),
    extendedHours: fieldOf(value, 'extended_hours') === true,
    qty: optionalDecimal(value, 'qty'),
    notional: optionalDecimal(value, 'notional'),
    filledQty: optionalDecimal(value, 'filled_qty') ?? '0',
    filledAvgPrice: optionalDecimal(value, 'filled_avg_price'),
    limitPrice: optionalDecimal(value, 'limit_price'),
    stopPrice: optionalDecimal(value, 'stop_price'),
    trailPrice: optionalDecimal(value, 'trail_price'),
    trailPercent: optionalDecimal(value, 'trail_percent'),
    status: text(value, 'status'),
    replaces: optionalText(value, 'replaces'),
    replacedBy: optionalText(value, 'replaced_by'),
    legs: Array.isArray(legs) ? legs.map(orderOf) : [],
    createdAt: optionalTime(value, 'created_at') ?? optionalTime(value, 'submitted_at') ?? 0,
    updatedAt: optionalTime(value, 'updated_at'),
    submittedAt: optionalTime(value, 'submitted_at'),
    filledAt: optionalTime(value, 'filled_at'),
  };
}

/** An order of the broker's, as JSON or as the SDK gives it. */
export const readBrokerOrder = (value: unknown): Reading<BrokerOrder> => reading(() => orderOf(value));

/**
 * An update of the trading socket.
 * @param received when it came, ms since 1970, for updates that do not say when it happened
 */
export const readTradeUpdate = (value: unknown, received: number): Reading<TradeUpdate> =>
  reading(() => {
    if (!isFields(value)) return unreadable('the update is missing');
    const order = orderOf(value.order);
    return {
      event: text(value, 'event'),
      executionId: optionalText(value, 'execution_id'),
      at: optionalTime(value, 'timestamp') ?? optionalTime(value, 'at') ?? order.updatedAt ?? received,
      price: optionalDecimal(value, 'price'),
      qty: optionalDecimal(value, 'qty'),
      positionQty: optionalDecimal(value, 'position_qty'),
      order,
    };
  });
