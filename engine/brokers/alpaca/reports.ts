import { NO_MONEY, NO_QTY, parseQty } from '../../ledger/money.ts';
import { book } from './claims.ts';
import { ask, type DeskState, end } from './desk-state.ts';
import { type Execution, hasEnded, type OrderReport } from './facts.ts';
import { dropFrom, type Holder } from './holder.ts';
import { isLive, type Line, learn, newLine, type Ticket, unbooked } from './line.ts';

/** Takes what the broker says of an order: what of it is new is booked, and its line learns where it stands. */
export function report(desk: DeskState, order: OrderReport, execution: Execution | undefined): void {
  const ticket = desk.tickets.get(order.id) ?? recognised(desk, order);
  if (ticket === undefined) return;
  const { line } = ticket;
  const holder = desk.holders.get(line.holder)!;
  desk.dirty.add(holder);
  const wasLive = isLive(line);
  if (hasEnded(order.status)) ticket.closed = true;
  for (const { price, qty } of unbooked(ticket, order, execution)) book(desk, holder, line, price, qty, execution);
  if (order.legs.length > 0) legsOf(desk, line, order);
  if (line.brokerId !== order.id) return;
  if (order.status === 'replaced') {
    replaced(desk, line, order);
    return;
  }
  learn(line, order);
  if (wasLive && !isLive(line)) ended(desk, holder, line, order.status);
}

/** The ticket of an order that is heard of for the first time; undefined when it is nobody's yet. */
function recognised(desk: DeskState, order: OrderReport): Ticket | undefined {
  const line = desk.byClient.get(order.clientId);
  if (line === undefined) {
    // A leg whose entry has not been answered yet, or nothing of ours.
    const list = desk.strangers.get(order.id) ?? [];
    list.push(order);
    desk.strangers.set(order.id, list);
    return undefined;
  }
  adopt(desk, line, order);
  const waiting = line.busy === undefined ? undefined : desk.pending.get(line.busy.request)?.request;
  // The order is there, whatever becomes of the answer.
  if (
    waiting !== undefined &&
    waiting.kind !== 'cancel' &&
    waiting.kind !== 'look' &&
    waiting.clientId === order.clientId
  ) {
    desk.pending.delete(waiting.n);
    line.busy = undefined;
  }
  return desk.tickets.get(order.id)!;
}

/** The broker's order now carries a line out. */
export function adopt(desk: DeskState, line: Line, order: OrderReport): void {
  if (desk.tickets.get(order.id)?.line === line) {
    if (line.brokerId === undefined) line.brokerId = order.id;
  } else {
    // For as many shares as before: what the order before it filled counts among its own. For the rest of them: it does not.
    const whole = line.ticket !== undefined && order.qty !== undefined && parseQty(order.qty) === line.qty;
    const sum = whole ? line.ticket!.sum : { booked: NO_QTY, cost: NO_MONEY };
    const ticket: Ticket = { line, sum, closed: false };
    // What the order before it had filled may not have been heard.
    if (line.ticket !== undefined && !line.ticket.closed) {
      ask(desk, { kind: 'look', urgency: 'exit', target: line.brokerId! }, line);
    }
    desk.tickets.set(order.id, ticket);
    line.brokerId = order.id;
    line.ticket = ticket;
    if (line.state === 'sending') line.state = 'working';
  }
  legsOf(desk, line, order);
  const early = desk.strangers.get(order.id);
  if (early === undefined) return;
  desk.strangers.delete(order.id);
  for (const known of early) report(desk, known, undefined);
}

/** Legs that came with an order become lines of their own. */
function legsOf(desk: DeskState, parent: Line, order: OrderReport): void {
  const holder = desk.holders.get(parent.holder)!;
  for (const leg of order.legs) {
    // One that has replaced a leg is under a name that we gave it.
    if (!desk.tickets.has(leg.id) && !desk.byClient.has(leg.clientId)) {
      adopt(desk, legLine(desk, holder, parent, leg, leg.qty ?? order.qty ?? '0'), leg);
    }
    report(desk, leg, undefined);
  }
  const { stop: one, target: other } = holder;
  if (order.legs.length > 0 && one !== undefined && other !== undefined) {
    one.partner = other;
    other.partner = one;
  }
}

function legLine(desk: DeskState, holder: Holder, parent: Line, leg: OrderReport, qty: string): Line {
  const purpose = leg.type === 'limit' ? 'target' : 'stop';
  const line = newLine({
    purpose,
    holder: parent.holder,
    order: undefined,
    clientId: leg.clientId,
    side: leg.side,
    qty: parseQty(qty),
    parent,
  });
  desk.byClient.set(leg.clientId, line);
  if (purpose === 'target') holder.target = line;
  else holder.stop = line;
  return line;
}

/** Another order has taken the place of a line's own; the answer that would name it may be lost. */
function replaced(desk: DeskState, line: Line, { replacedBy }: OrderReport): void {
  if (replacedBy === undefined || desk.tickets.has(replacedBy)) return;
  if (line.busy !== undefined && desk.pending.get(line.busy.request)?.request.kind === 'replace') return;
  ask(desk, { kind: 'look', urgency: 'exit', target: replacedBy }, line);
}

/** The broker has nothing more of a line: neither has its order of the core, unless it is a leg again. */
function ended(desk: DeskState, holder: Holder, line: Line, status: string): void {
  line.busy = undefined;
  const { order } = line;
  if (order === undefined) return;
  dropFrom(holder.exits, order);
  if (order.status !== 'working') return;
  const reason = desk.reasons.get(order);
  if (holder.legs.includes(order)) {
    // A leg that was on its way out as an order of its own is a leg again.
    if (reason !== undefined) {
      dropFrom(holder.legs, order);
      end(desk, order, reason);
    }
    return;
  }
  if (status === 'rejected' && reason === undefined) {
    desk.sink({ kind: 'refused', order, reason: 'broker:rejected', time: desk.now });
  } else end(desk, order, reason ?? (status === 'expired' ? 'expired' : 'cancelled_by_broker'));
}
