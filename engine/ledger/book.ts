import type { Bars } from '../market/bars.ts';
import type { Instant } from '../market/time.ts';
import { type BookOptions, type BookState, freshState } from './book-state.ts';
import { addMoney, addPoints, cashOf, cashToNumber, pointsOf, pointsToNumber } from './cash.ts';
import {
  beginExposure,
  CASH,
  COMMISSION,
  EQUITY,
  endExposure,
  endInstant,
  figure,
  revalue,
  sample,
  setCash,
  slide,
  TRADED,
  tally,
} from './curve.ts';
import { extendState, type Wider } from './extend.ts';
import { enlarge, entryPriceOf, type Holding, openHolding, reduce, restate, tradeOf } from './holding.ts';
import {
  BARS,
  closeSlot,
  HIGH,
  LAST,
  LOW,
  markOf,
  markSymbol,
  openSlot,
  QTY,
  restateSlot,
  STRATEGY,
  SYMBOL,
  setMarkQty,
  touchSlot,
} from './marks.ts';
import type { Money, Price, Qty } from './money.ts';
import * as money from './money.ts';
import type { ExitReason, Fill, FillPlace, Order, OrderEvent } from './order.ts';
import { centsDown, centsUp, hold, lower, reservedCents, SHORT_RESERVE, unitReserve } from './reservations.ts';
import { splitRatio } from './split.ts';
import type { EquityPoint, OpenPosition, Trade, TradeLeg } from './trade.ts';
import { keepTrade, tradeAt } from './trade-log.ts';

/** The account's book: the one writer of orders' progress, positions, cash, trades and equity. */
export interface Book {
  readonly state: BookState;
  /** Closed trades, oldest first; `state.trades` has them in columns. */
  readonly trades: () => readonly Trade[];
  /** Number of a strategy. @throws Error for an id the book was not made with. */
  readonly strategyIndex: (id: string) => number;
  /** Takes what a broker says of an order; gives the trade that it closed, if any. */
  readonly apply: (event: OrderEvent) => Trade | undefined;
  /** Holds buying power for a working entry order; call again when its quantity or levels were amended. */
  readonly reserve: (order: Order, reference: number) => void;
  /**
   * Dollars that a new entry may hold back: the lesser of the account's and the purse's. `replacing` names a symbol
   * whose position of this strategy is about to be closed (a reversal); -1 for none.
   */
  readonly available: (strategy: number, replacing?: number) => number;
  /** What can be paid for a fill of `order`, its own reservation included; the purse is looked at only above the reservation. */
  readonly buyingPower: (order: Order, need: Money) => Money;
  /** Loss in dollars that the stop would take; becomes the trade's `riskAtEntry`. */
  readonly setRisk: (strategy: number, symbol: number, dollars: number) => void;
  /** Marks a symbol's open positions by its bar. */
  readonly mark: (symbol: number, high: number, low: number, close: number) => void;
  /** Ends an instant after all its symbols are marked: equity, drawdown, exposure. */
  readonly endInstant: () => void;
  /** `mark` and `endInstant` for each bar of rows `from` to `to` of a symbol, where no other has an open position. */
  readonly coast: (symbol: number, bars: Bars, from: number, to: number) => void;
  readonly sampleSession: (time: Instant) => void;
  /** Open round trip of a strategy in a symbol. Read only. */
  readonly holding: (strategy: number, symbol: number) => Readonly<Holding> | undefined;
  /** Bars of the symbol marked since the entry fill, 0 on the bar of the fill once it is marked; -1 when flat. */
  readonly barsHeld: (strategy: number, symbol: number) => number;
  /** Signed quantity over all strategies. */
  readonly netQty: (symbol: number) => Qty;
  readonly openCount: () => number;
  /** Dollars at the last marks, long and short added up, and how many positions, of those that `counts` names. */
  readonly exposure: (counts: (strategy: number, symbol: number) => boolean) => {
    readonly gross: number;
    readonly positions: number;
  };
  readonly cash: () => Money;
  readonly strategyCash: (strategy: number) => Money;
  /** At the last marks. */
  readonly equity: () => number;
  readonly strategyEquity: (strategy: number) => number;
  readonly openPositions: () => OpenPosition[];
  readonly equityPoints: () => EquityPoint[];
  readonly strategyEquityPoints: (strategy: number) => EquityPoint[];
  /**
   * Goes on with further symbols and purses, or purses of another size: see `extendState`. `state` is another afterwards.
   * @throws Error when a symbol or purse that the book has is missing or stands elsewhere; the book is whole then
   */
  readonly extend: (wider: Wider) => void;
  /**
   * `ratio` new shares for an old one, before the session's first bar. A fraction below `increment` is paid out at
   * `priceAfter` (a price after the split) as a leg `cash_in_lieu`. Gives the trades that this closed.
   */
  readonly applySplit: (symbol: number, ratio: number, priceAfter: number, increment: Qty, time: Instant) => Trade[];
  /** `perShare` dollars: longs receive, shorts pay; part of the trade's profit. */
  readonly applyDividend: (symbol: number, perShare: number) => void;
}

