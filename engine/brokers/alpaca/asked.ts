import type { Approved, Broker, Intended } from '../../core/broker.ts';
import type { Order } from '../../ledger/order.ts';
import { type DeskState, end, holderOf } from './desk-state.ts';
import { dropFrom, type Holder } from './holder.ts';
import { isLive } from './line.ts';
import { opposite } from './opening.ts';
import { touch } from './step.ts';

/** Takes an order of the core: an entry in turn, an exit at once, a protective leg to be held. */
export function submit(desk: DeskState, order: Approved, intended?: Intended): void {
  const holder = holderOf(desk, order);
  if (order.role === 'entry') {
    if (opposite(desk, holder, order)) {
      desk.sink({ kind: 'refused', order, reason: 'opposite_side', time: order.decidedAt });
      return;
    }
    holder.waiting.push({ order, intended });
  } else if (order.role === 'exit') holder.exits.push(order);
  else holder.legs.push(order);
  touch(desk, holder);
}

/** Ends an order: at once when the broker has nothing of it, else when the broker has said so. */
export function cancel(desk: DeskState, order: Order, reason: string): void {
  const holder = holderOf(desk, order);
  if (dropFrom(holder.legs, order)) {
    dropFrom(holder.exits, order);
    if (holder.exit?.order === order && isLive(holder.exit)) desk.reasons.set(order, reason);
    else end(desk, order, reason);
  } else if (dropWaiting(holder, order) || (holder.exit?.order !== order && dropFrom(holder.exits, order))) {
    end(desk, order, reason);
  } else if (order.status === 'working') {
    desk.reasons.set(order, reason);
    const line = [holder.entry, holder.exit].find((one) => one?.order === order);
    if (line === undefined) end(desk, order, reason);
  }
  touch(desk, holder);
}

function dropWaiting({ waiting }: Holder, order: Order): boolean {
  const place = waiting.findIndex((one) => one.order === order);
  if (place >= 0) waiting.splice(place, 1);
  return place >= 0;
}

/** Moves or shrinks an order at work; one that has filled as much already ends. */
export function amend(desk: DeskState, order: Order, change: Parameters<Broker['amend']>[1]): void {
  if (order.status !== 'working') return;
  if (change.stopPrice !== undefined) order.stopPrice = change.stopPrice;
  if (change.limitPrice !== undefined) order.limitPrice = change.limitPrice;
  if (change.qty !== undefined) {
    if (change.qty <= order.filled) {
      cancel(desk, order, 'size_zero');
      return;
    }
    order.qty = change.qty;
  }
  touch(desk, holderOf(desk, order));
}
