import type { Bars } from '../market/bars.ts';
import { BARS, HIGH, LAST, LOW, MARK_FIELDS, type Marks, QTY, STRATEGY } from './marks.ts';

/** Places of a row's numbers among its cells. */
export const START = 0;
/** Capital and all cash flows since, open positions apart. */
export const CASH = 1;
/** Value of the open positions at the last marks, shorts negative. */
const MARKET = 2;
export const EQUITY = 3;
const PEAK = 4;
/** Equity below which the drawdown is deeper than any before. */
const FLOOR = 5;
/** Deepest bar-by-bar fall from the peak, as a fraction of it. */
export const DRAWDOWN = 6;
/** Positions open now, and the first instant of theirs that `EXPOSED` does not count. */
const OPEN = 7;
const SINCE = 8;
/** Instants with a position open, or one that closed inside the bar; the running stretch apart. */
const EXPOSED = 9;
/** Number of the last instant counted because a position closed inside its bar. */
const STAMP = 10;
/** Notional bought and sold. */
export const TRADED = 11;
export const COMMISSION = 12;
const FIELDS = 16;

/**
 * Equity of the account and of every strategy, bar by bar and at session closes. Row 0 is the account, row 1 + n is
 * strategy n. Cash is the double nearest to the exact amount, renewed at every fill, so that nothing drifts.
 */
export interface Curve {
  /** The rows, one after the other: all that a bar touches lies together. */
  readonly cells: Float64Array;
  /** Instants marked. */
  instants: number;
  /** Rows of the strategies with a position, in no particular order. */
  readonly held: Int32Array;
  heldCount: number;
  /** Rows of the strategies whose cash moved since the last instant; `isDirty` is the same as a table. */
  readonly dirty: Int32Array;
  dirtyCount: number;
  readonly isDirty: Uint8Array;
  /** Session closes, and a column of equity per row. */
  readonly sampleTimes: number[];
  readonly samples: number[][];
}

/** `start` holds the cash of the account, then the capital of each strategy. */
export const createCurve = (start: readonly number[]): Curve => {
  const rows = start.length;
  const cells = new Float64Array(rows * FIELDS);
  start.forEach((amount, row) => {
    for (const field of [START, CASH, EQUITY, PEAK, FLOOR]) cells[row * FIELDS + field] = amount;
    cells[row * FIELDS + STAMP] = -1;
  });
  return {
    cells,
    instants: 0,
    held: new Int32Array(rows),
    heldCount: 0,
    dirty: new Int32Array(rows),
    dirtyCount: 0,
    isDirty: new Uint8Array(rows),
    sampleTimes: [],
    samples: start.map(() => []),
  };
};

/** The same curve with rows for further purses, as if each had held its capital, idle, from the start. */
export const widenCurve = (curve: Curve, capitals: readonly number[]): Curve => {
  const rows = capitals.length + 1;
  const fresh = createCurve([0, ...capitals]);
  const { cells, held, dirty, isDirty, samples } = fresh;
  cells.set(curve.cells);
  held.set(curve.held);
  dirty.set(curve.dirty);
  isDirty.set(curve.isDirty);
  for (let row = 0; row < rows; row++) {
    samples[row] = curve.samples[row] ?? curve.sampleTimes.map(() => capitals[row - 1]!);
  }
  return { ...curve, cells, held, dirty, isDirty, samples };
};

/**
 * Money paid into a row, or out of it, as if it had been there, idle, from the start: falls and peaks move along.
 * @param cash what the row holds with it, dollars
 */
export const shiftCurve = (curve: Curve, row: number, dollars: number, cash: number): void => {
  const { cells } = curve;
  const at = row * FIELDS;
  for (const field of [START, EQUITY, PEAK]) cells[at + field] = cells[at + field]! + dollars;
  cells[at + CASH] = cash;
  cells[at + FLOOR] = cells[at + PEAK]! * (1 - cells[at + DRAWDOWN]!);
  curve.samples[row] = curve.samples[row]!.map((equity) => equity + dollars);
};

/**
 * Figures begin anew: what was traded, paid, exposed and sampled before is forgotten, and every row starts with what it is worth
 * at the last marks. Cash and positions stay.
 */
