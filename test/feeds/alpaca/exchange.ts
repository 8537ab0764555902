import type { MarketMessage, MarketStream } from '../../../engine/alpaca/market-stream.ts';
import type { SocketState } from '../../../engine/alpaca/socket.ts';
import type { Market } from '../../../engine/feeds/alpaca/expected.ts';
import { type AlpacaFeedOptions, createAlpacaFeed } from '../../../engine/feeds/alpaca/feed.ts';
import type { MinuteSource } from '../../../engine/feeds/alpaca/gather.ts';
import type { FeedState } from '../../../engine/feeds/alpaca/live-feed.ts';
import type { CorporateAction } from '../../../engine/market/bars.ts';
import { calendarOf } from '../../../engine/market/calendars.ts';
import type { MinuteBar } from '../../../engine/market/minute-bar.ts';
import { MINUTE } from '../../../engine/market/time.ts';
import { idle, virtualClock } from '../../virtual-clock.ts';
import { madeBar } from './made-minutes.ts';

/** One market's socket, as the test wants it. */
interface Side {
  readonly market: Market;
  symbols: readonly string[];
  state: SocketState;
  take: (message: MarketMessage) => void;
  restarts: string[];
  reconnects: number;
  /** Says nothing, though it is there. */
  mute: boolean;
}

export interface ExchangeOptions extends Partial<Pick<AlpacaFeedOptions, 'hours' | 'graceMs' | 'after'>> {
  readonly symbols: readonly string[];
  readonly start: number;
  /** Whether a symbol trades in the minute that starts then. */
  readonly trades?: (symbol: string, start: number) => boolean;
}

/**
 * A market in which every symbol trades in every minute, and a feed on it: sockets and REST are functions here, so that a day
 * with its faults takes milliseconds. The server's clock is the world's; the machine's is `clock`, which the test may set.
 */
