import { type Cash, createCash } from './cash.ts';
import { type Curve, createCurve } from './curve.ts';
import type { Holding } from './holding.ts';
import { createMarks, type Marks } from './marks.ts';
import { createReservations, type Reservations } from './reservations.ts';
import { createTradeLog, type TradeLog } from './trade-log.ts';

export interface BookOptions {
  /** Starting cash of the account, dollars. */
  readonly cash: number;
  readonly strategies: readonly { readonly id: string; readonly capital: number }[];
  readonly symbols: readonly string[];
}

/** Everything the book knows, as plain data (numbers, bigints, typed arrays, arrays, maps): it can be cloned and kept. */
export interface BookState {
  readonly symbols: readonly string[];
  readonly strategies: readonly { readonly id: string; readonly capital: number }[];
  /** Ids that purses had before, of orders made under them. */
  readonly formerIds: ReadonlyMap<string, number>;
  /** Exact: cash of the account, then capital plus cash flows of each strategy. */
  readonly cash: Cash;
  /** Open round trips by `strategy × symbols + symbol`. */
  readonly holdings: (Holding | undefined)[];
  /** Cost of the open positions of each strategy in whole cents (shorts at 103 %), and the account's locked cash. */
  readonly costCents: Float64Array;
  lockedCents: number;
  readonly reservations: Reservations;
  readonly marks: Marks;
  readonly curve: Curve;
  readonly trades: TradeLog;
}

/** A book before its first fill. */
export const freshState = (options: BookOptions): BookState => ({
  symbols: [...options.symbols],
  strategies: options.strategies.map(({ id, capital }) => ({ id, capital })),
  formerIds: new Map(),
  cash: createCash([options.cash, ...options.strategies.map(({ capital }) => capital)]),
  holdings: Array.from({ length: options.strategies.length * options.symbols.length }, () => undefined),
  costCents: new Float64Array(options.strategies.length),
  lockedCents: 0,
  reservations: createReservations(options.strategies.length),
  marks: createMarks(options.symbols.length),
  curve: createCurve([options.cash, ...options.strategies.map(({ capital }) => capital)]),
  trades: createTradeLog(),
});
