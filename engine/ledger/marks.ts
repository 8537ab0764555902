/**
 * Marks of open positions: one slot per open round trip, columns in typed arrays, chained per symbol, so that a bar
 * of a symbol without a position costs one read.
 */
export interface Marks {
  capacity: number;
  /** First slot of a symbol, -1 for none. */
  readonly head: Int32Array;
  /** Last close marked while a position was open (a fill price before the first). */
  readonly last: Float64Array;
  /** Next slot of the same symbol, -1 at the end. */
  next: Int32Array;
  symbol: Int32Array;
  strategy: Int32Array;
  /** Signed quantity in shares. */
  qty: Float64Array;
  /** Extremes of price since entry. */
  high: Float64Array;
  low: Float64Array;
  /** Bars of the symbol marked since entry. */
  bars: Float64Array;
  /** Slots in use, dense in [0, open), in no particular order; and where a slot stands in it. */
  used: Int32Array;
  place: Int32Array;
  open: number;
  /** Free slots, the last one first. */
  readonly free: number[];
}

const FIRST_CAPACITY = 16;

export const createMarks = (symbols: number): Marks => {
  const marks: Marks = {
    capacity: 0,
    head: new Int32Array(symbols).fill(-1),
    last: new Float64Array(symbols),
    next: new Int32Array(0),
    symbol: new Int32Array(0),
    strategy: new Int32Array(0),
    qty: new Float64Array(0),
    high: new Float64Array(0),
    low: new Float64Array(0),
    bars: new Float64Array(0),
    used: new Int32Array(0),
    place: new Int32Array(0),
    open: 0,
    free: [],
  };
  grow(marks);
  return marks;
};

const grow = (marks: Marks): void => {
  const before = marks.capacity;
  const capacity = before === 0 ? FIRST_CAPACITY : before * 2;
  const ints = (old: Int32Array): Int32Array => {
    const wider = new Int32Array(capacity);
    wider.set(old);
    return wider;
  };
  const doubles = (old: Float64Array): Float64Array => {
    const wider = new Float64Array(capacity);
    wider.set(old);
    return wider;
  };
  marks.next = ints(marks.next);
  marks.symbol = ints(marks.symbol);
  marks.strategy = ints(marks.strategy);
  marks.used = ints(marks.used);
  marks.place = ints(marks.place);
  marks.qty = doubles(marks.qty);
  marks.high = doubles(marks.high);
  marks.low = doubles(marks.low);
  marks.bars = doubles(marks.bars);
  marks.capacity = capacity;
  for (let slot = capacity - 1; slot >= before; slot--) marks.free.push(slot);
};

/** Takes a slot for a position opened at `price`; `barsBefore` is 1 when the bar of the fill was already marked. */
export const openSlot = (marks: Marks, symbol: number, strategy: number, price: number, barsBefore: number): number => {
  if (marks.free.length === 0) grow(marks);
  const slot = marks.free.pop()!;
  marks.next[slot] = marks.head[symbol]!;
  marks.head[symbol] = slot;
  marks.symbol[slot] = symbol;
  marks.strategy[slot] = strategy;
  marks.qty[slot] = 0;
  marks.high[slot] = price;
  marks.low[slot] = price;
  marks.bars[slot] = barsBefore;
  marks.used[marks.open] = slot;
  marks.place[slot] = marks.open;
  marks.open++;
  return slot;
};

export const closeSlot = (marks: Marks, slot: number): void => {
  const symbol = marks.symbol[slot]!;
  if (marks.head[symbol] === slot) {
    marks.head[symbol] = marks.next[slot]!;
  } else {
    let at = marks.head[symbol]!;
    while (marks.next[at] !== slot) at = marks.next[at]!;
    marks.next[at] = marks.next[slot]!;
  }
  marks.open--;
  const place = marks.place[slot]!;
  const moved = marks.used[marks.open]!;
  marks.used[place] = moved;
  marks.place[moved] = place;
  marks.qty[slot] = 0;
  marks.free.push(slot);
};

/** Widens the extremes of a slot by a price at which it was filled. */
export const touchSlot = (marks: Marks, slot: number, price: number): void => {
  if (price > marks.high[slot]!) marks.high[slot] = price;
  if (price < marks.low[slot]!) marks.low[slot] = price;
};

/** Marks the open positions of a symbol by one bar. */
export const markSymbol = (marks: Marks, symbol: number, high: number, low: number, close: number): void => {
  let slot = marks.head[symbol]!;
  if (slot < 0) return;
  marks.last[symbol] = close;
  do {
    if (high > marks.high[slot]!) marks.high[slot] = high;
    if (low < marks.low[slot]!) marks.low[slot] = low;
    marks.bars[slot] = marks.bars[slot]! + 1;
    slot = marks.next[slot]!;
  } while (slot >= 0);
};
