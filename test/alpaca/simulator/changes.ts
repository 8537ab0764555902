import { type Amount, absolute, amountText, readAmount } from './amount.ts';
import { addOrder, type Book, endOrder, heldQty, qtyInOrders, report } from './book.ts';
import { endGroup } from './exits.ts';
import { isEnded, type Order, type TimeInForce } from './order.ts';
import { forbidden, invalid, type Refusal, unprocessable } from './refusal.ts';
import { onGrid, subPenny } from './rules.ts';
import { trailingStop } from './submit.ts';

/**
 * Asks for the end of an order. It is `pending_cancel` until the cancellation is through; what fills before then fills, and
 * then the request is rejected.
 */
export function cancel(book: Book, order: Order): Refusal | undefined {
  if (isEnded(order)) return unprocessable(`order is already in "${order.status}" state`);
  if (order.status === 'pending_replace') return unprocessable('order is pending replace');
  if (order.status === 'pending_cancel') return undefined;
  const before = order.status;
  order.status = 'pending_cancel';
  const through = (): void => {
    if (isEnded(order)) {
      if (order.status === 'filled') report(book, 'order_cancel_rejected', order);
      return;
    }
    endOrder(book, order, 'canceled');
    endGroup(book, order, 'canceled');
  };
  // What is not at a market yet cannot be filled on the way.
  const delay = before === 'accepted' || before === 'held' ? 0 : book.cancelDelay;
  book.clock.soon(() => {
    if (!isEnded(order)) report(book, 'pending_cancel', order);
    if (delay === 0) through();
    else book.clock.plan(book.clock.now() + delay, through);
  });
  return undefined;
}

const REPLACEABLE: ReadonlySet<string> = new Set(['new', 'partially_filled', 'held']);

interface Changes {
  qty?: Amount;
  limit?: Amount;
  stop?: Amount;
  trail?: Amount;
  timeInForce?: TimeInForce;
  clientOrderId?: string;
}

function readChanges(body: Record<string, unknown>): Changes | Refusal {
  const changes: Changes = {};
  for (const [field, name] of [
    ['qty', 'qty'],
    ['limit_price', 'limit'],
    ['stop_price', 'stop'],
    ['trail', 'trail'],
  ] as const) {
    if (body[field] === undefined || body[field] === null) continue;
    const value = readAmount(body[field]);
    if (value === undefined || value <= 0n) return invalid(`${field.replace('_', ' ')} must be > 0`);
    changes[name] = value;
  }
  if (typeof body.time_in_force === 'string') changes.timeInForce = body.time_in_force as TimeInForce;
  if (typeof body.client_order_id === 'string') changes.clientOrderId = body.client_order_id;
  return changes;
}

function refusalOf(book: Book, order: Order, changes: Changes, body: Record<string, unknown>): Refusal | undefined {
  if (order.status === 'replaced') return unprocessable('order already replaced');
  if (isEnded(order)) return unprocessable(`order is already in "${order.status}" state`);
  if (!REPLACEABLE.has(order.status)) return unprocessable(`cannot replace order in ${order.status} status`);
  if (body.notional !== undefined || order.notional !== undefined)
    return unprocessable('notional orders cannot be replaced');
  const { qty, limit, stop, trail, timeInForce, clientOrderId } = changes;
  if (clientOrderId !== undefined && book.byClientId.has(clientOrderId))
    return invalid('client_order_id must be unique');
  const same =
    (qty ?? order.qty) === order.qty &&
    (limit ?? order.limit) === order.limit &&
    (stop ?? order.stop) === order.stop &&
    trail === undefined &&
    (timeInForce ?? order.timeInForce) === order.timeInForce;
  if (same) return unprocessable('order parameters are not changed');
  if (qty !== undefined && qty <= order.filledQty) return unprocessable('qty must be > filled_qty');
  if (qty !== undefined && order.orderClass !== '') return unprocessable('qty of a complex order cannot be replaced');
  if (limit !== undefined && order.limit === undefined) return invalid(`${order.type} orders require no limit price`);
  if (stop !== undefined && (order.stop === undefined || order.type === 'trailing_stop'))
    return invalid(`${order.type} orders require no stop price`);
  if (trail !== undefined && order.type !== 'trailing_stop') return invalid(`${order.type} orders require no trail`);
  if (order.asset.class !== 'crypto') {
    if (limit !== undefined && !onGrid(limit)) return subPenny('limit_price', limit);
    if (stop !== undefined && !onGrid(stop)) return subPenny('stop_price', stop);
  }
  if (qty !== undefined && !order.opening) {
    const others = qtyInOrders(book, order.asset) - (order.qty! - order.filledQty);
    const available = absolute(heldQty(book, order.asset)) - others;
    if (qty - order.filledQty > available)
      return forbidden(
        `insufficient qty available for order (requested: ${amountText(qty)}, available: ${amountText(available)})`,
        { available: amountText(available), symbol: order.asset.symbol },
      );
  }
  return undefined;
}

/**
 * Asks for an order in the place of another: a new id, `replaces` and `replaced_by` point at each other. The old one may
 * still fill until the change is through; then the new one is rejected.
 */
export function replace(book: Book, order: Order, body: Record<string, unknown>): Order | Refusal {
  const changes = readChanges(body);
  if ('status' in changes) return changes as Refusal;
  const refusal = refusalOf(book, order, changes, body);
  if (refusal !== undefined) return refusal;
  const at = book.clock.now();
  const before = order.status;
  const next: Order = {
    ...order,
    id: book.identity('order'),
    clientOrderId: changes.clientOrderId ?? book.identity('client order'),
    qty: changes.qty ?? order.qty,
    limit: changes.limit ?? order.limit,
    stop: changes.stop ?? order.stop,
    timeInForce: changes.timeInForce ?? order.timeInForce,
    legs: [],
    createdAt: at,
    updatedAt: at,
    submittedAt: at,
    replaces: order.id,
    status: before === 'held' ? 'held' : 'pending_new',
  };
  if (changes.trail !== undefined) {
    if (order.trailPercent === undefined) next.trailPrice = changes.trail;
    else next.trailPercent = changes.trail;
    if (next.highWater !== undefined) next.stop = trailingStop(next, next.highWater);
  }
  book.orders.set(next.id, next);
  book.byClientId.set(next.clientOrderId, next);
  const through = (): void => {
    if (isEnded(order)) {
      report(book, 'order_replace_rejected', order);
      endOrder(book, next, 'rejected');
      return;
    }
    // What filled on the way belongs to the new order too: quantities are of the chain.
    next.filledQty = order.filledQty;
    next.filledValue = order.filledValue;
    order.replacedBy = next.id;
    takePlace(order, next);
    endOrder(book, order, 'replaced');
    addOrder(book, next);
    if (before === 'held') return;
    next.status = next.filledQty > 0n ? 'partially_filled' : 'new';
    report(book, 'new', next);
  };
  book.clock.soon(() => {
    if (book.replaceDelay === 0) {
      through();
      return;
    }
    if (isEnded(order)) {
      through();
      return;
    }
    order.status = 'pending_replace';
    report(book, 'pending_replace', order);
    book.clock.plan(book.clock.now() + book.replaceDelay, through);
  });
  return next;
}

/** The new order stands in the group where the old one stood. */
function takePlace(order: Order, next: Order): void {
  next.legs.push(...order.legs);
  for (const leg of order.legs) leg.parent = next;
  const { parent } = order;
  if (parent !== undefined) parent.legs.splice(parent.legs.indexOf(order), 1, next);
}
