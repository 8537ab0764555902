import { xnys } from '../../../engine/market/calendars.ts';
import { DAY, instant } from '../../../engine/market/time.ts';
import { amount } from './amount.ts';
import type { Asset } from './assets.ts';
import { addOrder, type Book, heldQty, report } from './book.ts';
import type { Draft } from './draft.ts';
import { readDraft } from './draft.ts';
import { phaseAt } from './hours.ts';
import type { Order, OrderType, Role, Side } from './order.ts';
import { isRefusal, notFound, type Refusal, unprocessable } from './refusal.ts';
import { refusalOf } from './rules.ts';

/** Finds an asset by symbol, by id or by a coin's symbol without its slash. */
export type FindAsset = (name: string) => Asset | undefined;

/** Whether an order may be filled in the part of the day that it is. */
export function isLive(book: Book, order: Pick<Order, 'asset' | 'extendedHours'>): boolean {
  if (order.asset.class === 'crypto') return true;
  const phase = phaseAt(book.clock.now());
  return phase === 'regular' || (phase === 'extended' && order.extendedHours);
}

/** When an order ends by itself: the close of its session, 90 days for gtc (coins never see a close). */
export function expiryOf(book: Book, draft: Pick<Draft, 'timeInForce' | 'extendedHours'>, asset: Asset): number {
  const now = book.clock.now();
  if (draft.timeInForce === 'gtc' || asset.class === 'crypto') return now + 90 * DAY;
  const calendar = xnys();
  const session = calendar.nextSession(instant(now));
  if (!draft.extendedHours) return calendar.close(session);
  const today = calendar.sessionOn(instant(now));
  return now < calendar.extendedClose(today) ? calendar.extendedClose(today) : calendar.extendedClose(session);
}

interface Making {
  readonly draft: Draft;
  readonly asset: Asset;
  readonly opening: boolean;
  readonly foreign: boolean;
}

function make(book: Book, making: Making, changes: Partial<Order>, role: Role): Order {
  const { draft, asset, opening } = making;
  const at = book.clock.now();
  const side: Side = changes.side ?? draft.side;
  const opens = changes.opening ?? opening;
  return {
    id: book.identity('order'),
    clientOrderId: book.identity('client order'),
    asset,
    side,
    type: draft.type,
    timeInForce: draft.timeInForce,
    orderClass: draft.orderClass,
    role,
    qty: draft.qty,
    notional: draft.notional,
    limit: draft.limit,
    stop: draft.stop,
    trailPrice: draft.trailPrice,
    trailPercent: draft.trailPercent,
    highWater: undefined,
    extendedHours: draft.extendedHours,
    opening: opens,
    intent: `${side}_to_${opens ? 'open' : 'close'}`,
    foreign: making.foreign,
    status: 'accepted',
    elected: false,
    filledQty: 0n,
    filledValue: 0n,
    legs: [],
    parent: undefined,
    createdAt: at,
    updatedAt: at,
    submittedAt: at,
    expiresAt: expiryOf(book, draft, asset),
    filledAt: undefined,
    canceledAt: undefined,
    expiredAt: undefined,
    failedAt: undefined,
    replacedAt: undefined,
    replaces: undefined,
    replacedBy: undefined,
    ...changes,
  };
}

/** The legs that a group brings along; they are held until their turn. */
function addLegs(book: Book, making: Making, parent: Order): void {
  const { draft } = making;
  const exits = draft.orderClass === 'oco' ? draft.side : draft.side === 'buy' ? 'sell' : 'buy';
  const leg = (role: Role, type: OrderType, prices: Partial<Order>): void => {
    const changes = { ...prices, side: exits as Side, type, opening: false, status: 'held' as const, parent };
    const order = make(book, making, { ...changes, extendedHours: false }, role);
    parent.legs.push(order);
    addOrder(book, order);
  };
  if (draft.takeProfit !== undefined && draft.orderClass !== 'oco')
    leg('take_profit', 'limit', { limit: draft.takeProfit.limit, stop: undefined });
  if (draft.stopLoss !== undefined) {
    const { stop, limit } = draft.stopLoss;
    leg('stop_loss', limit === undefined ? 'stop' : 'stop_limit', { stop, limit });
  }
}

/** The stop of a trailing order that hangs on a best price. */
export function trailingStop(order: Order, best: bigint): bigint {
  const trail = order.trailPrice ?? (best * order.trailPercent!) / amount('100');
  const stop = order.side === 'sell' ? best - trail : best + trail;
  const cent = amount('0.01');
  // On the near side of the cent, so that the stop never lies nearer to the market than was asked.
  return order.side === 'sell' ? stop - (stop % cent) : stop + ((cent - (stop % cent)) % cent);
}

/**
 * Takes an order into the book, or refuses it. It is answered as `pending_new` when it can be filled now and as `accepted`
 * when it waits for a session; its events follow after the answer.
 * @param foreign came from somewhere else than the engine under test
 */
export function submit(book: Book, find: FindAsset, body: Record<string, unknown>, foreign = false): Order | Refusal {
  const draft = readDraft(body);
  if (isRefusal(draft)) return draft;
  const asset = find(draft.symbol);
  if (asset === undefined) return unprocessable(`asset "${draft.symbol}" not found`);
  const held = heldQty(book, asset);
  const opening = held === 0n || held > 0n === (draft.side === 'buy');
  const refusal = refusalOf(book, draft, asset, opening);
  if (refusal !== undefined) return refusal;
  const making: Making = { draft, asset, opening, foreign };
  const order = make(
    book,
    making,
    draft.clientOrderId === undefined ? {} : { clientOrderId: draft.clientOrderId },
    draft.orderClass === '' ? 'alone' : draft.orderClass === 'oco' ? 'take_profit' : 'entry',
  );
  const best = book.last.get(asset.symbol);
  if (order.type === 'trailing_stop' && best !== undefined) {
    order.highWater = best;
    order.stop = trailingStop(order, best);
  }
  addOrder(book, order);
  if (draft.orderClass !== '') addLegs(book, making, order);
  const live = isLive(book, order);
  order.status = live ? 'pending_new' : 'accepted';
  book.clock.soon(() => {
    if (order.status !== 'pending_new' && order.status !== 'accepted') return;
    report(book, order.status, order);
    for (const leg of order.legs) report(book, 'held', leg);
    if (live) route(book, order);
  });
  return order;
}

/** Sends an order that waited to its market. */
export function route(book: Book, order: Order): void {
  order.status = 'new';
  report(book, 'new', order);
}

export const orderNotFound = (id: string): Refusal => notFound(`order not found for ${id}`);
