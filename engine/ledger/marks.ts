/** Places of a slot's numbers among its cells. */
export const SYMBOL = 0;
export const STRATEGY = 1;
/** Signed quantity in shares. */
export const QTY = 2;
/** Last close marked while the symbol had a position (a fill price before the first). */
export const LAST = 3;
/** Extremes of price since entry. */
export const HIGH = 4;
export const LOW = 5;
/** Bars of the symbol marked since entry. */
export const BARS = 6;
export const MARK_FIELDS = 8;

/**
 * Marks of open positions: one slot per open round trip, its numbers side by side, chained per symbol, so that a bar
 * of a symbol without a position costs one read.
 */
export interface Marks {
  capacity: number;
  /** First slot of a symbol, -1 for none. */
  readonly head: Int32Array;
  /** Next slot of the same symbol, -1 at the end. */
  next: Int32Array;
  cells: Float64Array;
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
    next: new Int32Array(0),
    cells: new Float64Array(0),
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
  const cells = new Float64Array(capacity * MARK_FIELDS);
  cells.set(marks.cells);
  marks.next = ints(marks.next);
  marks.used = ints(marks.used);
  marks.place = ints(marks.place);
  marks.cells = cells;
  marks.capacity = capacity;
  for (let slot = capacity - 1; slot >= before; slot--) marks.free.push(slot);
};

/** One of the numbers of a slot. */
export const markOf = (marks: Marks, slot: number, field: number): number => marks.cells[slot * MARK_FIELDS + field]!;

/** Takes a slot for a position opened at `price`; `barsBefore` is 1 when the bar of the fill was already marked. */
export const openSlot = (marks: Marks, symbol: number, strategy: number, price: number, barsBefore: number): number => {
  if (marks.free.length === 0) grow(marks);
  const slot = marks.free.pop()!;
  const beside = marks.head[symbol]!;
  const { cells } = marks;
  const at = slot * MARK_FIELDS;
  cells[at + SYMBOL] = symbol;
  cells[at + STRATEGY] = strategy;
  cells[at + QTY] = 0;
  // Positions in one symbol are valued at one price: its last mark, while another position had it marked.
  cells[at + LAST] = beside < 0 ? price : markOf(marks, beside, LAST);
  cells[at + HIGH] = price;
  cells[at + LOW] = price;
  cells[at + BARS] = barsBefore;
  marks.next[slot] = beside;
  marks.head[symbol] = slot;
  marks.used[marks.open] = slot;
  marks.place[slot] = marks.open;
  marks.open++;
  return slot;
};

export const closeSlot = (marks: Marks, slot: number): void => {
  const symbol = markOf(marks, slot, SYMBOL) | 0;
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
  marks.cells[slot * MARK_FIELDS + QTY] = 0;
  marks.free.push(slot);
};

/** Sets the signed quantity of a slot, in shares. */
export const setMarkQty = (marks: Marks, slot: number, shares: number): void => {
  marks.cells[slot * MARK_FIELDS + QTY] = shares;
};

/** Widens the extremes of a slot by a price at which it was filled. */
export const touchSlot = (marks: Marks, slot: number, price: number): void => {
  const { cells } = marks;
  const at = slot * MARK_FIELDS;
  if (price > cells[at + HIGH]!) cells[at + HIGH] = price;
  if (price < cells[at + LOW]!) cells[at + LOW] = price;
};

/** Marks the open positions of a symbol by one bar. */
export const markSymbol = (marks: Marks, symbol: number, high: number, low: number, close: number): void => {
  const { cells, next } = marks;
  for (let slot = marks.head[symbol]!; slot >= 0; slot = next[slot]!) {
    const at = slot * MARK_FIELDS;
    cells[at + LAST] = close;
    if (high > cells[at + HIGH]!) cells[at + HIGH] = high;
    if (low < cells[at + LOW]!) cells[at + LOW] = low;
    cells[at + BARS] = cells[at + BARS]! + 1;
  }
};

/** Restates the marks of a slot after a split of `ratio` new shares for an old one. */
export const restateSlot = (marks: Marks, slot: number, ratio: number): void => {
  const { cells } = marks;
  for (const field of [HIGH, LOW, LAST]) {
    const at = slot * MARK_FIELDS + field;
    cells[at] = cells[at]! / ratio;
  }
};
