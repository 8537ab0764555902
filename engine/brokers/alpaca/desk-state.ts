import { formatQty } from '../../ledger/money.ts';
import type { Order, OrderEvent } from '../../ledger/order.ts';
import { clientOrderId } from '../../ledger/order-id.ts';
import { type Instant, instant } from '../../market/time.ts';
import type { VenueHooks, VenueSymbol } from '../venue.ts';
import type { OrderReport, Request, Submission } from './facts.ts';
import { type EarlyFill, type Holder, newHolder } from './holder.ts';
import type { Line, Ticket } from './line.ts';

/** Something that a person should know of, and that no rule asked for. */
export type Remark =
  /** The broker filled what no order of the core stands for any more. */
  | { readonly kind: 'unclaimed_fill'; readonly symbol: string; readonly side: 'buy' | 'sell'; readonly qty: string }
  /** The broker would not hold a position's protection; it is watched bar by bar. */
  | { readonly kind: 'guard_refused'; readonly symbol: string; readonly strategy: string; readonly reason: string };

/** All that a desk remembers. */
export interface DeskState {
  readonly names: VenueSymbol[];
  /** Told of what becomes of the core's orders; may ask for more in turn. */
  readonly sink: (event: OrderEvent) => void;
  readonly holders: Map<string, Holder>;
  /** The same by symbol number. */
  readonly bySymbol: Holder[][];
  /** By every id that a line was ever sent under. */
  readonly byClient: Map<string, Line>;
  /** By the broker's id. */
  readonly tickets: Map<string, Ticket>;
  /** Reports of orders that no answer has named yet: a leg may be heard of before its entry's answer. */
  readonly strangers: Map<string, OrderReport[]>;
  /** Requests whose outcome nobody has said, by number. */
  readonly pending: Map<number, { readonly request: Request; readonly line: Line | undefined }>;
  /** How often an order of the core was sent, by its number. */
  readonly attempts: Map<number, number>;
  /** Why the core cancelled an order that is on its way out. */
  readonly reasons: Map<Order, string>;
  /** Holders that something has happened to since they were last looked at. */
  readonly dirty: Set<Holder>;
  outbox: Request[];
  remarks: Remark[];
  /** Number of the last request. */
  count: number;
  /** What time it is, as far as it was said, ms. */
  now: Instant;
  /** Above 0 while holders are being looked at, or a fact is being heard: what comes up waits in `dirty`. */
  depth: number;
}

/** The state of a desk without orders. */
export const createDeskState = ({ symbols, sink }: VenueHooks): DeskState => ({
  names: [...symbols],
  sink,
  holders: new Map(),
  bySymbol: symbols.map(() => []),
  byClient: new Map(),
  tickets: new Map(),
  strangers: new Map(),
  pending: new Map(),
  attempts: new Map(),
  reasons: new Map(),
  dirty: new Set(),
  outbox: [],
  remarks: [],
  count: 0,
  now: instant(0),
  depth: 0,
});

/** The share of a symbol that an order belongs to; made when there is none yet. */
export function holderOf(desk: DeskState, order: Order): Holder {
  const key = `${order.strategy}\n${order.symbol}`;
  let holder = desk.holders.get(key);
  if (holder === undefined) {
    holder = newHolder(key, desk.names[order.symbolIndex]!.kind);
    desk.holders.set(key, holder);
    desk.bySymbol[order.symbolIndex]!.push(holder);
  }
  return holder;
}

export const symbolOf = (desk: DeskState, order: Order): string => desk.names[order.symbolIndex]!.symbol;

type Body = Request extends infer One ? (One extends Request ? Omit<One, 'n'> : never) : never;

/** Puts a request into the outbox, and its line under way. */
export function ask(desk: DeskState, body: Body, line: Line | undefined): void {
  const request = { ...body, n: ++desk.count } as Request;
  desk.outbox.push(request);
  desk.pending.set(request.n, { request, line });
  if (line !== undefined && request.kind !== 'look') line.busy = { request: request.n, what: request.kind };
}

/** The next id for another try of an order. */
export function nextId(desk: DeskState, order: Order): string {
  const attempt = (desk.attempts.get(order.seq) ?? 0) + 1;
  desk.attempts.set(order.seq, attempt);
  return clientOrderId(order, attempt);
}

/** Asks for a new order, under the id of its line. */
export function send(desk: DeskState, line: Line, submission: Submission, urgency: Request['urgency']): void {
  desk.byClient.set(line.clientId, line);
  line.submission = submission;
  ask(desk, { kind: 'submit', urgency, clientId: line.clientId, submission }, line);
}

/** Tells the core that an order ends without filling further. */
export function end(desk: DeskState, order: Order, reason: string): void {
  desk.reasons.delete(order);
  if (order.status === 'working') desk.sink({ kind: 'cancelled', order, reason, time: desk.now });
}

/** Quantity by symbol that its own fills have come to, billionths; below 0 when short, left out when 0. */
export function positionsOf({ bySymbol, names }: DeskState): Map<string, bigint> {
  const signed = ({ side, qty }: EarlyFill): bigint => (side === 'buy' ? qty : 0n - qty);
  const sums = new Map<string, bigint>();
  bySymbol.forEach((list, symbol) => {
    let sum = 0n;
    for (const { position, early } of list) {
      sum += position;
      for (const fill of early) sum += signed(fill);
    }
    if (sum !== 0n) sums.set(names[symbol]!.symbol, sum);
  });
  return sums;
}

/** Notes a fill that no order of the core stands for any more. */
export function remarkUnclaimed(desk: DeskState, { line, qty, side }: EarlyFill): void {
  const symbol = line.order?.symbol ?? line.holder.slice(line.holder.indexOf('\n') + 1);
  desk.remarks.push({ kind: 'unclaimed_fill', symbol, side, qty: formatQty(qty) });
}

/** Notes that the broker would not hold a protection. */
export function remarkRefused(desk: DeskState, { symbol, strategy }: Order, reason: string): void {
  desk.remarks.push({ kind: 'guard_refused', symbol, strategy, reason });
}
