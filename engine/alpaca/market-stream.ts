import type { streaming } from '@alpacahq/alpaca-trade-api';
import type { Clock } from '../market/clock.ts';
import type { MinuteBar } from '../market/minute-bar.ts';
import { createInbox } from './inbox.ts';
import { type BestPrices, barOf, type Halt, haltOf, quoteOf } from './market-messages.ts';
import {
  createSocket,
  type Link,
  type LinkEvents,
  SOCKET_TIMING,
  type Socket,
  type SocketTiming,
  type SocketTold,
  withInbox,
} from './socket.ts';
import { failureOf } from './stream-errors.ts';
import { createWire, ONE_CONNECTION, type Streaming } from './wire.ts';

/** What came by the socket, in the order in which it came. */
export type MarketMessage =
  | { readonly kind: 'bar'; readonly bar: MinuteBar; readonly corrected: boolean }
  | ({ readonly kind: 'halt' } & Halt)
  | ({ readonly kind: 'quote' } & BestPrices)
  | { readonly kind: 'unreadable'; readonly words: string }
  /** The server has named everything that is wanted now; after `setSymbols` it does so once more. */
  | { readonly kind: 'confirmed' }
  | SocketTold;

export interface MarketStreamOptions {
  readonly streaming: Streaming;
  readonly credentials: { readonly keyId: string; readonly secret: string };
  /** Whole address of the socket, `wss://stream.data.alpaca.markets/v2/iex`. */
  readonly url: string;
  /** Shares have halts, coins have none. */
  readonly kind: 'stock' | 'crypto';
  readonly symbols: Iterable<string>;
  /** Ask for quotes too: a hundred times the messages. */
  readonly quotes: boolean;
  readonly clock: Clock;
  readonly dice: () => number;
  readonly timing?: Partial<SocketTiming>;
  readonly take: (message: MarketMessage) => void;
}

export interface MarketStream extends Socket {
  setSymbols(symbols: Iterable<string>): void;
}

const CHANNELS = ['bars', 'updatedBars', 'statuses', 'quotes'] as const;
type Channel = (typeof CHANNELS)[number];

const SUBSCRIBE = {
  bars: 'subscribeForBars',
  updatedBars: 'subscribeForUpdatedBars',
  statuses: 'subscribeForStatuses',
  quotes: 'subscribeForQuotes',
} as const;
const UNSUBSCRIBE = {
  bars: 'unsubscribeFromBars',
  updatedBars: 'unsubscribeFromUpdatedBars',
  statuses: 'unsubscribeFromStatuses',
  quotes: 'unsubscribeFromQuotes',
} as const;

/** How often what is missing in an answer is asked for again on one connection. */
const REPEATS = 3;

/**
 * Alpaca's market data of one kind: its 1-minute bars, corrections, halts and, if wanted, quotes. Each connection is a new
 * stream of the SDK's, which asks for everything in one frame; it counts as connected when the server's answer names everything.
 */
export function createMarketStream(options: MarketStreamOptions): MarketStream {
  const { streaming, credentials, url, kind, quotes, clock, take } = options;
  const readyMs = options.timing?.readyMs ?? SOCKET_TIMING.readyMs;
  const channels = CHANNELS.filter(
    (channel) => (channel !== 'quotes' || quotes) && (channel !== 'statuses' || kind === 'stock'),
  );
  const inbox = createInbox(take);
  let symbols = [...options.symbols];
  let stream: streaming.MarketDataStream | undefined;
  let unconfirmed: { cancel(): void } | undefined;
  let repeats = 0;

  const missing = (have: Readonly<Record<Channel, readonly string[]>>): [Channel, string[]][] =>
    channels
      .map((channel): [Channel, string[]] => {
        const present = new Set(have[channel]);
        return [channel, symbols.filter((symbol) => !present.has(symbol))];
      })
      .filter(([, absent]) => absent.length > 0);

  const confirmed = (): void => {
    unconfirmed?.cancel();
    unconfirmed = undefined;
  };

  const dial = (events: LinkEvents): Link => {
    const wire = createWire(events);
    const all = { ...ONE_CONNECTION, credentials, url, wsFactory: wire.factory };
    const mine = kind === 'stock' ? new streaming.StockDataStream(all) : new streaming.CryptoDataStream(all);
    stream = mine;
    repeats = 0;
    for (const channel of channels) mine[SUBSCRIBE[channel]](symbols);
    mine.onConnect(() => events.authenticated());
    mine.on(streaming.EVENT.SUBSCRIPTION, () => {
      // The SDK has taken the server's answer for its own set: asking again sends what is missing.
      const absent = missing(mine.getSubscriptions());
      if (absent.length === 0) {
        confirmed();
        events.ready();
        if (socket.state === 'live') inbox.put({ kind: 'confirmed' });
      } else if (repeats++ < REPEATS) for (const [channel, names] of absent) mine[SUBSCRIBE[channel]](names);
    });
    mine.onError((text) => events.failed(failureOf(String(text))));
    const put = (message: streaming.StreamBar, corrected: boolean): void => {
      const bar = barOf(message);
      inbox.put(
        bar === undefined ? { kind: 'unreadable', words: 'a bar without a symbol' } : { kind: 'bar', bar, corrected },
      );
    };
    mine.onBar((message) => put(message, false));
    mine.onUpdatedBar((message) => put(message, true));
    mine.onStatus((message) => {
      const halt = haltOf(message);
      if (halt !== undefined) inbox.put({ kind: 'halt', ...halt });
    });
    mine.onQuote((message) => {
      const quote = quoteOf(message);
      if (quote !== undefined) inbox.put({ kind: 'quote', ...quote });
    });
    mine.connect();
    return { ping: () => wire.ping(), end: () => mine.disconnect(), drop: () => wire.drop() };
  };

  const socket = createSocket({
    clock,
    dice: options.dice,
    dial,
    told(state, words, retryMs) {
      if (state !== 'live') confirmed();
      inbox.put({ kind: 'state', state, words, retryMs });
    },
    ...(options.timing === undefined ? {} : { timing: options.timing }),
  });

  return Object.assign(withInbox(socket, inbox), {
    setSymbols(wanted: Iterable<string>) {
      const next = [...wanted];
      const before = new Set(symbols);
      const after = new Set(next);
      const added = next.filter((symbol) => !before.has(symbol));
      const left = symbols.filter((symbol) => !after.has(symbol));
      symbols = next;
      if (stream === undefined || socket.state === 'closed') return;
      for (const channel of channels) {
        // On a connection that is not authenticated yet the SDK notes it for its first frame.
        if (added.length > 0) stream[SUBSCRIBE[channel]](added);
        if (left.length > 0) stream[UNSUBSCRIBE[channel]](left);
      }
      if (added.length === 0 || socket.state !== 'live') return;
      repeats = 0;
      confirmed();
      unconfirmed = clock.after(readyMs, () =>
        socket.restart(`the subscription was not confirmed within ${readyMs / 1_000} seconds`),
      );
    },
  });
}
