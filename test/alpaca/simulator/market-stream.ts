import { decode, encode } from '@msgpack/msgpack';
import type { WebSocket } from 'ws';
import { type Connection, createConnection, type Message } from './connection.ts';
import type { Faults } from './faults.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Channels of a subscription, by the names of its frames, with the `T` of their messages. */
const CHANNELS = {
  trades: 't',
  quotes: 'q',
  bars: 'b',
  updatedBars: 'u',
  dailyBars: 'd',
  statuses: 's',
  lulds: 'l',
  corrections: 'c',
  cancelErrors: 'x',
  imbalances: 'i',
  orderbooks: 'o',
} as const;

type Channel = keyof typeof CHANNELS;

const STOCK_CHANNELS: readonly Channel[] = [
  'trades', 'quotes', 'bars', 'updatedBars', 'dailyBars', 'statuses', 'lulds', 'corrections', 'cancelErrors', 'imbalances',
]; // biome-ignore format: a list
const COIN_CHANNELS: readonly Channel[] = ['trades', 'quotes', 'bars', 'updatedBars', 'dailyBars', 'orderbooks'];

const ERRORS: Readonly<Record<number, string>> = {
  400: 'invalid syntax',
  401: 'not authenticated',
  402: 'auth failed',
  403: 'already authenticated',
  404: 'auth timeout',
  405: 'symbol limit exceeded',
  406: 'connection limit exceeded',
  407: 'slow client',
  408: 'v2 not enabled',
  409: 'insufficient subscription',
  410: 'invalid subscribe action for this feed',
  411: 'insufficient scope',
  500: 'internal error',
};

/** How long a socket may stay without authentication, in ms. */
const AUTH_TIME = 10_000;

export type Feed = 'iex' | 'sip' | 'test' | 'crypto';

export interface MarketStreamOptions {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  /** Whether keys are right, now. */
  readonly accepts: (key: unknown, secret: unknown) => boolean;
  /** Feeds that the plan has. */
  readonly permits: (feed: Feed) => boolean;
  /** Symbols of a connection's trades and quotes at most (30 on the free plan). */
  readonly symbolLimit: number;
  /** Ms for which the place of a socket that ended uncleanly stays taken. */
  readonly linger: number;
  /** A refused second connection is closed as well, or stands as if nothing were wrong. */
  readonly closesOnLimit: boolean;
  /** Told of each socket that opens. */
  readonly opened: (feed: Feed) => void;
}

interface Subscriber {
  readonly connection: Connection;
  readonly feed: Feed;
  readonly channels: Map<Channel, Set<string>>;
}

/** The market-data sockets. */
export interface MarketStream {
  open(socket: WebSocket, feed: Feed, msgpack: boolean): void;
  /** Sends messages of one kind to all that subscribed; `T` and `S` of each say which. Times are Dates. */
  publish(feed: Feed, messages: readonly Readonly<Record<string, unknown>>[]): void;
  /** Somebody subscribed to messages of this kind, on any feed or this one. */
  wants(type: string, feed?: Feed): boolean;
  /** A socket of this feed is open. */
  has(feed: Feed): boolean;
  readonly connections: ReadonlySet<Connection>;
}

