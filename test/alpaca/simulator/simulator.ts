import { accountRoutes } from './account-rest.ts';
import { adminOf } from './admin.ts';
import { ofDouble } from './amount.ts';
import { type Asset, assetOf } from './assets.ts';
import type { Book } from './book.ts';
import { arrived } from './connection.ts';
import { barRoutes, type MarketData } from './data-rest.ts';
import { planDays } from './day.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFeed, type FeedMessage } from './feed.ts';
import { createHistory } from './history.ts';
import { latestRoutes } from './latest-rest.ts';
import { createMarketStream } from './market-stream.ts';
import { hasOpenApi, openApiChecker } from './openapi.ts';
import { type AlpacaOptions, createBook, firstInstant } from './options.ts';
import { orderRoutes } from './orders-rest.ts';
import { referenceRoutes } from './reference-rest.ts';
import type { Refusal } from './refusal.ts';
import { scriptOf } from './script.ts';
import { type SeenRequest, type SimulatorServer, serve } from './server.ts';
import { type MinuteBar, playTape } from './tape.ts';
import { createTradingStream } from './trading-stream.ts';
import { createVirtualClock, instantOf, type VirtualClock, type When } from './virtual-clock.ts';
import { happen } from './world.ts';

export type { FeedMessage } from './feed.ts';
export type { AlpacaOptions } from './options.ts';

export interface AlpacaSimulator {
  readonly urls: {
    /** `ALPACA_BASE_URL` */
    readonly trading: string;
    /** `ALPACA_DATA_URL` */
    readonly data: string;
    /** `ALPACA_STREAM_URL`: `/v2/iex`, `/v2/sip`, `/v2/test` and `/v1beta3/crypto/us` are under it. */
    readonly stream: string;
    /** `ALPACA_TRADING_STREAM_URL`: the socket itself. */
    readonly tradingStream: string;
    /** Clock, faults and book for another process. */
    readonly admin: string;
  };
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly book: Book;
  readonly requests: readonly SeenRequest[];
  /** A request without a connection; undefined: it was cut. */
  readonly inject: SimulatorServer['inject'];
  /** How often each client_order_id was posted. */
  posts(): ReadonlyMap<string, number>;
  /** Sends a message at an instant. A status `s` with `sc` H halts the symbol, T lets it go on. */
  broadcast(at: When, message: FeedMessage): void;
  /** Corrects a minute: from `at` on history has it so, and subscribers hear `updatedBars`. About 30 s after the minute's end. */
  revise(bar: MinuteBar, at?: When): void;
  /**
   * Settles when every message sent so far has come to its client: a ping goes behind them, and its pong comes back. Mute and
   * half-open sockets are not waited for. As the `pause` of `clock.advanceTo` it lets a client hear each instant in that instant.
   */
  readonly settled: () => Promise<void>;
  /** Sockets that are open. */
  sockets(): { readonly market: number; readonly trading: number };
  /** What answers had wrong, by Alpaca's OpenAPI files. */
  readonly violations: readonly string[];
  /** Stops, and fails when an answer was not as Alpaca's files say. */
  close(): Promise<void>;
}

