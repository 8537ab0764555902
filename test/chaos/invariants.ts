import { formatMoney, formatQty, type Qty } from '../../engine/ledger/money.ts';
import { isOwnOrderId } from '../../engine/ledger/order-id.ts';
import type { LiveStand } from '../../engine/runtime/live/live-run.ts';
import { moneyText } from '../alpaca/simulator/amount.ts';
import type { Book } from '../alpaca/simulator/book.ts';
import type { Order } from '../alpaca/simulator/order.ts';
import { CASH } from './engine.ts';

/** The decision that an order carries out: its id without the number of the try and of the replacement. */
const intentOf = (clientOrderId: string): string => clientOrderId.replace(/~\d+/g, '').replace(/\.\d+$/, '');

const rootOf = (order: Order): Order => (order.parent === undefined ? order : rootOf(order.parent));

/** What must hold at every moment: (a) one order an intent, (f) every order is this engine's. */
export function brokenAlways(book: Book): string[] {
  const broken: string[] = [];
  const intents = new Map<string, number>();
  for (const order of book.orders.values()) {
    if (order.foreign) continue;
    const root = rootOf(order);
    if (!isOwnOrderId(root.clientOrderId)) broken.push(`(f) order ${root.clientOrderId} is not the engine's`);
    if (!order.opening || order.replaces !== undefined || order.status === 'rejected') continue;
    const intent = intentOf(order.clientOrderId);
    intents.set(intent, (intents.get(intent) ?? 0) + 1);
  }
  for (const [intent, count] of intents) if (count > 1) broken.push(`(a) ${count} orders for ${intent}`);
  return broken;
}

/** What must hold once everything has been heard: (b) positions and (c) cash are the broker's, and nothing is left over. */
export function brokenAtRest(book: Book, { session, desk }: LiveStand): string[] {
  const broken: string[] = [];
  const there = new Map([...book.positions].map(([symbol, { qty }]) => [symbol, qty]));
  const ledger = new Map<string, bigint>();
  for (const { symbol, side, qty } of session.book.openPositions()) {
    ledger.set(symbol, (ledger.get(symbol) ?? 0n) + (side === 'long' ? qty : 0n - qty));
  }
  const ours = desk!.positions();
  for (const symbol of new Set([...there.keys(), ...ledger.keys(), ...ours.keys()])) {
    const [broker, own, core] = [there, ours, ledger].map((one) => one.get(symbol) ?? 0n) as [bigint, bigint, bigint];
    if (broker !== own) broken.push(`(b) ${symbol}: the desk has ${shares(own)}, the broker ${shares(broker)}`);
    if (broker !== core) broken.push(`(b) ${symbol}: the ledger has ${shares(core)}, the broker ${shares(broker)}`);
  }
  const [mine, theirs] = [Number(formatMoney(session.book.cash())), Number(moneyText(book.cash))];
  if (Math.abs(mine - theirs) >= 0.005)
    broken.push(`(c) cash ${mine} in the ledger, ${theirs} at the broker (${CASH})`);
  for (const order of book.open) {
    const held = there.get(order.asset.symbol) ?? 0n;
    if (held === 0n && !order.opening && order.status !== 'held') {
      broken.push(`(b) ${order.clientOrderId} rests at the broker, and nothing is held`);
    }
    if (!order.foreign && !desk!.knows(order.id)) broken.push(`(f) the desk does not know ${order.clientOrderId}`);
  }
  return broken;
}

const shares = (qty: bigint): string => (qty < 0n ? `-${formatQty(-qty as Qty)}` : formatQty(qty as Qty));
