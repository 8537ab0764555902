import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Book, createBook, openBook } from '../../engine/ledger/book.ts';
import { COMMISSION, figure } from '../../engine/ledger/curve.ts';
import {
  formatExactMoney,
  formatMoney,
  type Money,
  moneyFrom,
  moneyToNumber,
  priceFrom,
  qtyFrom,
} from '../../engine/ledger/money.ts';
import type { Fill, FillPlace, Order } from '../../engine/ledger/order.ts';
import { figuresOf } from '../../engine/ledger/run-figures.ts';
import { splitRatio } from '../../engine/ledger/split.ts';
import type { Trade } from '../../engine/ledger/trade.ts';
import { DAY, instant } from '../../engine/market/time.ts';

const make = (cash = 100_000, capitals: readonly number[] = [50_000, 50_000]): Book =>
  createBook({ cash, strategies: capitals.map((capital, n) => ({ id: `s${n}`, capital })), symbols: ['A', 'B'] });

interface Wish {
  readonly side: 'buy' | 'sell';
  readonly qty: number;
  readonly price?: number;
  readonly opens?: boolean;
  readonly strategy?: number;
  readonly symbol?: number;
  readonly commission?: number;
  readonly at?: FillPlace;
  readonly time?: number;
  readonly limit?: number;
}

let seq = 0;
const orderOf = ({ side, qty, opens = side === 'buy', strategy = 0, symbol = 0, limit }: Wish): Order => ({
  seq: ++seq,
  strategy: `s${strategy}`,
  symbol: symbol === 0 ? 'A' : 'B',
  symbolIndex: symbol,
  rule: opens ? 'entry.long' : 'exit.stop_loss',
  role: opens ? 'entry' : 'stop_loss',
  exitReason: opens ? undefined : 'stop_loss',
  side,
  positionSide: (side === 'buy') === opens ? 'long' : 'short',
  type: limit === undefined ? 'market' : 'limit',
  qty: qtyFrom(qty),
  limitPrice: limit === undefined ? undefined : priceFrom(limit),
  stopPrice: undefined,
  timeInForce: 'gtc',
  extendedHours: false,
  decidedAt: instant(0),
  part: 0,
  group: 0,
  status: 'working',
  filled: qtyFrom(0),
  fills: [],
  reason: undefined,
});

const fillOf = ({ qty, price = 100, commission = 0, at = 'open', time = 0 }: Wish): Fill => ({
  time: instant(time),
  at,
  price: priceFrom(price),
  qty: qtyFrom(qty),
  commission: moneyFrom(commission),
});

const trade = (book: Book, wish: Wish): Trade | undefined =>
  book.apply({ kind: 'fill', order: orderOf(wish), fill: fillOf(wish) });

const dollars = (money: Money): string => formatExactMoney(money);