export function exchange({ symbols, start, trades = () => true, ...options }: ExchangeOptions) {
  const clock = virtualClock(start);
  /** What the server's clock is ahead of the machine's, ms. */
  let ahead = 0;
  const sides = new Map<Market, Side>();
  const rest = {
    down: false,
    asked: [] as { from: number; to: number; symbols: readonly string[] }[],
    timeDown: 'no' as 'no' | 'refused' | 'hangs',
    splits: [] as string[],
  };
  const instants: { end: number; bars: readonly MinuteBar[]; source: MinuteSource; at: number }[] = [];
  const health: { state: FeedState; words: string; at: number }[] = [];
  const halts: [string, boolean][] = [];
  const revised: { bar: MinuteBar; why: string }[] = [];
  const bad: string[] = [];
  const splits: { action: CorporateAction; after: number }[] = [];
  const announced = new Map<string, readonly CorporateAction[]>();
  const warnings: string[] = [];
  const serverNow = () => clock.now() + ahead;

  const stream = (market: Market, wanted: readonly string[], take: (message: MarketMessage) => void): MarketStream => {
    const side: Side = { market, symbols: wanted, state: 'closed', take, restarts: [], reconnects: 0, mute: false };
    sides.set(market, side);
    const become = (state: SocketState, words: string, retryMs?: number): void => {
      side.state = state;
      take({ kind: 'state', state, words, retryMs });
    };
    return {
      open: () => become('connecting', 'connecting'),
      async close() {
        side.state = 'closed';
      },
      restart(reason) {
        side.restarts.push(reason);
        side.reconnects++;
        side.state = 'waiting';
        setImmediate(() => {
          become('waiting', reason, 1_000);
          clock.after(1_000, () => {
            if (side.state === 'waiting') connect(market);
          });
        });
      },
      setSymbols(next) {
        side.symbols = [...next];
      },
      get state() {
        return side.state;
      },
      get reconnects() {
        return side.reconnects;
      },
    };
  };

  const feed = createAlpacaFeed({
    clock,
    dice: () => 0.5,
    symbols: new Set(symbols),
    after: options.after ?? start,
    calendarOf,
    stream,
    ...(options.hours === undefined ? {} : { hours: options.hours }),
    ...(options.graceMs === undefined ? {} : { graceMs: options.graceMs }),
    ask: () => async (wanted, from, to) => {
      rest.asked.push({ from, to, symbols: wanted });
      if (rest.down) throw new Error('HTTP 503');
      const bars: MinuteBar[] = [];
      for (const symbol of wanted) {
        for (let minute = from; minute + MINUTE <= Math.min(to, serverNow()); minute += MINUTE) {
          if (isOpen(symbol, minute) && trades(symbol, minute)) bars.push(madeBar(symbol, minute));
        }
      }
      return bars;
    },
    async serverTime() {
      if (rest.timeDown === 'refused') throw new Error('HTTP 503');
      if (rest.timeDown === 'hangs') return new Promise<number>(() => undefined);
      return serverNow();
    },
    async splitsOn(_, date) {
      if (rest.down) throw new Error('HTTP 503');
      rest.splits.push(date);
      return announced.get(date) ?? [];
    },
    sink: {
      split: (action) => splits.push({ action, after: instants.at(-1)?.end ?? 0 }),
      minute: (end, bars, source) => instants.push({ end, bars, source, at: serverNow() }),
      revised: (bar, why) => revised.push({ bar, why }),
      quarantined: (_, cause) => bad.push(cause),
      halted: (symbol, halted) => halts.push([symbol, halted]),
      quote: () => undefined,
      health: (state, words) => health.push({ state, words, at: serverNow() }),
      warning: (words) => warnings.push(words),
    },
  });

  function isOpen(symbol: string, at: number): boolean {
    return calendarOf(symbol).sessionAt(at as never) >= 0;
  }

  /** The socket is there and has confirmed everything. */
  const connect = (market: Market = 'XNYS'): void => {
    const side = sides.get(market)!;
    side.state = 'live';
    side.take({ kind: 'state', state: 'live', words: 'connected', retryMs: undefined });
    side.take({ kind: 'confirmed' });
  };
  const drop = (market: Market = 'XNYS', words = 'the server closed the connection'): void => {
    const side = sides.get(market)!;
    if (side.state === 'live') side.reconnects++;
    side.state = 'waiting';
    side.take({ kind: 'state', state: 'waiting', words, retryMs: 1_000 });
  };

  /** Sends what ended since the last call, where a socket is there, half a second after its end. */
  let sent = Math.floor(start / MINUTE) * MINUTE;
  const send = (): void => {
    for (; sent + 500 <= serverNow(); sent += MINUTE) {
      for (const side of sides.values()) {
        if (side.state !== 'live' || side.mute) continue;
        for (const symbol of side.symbols) {
          const minute = sent - MINUTE;
          if (minute < start || !isOpen(symbol, minute) || !trades(symbol, minute)) continue;
          side.take({ kind: 'bar', bar: madeBar(symbol, minute), corrected: false });
        }
      }
    }
  };
  /** Lets time go by in steps of half a second, bars among them. */
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 500) {
      await clock.pass(Math.min(500, ms - gone));
      send();
    }
    await idle();
  };

  return {
    clock,
    feed,
    rest,
    sides,
    side: (market: Market = 'XNYS') => sides.get(market)!,
    instants,
    health,
    halts,
    revised,
    bad,
    splits,
    announced,
    warnings,
    connect,
    drop,
    pass,
    serverNow,
    /** Sets the machine's clock, which the server does not notice. */
    setClock(by: number) {
      clock.set(clock.now() + by);
      ahead -= by;
    },
    states: () => health.map(({ state }) => state),
    async opened() {
      feed.open();
      await idle();
      for (const market of sides.keys()) connect(market);
      await idle();
    },
  };
}

/** Every minute from `from` to `to` with the bars that trade in it. */
export function expectedMinutes(
  symbols: readonly string[],
  from: number,
  to: number,
  trades: (symbol: string, start: number) => boolean = () => true,
): { end: number; bars: MinuteBar[] }[] {
  const out: { end: number; bars: MinuteBar[] }[] = [];
  for (let start = from; start < to; start += MINUTE) {
    const open = symbols.filter((symbol) => calendarOf(symbol).sessionAt(start as never) >= 0);
    if (open.length === 0) continue;
    const bars = open.filter((symbol) => trades(symbol, start)).toSorted();
    out.push({ end: start + MINUTE, bars: bars.map((symbol) => madeBar(symbol, start)) });
  }
  return out;
}
