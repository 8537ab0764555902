import type { OrderEvent } from '../ledger/order.ts';
import type { Bars } from '../market/bars.ts';
import type { OperatorEvent } from './operator.ts';

/** The bars that end at one instant. The event and its arrays are used again: nothing keeps them. */
export interface BarsEvent {
  readonly kind: 'bars';
  /** End of these bars, ms. */
  time: number;
  /** How many of the entries below are filled. */
  count: number;
  readonly symbols: Int32Array;
  readonly columns: Bars[];
  readonly rows: Int32Array;
}

/** An event to be filled, with room for a bar of each symbol. */
export const emptyBars = (symbols: number): BarsEvent => ({
  kind: 'bars',
  time: 0,
  count: 0,
  symbols: new Int32Array(symbols),
  columns: [],
  rows: new Int32Array(symbols),
});

/** All that can happen to the core. */
export type CoreEvent =
  | BarsEvent
  /** The clock reached `time` (ms) without a bar: buckets that end by then are complete. */
  | { readonly kind: 'clock'; readonly time: number }
  /** A session closed at `time` (ms). */
  | { readonly kind: 'session_close'; readonly time: number }
  /** The best bid and ask of a symbol, dollars; simulated markets have none. */
  | { readonly kind: 'quote'; readonly symbol: number; readonly bid: number; readonly ask: number }
  /** What a broker says of an order. */
  | OrderEvent
  /**
   * A split before the session's first bar: quantities and levels are restated. Indicators are not: the driver resets
   * them (`rewarm`) and gives the history again on the new footing (`history`).
   */
  | { readonly kind: 'split'; readonly symbol: number; readonly ratio: number }
  | { readonly kind: 'rewarm' }
  /** A past bar: it moves indicators and nothing else. */
  | { readonly kind: 'history'; readonly bars: BarsEvent }
  /** From now on entries may be decided (the warm-up is over), or no longer. */
  | { readonly kind: 'activate'; readonly active: boolean }
  /** The bars from here on are old news, or no longer: they move everything, but nothing is entered on them. */
  | { readonly kind: 'stale'; readonly stale: boolean }
  /** Closes every open position at the next open. */
  | { readonly kind: 'close_all'; readonly reason: 'end_of_data' }
  /** A person's command, between two instants. */
  | OperatorEvent;