/** Starts a simulator of Alpaca on the loopback address. Nothing moves until its clock is told to. */
export async function startAlpaca(options: AlpacaOptions = {}): Promise<AlpacaSimulator> {
  const script = options.script ?? scriptOf([]);
  const clock = createVirtualClock(options.start === undefined ? firstInstant(script) : instantOf(options.start));
  const book = createBook(options, clock);
  const history = createHistory(script);
  const paid = options.plan === 'paid';
  const check = (options.validate ?? hasOpenApi()) ? openApiChecker() : undefined;
  const violations: string[] = [];
  let skew = 0;
  let revoked: 401 | 403 | undefined;

  const assets: Asset[] = [...new Set([...script.bars.keys(), ...Object.keys(options.assets ?? {})])].map((symbol) =>
    assetOf(symbol, options.assets?.[symbol]),
  );
  const names = new Map<string, Asset>();
  for (const asset of assets)
    for (const name of [asset.symbol, asset.symbol.replace('/', ''), asset.id]) names.set(name, asset);
  const find = (name: string): Asset | undefined => names.get(name);

  const accepts = (key: unknown, secret: unknown): boolean => {
    if (revoked !== undefined || typeof key !== 'string' || typeof secret !== 'string' || key === '' || secret === '')
      return false;
    return options.keys === undefined || (key === options.keys.id && secret === options.keys.secret);
  };
  const gate = (key: string | undefined, secret: string | undefined): Refusal | undefined => {
    if (accepts(key, secret)) return undefined;
    return revoked === 403
      ? { status: 403, body: { message: 'forbidden.' } }
      : { status: 401, body: { message: 'unauthorized.' } };
  };

  const faults: Faults = createFaults(clock, (fault) =>
    happen(
      {
        book,
        find,
        connections: (socket) => [
          ...(socket === 'trading' ? [] : market.connections),
          ...(socket === 'market' ? [] : trading.connections),
        ],
        revoke: (status) => {
          revoked = status;
        },
        skew: (ms) => {
          skew = ms;
        },
        replayFills: () => trading.replayAtNextListen(),
      },
      fault,
    ),
  );
  const market = createMarketStream({
    clock,
    faults,
    accepts,
    permits: (feed) => paid || feed !== 'sip',
    symbolLimit: paid ? Number.POSITIVE_INFINITY : 30,
    linger: options.linger ?? 0,
    closesOnLimit: options.closesOnLimit ?? false,
    opened: (of) => {
      if (of === 'test') feed.startTest();
    },
  });
  const trading = createTradingStream({ clock, faults, book, accepts });

  const data: MarketData = {
    history,
    now: () => clock.now(),
    price: (symbol) => book.last.get(symbol),
    halfSpread: book.rules.halfSpread,
    permitsSip: paid,
    iexShare: options.iexShare ?? 1,
  };
  const feed = createFeed({
    book,
    market,
    history,
    iexShare: data.iexShare,
    barDelay: options.barDelay ?? 0,
  });

  // The price before the first bar that will be played.
  for (const symbol of script.bars.keys()) {
    const price = history.lastPrice(symbol, clock.now());
    if (price === undefined) continue;
    book.last.set(symbol, ofDouble(price));
    book.lastDay.set(symbol, ofDouble(price));
  }
  book.listeners.push(({ data: { order } }) => {
    const wrong = check?.order(order);
    if (wrong !== undefined) violations.push(wrong);
  });
  planDays(book, script.actions);
  playTape(clock, script, feed.reader);

  const simulator: Omit<AlpacaSimulator, 'urls' | 'requests' | 'inject' | 'violations' | 'close'> = {
    clock,
    faults,
    book,
    posts() {
      const counts = new Map<string, number>();
      for (const { clientOrderId } of server.requests)
        if (clientOrderId !== undefined) counts.set(clientOrderId, (counts.get(clientOrderId) ?? 0) + 1);
      return counts;
    },
    broadcast: (at, message) => feed.broadcast(at, message),
    revise: (bar, at) => feed.revise(bar, at),
    settled: async () => {
      await Promise.all([...market.connections, ...trading.connections].map(arrived));
    },
    sockets: () => ({ market: market.connections.size, trading: trading.connections.size }),
  };

  const server = await serve(
    {
      clock,
      faults,
      market,
      trading,
      gate,
      routes: [
        ...orderRoutes(book, find),
        ...accountRoutes(book, find),
        ...referenceRoutes({ assets: () => assets, find, now: () => clock.now() + skew }),
        ...barRoutes(data),
        ...latestRoutes(data),
      ],
      admin: (method, path, body) =>
        adminOf({ ...simulator, speed: options.speed, requests: server.requests, violations }, method, path, body),
      check,
      violations,
      rateLimit: options.rateLimit ?? 200,
      serverTime: () => clock.now() + skew,
    },
    options.port ?? 0,
  );
  const host = `127.0.0.1:${server.port}`;
  return {
    ...simulator,
    urls: {
      trading: `http://${host}`,
      data: `http://${host}`,
      stream: `ws://${host}`,
      tradingStream: `ws://${host}/stream`,
      admin: `http://${host}/_sim`,
    },
    requests: server.requests,
    inject: (request) => server.inject(request),
    violations,
    async close() {
      await server.close();
      if (violations.length > 0)
        throw new Error(`answers that Alpaca's OpenAPI files do not allow:\n${violations.slice(0, 10).join('\n')}`);
    },
  };
}
