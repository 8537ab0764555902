import type { CorporateAction } from '../../../engine/market/bars.ts';
import { xnys } from '../../../engine/market/calendars.ts';
import { type Instant, instant } from '../../../engine/market/time.ts';
import { figuresOf } from './account.ts';
import { type Amount, ONE, ofDouble } from './amount.ts';
import { type Book, endOrder, report } from './book.ts';
import { endGroup } from './exits.ts';
import { match } from './matching.ts';
import { isEnded, type Order } from './order.ts';
import { isLive, route } from './submit.ts';

/** Plans the account's days from now on: splits at midnight, what the open, the close and the end of the late session do. */
export function planDays(book: Book, actions: readonly CorporateAction[]): void {
  const calendar = xnys();
  const planSession = (session: number): void => {
    const midnight = calendar.midnight(calendar.open(session));
    const date = calendar.date(session);
    const later = (at: Instant, act: () => void): void => {
      if (at > book.clock.now()) book.clock.plan(at, act);
    };
    later(midnight, () => {
      for (const action of actions) if (action.date === date) applyAction(book, action);
    });
    later(calendar.extendedOpen(session), () => routeWaiting(book));
    later(calendar.open(session), () => routeWaiting(book));
    later(calendar.close(session), () => closeSession(book));
    book.clock.plan(Math.max(book.clock.now(), calendar.extendedClose(session)), () => {
      expire(book, () => true);
      planSession(session + 1);
    });
  };
  const today = calendar.sessionOn(instant(book.clock.now()));
  planSession(book.clock.now() < calendar.extendedClose(today) ? today : today + 1);
}

/** Orders that waited for this part of the day go to the market. */
function routeWaiting(book: Book): void {
  for (const order of book.open) if (order.status === 'accepted' && isLive(book, order)) route(book, order);
}

function closeSession(book: Book): void {
  for (const [symbol, price] of book.last) {
    if (!symbol.includes('/')) match(book, symbol, { from: undefined, to: price, auction: 'close' });
    book.lastDay.set(symbol, price);
  }
  expire(book, (order) => !order.extendedHours);
  const { equity } = figuresOf(book);
  book.lastEquity = equity;
  book.equity.push({ at: book.clock.now(), equity });
}

/** Ends what has reached its time: a day's order expires, one that grew 90 days old (gtc) is cancelled. */
function expire(book: Book, which: (order: Order) => boolean): void {
  for (const order of book.open) {
    if (isEnded(order) || order.expiresAt > book.clock.now() || !which(order)) continue;
    const status = order.timeInForce === 'gtc' ? 'canceled' : 'expired';
    endOrder(book, order, status);
    endGroup(book, order, status);
  }
}

const scaled = (value: Amount, by: Amount, over: Amount): Amount => (value * by) / over;

/** A split changes the quantity and leaves what it cost; a dividend is paid. Paper accounts pay none unless told to. */
export function applyAction(book: Book, action: CorporateAction): void {
  const { symbol } = action;
  const position = book.positions.get(symbol);
  const ratio = ofDouble(action.split);
  if (action.dividend !== 0 && position !== undefined) {
    const paid = position.qty * ofDouble(action.dividend);
    book.cash += paid;
    note(book, 'DIV', symbol, position.qty, paid, 'cash dividend');
  }
  if (ratio === ONE) return;
  const restated = (prices: Map<string, Amount>): void => {
    const price = prices.get(symbol);
    if (price !== undefined) prices.set(symbol, scaled(price, ONE, ratio));
  };
  restated(book.last);
  restated(book.lastDay);
  if (position !== undefined) {
    const before = position.qty;
    position.qty = scaled(before, ratio, ONE);
    note(book, 'SPLIT', symbol, position.qty - before, 0n, `split ${action.split}:1`);
  }
  for (const order of book.open) {
    if (order.asset.symbol !== symbol) continue;
    if (book.rules.splitOrders === 'cancel') endOrder(book, order, 'canceled');
    if (book.rules.splitOrders === 'adjust') adjust(book, order, ratio);
  }
}

function adjust(book: Book, order: Order, ratio: Amount): void {
  const price = (value: Amount | undefined): Amount | undefined => {
    if (value === undefined) return undefined;
    const exact = scaled(value, ONE, ratio);
    return exact - (exact % (ONE / 100n));
  };
  if (order.qty !== undefined) order.qty = scaled(order.qty, ratio, ONE);
  order.filledQty = scaled(order.filledQty, ratio, ONE);
  order.limit = price(order.limit);
  order.stop = price(order.stop);
  order.trailPrice = price(order.trailPrice);
  order.highWater = price(order.highWater);
  report(book, 'restated', order);
}

function note(book: Book, type: string, symbol: string, qty: Amount, paid: bigint, text: string): void {
  book.activities.push({
    id: book.identity('activity'),
    type,
    at: book.clock.now(),
    symbol,
    qty,
    amount: paid,
    text,
  });
}
