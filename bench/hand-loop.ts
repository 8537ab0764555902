// The three workloads written by hand over arrays, without any of the engine: prices and averages in whole cents.
// They are the yardstick of speed and the second opinion on every trade.
// A decision is made at a bar's end and filled at the next bar's open; when an exit is queued the entry may be
// queued with it, and both fill at that open, exit first.

/** The columns that the loops read: prices in dollars at whole cents, times in milliseconds. */
export interface Columns {
  readonly length: number;
  readonly start: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** A round trip of 100 shares: starts of the fill bars, prices and profit in cents. */
export interface HandTrade {
  readonly symbol: number;
  readonly entryTime: number;
  readonly entryCents: number;
  readonly exitTime: number;
  readonly exitCents: number;
  readonly pnlCents: number;
}

export interface HandResult {
  readonly trades: readonly HandTrade[];
  /** Symbols that hold 100 shares after the last bar, with the entry's time and price. */
  readonly open: readonly { readonly symbol: number; readonly entryTime: number; readonly entryCents: number }[];
  /** Profit of trades and open positions at the last close, in cents. */
  readonly profitCents: number;
}

export const SHARES = 100;

const cents = (dollars: number): number => Math.round(dollars * 100);

/** Two prices within a billionth of each other are one price. */
const above = (a: number, b: number): boolean => a - b > 1e-9 * Math.max(Math.abs(a), Math.abs(b));

/** One position of 100 shares and the orders queued for the next open. */
interface Hand {
  held: boolean;
  buy: boolean;
  sell: boolean;
  entryTime: number;
  entryCents: number;
}

const emptyHand = (): Hand => ({ held: false, buy: false, sell: false, entryTime: 0, entryCents: 0 });

/** Fills what was queued at the open of bar `i`; gives the profit in cents of a trade that closed. */
function fillAtOpen(hand: Hand, bars: Columns, i: number, symbol: number, trades: HandTrade[]): number {
  const price = cents(bars.open[i]!);
  let profit = 0;
  if (hand.sell) {
    profit = (price - hand.entryCents) * SHARES;
    trades.push({
      symbol,
      entryTime: hand.entryTime,
      entryCents: hand.entryCents,
      exitTime: bars.start[i]!,
      exitCents: price,
      pnlCents: profit,
    });
    hand.held = false;
    hand.sell = false;
  }
  if (hand.buy) {
    hand.held = true;
    hand.buy = false;
    hand.entryTime = bars.start[i]!;
    hand.entryCents = price;
  }
  return profit;
}

function finish(hands: readonly Hand[], all: readonly Columns[], trades: HandTrade[], profit: number): HandResult {
  let total = profit;
  const open = hands.flatMap((hand, symbol) => {
    if (!hand.held) return [];
    const bars = all[symbol]!;
    total += (cents(bars.close[bars.length - 1]!) - hand.entryCents) * SHARES;
    return [{ symbol, entryTime: hand.entryTime, entryCents: hand.entryCents }];
  });
  return { trades, open, profitCents: total };
}

/** W1: in when SMA(10) crosses above SMA(30), out when it crosses below. */
export function w1(bars: Columns): HandResult {
  const trades: HandTrade[] = [];
  const hand = emptyHand();
  let profit = 0;
  let fast = 0;
  let slow = 0;
  let sign = 0;
  for (let i = 0; i < bars.length; i++) {
    if (hand.buy || hand.sell) profit += fillAtOpen(hand, bars, i, 0, trades);
    const close = cents(bars.close[i]!);
    fast += close;
    slow += close;
    if (i >= 10) fast -= cents(bars.close[i - 10]!);
    if (i >= 30) slow -= cents(bars.close[i - 30]!);
    if (i < 29) continue;
    // Sums of cents tell fast/10 > slow/30 without a rounding; a tie leaves the last sign standing.
    const difference = 3 * fast - slow;
    if (difference === 0) continue;
    const now = difference > 0 ? 1 : -1;
    if (sign !== 0 && now !== sign) {
      if (now > 0) hand.buy = !hand.held;
      else hand.sell = hand.held;
    }
    sign = now;
  }
  return finish([hand], [bars], trades, profit);
}

/** W2: in while RSI(14) < 30, out when it is above 70 or the close is 2 % or more below the entry. */
export function w2(bars: Columns): HandResult {
  const trades: HandTrade[] = [];
  const hand = emptyHand();
  let profit = 0;
  let up = 0;
  let down = 0;
  for (let i = 0; i < bars.length; i++) {
    if (hand.buy || hand.sell) profit += fillAtOpen(hand, bars, i, 0, trades);
    if (i === 0) continue;
    const change = bars.close[i]! - bars.close[i - 1]!;
    const rise = change > 0 ? change : 0;
    const fall = change < 0 ? -change : 0;
    if (i <= 14) {
      up += rise / 14;
      down += fall / 14;
    } else {
      up += (rise - up) / 14;
      down += (fall - down) / 14;
    }
    if (i < 14) continue;
    const rsi = (100 * up) / (up + down);
    hand.sell = hand.held && (rsi > 70 || cents(bars.close[i]!) * 100 <= hand.entryCents * 98);
    hand.buy = rsi < 30 && (!hand.held || hand.sell);
  }
  return finish([hand], [bars], trades, profit);
}

// One symbol's indicators of W3: sums in cents, Wilder averages in dollars.
const SUM10 = 0;
const SUM20 = 1;
const SUM30 = 2;
const SQUARES20 = 3;
const UP = 4;
const DOWN = 5;
const RANGE = 6;
const W3_FIELDS = 7;

/**
 * W3 over several symbols whose bars have the same times, one instant after the other.
 * In while sma10 > sma30, rsi14 < 60, close below the upper Bollinger band (20, 2) and atr14 > 0.0005 of the close;
 * out when sma10 < sma30, rsi14 > 75 or the close is more than 3 atr14 below the entry.
 */
export function w3(all: readonly Columns[]): HandResult {
  const trades: HandTrade[] = [];
  const hands = all.map(emptyHand);
  const fields = all.map(() => new Float64Array(W3_FIELDS));
  let profit = 0;
  const length = all[0]!.length;
  for (let i = 0; i < length; i++) {
    for (let symbol = 0; symbol < all.length; symbol++) {
      const hand = hands[symbol]!;
      const bars = all[symbol]!;
      const state = fields[symbol]!;
      if (hand.buy || hand.sell) profit += fillAtOpen(hand, bars, i, symbol, trades);
      w3Indicators(state, bars, i);
      if (i >= 29) w3Decision(hand, state, bars.close[i]!);
    }
  }
  return finish(hands, all, trades, profit);
}

function w3Indicators(state: Float64Array, bars: Columns, i: number): void {
  const price = bars.close[i]!;
  const close = cents(price);
  const gone10 = i >= 10 ? cents(bars.close[i - 10]!) : 0;
  const gone20 = i >= 20 ? cents(bars.close[i - 20]!) : 0;
  const gone30 = i >= 30 ? cents(bars.close[i - 30]!) : 0;
  state[SUM10] = state[SUM10]! + close - gone10;
  state[SUM20] = state[SUM20]! + close - gone20;
  state[SUM30] = state[SUM30]! + close - gone30;
  state[SQUARES20] = state[SQUARES20]! + close * close - gone20 * gone20;
  const previous = i === 0 ? price : bars.close[i - 1]!;
  const high = bars.high[i]!;
  const low = bars.low[i]!;
  const range = i === 0 ? high - low : Math.max(high - low, Math.abs(high - previous), Math.abs(low - previous));
  state[RANGE] = i < 14 ? state[RANGE]! + range / 14 : state[RANGE]! + (range - state[RANGE]!) / 14;
  const change = price - previous;
  const rise = change > 0 ? change : 0;
  const fall = change < 0 ? -change : 0;
  state[UP] = i <= 14 ? state[UP]! + rise / 14 : state[UP]! + (rise - state[UP]!) / 14;
  state[DOWN] = i <= 14 ? state[DOWN]! + fall / 14 : state[DOWN]! + (fall - state[DOWN]!) / 14;
}

function w3Decision(hand: Hand, state: Float64Array, close: number): void {
  const trend = 3 * state[SUM10]! - state[SUM30]!;
  const rsi = (100 * state[UP]!) / (state[UP]! + state[DOWN]!);
  const mean = state[SUM20]! / 20;
  const deviation = Math.sqrt(20 * state[SQUARES20]! - state[SUM20]! * state[SUM20]!) / 20;
  const upper = (mean + 2 * deviation) / 100;
  const floor = hand.entryCents / 100 - 3 * state[RANGE]!;
  hand.sell = hand.held && (trend < 0 || rsi > 75 || above(floor, close));
  const wanted = trend > 0 && rsi < 60 && above(upper, close) && above(state[RANGE]!, 0.0005 * close);
  hand.buy = wanted && (!hand.held || hand.sell);
}