export const beginAnew = (curve: Curve): void => {
  const { cells } = curve;
  for (let at = 0; at < cells.length; at += FIELDS) {
    for (const field of [START, PEAK, FLOOR]) cells[at + field] = cells[at + EQUITY]!;
    for (const field of [DRAWDOWN, SINCE, EXPOSED, TRADED, COMMISSION]) cells[at + field] = 0;
    cells[at + STAMP] = -1;
  }
  curve.instants = 0;
  curve.sampleTimes.length = 0;
  for (const column of curve.samples) column.length = 0;
};

/** One of the numbers of a row. */
export const figure = (curve: Curve, row: number, field: number): number => curve.cells[row * FIELDS + field]!;

/** Adds to the account's and a strategy's sum of what was traded, or paid in commission. */
export const tally = (curve: Curve, strategy: number, field: number, dollars: number): void => {
  const { cells } = curve;
  const own = (strategy + 1) * FIELDS + field;
  cells[field] = cells[field]! + dollars;
  cells[own] = cells[own]! + dollars;
};

/** Renews the cash of a strategy and of the account after a fill. */
export const setCash = (curve: Curve, strategy: number, strategyCash: number, accountCash: number): void => {
  const row = strategy + 1;
  curve.cells[CASH] = accountCash;
  curve.cells[row * FIELDS + CASH] = strategyCash;
  if (curve.isDirty[row] === 0) {
    curve.isDirty[row] = 1;
    curve.dirty[curve.dirtyCount++] = row;
  }
};

const openIn = (curve: Curve, row: number): boolean => {
  const { cells, instants } = curve;
  const at = row * FIELDS;
  const open = cells[at + OPEN]!;
  cells[at + OPEN] = open + 1;
  if (open > 0) return false;
  cells[at + SINCE] = cells[at + STAMP] === instants ? instants + 1 : instants;
  return true;
};

const closeIn = (curve: Curve, row: number): boolean => {
  const { cells, instants } = curve;
  const at = row * FIELDS;
  const open = cells[at + OPEN]! - 1;
  cells[at + OPEN] = open;
  if (open > 0) return false;
  cells[at + EXPOSED] = cells[at + EXPOSED]! + Math.max(0, instants - cells[at + SINCE]!);
  return true;
};

/** A position of a strategy was opened: from the running instant on it is exposed. */
export const beginExposure = (curve: Curve, strategy: number): void => {
  openIn(curve, 0);
  if (openIn(curve, strategy + 1)) curve.held[curve.heldCount++] = strategy + 1;
};

const exposeNow = (curve: Curve, row: number): void => {
  const { cells, instants } = curve;
  const at = row * FIELDS;
  if (cells[at + OPEN]! > 0 || cells[at + STAMP] === instants) return;
  cells[at + STAMP] = instants;
  cells[at + EXPOSED] = cells[at + EXPOSED]! + 1;
};

/** A position of a strategy was closed; one that was open inside the bar exposes the running instant too. */
export const endExposure = (curve: Curve, strategy: number, insideBar: boolean): void => {
  const row = strategy + 1;
  closeIn(curve, 0);
  if (closeIn(curve, row)) {
    const { held } = curve;
    const place = held.indexOf(row);
    held[place] = held[--curve.heldCount]!;
  }
  if (!insideBar) return;
  exposeNow(curve, 0);
  exposeNow(curve, row);
};

/** Instants of a row with a position open, or one that closed inside the bar. */
export const exposedInstants = (curve: Curve, row: number): number => {
  const { cells, instants } = curve;
  const at = row * FIELDS;
  const running = cells[at + OPEN]! > 0 ? Math.max(0, instants - cells[at + SINCE]!) : 0;
  return cells[at + EXPOSED]! + running;
};

/** Values the open positions at the last marks: O(open positions). */
export const revalue = (curve: Curve, marks: Marks): void => {
  const { cells, held, heldCount, dirty, dirtyCount } = curve;
  const { cells: slots, used, open } = marks;
  for (let n = 0; n < dirtyCount; n++) cells[dirty[n]! * FIELDS + MARKET] = 0;
  for (let n = 0; n < heldCount; n++) cells[held[n]! * FIELDS + MARKET] = 0;
  let all = 0;
  for (let n = 0; n < open; n++) {
    const slot = used[n]! * MARK_FIELDS;
    const value = slots[slot + QTY]! * slots[slot + LAST]!;
    const market = ((slots[slot + STRATEGY]! | 0) + 1) * FIELDS + MARKET;
    cells[market] = cells[market]! + value;
    all += value;
  }
  cells[MARKET] = all;
  for (let n = 0; n < dirtyCount; n++) {
    const at = dirty[n]! * FIELDS;
    cells[at + EQUITY] = cells[at + CASH]! + cells[at + MARKET]!;
  }
  for (let n = 0; n < heldCount; n++) {
    const at = held[n]! * FIELDS;
    cells[at + EQUITY] = cells[at + CASH]! + cells[at + MARKET]!;
  }
  cells[EQUITY] = cells[CASH]! + all;
};