/** A fill as doubles: the nearest ones. */
interface FillFigures {
  /** Dollars a share. */
  price: number;
  shares: number;
  /** Price times shares. */
  dollars: number;
}

/** What an order has yet to fill. */
const openQty = (order: Order): Qty =>
  order.filled === money.NO_QTY ? order.qty : ((order.qty - order.filled) as Qty);

const CENT = 10_000_000_000_000_000n;

/** Commission that rests on what a position still holds. */
const paidFor = (holding: Holding): bigint => holding.lots.reduce((sum, lot) => sum + lot.commission, 0n);

/**
 * Opens a book with its cash and purses.
 * @throws Error when two strategies have one id
 */
export const createBook = (options: BookOptions): Book => openBook(freshState(options));

/**
 * Goes on with a book from its state (a clone of an earlier `state`), which it takes over.
 * @throws Error when two strategies have one id
 */
export const openBook = (state: BookState): Book => {
  const count = state.symbols.length;
  const ids = new Map(state.strategies.map((strategy, index) => [strategy.id, index]));
  if (ids.size < state.strategies.length) throw new Error('two strategies have the same id; every id must be its own');
  const { marks, curve, cash, holdings, reservations } = state;
  /** Those of `state.trades` that somebody asked for. */
  const trades: Trade[] = [];
  const figures: FillFigures = { price: 0, shares: 0, dollars: 0 };

  const strategyIndex = (id: string): number => {
    const index = ids.get(id) ?? state.formerIds.get(id);
    if (index === undefined) throw new Error(`strategy \`${id}\` is not in this book`);
    return index;
  };

  const addCash = (strategy: number, amount: bigint): void => {
    addMoney(cash, 0, amount as Money);
    addMoney(cash, strategy + 1, amount as Money);
    showCash(strategy);
  };

  const showCash = (strategy: number): void =>
    setCash(curve, strategy, cashToNumber(cash, strategy + 1), cashToNumber(cash, 0));

  const costOf = (holding: Holding): number => (holding.cost === 0n ? 0 : money.moneyToNumber(holding.cost));

  /** @param cost what the lots still hold, dollars */
  const setCost = (holding: Holding, cost: number): void => {
    const long = holding.side === 'long';
    const cents = centsUp(long ? cost : cost * SHORT_RESERVE);
    state.costCents[holding.strategy] = state.costCents[holding.strategy]! + cents - holding.costCents;
    holding.costCents = cents;
    const locked = long ? 0 : cents + centsUp(cost);
    state.lockedCents += locked - holding.lockedCents;
    holding.lockedCents = locked;
  };

  const setQty = (holding: Holding, shares: number): void => {
    holding.shares = shares;
    setMarkQty(marks, holding.slot, holding.side === 'long' ? shares : -shares);
  };

  const close = (holding: Holding, leg: TradeLeg, at: FillPlace): Trade => {
    const slot = holding.slot;
    const bars = markOf(marks, slot, BARS) - (at === 'close' ? 1 : 0);
    const trade = tradeOf(
      holding,
      state.strategies[holding.strategy]!.id,
      state.symbols[holding.symbol]!,
      leg,
      bars,
      markOf(marks, slot, HIGH),
      markOf(marks, slot, LOW),
    );
    closeSlot(marks, slot);
    endExposure(curve, holding.strategy, at === 'intrabar');
    holdings[holding.strategy * count + holding.symbol] = undefined;
    keepTrade(state.trades, holding.strategy * count + holding.symbol, trade);
    return trade;
  };

  const enter = (order: Order, fill: Fill, strategy: number, notional: Money, figures: FillFigures): void => {
    const key = strategy * count + order.symbolIndex;
    const { price } = figures;
    let holding = holdings[key];
    if (holding === undefined) {
      const slot = openSlot(marks, order.symbolIndex, strategy, price, fill.at === 'close' ? 1 : 0);
      holding = openHolding(strategy, order.symbolIndex, order.positionSide, slot, order.rule, fill.time);
      holdings[key] = holding;
      beginExposure(curve, strategy);
    } else if (holding.side !== order.positionSide) {
      throw new Error(
        `order ${order.seq} opens ${order.positionSide} ${order.symbol} while \`${order.strategy}\` is ${holding.side}`,
      );
    }
    enlarge(holding, fill, notional);
    const only = holding.lots.length === 1;
    setCost(holding, only ? figures.dollars : costOf(holding));
    setQty(holding, only ? figures.shares : money.qtyToNumber(holding.qty));
    touchSlot(marks, holding.slot, price);
  };

  const leave = (
    order: Order,
    fill: Fill,
    strategy: number,
    notional: Money,
    figures: FillFigures,
  ): Trade | undefined => {
    const holding = holdings[strategy * count + order.symbolIndex];
    if (holding === undefined || holding.side !== order.positionSide || holding.qty < fill.qty) {
      const held = holding === undefined ? 'nothing' : `${money.formatQty(holding.qty)} ${holding.side}`;
      throw new Error(
        `order ${order.seq} closes ${money.formatQty(fill.qty)} ${order.positionSide} ${order.symbol}, but \`${order.strategy}\` holds ${held}`,
      );
    }
    const leg = reduce(holding, fill, notional, order.rule, order.exitReason ?? 'exit_rule');
    setCost(holding, costOf(holding));
    setQty(holding, holding.qty === 0n ? 0 : money.qtyToNumber(holding.qty));
    touchSlot(marks, holding.slot, figures.price);
    return holding.qty === 0n ? close(holding, leg, fill.at) : undefined;
  };

  const fillOrder = (order: Order, fill: Fill): Trade | undefined => {
    const strategy = strategyIndex(order.strategy);
    const notional = money.mulPriceQty(fill.price, fill.qty);
    figures.price = money.priceToNumber(fill.price);
    figures.shares = money.qtyToNumber(fill.qty);
    const points = pointsOf(figures.price, figures.shares);
    const onGrid = !Number.isNaN(points);
    figures.dollars = onGrid ? pointsToNumber(points) : money.moneyToNumber(notional);
    let trade: Trade | undefined;
    if (order.role === 'entry') enter(order, fill, strategy, notional, figures);
    else trade = leave(order, fill, strategy, notional, figures);
    const sign = order.side === 'buy' ? -1 : 1;
    if (onGrid && fill.commission === 0n) {
      addPoints(cash, 0, sign * points);
      addPoints(cash, strategy + 1, sign * points);
      showCash(strategy);
    } else addCash(strategy, (sign < 0 ? 0n - notional : notional) - fill.commission);
    tally(curve, strategy, TRADED, figures.price * figures.shares);
    if (fill.commission !== 0n) tally(curve, strategy, COMMISSION, money.moneyToNumber(fill.commission));
    // A literal holds one element; a push to an empty array makes room for seventeen.
    if (order.filled === 0n) {
      order.fills = [fill];
      order.filled = fill.qty;
    } else {
      order.fills = [...order.fills, fill];
      order.filled = (order.filled + fill.qty) as Qty;
    }
    if (order.filled >= order.qty) order.status = 'filled';
    if (order.role === 'entry') release(order, strategy);
    return trade;
  };

  const release = (order: Order, strategy: number): void => {
    const left = order.status === 'working' ? money.qtyToNumber(openQty(order)) : 0;
    lower(reservations, strategy, order, left);
  };

  const apply = (event: OrderEvent): Trade | undefined => {
    const { order } = event;
    switch (event.kind) {
      case 'fill':
        return fillOrder(order, event.fill);
      case 'cut':
        order.reason = event.reason;
        return undefined;
      case 'cancelled':
      case 'refused':
        order.status = event.kind;
        order.reason = event.reason;
        release(order, strategyIndex(order.strategy));
        return undefined;
    }
  };

  const reserve = (order: Order, reference: number): void => {
    if (order.role !== 'entry' || order.status !== 'working') return;
    const limit = order.limitPrice === undefined ? undefined : money.priceToNumber(order.limitPrice);
    const stop = order.stopPrice === undefined ? undefined : money.priceToNumber(order.stopPrice);
    const unit = unitReserve(order, reference, limit, stop);
    const left = money.qtyToNumber(openQty(order));
    hold(reservations, strategyIndex(order.strategy), order, unit, left);
  };

  /** Equity of a row, fills since the last instant included. */
  const equityOf = (row: number): number => {
    if (curve.dirtyCount > 0 && (row === 0 || curve.isDirty[row] === 1)) revalue(curve, marks);
    return figure(curve, row, EQUITY);
  };

  const purseFree = (strategy: number): number =>
    centsDown(equityOf(strategy + 1)) - state.costCents[strategy]! - reservations.byStrategy[strategy]!;

  const available = (strategy: number, replacing = -1): number => {
    // Whoever owes more than they have buys nothing, whatever cash a purse still holds.
    if (equityOf(0) <= 0) return 0;
    let purse = purseFree(strategy);
    let account = centsDown(figure(curve, 0, CASH)) - state.lockedCents - reservations.account;
    const holding = replacing < 0 ? undefined : holdings[strategy * count + replacing];
    if (holding !== undefined) {
      purse += holding.costCents;
      account += holding.lockedCents + centsDown(markOf(marks, holding.slot, QTY) * markOf(marks, holding.slot, LAST));
    }
    return Math.max(0, Math.min(purse, account)) / 100;
  };

  const buyingPower = (order: Order, need: Money): Money => {
    const own = reservedCents(reservations, order);
    const held = state.lockedCents + reservations.account - own;
    const account = (cashOf(cash, 0) - BigInt(held) * CENT) as Money;
    const reserved = BigInt(own) * CENT;
    if (need <= reserved || account <= reserved) return account;
    const strategy = strategyIndex(order.strategy);
    const purse = reserved + BigInt(Math.max(0, purseFree(strategy))) * CENT;
    return account < purse ? account : (purse as Money);
  };

  const openPositions = (): OpenPosition[] =>
    holdings
      .filter((holding) => holding !== undefined)
      .map((holding) => {
        const lastPrice = markOf(marks, holding.slot, LAST);
        const value = money.mulPriceQty(money.priceFrom(lastPrice), holding.qty);
        return {
          strategy: state.strategies[holding.strategy]!.id,
          symbol: state.symbols[holding.symbol]!,
          side: holding.side,
          qty: holding.qty,
          entryTime: holding.entryTime,
          entryPrice: entryPriceOf(holding),
          lastPrice,
          // What the entry paid in commission is lost already: closed and open results add up to the equity.
          unrealized: ((holding.side === 'long' ? value - holding.cost : holding.cost - value) -
            paidFor(holding)) as Money,
        };
      });

  const points = (row: number): EquityPoint[] =>
    curve.samples[row]!.map((equity, n) => ({ time: curve.sampleTimes[n] as Instant, equity }));

  const heldIn = (symbol: number): Holding[] => {
    const found: Holding[] = [];
    for (let slot = marks.head[symbol]!; slot >= 0; slot = marks.next[slot]!) {
      found.push(holdings[markOf(marks, slot, STRATEGY) * count + symbol]!);
    }
    return found;
  };

  const payOut = (holding: Holding, qty: Qty, price: Price, time: Instant): Trade | undefined => {
    const value = money.mulPriceQty(price, qty);
    const reason: ExitReason = 'manual';
    const leg = reduce(holding, { time, price, qty, commission: money.NO_MONEY }, value, 'cash_in_lieu', reason);
    setCost(holding, costOf(holding));
    addCash(holding.strategy, holding.side === 'long' ? value : 0n - value);
    return holding.qty === 0n ? close(holding, leg, 'open') : undefined;
  };

  const applySplit = (symbol: number, ratio: number, priceAfter: number, increment: Qty, time: Instant): Trade[] => {
    const { numerator, denominator } = splitRatio(ratio);
    const closed: Trade[] = [];
    for (const holding of heldIn(symbol)) {
      restate(holding, numerator, denominator);
      restateSlot(marks, holding.slot, ratio);
      const fraction = (holding.qty % increment) as Qty;
      const trade = fraction === 0n ? undefined : payOut(holding, fraction, money.priceFrom(priceAfter), time);
      if (trade === undefined) setQty(holding, money.qtyToNumber(holding.qty));
      else closed.push(trade);
    }
    return closed;
  };

  const applyDividend = (symbol: number, perShare: number): void => {
    const dividend = money.priceFrom(perShare);
    for (const holding of heldIn(symbol)) {
      const paid = money.mulPriceQty(dividend, holding.qty);
      const income = holding.side === 'long' ? paid : 0n - paid;
      holding.pnl = (holding.pnl + income) as Money;
      addCash(holding.strategy, income);
    }
  };

  const book: Book = {
    state,
    extend: (wider) => {
      // Whoever has this book goes on with it, also when it is extended again.
      const { extend: _, ...rest } = openBook(extendState(book.state, wider));
      Object.assign(book, rest);
    },
    trades: () => {
      for (let row = trades.length; row < state.trades.length; row++) trades.push(tradeAt(state.trades, row));
      return trades;
    },
    strategyIndex,
    apply,
    reserve,
    available,
    buyingPower,
    setRisk: (strategy, symbol, dollars) => {
      const holding = holdings[strategy * count + symbol];
      if (holding !== undefined) holding.riskAtEntry = dollars;
    },
    mark: (symbol, high, low, last) => markSymbol(marks, symbol, high, low, last),
    endInstant: () => endInstant(curve, marks),
    coast: (symbol, bars, from, to) => {
      if (marks.open === 0 && curve.dirtyCount === 0) {
        curve.instants += to - from;
        return;
      }
      let row = from;
      // The first one settles what fills have left; with a single position the rest is one loop.
      do {
        markSymbol(marks, symbol, bars.high[row]!, bars.low[row]!, bars.close[row]!);
        endInstant(curve, marks);
        row++;
      } while (row < to && marks.open > 1);
      if (row < to) slide(curve, marks, bars, row, to);
    },
    sampleSession: (time) => {
      if (curve.dirtyCount > 0) revalue(curve, marks);
      sample(curve, time);
    },
    holding: (strategy, symbol) => holdings[strategy * count + symbol],
    barsHeld: (strategy, symbol) => {
      const holding = holdings[strategy * count + symbol];
      return holding === undefined ? -1 : markOf(marks, holding.slot, BARS) - 1;
    },
    netQty: (symbol) => {
      let net = 0n;
      for (const holding of heldIn(symbol)) net += holding.side === 'long' ? holding.qty : 0n - holding.qty;
      return net as Qty;
    },
    openCount: () => marks.open,
    exposure: (counts) => {
      let gross = 0;
      let positions = 0;
      for (let n = 0; n < marks.open; n++) {
        const slot = marks.used[n]!;
        if (!counts(markOf(marks, slot, STRATEGY), markOf(marks, slot, SYMBOL))) continue;
        gross += Math.abs(markOf(marks, slot, QTY) * markOf(marks, slot, LAST));
        positions++;
      }
      return { gross, positions };
    },
    cash: () => cashOf(cash, 0),
    strategyCash: (strategy) => cashOf(cash, strategy + 1),
    equity: () => equityOf(0),
    strategyEquity: (strategy) => equityOf(strategy + 1),
    openPositions,
    equityPoints: () => points(0),
    strategyEquityPoints: (strategy) => points(strategy + 1),
    applySplit,
    applyDividend,
  };
  return book;
};
