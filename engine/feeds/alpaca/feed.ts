import type { MarketMessage, MarketStream } from '../../alpaca/market-stream.ts';
import type { CorporateAction } from '../../market/bars.ts';
import type { Calendar, Hours } from '../../market/calendar.ts';
import type { Clock } from '../../market/clock.ts';
import type { MinuteBar } from '../../market/minute-bar.ts';
import { MINUTE, SECOND } from '../../market/time.ts';
import type { AskMinutes } from './catch-up.ts';
import type { Market } from './expected.ts';
import { BAR_GRACE_MS, createGather, type Gather } from './gather.ts';
import type { FeedState, LiveFeed, LiveFeedCounts, LiveFeedSink } from './live-feed.ts';
import { createMarketFeed, type MarketFeed } from './market-feed.ts';
import { createServerTime } from './server-time.ts';
import { createSplitWatch, footingUntil, type SplitWatch } from './split-watch.ts';

export interface AlpacaFeedOptions {
  readonly clock: Clock;
  /** Numbers from 0 up to 1. */
  readonly dice: () => number;
  readonly symbols: ReadonlySet<string>;
  /** Minutes that end at or before this (ms) are not told: history has them. -Infinity: what is over when it opens is not. */
  readonly after: number;
  readonly hours?: Hours;
  /** How long past its end a minute waits for bars that are missing, ms. */
  readonly graceMs?: number;
  readonly calendarOf: (symbol: string) => Calendar;
  /** Begins a socket of one market's data. */
  readonly stream: (market: Market, symbols: readonly string[], take: (message: MarketMessage) => void) => MarketStream;
  /** 1-minute bars of one market by REST, of the feed that the socket has. */
  readonly ask: (market: Market) => AskMinutes;
  /** The server's time, ms since 1970. */
  readonly serverTime: () => Promise<number>;
  /** Splits of shares that take effect on a date (`YYYY-MM-DD`): asked before each session but the one at hand. */
  readonly splitsOn: (symbols: readonly string[], date: string) => Promise<readonly CorporateAction[]>;
  readonly sink: LiveFeedSink;
}

/** However long nothing is due, the clock is looked at this often: it may have been set, or the machine asleep. */
const LOOK_MS = 15 * SECOND;
/** A timer that comes so much too early or too late means that the clock was set. */
const SET_MS = 2 * SECOND;
/** A timer that comes so much too late means that the machine slept: no connection has outlived that. */
const SLEPT_MS = 45 * SECOND;

interface Entry {
  readonly feed: MarketFeed;
  state: FeedState;
  words: string;
  retryMs: number | undefined;
}

const DIALLING = 'connecting';

