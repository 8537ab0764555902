import type { Marks } from './marks.ts';

/**
 * Equity of the account and of every strategy, bar by bar and at session closes. Row 0 is the account, row 1 + n is
 * strategy n. Cash is the double nearest to the exact amount, renewed at every fill, so that nothing drifts.
 */
export interface Curve {
  readonly start: Float64Array;
  /** Capital and all cash flows since, open positions apart. */
  readonly cash: Float64Array;
  /** Value of the open positions at the last marks, shorts negative. */
  readonly market: Float64Array;
  readonly equity: Float64Array;
  readonly peak: Float64Array;
  /** Deepest bar-by-bar fall from the peak, as a fraction of it. */
  readonly drawdown: Float64Array;
  /** Equity below which the drawdown is deeper than any before. */
  readonly floor: Float64Array;
  /** Instants with a position open, or one that closed inside the bar. */
  readonly exposed: Float64Array;
  /** Number of the last instant counted in `exposed`. */
  readonly stamp: Float64Array;
  /** Notional bought and sold. */
  readonly traded: Float64Array;
  readonly commission: Float64Array;
  /** Instants marked. */
  instants: number;
  /** Strategies whose cash moved since the last instant; `isDirty` is the same as a table. */
  readonly dirty: Int32Array;
  dirtyCount: number;
  readonly isDirty: Uint8Array;
  /** Session closes, and a column of equity per row. */
  readonly sampleTimes: number[];
  readonly samples: number[][];
}

/** `start` holds the cash of the account, then the capital of each strategy. */
export const createCurve = (start: readonly number[]): Curve => {
  const from = Float64Array.from(start);
  return {
    start: from,
    cash: from.slice(),
    market: new Float64Array(from.length),
    equity: from.slice(),
    peak: from.slice(),
    drawdown: new Float64Array(from.length),
    floor: from.slice(),
    exposed: new Float64Array(from.length),
    stamp: new Float64Array(from.length).fill(-1),
    traded: new Float64Array(from.length),
    commission: new Float64Array(from.length),
    instants: 0,
    dirty: new Int32Array(from.length),
    dirtyCount: 0,
    isDirty: new Uint8Array(from.length),
    sampleTimes: [],
    samples: start.map(() => []),
  };
};

/** Renews the cash of a strategy and of the account after a fill. */
export const setCash = (curve: Curve, strategy: number, strategyCash: number, accountCash: number): void => {
  curve.cash[0] = accountCash;
  curve.cash[strategy + 1] = strategyCash;
  if (curve.isDirty[strategy + 1] === 0) {
    curve.isDirty[strategy + 1] = 1;
    curve.dirty[curve.dirtyCount++] = strategy;
  }
};

/** Counts the running instant as exposed: a position that opened and closed inside it leaves no mark. */
export const expose = (curve: Curve, row: number): void => {
  if (curve.stamp[row] === curve.instants) return;
  curve.stamp[row] = curve.instants;
  curve.exposed[row] = curve.exposed[row]! + 1;
};

/** Values the open positions at the last marks: O(open positions). */
export const revalue = (curve: Curve, marks: Marks): void => {
  const { market, equity, cash, dirty, dirtyCount } = curve;
  for (let n = 0; n < dirtyCount; n++) market[dirty[n]! + 1] = 0;
  for (let n = 0; n < marks.open; n++) market[marks.strategy[marks.used[n]!]! + 1] = 0;
  market[0] = 0;
  for (let n = 0; n < marks.open; n++) {
    const slot = marks.used[n]!;
    const value = marks.qty[slot]! * marks.last[marks.symbol[slot]!]!;
    const row = marks.strategy[slot]! + 1;
    market[row] = market[row]! + value;
    market[0] = market[0]! + value;
  }
  for (let n = 0; n < dirtyCount; n++) {
    const row = dirty[n]! + 1;
    equity[row] = cash[row]! + market[row]!;
  }
  for (let n = 0; n < marks.open; n++) {
    const row = marks.strategy[marks.used[n]!]! + 1;
    equity[row] = cash[row]! + market[row]!;
  }
  equity[0] = cash[0]! + market[0]!;
};

const follow = (curve: Curve, row: number): void => {
  const equity = curve.equity[row]!;
  // Between peak and floor nothing is new: most bars end here, without a division.
  if (equity <= curve.peak[row]! && equity >= curve.floor[row]!) return;
  if (equity > curve.peak[row]!) curve.peak[row] = equity;
  else {
    const fall = 1 - equity / curve.peak[row]!;
    if (fall > curve.drawdown[row]!) curve.drawdown[row] = fall;
  }
  curve.floor[row] = curve.peak[row]! * (1 - curve.drawdown[row]!);
};

/** Ends an instant: values the positions, follows peaks and drawdowns, counts exposure. */
export const endInstant = (curve: Curve, marks: Marks): void => {
  if (marks.open > 0 || curve.dirtyCount > 0) {
    revalue(curve, marks);
    follow(curve, 0);
    if (marks.open > 0) expose(curve, 0);
    for (let n = 0; n < marks.open; n++) {
      const row = marks.strategy[marks.used[n]!]! + 1;
      follow(curve, row);
      expose(curve, row);
    }
    for (let n = 0; n < curve.dirtyCount; n++) {
      const row = curve.dirty[n]! + 1;
      follow(curve, row);
      curve.isDirty[row] = 0;
    }
    curve.dirtyCount = 0;
  }
  curve.instants++;
};

/** Takes the equity of every row as a session close. */
export const sample = (curve: Curve, time: number): void => {
  curve.sampleTimes.push(time);
  for (let row = 0; row < curve.samples.length; row++) curve.samples[row]!.push(curve.equity[row]!);
};