describe('a round trip', () => {
  it('is first in first out, costs included, partial exits as legs', () => {
    const book = make();
    trade(book, { side: 'buy', qty: 10, price: 100, commission: 1, time: 1 });
    trade(book, { side: 'buy', qty: 10, price: 110, commission: 2, time: 2 });
    expect(trade(book, { side: 'sell', qty: 15, price: 120, commission: 3, time: 3 })).toBeUndefined();
    book.setRisk(0, 0, 40);
    const closed = trade(book, { side: 'sell', qty: 5, price: 90, commission: 0.5, time: 4 });
    // 10 × 20 - 1, 5 × 10 - 1, less 3; then 5 × -20 - 1 - 0.5.
    expect(closed?.legs.map((leg) => dollars(leg.pnl))).toEqual(['245', '-101.5']);
    expect(closed && dollars(closed.pnl)).toBe('143.5');
    expect(closed).toMatchObject({
      strategy: 's0',
      symbol: 'A',
      side: 'long',
      qty: qtyFrom(20),
      entryTime: 1,
      entryPrice: priceFrom(105),
      exitTime: 4,
      exitPrice: priceFrom(112.5),
      exitReason: 'stop_loss',
      riskAtEntry: 40,
    });
    expect(closed?.pnlPct).toBeCloseTo((143.5 / 2_100) * 100, 12);
    expect(dollars(book.cash())).toBe('100143.5');
    expect(dollars(book.strategyCash(0))).toBe('50143.5');
    expect(dollars(book.strategyCash(1))).toBe('50000');
    expect(book.trades()).toEqual([closed]);
    expect(book.holding(0, 0)).toBeUndefined();
  });

  it('of a short gains as price falls', () => {
    const book = make();
    trade(book, { side: 'sell', qty: 10, price: 100, opens: true });
    expect(book.netQty(0)).toBe(qtyFrom(-10));
    const closed = trade(book, { side: 'buy', qty: 10, price: 90, opens: false, commission: 1 });
    expect(closed && dollars(closed.pnl)).toBe('99');
    expect(closed?.side).toBe('short');
    expect(dollars(book.cash())).toBe('100099');
    expect(book.available(0)).toBe(50_099);
  });

  it('splits a lot whose cost does not divide without losing anything', () => {
    const book = make();
    trade(book, { side: 'buy', qty: 3, price: 33.33, commission: 0.01 });
    for (let n = 0; n < 3; n++) trade(book, { side: 'sell', qty: 1, price: 33.34, commission: 0.01 });
    expect(book.trades().map((closed) => dollars(closed.pnl))).toEqual(['-0.01']);
    expect(dollars(book.cash())).toBe('99999.99');
  });

  it('counts bars and the extremes of price', () => {
    const book = make();
    trade(book, { side: 'buy', qty: 1, price: 100 });
    book.mark(0, 103, 99, 101);
    expect(book.barsHeld(0, 0)).toBe(0);
    book.mark(0, 108, 96, 107);
    book.mark(1, 500, 1, 250);
    expect(book.barsHeld(0, 0)).toBe(1);
    const closed = trade(book, { side: 'sell', qty: 1, price: 95, at: 'intrabar' });
    expect(closed).toMatchObject({ bars: 2 });
    expect(closed?.maePct).toBeCloseTo(5, 12);
    expect(closed?.mfePct).toBeCloseTo(8, 12);
    expect(book.barsHeld(0, 0)).toBe(-1);
    trade(book, { side: 'buy', qty: 1, price: 100, at: 'close' });
    expect(trade(book, { side: 'sell', qty: 1, price: 100 })?.bars).toBe(1);
    trade(book, { side: 'buy', qty: 1, price: 100 });
    expect(trade(book, { side: 'sell', qty: 1, price: 100, at: 'intrabar' })?.bars).toBe(0);
    trade(book, { side: 'buy', qty: 1, price: 100 });
    book.mark(0, 100, 100, 100);
    expect(trade(book, { side: 'sell', qty: 1, price: 100, at: 'close' })?.bars).toBe(0);
  });

  it('of two strategies in one symbol are two, netted at the broker', () => {
    const book = make();
    trade(book, { side: 'buy', qty: 10, strategy: 0 });
    trade(book, { side: 'sell', qty: 4, strategy: 1, opens: true });
    expect(book.netQty(0)).toBe(qtyFrom(6));
    expect(book.openCount()).toBe(2);
    expect(book.openPositions().map(({ strategy, side }) => [strategy, side])).toEqual([
      ['s0', 'long'],
      ['s1', 'short'],
    ]);
    trade(book, { side: 'sell', qty: 10, strategy: 0 });
    expect(book.netQty(0)).toBe(qtyFrom(-4));
  });

  it('cannot close what is not held', () => {
    const book = make();
    expect(() => trade(book, { side: 'sell', qty: 1 })).toThrow(/`s0` holds nothing/);
    trade(book, { side: 'buy', qty: 1 });
    expect(() => trade(book, { side: 'sell', qty: 2 })).toThrow(/closes 2 long A, but `s0` holds 1 long/);
    expect(() => trade(book, { side: 'sell', qty: 2, opens: true })).toThrow(/while `s0` is long/);
    expect(() => book.strategyIndex('x')).toThrow(/`x`/);
    expect(() =>
      createBook({
        cash: 1,
        strategies: [
          { id: 'a', capital: 1 },
          { id: 'a', capital: 1 },
        ],
        symbols: [],
      }),
    ).toThrow(/same id/);
  });
});

describe("an order's progress", () => {
  it('is written by the book alone', () => {
    const book = make();
    const order = orderOf({ side: 'buy', qty: 10 });
    book.apply({ kind: 'fill', order, fill: fillOf({ side: 'buy', qty: 4 }) });
    expect(order).toMatchObject({ status: 'working', filled: qtyFrom(4) });
    book.apply({ kind: 'cut', order, qty: qtyFrom(2), reason: 'buying_power', time: instant(0) });
    order.qty = qtyFrom(8);
    book.apply({ kind: 'fill', order, fill: fillOf({ side: 'buy', qty: 4 }) });
    expect(order).toMatchObject({ status: 'filled', filled: qtyFrom(8), reason: 'buying_power' });
    expect(order.fills).toHaveLength(2);
    const other = orderOf({ side: 'buy', qty: 10 });
    book.apply({ kind: 'cancelled', order: other, reason: 'expired', time: instant(0) });
    expect(other).toMatchObject({ status: 'cancelled', reason: 'expired' });
    book.apply({ kind: 'refused', order: other, reason: 'size_zero', time: instant(0) });
    expect(other).toMatchObject({ status: 'refused', reason: 'size_zero' });
  });
});