function inWords(retryMs: number | undefined): string {
  if (retryMs === undefined) return '';
  const seconds = Math.round(retryMs / SECOND);
  return seconds < 1
    ? '; trying again at once'
    : `; trying again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
}

/** From the worst: what the whole feed is said to be. */
const WORST: readonly FeedState[] = ['refused', 'stale', 'connecting', 'live'];

/**
 * Alpaca's live bars: both sockets, REST for what they do not bring, and the instants made of both. Every minute is told once
 * and in order; one in which nothing came is told when REST confirms that nothing traded. While a socket is away its minutes
 * come by REST, once a minute.
 */
export function createAlpacaFeed(options: AlpacaFeedOptions): LiveFeed {
  const { clock, sink, calendarOf, hours = 'regular', graceMs = BAR_GRACE_MS } = options;
  const markets = new Map<Market, Entry>();
  const extra = { backfilled: 0, unreadable: 0, gone: 0 };
  let symbols = options.symbols;
  let state: FeedState = 'closed';
  let timer: { cancel(): void } | undefined;
  let wakeAt = 0;

  const serverTime = createServerTime({
    clock,
    ask: options.serverTime,
    skewed(behindMs) {
      const seconds = Math.round(Math.abs(behindMs) / 100) / 10;
      sink.warning(
        `the clock of this machine is ${seconds} s ${behindMs > 0 ? 'behind' : 'ahead of'} the server's: minutes are counted by the server's; set the clock (NTP)`,
      );
    },
  });
  const now = () => serverTime.now();

  const gather: Gather = createGather({
    symbols,
    after: options.after,
    graceMs,
    hours,
    calendarOf,
    sink: {
      minute: (end, bars, source) => sink.minute(end, bars, source),
      revised: (bar, why) => sink.revised(bar, why),
      quarantined: (bar, cause) => sink.quarantined(bar, cause),
      doubt: (market) => markets.get(market)?.feed.doubt(),
    },
  });

  const sharesOf = (): string[] => [...symbols].filter((symbol) => calendarOf(symbol).id === 'XNYS');
  let splits: SplitWatch | undefined;
  /** Shares are on the footing of the day on which their history was asked for, until the splits of the next are known. */
  const watchSplits = (): void => {
    const [share] = sharesOf();
    if (share === undefined || splits !== undefined) return;
    const calendar = calendarOf(share);
    const until = footingUntil(calendar, now());
    gather.limit('XNYS', until);
    const known = (actions: readonly CorporateAction[], end: number): void => {
      for (const action of actions) {
        gather.restate(action.symbol, action.split);
        sink.split(action);
      }
      gather.limit('XNYS', end);
      look();
    };
    splits = createSplitWatch(
      {
        clock,
        now,
        calendar,
        hours,
        decided: () => gather.decided,
        ask: (date) => options.splitsOn(sharesOf(), date),
        known,
        failed: (words) => sink.warning(words),
      },
      until,
    );
  };

  let said = '';
  const tell = (): void => {
    if (state === 'closed') return;
    const all = [...markets.values()];
    const worst = WORST.find((one) => all.some((market) => market.state === one));
    const entry = all.find((market) => market.state === worst);
    const words = entry?.words ?? 'nothing is asked for';
    // The same trouble is told once, however often it is tried again.
    if ((worst ?? 'connecting') === state && (words === said || words === DIALLING)) return;
    state = worst ?? 'connecting';
    said = words;
    sink.health(state, `${words}${inWords(entry?.retryMs)}`);
  };

  const look = (): void => {
    if (state === 'closed') return;
    gather.tick(now());
    splits?.look();
    wake();
  };
  const wake = (): void => {
    if (state === 'closed') return;
    const wait = Math.max(0, Math.min(gather.due() - now(), LOOK_MS));
    const at = clock.now() + wait;
    if (timer !== undefined && wakeAt <= at) return;
    timer?.cancel();
    wakeAt = at;
    timer = clock.after(wait, () => {
      timer = undefined;
      const late = clock.now() - wakeAt;
      if (Math.abs(late) < SET_MS) {
        look();
        return;
      }
      if (late > SLEPT_MS) for (const { feed } of markets.values()) feed.restart('the machine was asleep');
      // Nothing is decided by a clock that was set until the server has been asked.
      void serverTime.measure().then(look);
    });
  };

  /** Bars whose minute our time says is not over: either the time is wrong, or they are. */
  const early: { readonly bar: MinuteBar; readonly corrected: boolean }[] = [];
  const takeEarly = (): void => {
    const at = now();
    for (const { bar, corrected } of early.splice(0)) gather.take(bar, corrected ? 'updated' : 'bar', at);
    wake();
  };

  const begin = (market: Market): void => {
    const mine = [...symbols].filter((symbol) => calendarOf(symbol).id === market);
    const feed = createMarketFeed({
      clock,
      now,
      dice: options.dice,
      calendar: calendarOf(mine[0]!),
      hours,
      graceMs,
      gather,
      ask: options.ask(market),
      measure: () => serverTime.measure(),
      symbols: mine,
      stream: (wanted, take) =>
        options.stream(market, wanted, (message) => {
          if (state === 'closed') return;
          take(message);
          wake();
        }),
      halted: (symbol, halted) => sink.halted(symbol, halted),
      quote: (symbol, bid, ask) => sink.quote(symbol, bid, ask),
      early(bar, corrected) {
        early.push({ bar, corrected });
        if (early.length === 1) void serverTime.measure().then(takeEarly);
      },
      unreadable: () => {
        extra.unreadable++;
      },
      backfilled: (minutes) => {
        extra.backfilled += minutes;
      },
      told(next, words, retryMs) {
        const entry = markets.get(market);
        if (entry === undefined) return;
        Object.assign(entry, { state: next, words, retryMs });
        tell();
      },
    });
    markets.set(market, { feed, state: 'connecting', words: DIALLING, retryMs: undefined });
    feed.open();
  };

  const end = (market: Market): void => {
    const gone = markets.get(market);
    markets.delete(market);
    extra.gone += gone?.feed.reconnects ?? 0;
    void gone?.feed.close();
  };

  const arrange = (): void => {
    watchSplits();
    const wanted = new Set([...symbols].map((symbol) => calendarOf(symbol).id));
    for (const market of markets.keys()) if (!wanted.has(market)) end(market);
    for (const market of wanted) {
      const there = markets.get(market);
      if (there === undefined) begin(market);
      else there.feed.setSymbols([...symbols].filter((symbol) => calendarOf(symbol).id === market));
    }
  };

  return {
    open() {
      if (state !== 'closed') return;
      state = 'connecting';
      sink.health('connecting', DIALLING);
      void serverTime.measure().then(() => {
        if (state === 'closed') return;
        if (options.after === Number.NEGATIVE_INFINITY) gather.begin(Math.floor(now() / MINUTE) * MINUTE);
        arrange();
        wake();
      });
    },
    async close() {
      if (state === 'closed') return;
      state = 'closed';
      timer?.cancel();
      splits?.close();
      const feeds = [...markets.values()];
      markets.clear();
      extra.gone += feeds.reduce((sum, { feed }) => sum + feed.reconnects, 0);
      sink.health('closed', 'closed');
      await Promise.all(feeds.map(({ feed }) => feed.close()));
    },
    setSymbols(wanted) {
      symbols = wanted;
      gather.setSymbols(wanted);
      if (markets.size > 0) arrange();
      wake();
    },
    reference: (symbol, close) => gather.reference(symbol, close),
    now,
    get state() {
      return state;
    },
    get decided() {
      return gather.decided;
    },
    get counts(): LiveFeedCounts {
      const reconnects = [...markets.values()].reduce((sum, { feed }) => sum + feed.reconnects, extra.gone);
      return { ...gather.counts, reconnects, backfilled: extra.backfilled, unreadable: extra.unreadable };
    },
  };
}
