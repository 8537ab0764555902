import type { TradingMessage, TradingStream } from '../alpaca/trading-stream.ts';
import type { BrokerDoor } from '../brokers/alpaca/door.ts';
import type { LiveFeed, LiveFeedSink } from '../feeds/alpaca/live-feed.ts';
import type { MinuteBar } from '../market/minute-bar.ts';

/** What is known of the account before anything is asked of it by rules. */
export interface AccountFacts {
  /** Names the account without telling its number: a hash. */
  readonly hash: string;
  readonly paper: boolean;
  /** Value of everything in it, dollars. */
  readonly equity: number;
  /** Why it may not trade; undefined when it may. */
  readonly blocked: string | undefined;
}

/** Alpaca as a run needs it. */
export interface AlpacaAccess {
  /** `iex`, `sip`. */
  readonly feedName: string;
  readonly account: AccountFacts;
  readonly door: BrokerDoor;
  trading(take: (message: TradingMessage) => void): TradingStream;
  /** @param after end of the last minute that is known, ms */
  feed(symbols: ReadonlySet<string>, after: number, sink: LiveFeedSink): LiveFeed;
  /** The last minutes of each symbol that are over, oldest first. */
  history(symbols: readonly string[], minutes: number): Promise<ReadonlyMap<string, readonly MinuteBar[]>>;
  close(): Promise<void>;
}
