import type { AlpacaConnection } from '../../alpaca/connection.ts';
import { createMarketStream } from '../../alpaca/market-stream.ts';
import { orThrow } from '../../alpaca/refusal.ts';
import type { AlpacaRest } from '../../alpaca/rest.ts';
import type { SocketTiming } from '../../alpaca/socket.ts';
import { loadStreaming } from '../../alpaca/wire.ts';
import { calendarOf } from '../../market/calendars.ts';
import type { Clock } from '../../market/clock.ts';
import { type AlpacaFeedOptions, createAlpacaFeed } from './feed.ts';
import { type AlpacaHistory, createAlpacaHistory, type DataFeed } from './history.ts';
import type { LiveFeed } from './live-feed.ts';

/** What both history and live bars are asked of. */
export interface AlpacaData {
  readonly connection: Pick<AlpacaConnection, 'endpoints' | 'keys'>;
  readonly rest: Pick<AlpacaRest, 'bars' | 'clock'>;
  readonly clock: Clock;
  /** The feed of live bars; the history's where that is another. */
  readonly feed: DataFeed;
  readonly historyFeed?: DataFeed;
}

export interface LiveBarsOptions
  extends AlpacaData,
    Pick<AlpacaFeedOptions, 'dice' | 'symbols' | 'after' | 'hours' | 'graceMs' | 'sink'> {
  /** What connections are timed by, where bars are of another time; else `clock`. */
  readonly socketClock?: Clock;
  /** Ask for quotes too. */
  readonly quotes?: boolean;
  readonly timing?: Partial<SocketTiming>;
}

/** Alpaca's history over its REST. */
export const openAlpacaHistory = ({ rest, clock, feed, historyFeed }: Omit<AlpacaData, 'connection'>): AlpacaHistory =>
  createAlpacaHistory({
    source: {
      bars: async ({ size, ...query }) =>
        orThrow(await rest.bars({ ...query, size: size === 'day' ? '1Day' : '1Min' })),
    },
    now: () => clock.now(),
    feed,
    ...(historyFeed === undefined ? {} : { historyFeed }),
  });

/** Alpaca's live bars over its sockets and REST; nothing is opened yet. */
export async function prepareAlpacaFeed(options: LiveBarsOptions): Promise<LiveFeed> {
  const { connection, rest, clock, socketClock = clock, dice, feed, quotes = false, timing } = options;
  const { endpoints, keys } = connection;
  const streaming = await loadStreaming();
  const history = openAlpacaHistory({ rest, clock, feed });
  return createAlpacaFeed({
    ...options,
    calendarOf,
    stream: (market, symbols, take) =>
      createMarketStream({
        streaming,
        credentials: { keyId: keys.id.reveal(), secret: keys.secret.reveal() },
        url: market === 'CRYPTO' ? endpoints.cryptoStream : endpoints.stream,
        kind: market === 'CRYPTO' ? 'crypto' : 'stock',
        symbols,
        quotes,
        clock: socketClock,
        dice,
        ...(timing === undefined ? {} : { timing }),
        take,
      }),
    ask: () => (symbols, from, to) => history.raw(symbols, from, to),
    serverTime: async () => orThrow(await rest.clock()).at,
    splitsOn: (symbols, date) => history.splitsOn(symbols, date),
  });
}
