import type { Approved, Broker, Intended } from '../../core/broker.ts';
import {
  floorQty,
  formatPrice,
  formatQty,
  NO_MONEY,
  NO_QTY,
  type Price,
  parseQty,
  priceToNumber,
  type Qty,
} from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import { clientOrderId } from '../../ledger/order-id.ts';
import { splitRatio } from '../../ledger/split.ts';
import { priceNearest, quantityIncrement } from '../../ledger/tick.ts';
import type { Bars } from '../../market/bars.ts';
import { type Instant, instant } from '../../market/time.ts';
import type { Venue, VenueHooks, VenueSymbol } from '../venue.ts';
import { type Execution, type Fact, hasEnded, type OrderReport, type Request, type Submission } from './facts.ts';
import { type Guard, guardOf, nearestStop, reached } from './guard.ts';
import { dropFrom, type EarlyFill, type Holder, isBusy, newHolder } from './holder.ts';
import { isLive, isWhole, type Line, learn, newLine, remaining, type Ticket, unbooked } from './line.ts';

/** Something that a person should know of, and that no rule asked for. */
export type Remark =
  /** The broker filled what no order of the core stands for any more. */
  | { readonly kind: 'unclaimed_fill'; readonly symbol: string; readonly side: 'buy' | 'sell'; readonly qty: string }
  /** The broker would not hold a position's protection; it is watched bar by bar. */
  | { readonly kind: 'guard_refused'; readonly symbol: string; readonly strategy: string; readonly reason: string };

/**
 * A venue that stands for a broker elsewhere. It sends nothing itself: what is to be asked of the broker is taken from
 * `take`, and what comes to be known goes into `hear`. The same calls in the same order lead to the same requests, so a
 * session that is worked off again from its journal stands where it stood.
 */
export interface OrderDesk extends Venue {
  /** The requests since the last call, oldest first. */
  take(): Request[];
  /** @param at when it was heard, ms */
  hear(fact: Fact, at: Instant): void;
  /** Requests whose outcome nobody has said. */
  unsettled(): Request[];
  /** Orders of the broker's, by its id, whose end nobody has said. */
  atBroker(): readonly string[];
  /** It is one of the orders that this desk knows. */
  knows(id: string): boolean;
  /** Quantity by symbol that its own fills have come to, billionths. */
  positions(): ReadonlyMap<string, bigint>;
  /** An entry may still be sent: the core has not cancelled it, and its decision is not too old. @param at ms */
  wants(clientId: string, at: number): boolean;
  remarks(): Remark[];
}

/** For so long after its decision an entry may still be sent, ms: its price is the next bar's. */
const NEWS = 60_000;

const BRACKETED = new Set(['day', 'gtc']);

type Body = Request extends infer One ? (One extends Request ? Omit<One, 'n'> : never) : never;

