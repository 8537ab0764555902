import { MINUTE, SECOND } from '../../../engine/market/time.ts';
import { accountRoutes } from './account-rest.ts';
import { adminOf } from './admin.ts';
import { amount, dollars, ofDouble } from './amount.ts';
import { type Asset, type AssetTraits, assetOf } from './assets.ts';
import type { Book } from './book.ts';
import { barJson, barRoutes, type MarketData } from './data-rest.ts';
import { planDays } from './day.ts';
import { createFaults, type Faults } from './faults.ts';
import { createHistory } from './history.ts';
import { createDice, createIdentities } from './identity.ts';
import { idOf, latestRoutes, quoteFields, tradeFields } from './latest-rest.ts';
import { createMarketStream, type Feed } from './market-stream.ts';
import { match } from './matching.ts';
import { hasOpenApi, openApiChecker } from './openapi.ts';
import { orderRoutes } from './orders-rest.ts';
import { referenceRoutes } from './reference-rest.ts';
import type { Refusal } from './refusal.ts';
import { scriptOf } from './script.ts';
import { type SeenRequest, type SimulatorServer, serve } from './server.ts';
import { type BarScript, type MinuteBar, playTape } from './tape.ts';
import { createTradingStream } from './trading-stream.ts';
import { createVirtualClock, instantOf, type VirtualClock, type When } from './virtual-clock.ts';
import { happen } from './world.ts';

export interface AlpacaOptions {
  /** The market; nothing trades when left out. */
  readonly script?: BarScript;
  /** Where the clock stands at first; the first bar's start when left out. What lies before is history. */
  readonly start?: When;
  /** Dollars (100,000). */
  readonly cash?: number | string;
  /** Any free one when left out. */
  readonly port?: number;
  readonly seed?: number;
  /** Keys that are accepted; any pair when left out. */
  readonly keys?: { readonly id: string; readonly secret: string };
  /** `free`: IEX, the consolidated tape 15 minutes late, 30 symbols of trades and quotes. */
  readonly plan?: 'free' | 'paid';
  /** Requests a minute, trading and data each (200); 0: no limit. */
  readonly rateLimit?: number;
  readonly multiplier?: 1 | 2 | 4;
  readonly shorting?: boolean;
  readonly fractions?: 'strict' | 'any';
  /** Share of a coin's trade that is taken from what is received (0.0025). */
  readonly coinFee?: string;
  /** Distance of bid and ask in dollars (0). */
  readonly spread?: string;
  /** Probability that a price fills only a part (0; paper accounts: 0.1). */
  readonly partials?: number;
  readonly splitOrders?: 'adjust' | 'cancel' | 'leave';
  /** Ms for which a market socket's place stays taken after an unclean end (0; Alpaca: about 90,000). */
  readonly linger?: number;
  /** A refused second market socket is closed too (false). */
  readonly closesOnLimit?: boolean;
  /** Share of the volume on the IEX feed (1). */
  readonly iexShare?: number;
  /** Ms from the end of a minute to its bar on the socket (0). */
  readonly barDelay?: number;
  readonly assets?: Readonly<Record<string, AssetTraits>>;
  /** Checks every answer against Alpaca's OpenAPI files (true when they are there); `close` fails on what was found. */
  readonly validate?: boolean;
}

/** A message of the market-data sockets out of the script: `T` and `S` say what and of whom; `t` is its instant. */
export type FeedMessage = { readonly T: 's' | 'l' | 't' | 'q' | 'c' | 'x' | 'i' | 'd'; readonly S: string } & Readonly<
  Record<string, unknown>
>;

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
  /** Sockets that are open. */
  sockets(): { readonly market: number; readonly trading: number };
  /** What answers had wrong, by Alpaca's OpenAPI files. */
  readonly violations: readonly string[];
  /** Stops, and fails when an answer was not as Alpaca's files say. */
  close(): Promise<void>;
}

const NO_SCRIPT: BarScript = scriptOf([]);

function firstInstant(script: BarScript): number {
  let first = Number.POSITIVE_INFINITY;
  for (const bars of script.bars.values()) if (bars.length > 0) first = Math.min(first, bars.start[0]!);
  return Number.isFinite(first) ? first : Date.parse('2024-01-02T14:30:00Z');
}

function createBook(options: AlpacaOptions, clock: VirtualClock): Book {
  const cash = dollars(options.cash ?? 100_000);
  const seed = options.seed ?? 1;
  const identity = createIdentities(seed);
  return {
    clock,
    rules: {
      multiplier: options.multiplier ?? 4,
      shorting: options.shorting ?? true,
      fractions: options.fractions ?? 'strict',
      coinFee: amount(options.coinFee ?? '0.0025'),
      halfSpread: amount(options.spread ?? '0') / 2n,
      partials: options.partials ?? 0,
      splitOrders: options.splitOrders ?? 'cancel',
    },
    identity,
    dice: createDice(seed),
    accountId: identity('account'),
    createdAt: clock.now(),
    cash,
    positions: new Map(),
    orders: new Map(),
    byClientId: new Map(),
    open: new Set(),
    executions: [],
    activities: [],
    updates: [],
    last: new Map(),
    lastDay: new Map(),
    halted: new Set(),
    opened: new Map(),
    lastEquity: cash,
    equity: [],
    cancelDelay: 0,
    replaceDelay: 0,
    listeners: [],
  };
}