describe('buying power', () => {
  it('is held by working entries: market buys at 4 %, limits at the limit, shorts at 103 %', () => {
    const book = make();
    const market = orderOf({ side: 'buy', qty: 100 });
    book.reserve(market, 100);
    expect(book.available(0)).toBe(39_600);
    expect(book.available(1)).toBe(50_000);
    const limit = orderOf({ side: 'buy', qty: 100, limit: 99 });
    book.reserve(limit, 100);
    expect(book.available(0)).toBe(29_700);
    const short = orderOf({ side: 'sell', qty: 100, opens: true });
    book.reserve(short, 100);
    expect(book.available(0)).toBe(19_400);
    limit.qty = qtyFrom(50);
    book.reserve(limit, 100);
    expect(book.available(0)).toBe(24_350);
    for (const order of [market, limit, short])
      book.apply({ kind: 'cancelled', order, reason: 'expired', time: instant(0) });
    expect(book.available(0)).toBe(50_000);
    book.reserve(orderOf({ side: 'sell', qty: 100 }), 100);
    expect(book.available(0)).toBe(50_000);
  });

  it('a short keeps its proceeds and 103 % out of reach until it is covered', () => {
    const book = make(60_000, [60_000]);
    trade(book, { side: 'sell', qty: 100, price: 100, opens: true });
    expect(dollars(book.cash())).toBe('70000');
    expect(book.available(0)).toBe(49_700);
  });

  it('a partial fill lets go of its part', () => {
    const book = make();
    const order = orderOf({ side: 'buy', qty: 100 });
    book.reserve(order, 100);
    book.apply({ kind: 'fill', order, fill: fillOf({ side: 'buy', qty: 40, price: 100 }) });
    // 4,000 spent, 60 × 104 still held.
    expect(book.available(0)).toBe(50_000 - 4_000 - 6_240);
    expect(dollars(book.cash())).toBe('96000');
  });

  it('of a fill is the reservation, and above it what account and purse have left', () => {
    const book = make(100_000, [20_000, 50_000]);
    const order = orderOf({ side: 'buy', qty: 100 });
    book.reserve(order, 100);
    expect(formatMoney(book.buyingPower(order, moneyFrom(10_400)))).toBe('100000.00');
    expect(formatMoney(book.buyingPower(order, moneyFrom(10_401)))).toBe('20000.00');
    trade(book, { side: 'buy', qty: 40, price: 100, strategy: 0 });
    expect(formatMoney(book.buyingPower(order, moneyFrom(10_401)))).toBe('16000.00');
    trade(book, { side: 'buy', qty: 100, price: 500, strategy: 1 });
    const other = orderOf({ side: 'buy', qty: 1, strategy: 1 });
    expect(formatMoney(book.buyingPower(other, moneyFrom(1)))).toBe('0.00');
  });

  it('of a reversal counts what the exit sets free', () => {
    const book = make(10_000, [10_000]);
    trade(book, { side: 'buy', qty: 90, price: 100 });
    book.mark(0, 110, 100, 110);
    book.endInstant();
    expect(book.available(0)).toBe(1_000);
    expect(book.available(0, 0)).toBe(10_900);
  });
});

