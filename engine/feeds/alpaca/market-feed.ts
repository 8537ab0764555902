import type { MarketMessage, MarketStream } from '../../alpaca/market-stream.ts';
import type { MinuteBar } from '../../market/minute-bar.ts';
import { MINUTE } from '../../market/time.ts';
import { type CatchUpOptions, createCatchUp } from './catch-up.ts';
import type { Gather } from './gather.ts';
import type { FeedState } from './live-feed.ts';

export interface MarketFeedOptions
  extends Pick<CatchUpOptions, 'clock' | 'now' | 'dice' | 'calendar' | 'hours' | 'graceMs' | 'ask' | 'measure'> {
  readonly gather: Gather;
  readonly symbols: readonly string[];
  readonly stream: (symbols: readonly string[], take: (message: MarketMessage) => void) => MarketStream;
  readonly halted: (symbol: string, halted: boolean) => void;
  readonly quote: (symbol: string, bid: number, ask: number) => void;
  /** A bar whose minute is not over by our time. */
  readonly early: (bar: MinuteBar, corrected: boolean) => void;
  readonly unreadable: () => void;
  readonly backfilled: (minutes: number) => void;
  readonly told: (state: FeedState, words: string, retryMs?: number) => void;
}

/** One market's data: its socket, and REST for what the socket did not bring. */
export interface MarketFeed {
  open(): void;
  close(): Promise<void>;
  setSymbols(symbols: readonly string[]): void;
  /** Nothing came of a minute: REST is asked whether that is so. */
  doubt(): void;
  restart(reason: string): void;
  readonly reconnects: number;
}

/** Minutes that REST has bars of and the socket brought nothing of, until the socket is given up. */
const SILENT_MINUTES = 2;

/** Times that REST may fail on a silent minute before the data count as stale. */
const FAILURES = 3;

export function createMarketFeed(options: MarketFeedOptions): MarketFeed {
  const { gather, calendar, now } = options;
  const market = calendar.id;
  let symbols = options.symbols;
  let state: FeedState = 'closed';
  /** Minutes that passed in silence on a socket that is said to be live. */
  let silent = 0;
  /** The server has named everything that is wanted: what ends from now on it sends. */
  let confirmed = false;
  /** And what had ended by then has come by REST. */
  let flowing = false;
  let polling = false;
  /** The socket was given up for its silence, and no bar has come since. */
  let muted = false;

  const become = (next: FeedState, words: string, retryMs?: number): void => {
    state = next;
    options.told(next, words, retryMs);
  };

  const catchUp = createCatchUp({
    ...options,
    symbols: () => symbols,
    decided: () => gather.decided,
    found(bars, through) {
      const at = now();
      for (const bar of bars) gather.take(bar, 'backfill', at);
      const minutes = new Set(bars.map(({ start }) => start)).size;
      options.backfilled(minutes);
      if (flowing) {
        silent = minutes > 0 ? silent + minutes : 0;
        if (silent >= SILENT_MINUTES) {
          if (!muted)
            become('stale', 'no bars come although the market trades: connecting anew, until then they come by REST');
          muted = true;
          restart('the socket is silent');
        } else if (state === 'stale' && !muted) become('live', 'bars come');
      } else if (confirmed) {
        flowing = true;
        gather.release(market);
        const words = minutes === 0 ? 'bars come' : `bars come; ${minutes} of the minutes before came by REST`;
        if (!muted) become('live', words);
      }
      gather.cover(market, through, at);
    },
    failed(words, times) {
      // Once is nothing, as long as the socket is there.
      if (flowing && times < FAILURES) return;
      become(flowing ? 'stale' : state, `bars cannot be asked for by REST: ${words}`);
    },
  });

  const poll = (): void => {
    if (polling) return;
    polling = true;
    catchUp.start('until stopped');
  };
  const look = (): void => {
    polling = false;
    catchUp.start('once');
  };

  /** Nothing is awaited of the socket until it has confirmed everything. */
  const suspend = (): void => {
    confirmed = false;
    flowing = false;
    silent = 0;
    gather.hold(market);
  };
  let given = false;
  const restart = (reason: string): void => {
    suspend();
    given = true;
    stream.restart(reason);
  };

  const away = (next: FeedState, words: string, retryMs: number | undefined): void => {
    suspend();
    // Why a socket is silent was told when it was given up.
    if (!(muted && given)) become(muted && next === 'connecting' ? 'stale' : next, words, retryMs);
    given = false;
    // What a socket that is away does not bring comes by REST, once a minute.
    poll();
  };

  const take = (message: MarketMessage): void => {
    switch (message.kind) {
      case 'bar': {
        silent = 0;
        if (muted) {
          muted = false;
          if (flowing) become('live', 'bars come');
        }
        const { bar, corrected } = message;
        // What trades again is not halted, though nobody may have said so while the socket was away.
        if (bar.start >= (gather.haltedSince(bar.symbol) ?? Number.POSITIVE_INFINITY)) {
          gather.halt(bar.symbol, bar.start, false);
          options.halted(bar.symbol, false);
        }
        const at = now();
        if (bar.start + MINUTE > at) options.early(bar, corrected);
        else gather.take(bar, corrected ? 'updated' : 'bar', at);
        return;
      }
      case 'halt':
        gather.halt(message.symbol, Number.isNaN(message.at) ? now() : message.at, message.halted);
        options.halted(message.symbol, message.halted);
        return;
      case 'quote':
        options.quote(message.symbol, message.bid, message.ask);
        return;
      case 'unreadable':
        options.unreadable();
        return;
      case 'confirmed':
        if (flowing) return;
        confirmed = true;
        look();
        return;
      case 'state':
        if (message.state === 'closed' || message.state === 'live') return;
        away(message.state === 'refused' ? 'refused' : 'connecting', message.words, message.retryMs);
    }
  };
  const stream = options.stream(symbols, take);

  return {
    open() {
      gather.hold(market);
      poll();
      stream.open();
    },
    async close() {
      catchUp.stop();
      await stream.close();
    },
    setSymbols(wanted) {
      const added = wanted.some((symbol) => !symbols.includes(symbol));
      symbols = wanted;
      stream.setSymbols(wanted);
      if (!added || !flowing) return;
      // Until the server sends the new ones too, a minute would be decided without them.
      suspend();
    },
    doubt: look,
    restart,
    get reconnects() {
      return stream.reconnects;
    },
  };
}
