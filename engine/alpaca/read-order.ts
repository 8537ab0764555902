import type { BrokerOrder, TradeUpdate } from './broker-order.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The wire writes `client_order_id`; the SDK's own objects, exits of a bracket among them, write `clientOrderId`. */
const fieldOf = (fields: Fields, name: string): unknown =>
  fields[name] ?? fields[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())] ?? undefined;

const DECIMAL = /^-?(?:\d+\.?\d*|\.\d+)$/;

/** What a message of the broker's lacks or has wrong. */
class Unreadable extends Error {}

function text(fields: Fields, name: string): string {
  const value = fieldOf(fields, name);
  if (typeof value !== 'string' || value === '') throw new Unreadable(`${name} is missing`);
  return value;
}

const optionalText = (fields: Fields, name: string): string | undefined => {
  const value = fieldOf(fields, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** A decimal string. A number is taken too: its shortest form is what the server wrote. */
function optionalDecimal(fields: Fields, name: string): string | undefined {
  const value = fieldOf(fields, name);
  if (value === undefined || value === '') return undefined;
  const written = typeof value === 'number' ? String(value) : value;
  if (typeof written !== 'string' || !DECIMAL.test(written)) throw new Unreadable(`${name} is no number`);
  return written;
}

function optionalTime(fields: Fields, name: string): number | undefined {
  const value = fieldOf(fields, name);
  const at = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function orderOf(value: unknown): BrokerOrder {
  if (!isFields(value)) throw new Unreadable('the order is missing');
  const side = text(value, 'side');
  if (side !== 'buy' && side !== 'sell') throw new Unreadable(`side is ${side}`);
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

/** What was read, or a few words on why it cannot be. */
export type Reading<T> = { readonly ok: T } | { readonly fault: string };

function reading<T>(read: () => T): Reading<T> {
  try {
    return { ok: read() };
  } catch (error) {
    if (error instanceof Unreadable) return { fault: error.message };
    throw error;
  }
}

/** An order of the broker's, as JSON or as the SDK gives it. */
export const readBrokerOrder = (value: unknown): Reading<BrokerOrder> => reading(() => orderOf(value));

/**
 * An update of the trading socket.
 * @param received when it came, ms since 1970, for updates that do not say when it happened
 */
export const readTradeUpdate = (value: unknown, received: number): Reading<TradeUpdate> =>
  reading(() => {
    if (!isFields(value)) throw new Unreadable('the update is missing');
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