/** Starts a simulator of Alpaca on the loopback address. Nothing moves until its clock is told to. */
export async function startAlpaca(options: AlpacaOptions = {}): Promise<AlpacaSimulator> {
  const script = options.script ?? NO_SCRIPT;
  const clock = createVirtualClock(options.start === undefined ? firstInstant(script) : instantOf(options.start));
  const book = createBook(options, clock);
  const history = createHistory(script);
  const paid = options.plan === 'paid';
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
  const feedsOf = (symbol: string): readonly Feed[] => (symbol.includes('/') ? ['crypto'] : ['iex', 'sip']);
  const shareOf = (feed: Feed): number => (feed === 'crypto' ? 0 : feed === 'iex' ? data.iexShare : 1);
  const barMessage = (type: 'b' | 'u' | 'd', bar: Omit<MinuteBar, 'symbol'>, symbol: string, feed: Feed) => {
    const { t: _t, ...fields } = barJson(bar, shareOf(feed));
    return { T: type, S: symbol, ...fields, t: new Date(bar.start) };
  };
  const publishBars = (type: 'b' | 'u', bars: readonly MinuteBar[]): void => {
    for (const feed of ['iex', 'sip', 'crypto'] as const) {
      if (!market.wants(type, feed)) continue;
      const wanted = bars.filter(({ symbol }) => feedsOf(symbol).includes(feed));
      if (wanted.length > 0)
        market.publish(
          feed,
          wanted.map((bar) => barMessage(type, bar, bar.symbol, feed)),
        );
    }
  };
  const publishDays = (symbols: readonly string[], now: number): void => {
    for (const symbol of symbols) {
      const day = history.bars(symbol, { count: 1, unit: 'Day' }, now - 24 * 60 * MINUTE, now, now, 'raw').at(-1);
      if (day === undefined) continue;
      for (const feed of feedsOf(symbol)) market.publish(feed, [barMessage('d', day, symbol, feed)]);
    }
  };

  // The price before the first bar that will be played.
  for (const symbol of script.bars.keys()) {
    const bar = history.latest(symbol, clock.now());
    if (bar === undefined) continue;
    book.last.set(symbol, ofDouble(bar.close));
    book.lastDay.set(symbol, ofDouble(bar.close));
  }
  planDays(book, script.actions);
  playTape(clock, script, {
    move({ symbol }, move) {
      match(book, symbol, move);
      const t = new Date(clock.now());
      const coin = symbol.includes('/');
      if (market.wants('t'))
        for (const feed of feedsOf(symbol))
          market.publish(feed, [
            { T: 't', S: symbol, ...tradeFields(move.to, idOf(`${symbol} ${clock.now()}`), coin), t },
          ]);
      if (market.wants('q'))
        for (const feed of feedsOf(symbol))
          market.publish(feed, [{ T: 'q', S: symbol, ...quoteFields(move.to, book.rules.halfSpread, coin), t }]);
    },
    complete(_start, bars) {
      const send = (): void => {
        publishBars('b', bars);
        if (market.wants('d'))
          publishDays(
            bars.map(({ symbol }) => symbol),
            clock.now(),
          );
      };
      if (options.barDelay) clock.plan(clock.now() + options.barDelay, send);
      else send();
    },
  });

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
    broadcast(at, message) {
      clock.plan(instantOf(at), () => {
        if (message.T === 's' && message.sc === 'H') book.halted.add(message.S);
        if (message.T === 's' && message.sc === 'T') book.halted.delete(message.S);
        for (const feed of feedsOf(message.S)) market.publish(feed, [{ t: new Date(clock.now()), ...message }]);
      });
    },
    revise(bar, at) {
      const when = at === undefined ? bar.start + MINUTE + 30 * SECOND : instantOf(at);
      history.revise(bar, when);
      clock.plan(when, () => publishBars('u', [bar]));
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
        adminOf({ ...simulator, requests: server.requests, violations: server.violations }, method, path, body),
      check: (options.validate ?? hasOpenApi()) ? openApiChecker() : undefined,
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
    inject: server.inject,
    violations: server.violations,
    async close() {
      await server.close();
      if (server.violations.length > 0)
        throw new Error(
          `answers that Alpaca's OpenAPI files do not allow:\n${server.violations.slice(0, 10).join('\n')}`,
        );
    },
  };
}
