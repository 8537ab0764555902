import type { CorporateAction } from '../../market/bars.ts';
import type { MinuteBar } from '../../market/minute-bar.ts';
import type { GatherCounts, MinuteSource } from './gather.ts';
import type { LiveCause } from './price-watch.ts';

/**
 * How live data stand. `connecting`: not there yet, or lost a moment ago; `live`: bars come; `stale`: the market is open and
 * nothing comes; `refused`: the broker does not give them (the words say why); `closed`: nobody asks for them any more.
 */
export type FeedState = 'connecting' | 'live' | 'stale' | 'refused' | 'closed';

/** What a live feed tells. Bars are told in a turn of the loop of their own, never from within a call. */
export interface LiveFeedSink {
  /**
   * All bars that end at `end` (ms): every minute in which one of the markets is open, ascending, exactly once, also when
   * nothing traded. `backfill`: asked for by REST, because the socket was away or silent; how old it is, the clock says.
   */
  minute(end: number, bars: readonly MinuteBar[], source: MinuteSource): void;
  /**
   * A share was split: minutes told before this stand on the old footing, those after it on the new one. Told between the last
   * minute of a session and the first of the next.
   */
  split(action: CorporateAction): void;
  /** A bar of a minute that is decided: its correction, or the bar itself, too late. For the record. */
  revised(bar: MinuteBar, why: 'updated' | 'late'): void;
  /** A bar that cannot be right; no minute has it. */
  quarantined(bar: MinuteBar, cause: LiveCause | 'price_spike'): void;
  /** Trading in a symbol stopped, or goes on. */
  halted(symbol: string, halted: boolean): void;
  /** Best bid and ask, dollars; only where quotes are asked for. */
  quote(symbol: string, bid: number, ask: number): void;
  /** `words` is a sentence for a person: what happened and, when something can be done, what. */
  health(state: FeedState, words: string): void;
  /** Something that a person should know and that stops nothing. */
  warning(words: string): void;
}

export interface LiveFeedCounts extends GatherCounts {
  /** Times that a socket had to be opened again. */
  reconnects: number;
  /** Minutes asked for by REST. */
  backfilled: number;
  /** Messages that were no bar, quote or status, whatever they were. */
  unreadable: number;
}

export interface LiveFeed {
  /** Connects, and keeps connected until `close`. */
  open(): void;
  /** Says good-bye to the server and forgets all timers. Nothing is told after it. */
  close(): Promise<void>;
  /** What is wanted from now on. */
  setSymbols(symbols: ReadonlySet<string>): void;
  /** The price that a symbol's next bar is held against: the last close of history. */
  reference(symbol: string, close: number): void;
  /** The server's time, ms, as far as it is known: the machine's may be set wrong. */
  now(): number;
  readonly state: FeedState;
  /** End of the last minute told (ms). */
  readonly decided: number;
  readonly counts: Readonly<LiveFeedCounts>;
}
