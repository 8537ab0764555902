import { type Book, endOrder, report } from './book.ts';
import { isEnded, leavesQty, type Order } from './order.ts';

const stopOf = (parent: Order): Order | undefined => parent.legs.find((leg) => leg.role === 'stop_loss');
const profitOf = (parent: Order): Order | undefined =>
  parent.orderClass === 'oco' ? parent : parent.legs.find((leg) => leg.role === 'take_profit');

/** The other exit of a group, open still. */
export function otherExit(order: Order): Order | undefined {
  const parent = order.parent ?? order;
  if (order.role !== 'take_profit' && order.role !== 'stop_loss') return undefined;
  const other = order.role === 'take_profit' ? stopOf(parent) : profitOf(parent);
  return other === undefined || other === order || isEnded(other) ? undefined : other;
}

/**
 * What a fill of one order does to its group: a complete entry wakes the exits; a profit that is taken ends the stop, whose
 * cancellation is not told; a stop that fills ends the profit order.
 */
export function afterFill(book: Book, order: Order): void {
  if (order.role === 'entry' && order.status === 'filled') {
    const profit = profitOf(order);
    const stop = stopOf(order);
    for (const leg of order.legs) leg.qty = order.filledQty;
    if (profit !== undefined) wake(book, profit);
    // Beside an order to take the profit the stop stays `held`, and still does its work; alone it is a plain order.
    if (stop !== undefined && profit === undefined) wake(book, stop);
    return;
  }
  const other = otherExit(order);
  if (other === undefined) return;
  if (order.role === 'take_profit') {
    if (order.status === 'filled') endOrder(book, other, 'canceled', true);
    else other.qty = leavesQty(order);
  } else endOrder(book, other, 'canceled');
}

function wake(book: Book, leg: Order): void {
  leg.status = 'new';
  report(book, 'new', leg);
}

/** A held stop does its work once what it protects is there. */
export function isArmed(order: Order): boolean {
  if (order.status !== 'held' || order.role !== 'stop_loss') return false;
  const parent = order.parent!;
  if (parent.orderClass !== 'oco') return parent.status === 'filled';
  return parent.status === 'new' || parent.status === 'partially_filled';
}

/** A stop is reached: the order to take the profit goes first, then the stop is an order as any other. */
export function elect(book: Book, order: Order): void {
  order.elected = true;
  const other = otherExit(order);
  if (order.role === 'stop_loss' && other !== undefined) endOrder(book, other, 'canceled');
  if (order.status === 'held') order.status = 'new';
}

/** Ends the rest of a group when one of it was cancelled or expired. */
export function endGroup(book: Book, order: Order, status: 'canceled' | 'expired'): void {
  const parent = order.parent ?? order;
  for (const one of [parent, ...parent.legs]) {
    if (one === order || isEnded(one)) continue;
    // An entry that is filled is over already; one that is not ends with its legs.
    endOrder(book, one, status);
  }
}