describe('equity', () => {
  it('is marked bar by bar for the account and each strategy', () => {
    const book = make();
    book.endInstant();
    trade(book, { side: 'buy', qty: 100, price: 100, strategy: 0 });
    trade(book, { side: 'sell', qty: 10, price: 200, strategy: 1, symbol: 1, opens: true });
    book.mark(0, 111, 99, 110);
    book.mark(1, 211, 199, 210);
    book.endInstant();
    expect([book.equity(), book.strategyEquity(0), book.strategyEquity(1)]).toEqual([100_900, 51_000, 49_900]);
    book.mark(0, 100, 80, 81);
    book.endInstant();
    expect([book.equity(), book.strategyEquity(0), book.strategyEquity(1)]).toEqual([98_000, 48_100, 49_900]);
    book.sampleSession(instant(DAY));
    trade(book, { side: 'sell', qty: 100, price: 120, strategy: 0, at: 'intrabar' });
    book.endInstant();
    expect(book.strategyEquity(0)).toBe(52_000);
    book.sampleSession(instant(2 * DAY));
    expect(book.equityPoints()).toEqual([
      { time: DAY, equity: 98_000 },
      { time: 2 * DAY, equity: 101_900 },
    ]);
    expect(book.strategyEquityPoints(0).map(({ equity }) => equity)).toEqual([48_100, 52_000]);
    const account = figuresOf(book, instant(0), 252).account.metrics;
    expect(account).toMatchObject({
      startEquity: 100_000,
      endEquity: 101_900,
      trades: 1,
      exposurePct: 75,
      bestTrade: 2_000,
    });
    // Peak 100,900, bottom 98,000.
    expect(account.maxDrawdownBarPct).toBeCloseTo((2_900 / 100_900) * 100, 10);
    // 10,000 + 2,000 + 12,000 traded over a mean equity of 99,950.
    expect(account.turnover).toBeCloseTo(24_000 / 99_950, 12);
    const first = figuresOf(book, instant(0), 252).strategies[0]!.metrics;
    // Held at two instants, and for a part of the fourth.
    expect(first).toMatchObject({ startEquity: 50_000, endEquity: 52_000, trades: 1, exposurePct: 75 });
    expect(figuresOf(book, instant(0), 252).strategies[1]!.metrics).toMatchObject({
      trades: 0,
      exposurePct: 75,
      endEquity: 49_900,
    });
  });

  it('counts fills after the bar was marked, as those at its close are', () => {
    const book = make();
    book.endInstant();
    trade(book, { side: 'buy', qty: 10, price: 100, commission: 7, at: 'close' });
    expect([book.equity(), book.strategyEquity(0), book.strategyEquity(1)]).toEqual([99_993, 49_993, 50_000]);
    book.sampleSession(instant(DAY));
    expect(book.equityPoints()).toEqual([{ time: DAY, equity: 99_993 }]);
    expect(figuresOf(book, instant(0), 252).account.metrics).toMatchObject({ endEquity: 99_993, commission: 7 });
  });

  it('counts a position that came and went inside one bar, and not one sold at the open', () => {
    const book = make();
    trade(book, { side: 'buy', qty: 1 });
    trade(book, { side: 'sell', qty: 1, at: 'intrabar' });
    book.endInstant();
    book.endInstant();
    trade(book, { side: 'buy', qty: 1 });
    book.endInstant();
    trade(book, { side: 'sell', qty: 1 });
    book.endInstant();
    expect(figuresOf(book, instant(0), 252).account.metrics.exposurePct).toBe(50);
  });
});

describe('corporate actions', () => {
  it('a split keeps money and scales the rest', () => {
    const book = make();
    trade(book, { side: 'buy', qty: 3, price: 645.7 });
    book.mark(0, 650, 640, 645.7);
    book.endInstant();
    const before = book.equity();
    expect(book.applySplit(0, 7, 92.7, qtyFrom(1), instant(5))).toEqual([]);
    book.endInstant();
    expect(book.equity()).toBeCloseTo(before, 8);
    expect(book.netQty(0)).toBe(qtyFrom(21));
    const closed = trade(book, { side: 'sell', qty: 21, price: 93 });
    expect(closed && dollars(closed.pnl)).toBe('15.9');
    expect(closed?.entryPrice).toBe(priceFrom(92.242857143));
    expect(closed?.maePct).toBeCloseTo((5.7 / 645.7) * 100, 6);
  });

  it('pays cash for what is no whole share', () => {
    const book = make();
    trade(book, { side: 'buy', qty: 3, price: 30 });
    book.applySplit(0, 1.5, 20, qtyFrom(1), instant(5));
    expect(book.netQty(0)).toBe(qtyFrom(4));
    expect(dollars(book.cash())).toBe('99920');
    const closed = trade(book, { side: 'sell', qty: 4, price: 20 });
    expect(closed && dollars(closed.pnl)).toBe('0');
    expect(closed?.legs.map(({ exitRule }) => exitRule)).toEqual(['cash_in_lieu', 'exit.stop_loss']);
  });

  it('a reverse split of several lots makes whole shares, or pays the position out', () => {
    const book = make();
    for (let n = 0; n < 3; n++) trade(book, { side: 'buy', qty: 1, price: 10 });
    book.applySplit(0, 1 / 3, 30, qtyFrom(1), instant(5));
    expect(book.netQty(0)).toBe(qtyFrom(1));
    const closed = book.applySplit(0, 0.1, 300, qtyFrom(1), instant(6));
    expect(closed.map(({ pnl }) => dollars(pnl))).toEqual(['0']);
    expect(book.openCount()).toBe(0);
    expect(dollars(book.cash())).toBe('100000');
  });

  it('dividends are paid to longs and by shorts, as part of the trade', () => {
    const book = make();
    trade(book, { side: 'buy', qty: 10, strategy: 0 });
    trade(book, { side: 'sell', qty: 4, strategy: 1, opens: true });
    book.applyDividend(0, 0.25);
    expect(dollars(book.cash())).toBe('99401.5');
    const long = trade(book, { side: 'sell', qty: 10, strategy: 0 });
    const short = trade(book, { side: 'buy', qty: 4, strategy: 1, opens: false });
    expect(long && dollars(long.pnl)).toBe('2.5');
    expect(short && dollars(short.pnl)).toBe('-1');
  });

  it('ratios are whole numbers', () => {
    expect(splitRatio(7)).toEqual({ numerator: 7n, denominator: 1n });
    expect(splitRatio(1.5)).toEqual({ numerator: 3n, denominator: 2n });
    expect(splitRatio(0.1)).toEqual({ numerator: 1n, denominator: 10n });
    expect(splitRatio(0.3333333333)).toEqual({ numerator: 1n, denominator: 3n });
    expect(splitRatio(1.05)).toEqual({ numerator: 21n, denominator: 20n });
    for (const ratio of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => splitRatio(ratio)).toThrow(RangeError);
  });
});