export function createMarketStream(options: MarketStreamOptions): MarketStream {
  const { clock, faults } = options;
  const connections = new Set<Connection>();
  const subscribers = new Map<Connection, Subscriber>();
  /** Until when the place of a feed is taken by a socket that is gone. */
  const taken = new Map<Feed, number>();
  /** Types of message that somebody hears, and by feed. */
  const wanted = new Set<string>();
  let count = 0;

  const listWanted = (): void => {
    wanted.clear();
    for (const { feed, channels } of subscribers.values())
      for (const [channel, symbols] of channels)
        if (symbols.size > 0) wanted.add(CHANNELS[channel]).add(`${feed} ${CHANNELS[channel]}`);
  };

  const error = (code: number): Message => ({
    type: 'error',
    payload: { T: 'error', code, msg: ERRORS[code] ?? 'error' },
  });

  const isTaken = (feed: Feed, by: Connection): boolean => {
    if ((taken.get(feed) ?? Number.NEGATIVE_INFINITY) > clock.now()) return true;
    return [...subscribers.values()].some(
      (one) => one.feed === feed && one.connection !== by && one.connection.authenticated,
    );
  };

  const authenticate = (subscriber: Subscriber, frame: Record<string, unknown>): void => {
    const { connection, feed } = subscriber;
    if (connection.authenticated) {
      connection.send([error(403)]);
      return;
    }
    const fault = faults.opening('market', 'handshake');
    if (fault?.kind === 'never_authenticate') return;
    if (fault?.kind === 'error') {
      connection.send([error(fault.code)]);
      if (fault.close === true) connection.socket.close();
      return;
    }
    if (!options.accepts(frame.key, frame.secret)) {
      connection.send([error(402)]);
      connection.socket.close();
      return;
    }
    if (!options.permits(feed)) {
      connection.send([error(409)]);
      return;
    }
    if (isTaken(feed, connection)) {
      connection.send([error(406)]);
      if (options.closesOnLimit) connection.socket.close();
      return;
    }
    connection.authenticated = true;
    connection.send([{ type: 'success', payload: { T: 'success', msg: 'authenticated' } }]);
  };

  const change = (subscriber: Subscriber, frame: Record<string, unknown>, add: boolean): void => {
    const { connection, channels, feed } = subscriber;
    if (!connection.authenticated) {
      connection.send([error(401)]);
      return;
    }
    const known = feed === 'crypto' ? COIN_CHANNELS : STOCK_CHANNELS;
    const asked = Object.entries(frame).filter(([field]) => field !== 'action');
    if (asked.some(([, symbols]) => !Array.isArray(symbols))) {
      connection.send([error(400)]);
      return;
    }
    if (asked.some(([field]) => !known.includes(field as Channel))) {
      connection.send([error(410)]);
      return;
    }
    const next = new Map([...channels].map(([channel, symbols]) => [channel, new Set(symbols)] as const));
    for (const [field, symbols] of asked as [Channel, string[]][]) {
      const set = next.get(field) ?? new Set<string>();
      next.set(field, set);
      for (const symbol of symbols) {
        if (add) set.add(symbol);
        else if (symbol === '*') set.clear();
        else set.delete(symbol);
      }
    }
    const heavy = new Set([...(next.get('trades') ?? []), ...(next.get('quotes') ?? [])]);
    if (add && heavy.size > options.symbolLimit) {
      connection.send([error(405)]);
      return;
    }
    for (const [channel, symbols] of next) channels.set(channel, symbols);
    listWanted();
    connection.send([{ type: 'subscription', payload: acknowledgement(subscriber) }]);
  };

  const hear = (subscriber: Subscriber, data: Buffer, binary: boolean): void => {
    const { connection } = subscriber;
    if (connection.deaf) return;
    let frame: unknown;
    try {
      frame = binary ? decode(data) : JSON.parse(data.toString());
    } catch {
      frame = undefined;
    }
    if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
      connection.send([error(400)]);
      return;
    }
    const body = frame as Record<string, unknown>;
    if (body.action === 'auth') authenticate(subscriber, body);
    else if (body.action === 'subscribe') change(subscriber, body, true);
    else if (body.action === 'unsubscribe') change(subscriber, body, false);
    else connection.send([error(400)]);
  };

  return {
    connections,
    open(socket, feed, msgpack) {
      const connection = createConnection({
        number: ++count,
        kind: 'market',
        socket,
        clock,
        faults,
        write: (to, messages) => {
          const payloads = messages.map(({ payload }) => payload);
          to.send(msgpack ? encode(payloads) : JSON.stringify(payloads));
        },
      });
      const subscriber: Subscriber = { connection, feed, channels: new Map() };
      connections.add(connection);
      subscribers.set(connection, subscriber);
      options.opened(feed);
      socket.on('message', (data: Buffer, binary) => {
        hear(subscriber, data, binary);
        clock.flush();
      });
      socket.on('close', (code) => {
        connections.delete(connection);
        subscribers.delete(connection);
        listWanted();
        const unclean = connection.unclean || code === 1006;
        const linger = connection.linger ?? (unclean ? options.linger : 0);
        if (connection.authenticated && linger > 0) taken.set(feed, clock.now() + linger);
      });
      connection.send([{ type: 'success', payload: { T: 'success', msg: 'connected' } }]);
      clock.plan(clock.now() + AUTH_TIME, () => {
        if (connection.authenticated || !connections.has(connection)) return;
        connection.send([error(404)]);
        if (!connection.muted) socket.close();
      });
    },
    publish(feed, messages) {
      for (const { connection, channels, feed: of } of subscribers.values()) {
        if (of !== feed || !connection.authenticated) continue;
        const fitting: Message[] = [];
        for (const payload of messages) {
          const type = String(payload.T);
          const symbols = channels.get(channelOf(type));
          if (symbols === undefined || !(symbols.has('*') || symbols.has(String(payload.S)))) continue;
          fitting.push({ type, payload });
        }
        if (fitting.length > 0) connection.send(fitting);
      }
    },
    has: (feed) => [...subscribers.values()].some((one) => one.feed === feed),
    wants: (type, feed) => wanted.has(feed === undefined ? type : `${feed} ${type}`),
  };
}

const BY_TYPE: ReadonlyMap<string, Channel> = new Map(
  Object.entries(CHANNELS).map(([channel, type]) => [type, channel as Channel]),
);
const channelOf = (type: string): Channel => BY_TYPE.get(type) ?? 'bars';

/** The complete set as it stands, whatever the last frame asked for. */
function acknowledgement({ channels, feed }: Subscriber): Record<string, unknown> {
  const known = feed === 'crypto' ? COIN_CHANNELS : STOCK_CHANNELS;
  const list = (channel: Channel): string[] => [...(channels.get(channel) ?? [])].sort();
  return { T: 'subscription', ...Object.fromEntries(known.map((channel) => [channel, list(channel)])) };
}
