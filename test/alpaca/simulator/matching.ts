import { xnys } from '../../../engine/market/calendars.ts';
import { instant } from '../../../engine/market/time.ts';
import { type Amount, isWhole, least, most, ONE } from './amount.ts';
import { type Book, endOrder, execute } from './book.ts';
import { afterFill, elect, endGroup, isArmed } from './exits.ts';
import { phaseAt } from './hours.ts';
import { isEnded, isWorking, leavesQty, type Order } from './order.ts';
import { isLive, trailingStop } from './submit.ts';

/** A move of the price. Between two prices of one minute it goes through everything that lies between; the first of a minute is a jump. */
export interface Move {
  /** Price before; undefined for a jump. */
  readonly from: Amount | undefined;
  readonly to: Amount;
  readonly auction: 'open' | 'close' | undefined;
}

/** Price at which a limit is met on a move, or undefined. */
function limitPrice(side: 'buy' | 'sell', limit: Amount, { from, to }: Move): Amount | undefined {
  const good = (price: Amount): boolean => (side === 'buy' ? price <= limit : price >= limit);
  if (from === undefined) return good(to) ? to : undefined;
  if (good(from)) return good(to) ? to : from;
  return good(to) ? limit : undefined;
}

/** Price at which a stop is reached on a move, or undefined: the stop itself, or where a jump lands beyond it. */
function stopReached(side: 'buy' | 'sell', stop: Amount, { from, to }: Move): Amount | undefined {
  const beyond = (price: Amount): boolean => (side === 'buy' ? price >= stop : price <= stop);
  if (from === undefined) return beyond(to) ? to : undefined;
  if (beyond(from)) return from;
  return beyond(to) ? stop : undefined;
}

/** Price of an order's fill on this move, after its stop was looked at; undefined: not now. */
function fillPrice(book: Book, order: Order, move: Move): Amount | undefined {
  const { side } = order;
  let rest = move;
  if ((order.type === 'stop' || order.type === 'stop_limit') && !order.elected) {
    const at = stopReached(side, order.stop!, move);
    if (at === undefined) return undefined;
    elect(book, order);
    if (order.type === 'stop') return at;
    // From where the stop was reached the move goes on as for a limit.
    if (limitPrice(side, order.limit!, { from: undefined, to: at, auction: undefined }) !== undefined) return at;
    rest = { from: at, to: move.to, auction: undefined };
  }
  if (order.type === 'trailing_stop' && !order.elected) return trail(order, move);
  if (order.limit !== undefined) return limitPrice(side, order.limit, rest);
  return move.to;
}

function trail(order: Order, move: Move): Amount | undefined {
  const sells = order.side === 'sell';
  const best = order.highWater;
  if (best !== undefined) {
    const at = stopReached(order.side, order.stop!, move);
    if (at !== undefined) {
      order.elected = true;
      return at;
    }
  }
  order.highWater = best === undefined ? move.to : sells ? most(best, move.to) : least(best, move.to);
  order.stop = trailingStop(order, order.highWater);
  return undefined;
}

/** How much is filled at once: all, or by the dice a part. */
function share(book: Book, order: Order, left: Amount): Amount {
  if (book.rules.partials === 0 || order.timeInForce === 'fok' || book.dice() >= book.rules.partials) return left;
  const part = BigInt(Math.floor(book.dice() * 1e9)) * left;
  const grid = isWhole(left) ? ONE : 1n;
  const cut = part / ONE - ((part / ONE) % grid);
  return most(cut, least(grid, left));
}

function takesPart(book: Book, order: Order, move: Move): boolean {
  if (!isWorking(order) && !isArmed(order)) return false;
  if (order.asset.class === 'crypto') return true;
  if (order.timeInForce === 'opg') return move.auction === 'open';
  if (order.timeInForce === 'cls') return move.auction === 'close';
  if (phaseAt(book.clock.now()) !== 'regular' && (order.type !== 'limit' || order.role !== 'alone')) return false;
  return move.auction === 'close' ? false : isLive(book, order);
}

/** Puts a move of the price to every order that rests for the symbol, in the order of their coming. */
export function match(book: Book, symbol: string, given: Move): void {
  const move =
    given.from === undefined && opens(book, symbol) ? { ...given, auction: given.auction ?? ('open' as const) } : given;
  if (move.auction !== 'close') book.last.set(symbol, move.to);
  if (book.halted.has(symbol)) return;
  for (const order of book.open) {
    if (order.asset.symbol !== symbol || isEnded(order) || !takesPart(book, order, move)) continue;
    fill(book, order, seenBy(order, move, book.rules.halfSpread));
  }
}

/** The first price of a symbol in a regular session is that of its opening auction. */
function opens(book: Book, symbol: string): boolean {
  const session = xnys().sessionAt(instant(book.clock.now()));
  if (session < 0 || symbol.includes('/') || book.opened.get(symbol) === session) return false;
  book.opened.set(symbol, session);
  return true;
}

/** The move as a buyer sees it at the ask, a seller at the bid. */
function seenBy(order: Order, move: Move, half: Amount): Move {
  if (half === 0n) return move;
  const shift = order.side === 'buy' ? half : -half;
  return { ...move, from: move.from === undefined ? undefined : move.from + shift, to: move.to + shift };
}

function fill(book: Book, order: Order, move: Move): void {
  const price = fillPrice(book, order, move);
  const once = order.timeInForce !== 'day' && order.timeInForce !== 'gtc';
  if (price !== undefined) {
    if (order.qty === undefined) order.qty = order.notional! / price;
    const left = leavesQty(order)!;
    if (left > 0n) {
      execute(book, order, share(book, order, left), price);
      afterFill(book, order);
    }
  }
  if (once && !isEnded(order)) {
    endOrder(book, order, 'canceled');
    endGroup(book, order, 'canceled');
  }
}
