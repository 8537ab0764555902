import type { Timeframe } from './timeframe.ts';

/** How a bar lies to its session; the values are stored in `Bars.hours`. */
export const REGULAR = 0;
export const EXTENDED = 1;
export const CLOSED = 2;

/**
 * One symbol's bars of one size, a column per field, oldest first, strictly increasing in `start`.
 * Prices and volume are doubles; times are milliseconds since the epoch.
 */
export interface Bars {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly length: number;
  /** Start of the bar, clipped to its session. */
  readonly start: Float64Array;
  /** When the bar is complete: `start` + timeframe, clipped to the session's close. */
  readonly end: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  /** Volume-weighted price of the bar as the feed gave it, or undefined when the feed has none. */
  readonly vwap: Float64Array | undefined;
  /** Number of the session (of the symbol's calendar) that the bar belongs to. */
  readonly session: Int32Array;
  /** REGULAR, EXTENDED or CLOSED. */
  readonly hours: Uint8Array;
  /** Some bar is not REGULAR; undefined when nobody has looked. */
  readonly mixedHours?: boolean;
}

/** A row that was not used, with what was wrong with it. */
export interface QuarantinedRow {
  readonly file: string;
  /** 1-based line of the file. */
  readonly line: number;
  /** Stable word for the cause: `high_below_low`, `not_a_number`, `duplicate_time`, ... */
  readonly cause: string;
  /** One sentence with the offending value. */
  readonly detail: string;
}

/** A split or a dividend, effective at the start of the session of `date` (`YYYY-MM-DD`). */
export interface CorporateAction {
  readonly symbol: string;
  readonly date: string;
  /** New shares per old share (7 for a 7:1 split); 1 when there is none. */
  readonly split: number;
  /** Cash per share, in dollars; 0 when there is none. */
  readonly dividend: number;
}

/** What a feed read: the bars by symbol and an account of every row. */
export interface MarketData {
  /** What is shown as the source: a folder, a file, `sample market (SYNTHETIC)`. */
  readonly source: string;
  readonly synthetic: boolean;
  readonly bars: ReadonlyMap<string, Bars>;
  readonly actions: readonly CorporateAction[];
  readonly rowsRead: number;
  readonly barsUsed: number;
  readonly outsideSession: number;
  readonly quarantined: readonly QuarantinedRow[];
  /** How many rows were quarantined (the list above is capped at 1,000). */
  readonly quarantinedCount: number;
  /** sha256 over the bytes read, hex. */
  readonly hash: string;
  /** Sentences a person should see: looks-like-a-split dates, gaps, unknown columns. */
  readonly warnings: readonly string[];
}

/** Data whose bytes may still be hashed, beside the run over them. */
export type HashingData = Omit<MarketData, 'hash'> & { readonly hash: string | Promise<string> };

/** The data once its bytes are hashed. */
export const hashed = async (data: HashingData): Promise<MarketData> => ({ ...data, hash: await data.hash });