const follow = (cells: Float64Array, at: number): void => {
  const equity = cells[at + EQUITY]!;
  // Between peak and floor nothing is new: most bars end here, without a division.
  if (equity <= cells[at + PEAK]! && equity >= cells[at + FLOOR]!) return;
  if (equity > cells[at + PEAK]!) cells[at + PEAK] = equity;
  else {
    const fall = 1 - equity / cells[at + PEAK]!;
    if (fall > cells[at + DRAWDOWN]!) cells[at + DRAWDOWN] = fall;
  }
  cells[at + FLOOR] = cells[at + PEAK]! * (1 - cells[at + DRAWDOWN]!);
};

/** Ends an instant: values the positions, follows peaks and drawdowns. */
export const endInstant = (curve: Curve, marks: Marks): void => {
  if (marks.open > 0 || curve.dirtyCount > 0) {
    revalue(curve, marks);
    const { cells, held, heldCount, dirty, dirtyCount, isDirty } = curve;
    follow(cells, 0);
    for (let n = 0; n < heldCount; n++) follow(cells, held[n]! * FIELDS);
    for (let n = 0; n < dirtyCount; n++) {
      const row = dirty[n]!;
      follow(cells, row * FIELDS);
      isDirty[row] = 0;
    }
    curve.dirtyCount = 0;
  }
  curve.instants++;
};

/**
 * `markSymbol` and `endInstant` for the bars of rows `from` to `to` where one position is open, or none, and no cash has moved
 * since the last instant: the same sums in the same order, with what moves held in locals.
 */
export const slide = (curve: Curve, marks: Marks, bars: Bars, from: number, to: number): void => {
  curve.instants += to - from;
  if (marks.open === 0) return;
  const { cells } = curve;
  const { cells: slots } = marks;
  const slot = marks.used[0]! * MARK_FIELDS;
  const own = ((slots[slot + STRATEGY]! | 0) + 1) * FIELDS;
  const quantity = slots[slot + QTY]!;
  const cash = cells[CASH]!;
  const ownCash = cells[own + CASH]!;
  const { high, low, close } = bars;
  let top = slots[slot + HIGH]!;
  let bottom = slots[slot + LOW]!;
  let peak = cells[PEAK]!;
  let floor = cells[FLOOR]!;
  let ownPeak = cells[own + PEAK]!;
  let ownFloor = cells[own + FLOOR]!;
  let value = 0;
  for (let row = from; row < to; row++) {
    if (high[row]! > top) top = high[row]!;
    if (low[row]! < bottom) bottom = low[row]!;
    value = quantity * close[row]!;
    const equity = cash + value;
    if (equity > peak || equity < floor) {
      cells[EQUITY] = equity;
      follow(cells, 0);
      peak = cells[PEAK]!;
      floor = cells[FLOOR]!;
    }
    const ownEquity = ownCash + value;
    if (ownEquity > ownPeak || ownEquity < ownFloor) {
      cells[own + EQUITY] = ownEquity;
      follow(cells, own);
      ownPeak = cells[own + PEAK]!;
      ownFloor = cells[own + FLOOR]!;
    }
  }
  slots[slot + HIGH] = top;
  slots[slot + LOW] = bottom;
  slots[slot + LAST] = close[to - 1]!;
  slots[slot + BARS] = slots[slot + BARS]! + (to - from);
  cells[MARKET] = value;
  cells[EQUITY] = cash + value;
  cells[own + MARKET] = value;
  cells[own + EQUITY] = ownCash + value;
};

/** Takes the equity of every row as a session close. */
export const sample = (curve: Curve, time: number): void => {
  curve.sampleTimes.push(time);
  for (let row = 0; row < curve.samples.length; row++) curve.samples[row]!.push(figure(curve, row, EQUITY));
};
