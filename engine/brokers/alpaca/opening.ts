import type { Intended } from '../../core/broker.ts';
import { formatPrice, formatQty } from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import { type DeskState, nextId, send, symbolOf } from './desk-state.ts';
import type { Submission } from './facts.ts';
import type { Holder } from './holder.ts';
import { isLive, isWhole, newLine } from './line.ts';

/** Times in force that Alpaca takes legs with. */
const BRACKETED = new Set(['day', 'gtc']);

/** Another strategy holds the other side of the symbol, or is about to: the broker has one position of it. */
export function opposite({ bySymbol }: DeskState, own: Holder, order: Order): boolean {
  const sign = order.side === 'buy' ? 1n : -1n;
  return bySymbol[order.symbolIndex]!.some(
    (other) =>
      other !== own &&
      (other.position * sign < 0n ||
        (isLive(other.entry) && other.entry.order?.side !== order.side) ||
        other.waiting.some((one) => one.order.side !== order.side)),
  );
}

/** Sends the first entry that waits, when nothing is in its way. */
export function enter(desk: DeskState, holder: Holder): void {
  if (isLive(holder.entry)) return;
  const next = holder.waiting[0];
  if (next === undefined) return;
  const { order, intended } = next;
  const sign = order.side === 'buy' ? 1n : -1n;
  // A reversal: what is held has to be sold first.
  if (holder.position * sign < 0n) return;
  holder.waiting.shift();
  sendEntry(desk, holder, order, intended);
}

function sendEntry(desk: DeskState, holder: Holder, order: Order, intended: Intended | undefined): void {
  const line = newLine({ purpose: 'entry', holder: holder.key, order, clientId: nextId(desk, order), qty: order.qty });
  holder.entry = line;
  send(desk, line, entrySubmission(symbolOf(desk, order), holder, order, intended), 'entry');
}

function entrySubmission(symbol: string, holder: Holder, order: Order, intended: Intended | undefined): Submission {
  const { type, timeInForce, extendedHours } = order;
  const { stop, target } = intended !== undefined && takesLegs(holder, order) ? intended : {};
  return {
    symbol,
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
  };
}

/** The broker would hold exits along with this entry. */
const takesLegs = ({ rule }: Holder, { type, timeInForce, extendedHours, qty }: Order): boolean =>
  rule === 'equity' &&
  isWhole(qty) &&
  !extendedHours &&
  (type === 'market' || type === 'limit') &&
  BRACKETED.has(timeInForce);