it('money is conserved: cash and open cost are what the trades earned, to the last digit', () => {
  const action = fc.record({
    strategy: fc.nat(1),
    symbol: fc.nat(1),
    qty: fc.integer({ min: 1, max: 3_000 }).map((n) => n / 100),
    price: fc.integer({ min: 100, max: 5_000 }).map((n) => n / 100),
    commission: fc.integer({ min: 0, max: 300 }).map((n) => n / 100),
    adds: fc.boolean(),
    long: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(action, { minLength: 5, maxLength: 60 }), (actions) => {
      const book = make(1_000_000, [400_000, 600_000]);
      let paid = 0n;
      for (const { strategy, symbol, qty, price, commission, adds, long } of actions) {
        const held = book.holding(strategy, symbol);
        const opens = held === undefined || adds;
        const isLong = held === undefined ? long : held.side === 'long';
        const most = held === undefined || opens ? qty : Math.min(qty, Number(held.qty) / 1e9);
        const side = isLong === opens ? 'buy' : 'sell';
        trade(book, { side, qty: most, price, commission, opens, strategy, symbol });
        paid += moneyFrom(commission);
      }
      let expected = moneyFrom(1_000_000) as bigint;
      for (const closed of book.trades()) {
        expected += closed.pnl;
        expect(closed.legs.reduce((sum, leg) => sum + leg.pnl, 0n)).toBe(closed.pnl);
      }
      for (const holding of book.state.holdings.filter((one) => one !== undefined)) {
        expected += holding.pnl + (holding.side === 'long' ? 0n - holding.cost : (holding.cost as bigint));
        for (const lot of holding.lots) expected -= lot.commission;
        expect(holding.lots.reduce((sum, lot) => sum + lot.qty, 0n)).toBe(holding.qty);
        expect(holding.lots.reduce((sum, lot) => sum + lot.cost, 0n)).toBe(holding.cost);
      }
      expect(book.cash()).toBe(expected);
      expect(book.strategyCash(0) + book.strategyCash(1)).toBe(book.cash());
      expect(figure(book.state.curve, 0, COMMISSION)).toBeCloseTo(moneyToNumber(paid as Money), 6);
      const locked = book.state.holdings
        .filter((one) => one !== undefined)
        .reduce((sum, { lockedCents }) => sum + lockedCents, 0);
      expect(book.state.lockedCents).toBe(locked);
      book.endInstant();
      let value = moneyToNumber(book.cash());
      for (const { side, qty, lastPrice } of book.openPositions())
        value += (side === 'long' ? 1 : -1) * (Number(qty) / 1e9) * lastPrice;
      expect(book.equity()).toBeCloseTo(value, 6);
    }),
    { numRuns: 300 },
  );
});

it('is plain data, from which a book goes on as if it had never stopped', () => {
  const book = make();
  trade(book, { side: 'buy', qty: 10, price: 100 });
  trade(book, { side: 'sell', qty: 4, price: 101 });
  book.mark(0, 103, 98, 102);
  book.endInstant();
  const again = openBook(structuredClone(book.state));
  expect(again.state).toEqual(book.state);
  const closed = [book, again].map((one) => {
    one.mark(0, 105, 97, 104);
    one.endInstant();
    one.sampleSession(instant(DAY));
    return trade(one, { side: 'sell', qty: 6, price: 104 });
  });
  expect(closed[0]).toBeDefined();
  expect(closed[1]).toEqual(closed[0]);
  expect(again.equityPoints()).toEqual(book.equityPoints());
  expect(again.state).toEqual(book.state);
});
