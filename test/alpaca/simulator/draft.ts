import { type Amount, type Money, ONE, readAmount } from './amount.ts';
import type { OrderClass, OrderType, Side, TimeInForce } from './order.ts';
import { invalid, type Refusal } from './refusal.ts';

/** An order as it was asked for, every figure read, nothing judged yet. */
export interface Draft {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly orderClass: OrderClass;
  readonly qty: Amount | undefined;
  readonly notional: Money | undefined;
  readonly limit: Amount | undefined;
  readonly stop: Amount | undefined;
  readonly trailPrice: Amount | undefined;
  readonly trailPercent: Amount | undefined;
  readonly extendedHours: boolean;
  readonly clientOrderId: string | undefined;
  readonly takeProfit: { readonly limit: Amount } | undefined;
  readonly stopLoss: { readonly stop: Amount; readonly limit: Amount | undefined } | undefined;
}

const SIDES: readonly string[] = ['buy', 'sell'];
const TYPES: readonly string[] = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'];
const TIMES: readonly string[] = ['day', 'gtc', 'opg', 'cls', 'ioc', 'fok'];
const CLASSES: readonly string[] = ['', 'simple', 'bracket', 'oco', 'oto'];

/** Thrown and caught in this file: what is wrong with a field. */
class Fault extends Error {}

function oneOf(body: Record<string, unknown>, field: string, known: readonly string[], spoken: string): string {
  const value = body[field];
  if (typeof value !== 'string' || value === '') throw new Fault(`${field} is required`);
  if (!known.includes(value)) throw new Fault(`invalid ${spoken}`);
  return value;
}

function figure(body: Record<string, unknown>, field: string, name = field): Amount | undefined {
  const value = body[field];
  if (value === undefined || value === null || value === '') return undefined;
  const read = readAmount(value);
  if (read === undefined) throw new Fault(`invalid ${name}`);
  if (read <= 0n) throw new Fault(`${name.replace('_', ' ')} must be > 0`);
  return read;
}

function part(body: Record<string, unknown>, field: string): Record<string, unknown> | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw new Fault(`invalid ${field}`);
  return value as Record<string, unknown>;
}

/** Reads the body of `POST /v2/orders`, or says what of it cannot be read. */
export function readDraft(body: Record<string, unknown>): Draft | Refusal {
  try {
    return read(body);
  } catch (fault) {
    if (fault instanceof Fault) return invalid(fault.message);
    throw fault;
  }
}

function read(body: Record<string, unknown>): Draft {
  const { symbol, client_order_id: id } = body;
  if (typeof symbol !== 'string' || symbol === '') throw new Fault('symbol is required');
  if (id !== undefined && id !== null && typeof id !== 'string') throw new Fault('invalid client_order_id');
  if (typeof id === 'string' && id.length > 128) throw new Fault('client_order_id must be no more than 128 characters');
  const side = oneOf(body, 'side', SIDES, 'side') as Side;
  const type = oneOf(body, 'type', TYPES, 'order type') as OrderType;
  const timeInForce = oneOf(body, 'time_in_force', TIMES, 'time_in_force') as TimeInForce;
  const named = body.order_class ?? '';
  if (typeof named !== 'string' || !CLASSES.includes(named)) throw new Fault('invalid order_class');
  const orderClass = (named === 'simple' ? '' : named) as OrderClass;

  const qty = figure(body, 'qty');
  const notional = figure(body, 'notional');
  if (qty === undefined && notional === undefined) throw new Fault('qty or notional is required');
  if (qty !== undefined && notional !== undefined) throw new Fault('only one of qty or notional is accepted');

  const profit = part(body, 'take_profit');
  const loss = part(body, 'stop_loss');
  const profitLimit = profit && figure(profit, 'limit_price', 'take_profit.limit_price');
  const lossStop = loss && figure(loss, 'stop_price', 'stop_loss.stop_price');
  const limit = figure(body, 'limit_price') ?? (orderClass === 'oco' ? profitLimit : undefined);
  const stop = figure(body, 'stop_price');
  const trailPrice = figure(body, 'trail_price');
  const trailPercent = figure(body, 'trail_percent');

  if (type === 'market' && (limit !== undefined || stop !== undefined))
    throw new Fault('market orders require no stop or limit price');
  if (type === 'limit' && limit === undefined) throw new Fault('limit orders require a limit price');
  if (type === 'stop' && stop === undefined) throw new Fault('stop orders require a stop price');
  if (type === 'stop_limit' && (stop === undefined || limit === undefined))
    throw new Fault('stop limit orders require both stop and limit price');
  const trails = type === 'trailing_stop';
  if (trails && (trailPrice === undefined) === (trailPercent === undefined))
    throw new Fault('trailing stop orders must specify one of trail_price or trail_percent');
  if (trailPercent !== undefined && trailPercent < ONE / 10n)
    throw new Fault('trail_percent must be greater than or equal to 0.1');
  if (!trails && (trailPrice !== undefined || trailPercent !== undefined))
    throw new Fault(`${type} orders require no trail_price or trail_percent`);

  return {
    symbol,
    side,
    type,
    timeInForce,
    orderClass,
    qty,
    notional: notional === undefined ? undefined : notional * ONE,
    limit,
    stop,
    trailPrice,
    trailPercent,
    extendedHours: body.extended_hours === true,
    clientOrderId: typeof id === 'string' && id !== '' ? id : undefined,
    takeProfit: profitLimit === undefined ? undefined : { limit: profitLimit },
    stopLoss: lossStop === undefined ? undefined : { stop: lossStop, limit: loss && figure(loss, 'limit_price') },
  };
}