/** Makes a desk without orders. */
export const createOrderDesk = ({ symbols, sink }: VenueHooks, fractional = false): OrderDesk => {
  const names: VenueSymbol[] = [...symbols];
  const holders = new Map<string, Holder>();
  const bySymbol: Holder[][] = symbols.map(() => []);
  const byClient = new Map<string, Line>();
  const tickets = new Map<string, Ticket>();
  /** Reports of orders that no answer has named yet: a leg may be heard of before its entry's answer. */
  const strangers = new Map<string, OrderReport[]>();
  const pending = new Map<number, { readonly request: Request; readonly line: Line | undefined }>();
  const attempts = new Map<number, number>();
  /** Why the core cancelled an order that is on its way out. */
  const reasons = new Map<Order, string>();
  let outbox: Request[] = [];
  let remarks: Remark[] = [];
  let count = 0;
  let now = instant(0);
  let depth = 0;
  const dirty = new Set<Holder>();

  const keyOf = ({ strategy, symbol }: Pick<Order, 'strategy' | 'symbol'>): string => `${strategy}\n${symbol}`;

  function holderOf(order: Order): Holder {
    const key = keyOf(order);
    let holder = holders.get(key);
    if (holder === undefined) {
      holder = newHolder(key, names[order.symbolIndex]!.kind);
      holders.set(key, holder);
      bySymbol[order.symbolIndex]!.push(holder);
    }
    return holder;
  }

  function ask(body: Body, line: Line | undefined): void {
    const request = { ...body, n: ++count } as Request;
    outbox.push(request);
    pending.set(request.n, { request, line });
    if (line !== undefined && request.kind !== 'look') line.busy = { request: request.n, what: request.kind };
  }

  /** The next id for another try of an order. */
  function nextId(order: Order): string {
    const attempt = (attempts.get(order.seq) ?? 0) + 1;
    attempts.set(order.seq, attempt);
    return clientOrderId(order, attempt);
  }

  function send(line: Line, submission: Submission, urgency: Request['urgency']): void {
    byClient.set(line.clientId, line);
    line.submission = submission;
    ask({ kind: 'submit', urgency, clientId: line.clientId, submission }, line);
  }

  const symbolOf = (order: Order): string => names[order.symbolIndex]!.symbol;

  // ---- what the core asks for -------------------------------------------------------------------------------------

  function sendEntry(holder: Holder, order: Order, intended: Intended | undefined): void {
    const { type, timeInForce, extendedHours } = order;
    const bracketed =
      intended !== undefined &&
      holder.rule === 'equity' &&
      isWhole(order.qty) &&
      !extendedHours &&
      (type === 'market' || type === 'limit') &&
      BRACKETED.has(timeInForce);
    const { stop, target } = bracketed ? intended : {};
    const line = newLine({ purpose: 'entry', holder: holder.key, order, clientId: nextId(order), qty: order.qty });
    holder.entry = line;
    send(
      line,
      {
        symbol: symbolOf(order),
        side: order.side,
        type,
        qty: formatQty(order.qty),
        // A market order for parts of a share lives for a day; so does what is sent into the open session.
        timeInForce: !isWhole(order.qty) && holder.rule === 'equity' ? 'day' : timeInForce,
        ...(order.limitPrice === undefined ? {} : { limit: formatPrice(order.limitPrice) }),
        ...(order.stopPrice === undefined ? {} : { stop: formatPrice(order.stopPrice) }),
        extendedHours: extendedHours && type === 'limit',
        orderClass: stop !== undefined && target !== undefined ? 'bracket' : (stop ?? target) ? 'oto' : 'simple',
        ...(target === undefined ? {} : { takeProfit: formatPrice(target) }),
        ...(stop === undefined ? {} : { stopLoss: formatPrice(stop) }),
      },
      'entry',
    );
  }

  function submit(order: Approved, intended?: Intended): void {
    const holder = holderOf(order);
    if (order.role === 'entry') {
      if (opposite(holder, order)) {
        sink({ kind: 'refused', order, reason: 'opposite_side', time: order.decidedAt });
        return;
      }
      holder.waiting.push({ order, intended });
    } else if (order.role === 'exit') holder.exits.push(order);
    else holder.legs.push(order);
    touch(holder);
  }

  /** Another strategy holds the other side of the symbol, or is about to: the broker has one position of it. */
  function opposite(own: Holder, order: Order): boolean {
    const sign = order.side === 'buy' ? 1n : -1n;
    return bySymbol[order.symbolIndex]!.some(
      (other) =>
        other !== own &&
        (other.position * sign < 0n ||
          (isLive(other.entry) && other.entry.order?.side !== order.side) ||
          other.waiting.some((one) => one.order.side !== order.side)),
    );
  }

  function cancel(order: Order, reason: string): void {
    const holder = holderOf(order);
    if (dropFrom(holder.legs, order)) {
      dropFrom(holder.exits, order);
      if (holder.exit?.order === order && isLive(holder.exit)) reasons.set(order, reason);
      else end(order, reason);
      touch(holder);
      return;
    }
    const waiting = holder.waiting.findIndex((one) => one.order === order);
    if (waiting >= 0) {
      holder.waiting.splice(waiting, 1);
      end(order, reason);
    } else if (holder.exit?.order !== order && dropFrom(holder.exits, order)) {
      end(order, reason);
    } else if (order.status === 'working') {
      reasons.set(order, reason);
      const line = [holder.entry, holder.exit].find((one) => one?.order === order);
      if (line === undefined) end(order, reason);
    }
    touch(holder);
  }

  const amend: Broker['amend'] = (order, change) => {
    if (order.status !== 'working') return;
    if (change.stopPrice !== undefined) order.stopPrice = change.stopPrice;
    if (change.limitPrice !== undefined) order.limitPrice = change.limitPrice;
    if (change.qty !== undefined) {
      if (change.qty <= order.filled) {
        cancel(order, 'size_zero');
        return;
      }
      order.qty = change.qty;
    }
    touch(holderOf(order));
  };

  /** Tells the core that an order ends without filling further. */
  function end(order: Order, reason: string): void {
    reasons.delete(order);
    if (order.status === 'working') sink({ kind: 'cancelled', order, reason, time: now });
  }

  // ---- one step of a holder ---------------------------------------------------------------------------------------

  /** Has a holder looked at once the call that touched it is done: what the core does in turn comes first. */
  function touch(holder: Holder): void {
    dirty.add(holder);
    settleDirty();
  }

  function settleDirty(): void {
    if (depth > 0) return;
    depth++;
    try {
      for (const holder of dirty) {
        dirty.delete(holder);
        step(holder);
      }
    } finally {
      depth--;
    }
  }

  /** Asks for what brings the broker nearer to what the core wants; whatever is under way is waited for. */
  function step(holder: Holder): void {
    if (holder.early.length > 0) {
      // More of the entry has filled than has been heard of: what is held is not known.
      if (isLive(holder.entry)) return;
      giveUp(holder);
    }
    withdraw(holder.entry);
    withdraw(holder.exit);
    const exit = nextExit(holder);
    // An entry that still works would buy what is being sold.
    if (exit !== undefined && isLive(holder.entry) && holder.position !== 0n) stop(holder.entry);
    if (exit !== undefined || isLive(holder.exit)) {
      if (!clear(holder, [holder.target, holder.stop])) return;
      if (isLive(holder.entry) && holder.position !== 0n) return;
      if (exit !== undefined && !isLive(holder.exit)) sendExit(holder, exit);
      return;
    }
    protect(holder);
    enter(holder);
  }

  /** Cancels a line whose order the core has cancelled. */
  function withdraw(line: Line | undefined): void {
    if (isLive(line) && line.order !== undefined && reasons.has(line.order)) stop(line);
  }

  /** Cancels a line, once it is known and nothing else is under way for it. */
  function stop(line: Line): void {
    if (line.busy === undefined && line.brokerId !== undefined && line.state !== 'sending') {
      ask({ kind: 'cancel', urgency: 'exit', target: line.brokerId }, line);
    }
  }

  /** Sees lines go; true when none is left. */
  function clear(holder: Holder, lines: readonly (Line | undefined)[]): boolean {
    let gone = true;
    for (const line of lines) {
      if (!isLive(line)) continue;
      gone = false;
      // Held legs go with their entry.
      if (line.state === 'held' && isLive(holder.entry) && line.parent === holder.entry) continue;
      // Of a pair that cancel each other one is enough.
      if (line.partner?.busy?.what === 'cancel') continue;
      stop(line);
    }
    return gone;
  }

  function nextExit(holder: Holder): Order | undefined {
    for (const order of [...holder.exits]) {
      if (order.status === 'working' && (holder.position !== 0n || holder.exit?.order === order)) return order;
      if (order.status === 'working' && holder.position === 0n && !isLive(holder.exit)) {
        dropFrom(holder.exits, order);
        dropFrom(holder.legs, order);
        end(order, 'position_closed');
      } else if (order.status !== 'working') dropFrom(holder.exits, order);
    }
    return undefined;
  }

  const held = ({ position }: Holder): bigint => (position < 0n ? -position : position);

  function sendExit(holder: Holder, order: Order): void {
    const wanted = order.qty - order.filled;
    const most = held(holder);
    const qty = (wanted < most ? wanted : most) as Qty;
    if (qty <= 0n) return;
    const line = newLine({ purpose: 'exit', holder: holder.key, order, clientId: nextId(order), qty });
    holder.exit = line;
    send(
      line,
      {
        symbol: symbolOf(order),
        side: order.side,
        // A leg that price has reached closes at once.
        type: 'market',
        qty: formatQty(qty),
        timeInForce: holder.rule === 'crypto' ? 'gtc' : exitTime(order),
        extendedHours: false,
        orderClass: 'simple',
      },
      'exit',
    );
  }

  const exitTime = ({ timeInForce }: Order): Submission['timeInForce'] =>
    timeInForce === 'opg' || timeInForce === 'cls' ? timeInForce : 'day';

  function enter(holder: Holder): void {
    if (isLive(holder.entry)) return;
    const next = holder.waiting[0];
    if (next === undefined) return;
    const { order, intended } = next;
    const sign = order.side === 'buy' ? 1n : -1n;
    // A reversal: what is held has to be sold first.
    if (holder.position * sign < 0n) return;
    holder.waiting.shift();
    sendEntry(holder, order, intended);
  }

  /** Brings the protective lines to where the core's legs are. */
  function protect(holder: Holder): void {
    const guard: Guard = guardOf(holder.legs, holder.rule);
    const { entry } = holder;
    // Legs that came with an entry sleep until it is complete: they can neither be moved nor replaced.
    const asleep = [holder.stop, holder.target].some(
      (line) => isLive(line) && line.state === 'held' && line.parent === entry && isLive(entry),
    );
    if (asleep || (isLive(entry) && entry.state === 'sending')) return;
    if (holder.legs.length === 0 && isLive(entry)) return;
    const pair = isLive(holder.stop) && isLive(holder.target) && holder.stop.partner === holder.target;
    const shrunk = pair && guard.target !== undefined && remaining(holder.target!) === guard.target.qty;
    const stopFits = fits(holder.stop, guard.stop) || (shrunk && guard.stop !== undefined);
    const targetFits = fits(holder.target, guard.target);
    if (!stopFits || !targetFits) {
      const wrong = [targetFits ? undefined : holder.target, stopFits ? undefined : holder.stop];
      if (!clear(holder, wrong)) return;
    }
    if (isLive(holder.stop) || isLive(holder.target)) {
      // One of a pair cannot be added to the other: both are placed anew.
      const lacks =
        (guard.stop !== undefined && !isLive(holder.stop)) || (guard.target !== undefined && !isLive(holder.target));
      if (lacks && !clear(holder, [holder.target, holder.stop])) return;
      move(holder.stop, guard.stop?.price, 'stop');
      move(holder.target, guard.target?.price, 'limit');
      return;
    }
    if (holder.refused || (guard.stop === undefined && guard.target === undefined)) return;
    place(holder, guard);
  }

  /** A line is there exactly when it is wanted, for as much as is wanted. */
  const fits = (line: Line | undefined, wanted: Guard['stop']): boolean =>
    !isLive(line) || (wanted !== undefined && (line.state === 'sending' || remaining(line) === wanted.qty));

  function move(line: Line | undefined, price: Price | undefined, what: 'stop' | 'limit'): void {
    if (!isLive(line) || price === undefined || line[what] === price) return;
    if (line.busy !== undefined || line.brokerId === undefined || line.state !== 'working') return;
    const clientId = `${line.clientId}~${++count}`;
    byClient.set(clientId, line);
    ask({ kind: 'replace', urgency: 'exit', clientId, target: line.brokerId, [what]: formatPrice(price) }, line);
    line[what] = price;
  }

  function place(holder: Holder, { stop: wantedStop, target: wantedTarget }: Guard): void {
    const first = wantedStop ?? wantedTarget!;
    const { leg, qty } = first;
    const base = {
      symbol: symbolOf(leg),
      side: leg.side,
      qty: formatQty(qty),
      timeInForce: 'gtc',
      extendedHours: false,
    } as const;
    const fields = { holder: holder.key, order: undefined, clientId: nextId(leg), qty };
    if (wantedStop !== undefined && wantedTarget !== undefined) {
      // The take-profit is the order itself, the stop its leg.
      const target = newLine({ ...fields, purpose: 'target', limit: wantedTarget.price });
      holder.target = target;
      holder.stop = undefined;
      send(
        target,
        {
          ...base,
          type: 'limit',
          orderClass: 'oco',
          takeProfit: formatPrice(wantedTarget.price),
          stopLoss: formatPrice(wantedStop.price),
        },
        'exit',
      );
    } else if (wantedStop !== undefined) {
      holder.stop = newLine({ ...fields, purpose: 'stop', stop: wantedStop.price });
      send(holder.stop, { ...base, type: 'stop', stop: formatPrice(wantedStop.price), orderClass: 'simple' }, 'exit');
    } else {
      holder.target = newLine({ ...fields, purpose: 'target', limit: wantedTarget!.price });
      send(
        holder.target,
        { ...base, type: 'limit', limit: formatPrice(wantedTarget!.price), orderClass: 'simple' },
        'exit',
      );
    }
  }

  // ---- what the broker says ---------------------------------------------------------------------------------------

  function hear(fact: Fact, at: Instant): void {
    now = at;
    depth++;
    try {
      if (fact.kind === 'report') report(fact.order, fact.execution);
      else answer(fact);
    } finally {
      depth--;
    }
    settleDirty();
  }

  function answer(fact: Exclude<Fact, { kind: 'report' }>): void {
    const known = pending.get(fact.request);
    if (known === undefined) return;
    const { request, line } = known;
    const holder = line && holders.get(line.holder);
    if (holder !== undefined) dirty.add(holder);
    pending.delete(fact.request);
    if (fact.kind === 'unknown') {
      lookUp(request, line);
      return;
    }
    const free = (): void => {
      if (line?.busy?.request === request.n) line.busy = undefined;
    };
    if (fact.kind === 'accepted') {
      if (request.kind !== 'cancel') free();
      if (fact.order !== undefined) {
        if (line !== undefined && request.kind !== 'cancel') adopt(line, fact.order);
        report(fact.order, undefined);
      }
      return;
    }
    if (line === undefined) return;
    if (fact.kind === 'withheld') {
      // The next bar decides anew: trying at once would go round in circles as long as what held it back lasts.
      free();
      drop(line, holder!);
      return;
    }
    if (request.kind === 'cancel' || request.kind === 'replace') {
      // It has ended, or moved on: only the broker knows.
      if (isLive(line)) lookUp(request, line);
      else free();
      return;
    }
    if (request.kind === 'look') {
      free();
      if (fact.kind === 'absent' || fact.code === 'not_found') missing(line, holder!);
      return;
    }
    free();
    if (fact.kind === 'refused' && fact.code === 'duplicate_id') {
      // It is there: an earlier try had arrived.
      ask({ kind: 'look', urgency: request.urgency, clientId: request.clientId }, line);
      return;
    }
    if (fact.kind === 'refused') refused(line, holder!, fact.code, fact.message);
    else missing(line, holder!);
  }

  /** Asks what became of a request's order; its line stays busy until that is known. */
  function lookUp(request: Request, line: Line | undefined): void {
    const busy = line?.busy?.request === request.n ? line.busy : undefined;
    askAfter(request, line);
    if (busy !== undefined && line !== undefined) line.busy = { ...busy, request: count };
  }

  function askAfter(request: Request, line: Line | undefined): void {
    if (line?.brokerId !== undefined) ask({ kind: 'look', urgency: request.urgency, target: line.brokerId }, line);
    else if (request.kind === 'submit')
      ask({ kind: 'look', urgency: request.urgency, clientId: request.clientId }, line);
    else if (request.kind === 'look' && request.clientId !== undefined) {
      ask({ kind: 'look', urgency: request.urgency, clientId: request.clientId }, line);
    }
  }

  /** The broker has never had it. What opens is sent again while it is news, else decided anew; what closes is placed anew. */
  function missing(line: Line, holder: Holder): void {
    if (line.state !== 'sending') return;
    const { order, submission } = line;
    const wanted = order !== undefined && order.status === 'working' && !reasons.has(order);
    if (line.purpose === 'entry' && wanted && submission !== undefined && now - order.decidedAt <= NEWS) {
      send(line, submission, 'entry');
      return;
    }
    drop(line, holder);
  }

  /** Gives up a line of which the broker has nothing. */
  function drop(line: Line, holder: Holder): void {
    const { order } = line;
    line.state = 'ended';
    line.busy = undefined;
    if (line.purpose === 'entry' && order !== undefined) end(order, reasons.get(order) ?? 'not_sent');
    dirty.add(holder);
  }

  function refused(line: Line, holder: Holder, code: string, message: string): void {
    line.state = 'ended';
    line.status = code;
    const { order } = line;
    if (order !== undefined && line.purpose !== 'stop' && line.purpose !== 'target') {
      dropFrom(holder.exits, order);
      const reason = reasons.get(order);
      reasons.delete(order);
      if (holder.legs.includes(order)) {
        holder.refused = true;
        remarks.push({ kind: 'guard_refused', symbol: order.symbol, strategy: order.strategy, reason: message });
      } else if (reason !== undefined) end(order, reason);
      else if (order.status === 'working') sink({ kind: 'refused', order, reason: `broker:${code}`, time: now });
      return;
    }
    holder.refused = true;
    const leg = nearestStop(holder.legs) ?? holder.legs[0];
    if (leg !== undefined) {
      remarks.push({ kind: 'guard_refused', symbol: leg.symbol, strategy: leg.strategy, reason: message });
    }
  }

  /** The broker's order now carries a line out. */
  function adopt(line: Line, order: OrderReport): void {
    if (tickets.get(order.id)?.line === line) {
      if (line.brokerId === undefined) line.brokerId = order.id;
    } else {
      // For as many shares as before: what the order before it filled counts among its own. For the rest of them: it does not.
      const whole = line.ticket !== undefined && order.qty !== undefined && parseQty(order.qty) === line.qty;
      const sum = whole ? line.ticket!.sum : { booked: NO_QTY, cost: NO_MONEY };
      const ticket: Ticket = { line, sum, closed: false };
      // What the order before it had filled may not have been heard.
      if (line.ticket !== undefined && !line.ticket.closed) {
        ask({ kind: 'look', urgency: 'exit', target: line.brokerId! }, line);
      }
      tickets.set(order.id, ticket);
      line.brokerId = order.id;
      line.ticket = ticket;
      if (line.state === 'sending') line.state = 'working';
    }
    legsOf(line, order);
    const early = strangers.get(order.id);
    if (early !== undefined) {
      strangers.delete(order.id);
      for (const known of early) report(known, undefined);
    }
  }

  /** Legs that came with an order become lines of their own. */
  function legsOf(parent: Line, order: OrderReport): void {
    const holder = holders.get(parent.holder)!;
    for (const leg of order.legs) {
      // One that has replaced a leg is under a name that we gave it.
      if (tickets.has(leg.id) || byClient.has(leg.clientId)) {
        report(leg, undefined);
        continue;
      }
      const purpose = leg.type === 'limit' ? 'target' : 'stop';
      const line = newLine({
        purpose,
        holder: parent.holder,
        order: undefined,
        clientId: leg.clientId,
        side: leg.side,
        qty: parseQty(leg.qty ?? order.qty ?? '0'),
        parent,
      });
      byClient.set(leg.clientId, line);
      if (purpose === 'target') holder.target = line;
      else holder.stop = line;
      adopt(line, leg);
      report(leg, undefined);
    }
    const { stop: one, target: other } = holder;
    if (order.legs.length > 0 && one !== undefined && other !== undefined) {
      one.partner = other;
      other.partner = one;
    }
  }

  function report(order: OrderReport, execution: Execution | undefined): void {
    let ticket = tickets.get(order.id);
    if (ticket === undefined) {
      const line = byClient.get(order.clientId);
      if (line === undefined) {
        // A leg whose entry has not been answered yet, or nothing of ours.
        const list = strangers.get(order.id) ?? [];
        list.push(order);
        strangers.set(order.id, list);
        return;
      }
      adopt(line, order);
      ticket = tickets.get(order.id)!;
      const waiting = line.busy === undefined ? undefined : pending.get(line.busy.request)?.request;
      // The order is there, whatever becomes of the answer.
      if (
        waiting !== undefined &&
        waiting.kind !== 'cancel' &&
        waiting.kind !== 'look' &&
        waiting.clientId === order.clientId
      ) {
        pending.delete(waiting.n);
        line.busy = undefined;
      }
    }
    const { line } = ticket;
    const holder = holders.get(line.holder)!;
    dirty.add(holder);
    const wasLive = isLive(line);
    if (hasEnded(order.status)) ticket.closed = true;
    for (const { price, qty } of unbooked(ticket, order, execution)) book(holder, line, price, qty, execution);
    if (order.legs.length > 0) legsOf(line, order);
    if (line.brokerId !== order.id) return;
    if (order.status === 'replaced') {
      if (order.replacedBy !== undefined && !tickets.has(order.replacedBy)) {
        // The answer that named the next one is lost: ask for it.
        if (line.busy !== undefined && pending.get(line.busy.request)?.request.kind === 'replace') return;
        ask({ kind: 'look', urgency: 'exit', target: order.replacedBy }, line);
      }
      return;
    }
    learn(line, order);
    if (wasLive && !isLive(line)) ended(holder, line, order.status);
  }

  function ended(holder: Holder, line: Line, status: string): void {
    line.busy = undefined;
    const { order } = line;
    if (order === undefined) return;
    dropFrom(holder.exits, order);
    if (order.status !== 'working') return;
    const reason = reasons.get(order);
    if (holder.legs.includes(order)) {
      // A leg that was on its way out as an order of its own is a leg again.
      if (reason !== undefined) {
        dropFrom(holder.legs, order);
        end(order, reason);
      }
      return;
    }
    if (status === 'rejected' && reason === undefined) {
      sink({ kind: 'refused', order, reason: 'broker:rejected', time: now });
    } else end(order, reason ?? (status === 'expired' ? 'expired' : 'cancelled_by_broker'));
  }

  /** Books a fill to the orders of the core that it belongs to; what none of them has room for waits for its entry. */
  function book(holder: Holder, line: Line, price: Price, qty: Qty, execution: Execution | undefined): void {
    const side = sideOf(holder, line);
    holder.early.push({ line, price, qty, side, time: execution?.at ?? now });
    // What one claims makes room for another.
    for (let before = Number.POSITIVE_INFINITY; holder.early.length < before; ) {
      before = holder.early.length;
      for (const early of [...holder.early]) claim(holder, early);
    }
  }

  const sideOf = (holder: Holder, line: Line): 'buy' | 'sell' =>
    line.order?.side ?? line.side ?? holder.legs[0]?.side ?? (holder.position > 0n ? 'sell' : 'buy');

  function claim(holder: Holder, fill: EarlyFill): void {
    const { line, side, price, time } = fill;
    // A leg fills only once its entry is complete: that has been heard later, or will be.
    if (line.parent?.purpose === 'entry' && line.parent.order?.status === 'working') return;
    for (const order of claimants(holder, line)) {
      if (fill.qty === 0n) break;
      const room = order.qty - order.filled;
      const part = (fill.qty < room ? fill.qty : room) as Qty;
      if (part <= 0n || order.status !== 'working') continue;
      fill.qty = (fill.qty - part) as Qty;
      if (fill.qty === 0n) holder.early.splice(holder.early.indexOf(fill), 1);
      holder.position += side === 'buy' ? part : -part;
      if (line.purpose === 'entry') holder.enteredAt = time;
      if (order.filled + part >= order.qty) {
        dropFrom(holder.legs, order);
        dropFrom(holder.exits, order);
        reasons.delete(order);
      }
      const at = line.purpose === 'entry' && order.type === 'market' ? 'open' : 'intrabar';
      sink({ kind: 'fill', order, fill: { time, at, price, qty: part, commission: NO_MONEY } });
    }
  }

  /** Nothing is under way any more that could explain these fills: the account has what the ledger has not. */
  function giveUp(holder: Holder): void {
    for (const { line, qty, side } of holder.early.splice(0)) {
      const symbol = line.order?.symbol ?? line.holder.slice(line.holder.indexOf('\n') + 1);
      holder.position += side === 'buy' ? qty : -qty;
      remarks.push({ kind: 'unclaimed_fill', symbol, side, qty: formatQty(qty) });
    }
  }

  /** The core's orders that a fill of a line can belong to, the likeliest first. */
  function claimants(holder: Holder, line: Line): Order[] {
    if (line.order !== undefined) return [line.order];
    const targets = holder.legs.filter(({ role }) => role === 'take_profit');
    const nearest = nearestStop(holder.legs);
    const stops = nearest === undefined ? [] : [nearest];
    return [...(line.purpose === 'target' ? [...targets, ...stops] : [...stops, ...targets]), ...holder.exits];
  }

  // ---- what the session says --------------------------------------------------------------------------------------

  /** Legs that the broker does not hold are watched by the bar. */
  function watch(bars: Bars, row: number, symbol: number): void {
    now = bars.end[row]! as Instant;
    for (const holder of bySymbol[symbol]!) {
      holder.refused = false;
      if (holder.legs.length > 0 && holder.exits.length === 0 && !isLive(holder.exit)) {
        const here = holder.legs.filter((leg) => !isWatchedThere(holder, leg));
        const after = holder.enteredAt > bars.start[row]!;
        const [high, low] = after ? [bars.close[row]!, bars.close[row]!] : [bars.high[row]!, bars.low[row]!];
        const hit = reached(here, high, low);
        if (hit !== undefined) holder.exits.push(hit);
      }
      touch(holder);
    }
  }

  /** Restates what the core has at work; the broker says of its own orders what became of them. */
  function split(symbol: number, ratio: number): void {
    const { numerator, denominator } = splitRatio(ratio);
    const increment = names[symbol]!.increment ?? quantityIncrement(names[symbol]!.kind, fractional);
    const restate = (qty: bigint): Qty => floorQty(((qty * numerator) / denominator) as Qty, increment);
    for (const holder of bySymbol[symbol]!) {
      const sign = holder.position < 0n ? -1n : 1n;
      holder.position = sign * restate(held(holder));
      for (const order of new Set([...holder.legs, ...holder.exits, ...holder.waiting.map((one) => one.order)])) {
        order.qty = (order.filled + restate(order.qty - order.filled)) as Qty;
        if (order.stopPrice !== undefined)
          order.stopPrice = priceNearest(holder.rule, priceToNumber(order.stopPrice) / ratio);
        if (order.limitPrice !== undefined)
          order.limitPrice = priceNearest(holder.rule, priceToNumber(order.limitPrice) / ratio);
      }
      touch(holder);
    }
  }

  /** The broker has it at work: it fills there and nowhere else. */
  function isWatchedThere(holder: Holder, leg: Order): boolean {
    const line = leg.role === 'take_profit' ? holder.target : holder.stop;
    if (!isLive(line) || line.state === 'held') return false;
    if (leg.role !== 'take_profit') return true;
    return guardOf(holder.legs, holder.rule).target?.leg === leg;
  }

  return {
    submit,
    cancel,
    amend,
    take() {
      const taken = outbox;
      outbox = [];
      return taken;
    },
    hear,
    unsettled: () => [...pending.values()].map(({ request }) => request),
    atBroker: () => [...tickets].flatMap(([id, { closed }]) => (closed ? [] : [id])),
    knows: (id) => tickets.has(id),
    wants(clientId, at) {
      const order = byClient.get(clientId)?.order;
      return order !== undefined && order.status === 'working' && !reasons.has(order) && at - order.decidedAt <= NEWS;
    },
    positions: () => {
      const sums = new Map<string, bigint>();
      bySymbol.forEach((list, symbol) => {
        const sum = list.reduce(
          (total, { position, early }) =>
            early.reduce((sum, { side, qty }) => sum + (side === 'buy' ? qty : -qty), total + position),
          0n,
        );
        if (sum !== 0n) sums.set(names[symbol]!.symbol, sum);
      });
      return sums;
    },
    remarks() {
      const made = remarks;
      remarks = [];
      return made;
    },
    hasOrders: (symbol) => bySymbol[symbol]!.some(isBusy),
    open: () => undefined,
    intrabar: watch,
    close: () => undefined,
    sessionClose: () => undefined,
    endOfSession: () => undefined,
    cancelAll: () => undefined,
    applySplit: split,
    at: (time) => {
      now = time;
    },
    working: (symbol) =>
      bySymbol[symbol]!.flatMap(({ legs, exits, waiting, entry }) => [
        ...(isLive(entry) && entry.order !== undefined ? [entry.order] : []),
        ...waiting.map(({ order }) => order),
        ...legs,
        ...exits.filter((order) => !legs.includes(order)),
      ]),
    extend(more) {
      for (const symbol of more) {
        names.push(symbol);
        bySymbol.push([]);
      }
    },
    ambiguousBars: () => 0,
  };
};
