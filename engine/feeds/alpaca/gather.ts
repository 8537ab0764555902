import type { Calendar, Hours } from '../../market/calendar.ts';
import { type MinuteBar, sameBar } from '../../market/minute-bar.ts';
import { MINUTE, SECOND } from '../../market/time.ts';
import { createExpected, type Market } from './expected.ts';
import { createPendingMinute, type Origin, type PendingMinute } from './pending-minute.ts';
import { barFault, createPriceWatch, type LiveCause } from './price-watch.ts';
import { isTraded, nextMinuteEnd } from './trading-minutes.ts';

/** `backfill`: the bars of some market were asked for by REST, because its socket was away when the minute was over. */
export type MinuteSource = 'stream' | 'backfill';

export interface GatherSink {
  /**
   * Everything that ends at `end` (ms), once per minute of trading and in order; without bars when nothing traded.
   * The bars are in the order of their symbols' names, whatever order they came in.
   */
  minute(end: number, bars: readonly MinuteBar[], source: MinuteSource): void;
  /** A bar of a minute that is decided: a correction of it, or the one that came too late. For the record only. */
  revised(bar: MinuteBar, why: 'updated' | 'late'): void;
  /** A bar that cannot be right; it is in no minute. */
  quarantined(bar: MinuteBar, cause: LiveCause | 'price_spike'): void;
  /** Nothing came of a minute in which a live market was open: it waits until `cover` says that there is nothing. */
  doubt(market: Market, end: number): void;
}

export interface GatherOptions {
  readonly symbols: Iterable<string>;
  /** Minutes that end at or before this (ms) are decided already; -Infinity: nothing is due before `begin`. */
  readonly after: number;
  /** How long past its end a minute waits for bars that are missing, ms; a minute without a trade sends none. */
  readonly graceMs?: number;
  /** Bars outside these hours are dropped. */
  readonly hours?: Hours;
  readonly calendarOf: (symbol: string) => Calendar;
  readonly sink: GatherSink;
}

/** How many bars came to what. */
export interface GatherCounts {
  minutes: number;
  /** Minutes in which nothing traded. */
  empty: number;
  bars: number;
  duplicates: number;
  /** Corrections that replaced a bar before its minute was decided, or came after. */
  revised: number;
  /** First bars of a minute that differ from the one that stays. */
  conflicts: number;
  late: number;
  /** Outside the wanted hours, or of a symbol that nobody asked for. */
  outside: number;
  quarantined: number;
}

/** Bars and a clock into instants: see `createGather`. */
export interface Gather {
  /** What ends at or before `after` (ms) is of the past, too. */
  begin(after: number): void;
  /** Takes a bar that came at `now` (ms); decides the minute that it completes. */
  take(bar: MinuteBar, origin: Origin, now: number): void;
  /** Decides what is due at `now` (ms). */
  tick(now: number): void;
  /** When `tick` will have something to decide that no further bar brings (ms); Infinity when a market must come back first. */
  due(): number;
  /** The market's socket is away: its minutes wait, all but those covered. */
  hold(market: Market): void;
  /** It is back: from here on it sends what ends after `through`. */
  release(market: Market): void;
  /** All there is of the market up to `through` (ms) has been taken, by REST: those minutes wait for nothing. */
  cover(market: Market, through: number, now: number): void;
  /** What ends after `until` (ms) waits, whatever has come of it. */
  limit(market: Market, until: number): void;
  setSymbols(symbols: Iterable<string>): void;
  halt(symbol: string, at: number, halted: boolean): void;
  /** Since when it is halted (ms); undefined when it trades. */
  haltedSince(symbol: string): number | undefined;
  /** Sets the price that the next bar is held against: the last close of history. */
  reference(symbol: string, close: number): void;
  /** A split: that price is divided by `ratio`. */
  restate(symbol: string, ratio: number): void;
  /** End of the last minute decided (ms). */
  readonly decided: number;
  readonly counts: Readonly<GatherCounts>;
}

export const BAR_GRACE_MS = 5 * SECOND;

/** A bar whose minute ends this much later than the clock says is from the future, ms. */
export const FUTURE_MS = MINUTE;

/** Minutes whose bars are remembered after they were decided, to tell a double from a correction. */
const REMEMBERED = 10;

/**
 * Makes instants of 1-minute bars: every minute in which some symbol's market is open, ascending, exactly once.
 * A minute is decided when each of its symbols has sent its bar, or `graceMs` after its end. So any order, doubles and delays
 * within the grace come to the same instants. What is decided is not decided again.
 */
export function createGather({ after, sink, calendarOf, hours = 'regular', ...options }: GatherOptions): Gather {
  const grace = options.graceMs ?? BAR_GRACE_MS;
  const expected = createExpected(calendarOf);
  expected.setSymbols(options.symbols);
  const watch = createPriceWatch();
  const pending = new Map<number, PendingMinute>();
  const remembered = new Map<number, ReadonlyMap<string, MinuteBar>>();
  const held = new Set<Market>();
  const covered = new Map<Market, number>();
  const limits = new Map<Market, number>();
  const counts: GatherCounts = {
    minutes: 0,
    empty: 0,
    bars: 0,
    duplicates: 0,
    revised: 0,
    conflicts: 0,
    late: 0,
    outside: 0,
    quarantined: 0,
  };
  let decided = after;
  let next = Number.NaN;
  let open: readonly Market[] = [];
  const doubted = new Map<Market, number>();

  /** How many bars the next minute waits for; counted once, not with every bar. */
  const waited = new Map<Market, number>();
  const awaited = (market: Market): number => {
    let count = waited.get(market);
    if (count === undefined) {
      count = expected.count(market, next);
      waited.set(market, count);
    }
    return count;
  };

  /** Finds the next minute in which some market is open, and which are. */
  const look = (): void => {
    waited.clear();
    const ends = new Map<Market, number>();
    for (const calendar of expected.calendars) ends.set(calendar.id, nextMinuteEnd(calendar, hours, decided));
    next = Math.min(Number.POSITIVE_INFINITY, ...ends.values());
    open = [...ends].filter(([, end]) => end === next).map(([market]) => market);
  };
  look();

  /** Whether the next minute waits for nothing more of a market. */
  const isLimited = (market: Market): boolean => next > (limits.get(market) ?? Number.POSITIVE_INFINITY);
  const isReady = (market: Market, now: number): boolean => {
    if (isLimited(market)) return false;
    if (next <= (covered.get(market) ?? Number.NEGATIVE_INFINITY)) return true;
    if (held.has(market)) return false;
    const minute = pending.get(next);
    const present = minute?.present(market) ?? 0;
    const count = awaited(market);
    if (count > 0 && present >= count && expected.complete(market, next, minute!.bars)) return true;
    if (now < next + grace || doubted.get(market) === next) return false;
    if (present > 0 || count === 0) return true;
    doubted.set(market, next);
    sink.doubt(market, next);
    // Whoever is asked may know at once.
    return next <= (covered.get(market) ?? Number.NEGATIVE_INFINITY);
  };

  const decide = (): void => {
    const end = next;
    const minute = pending.get(end);
    pending.delete(end);
    const bars: MinuteBar[] = [];
    const kept = [...(minute?.bars.values() ?? [])].sort((a, b) => (a.bar.symbol < b.bar.symbol ? -1 : 1));
    for (const { bar } of kept) {
      if (watch.believes(bar)) bars.push(bar);
      else {
        counts.quarantined++;
        sink.quarantined(bar, 'price_spike');
      }
    }
    const source = open.some((market) => end <= (covered.get(market) ?? Number.NEGATIVE_INFINITY));
    remembered.set(end, new Map(kept.map(({ bar }) => [bar.symbol, bar])));
    if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
    decided = end;
    counts.minutes++;
    counts.bars += bars.length;
    if (bars.length === 0) counts.empty++;
    look();
    sink.minute(end, bars, source ? 'backfill' : 'stream');
  };

  let deciding = false;
  const settle = (now: number): void => {
    // A sink may hand in what it has just been asked for.
    if (deciding) return;
    deciding = true;
    try {
      while (next < Number.POSITIVE_INFINITY && open.every((market) => isReady(market, now))) decide();
    } finally {
      deciding = false;
    }
  };

  const setAside = (bar: MinuteBar, cause: LiveCause): void => {
    counts.quarantined++;
    sink.quarantined(bar, cause);
  };

  const afterwards = (bar: MinuteBar, end: number, origin: Origin): void => {
    const before = remembered.get(end)?.get(bar.symbol);
    if (before !== undefined && sameBar(before, bar)) counts.duplicates++;
    else if (origin === 'updated' || before !== undefined) {
      counts.revised++;
      sink.revised(bar, 'updated');
    } else if (remembered.has(end)) {
      counts.late++;
      sink.revised(bar, 'late');
    } else if (origin === 'backfill') counts.duplicates++;
    else {
      counts.late++;
      sink.revised(bar, 'late');
    }
  };

  return {
    begin(from) {
      decided = Math.max(decided, from);
      look();
    },
    take(bar, origin, now) {
      const calendar = expected.calendarOf(bar.symbol);
      if (calendar === undefined) {
        counts.outside++;
        return;
      }
      if (!(bar.start % MINUTE === 0)) return setAside(bar, 'bad_time');
      const fault = barFault(bar);
      if (fault !== undefined) return setAside(bar, fault);
      const end = bar.start + MINUTE;
      if (!isTraded(calendar, hours, bar.start)) {
        counts.outside++;
        return;
      }
      if (end <= decided) return afterwards(bar, end, origin);
      if (end > now + FUTURE_MS) return setAside(bar, 'from_the_future');
      let minute = pending.get(end);
      if (minute === undefined) {
        minute = createPendingMinute();
        pending.set(end, minute);
      }
      const outcome = minute.put(bar, origin, calendar.id);
      if (outcome === 'duplicate') counts.duplicates++;
      else if (outcome === 'conflict') counts.conflicts++;
      else if (outcome === 'replaced') counts.revised++;
      // A bar may make a minute complete. That it is overdue, only `tick` says: the next bar of the same batch may belong to it.
      // Bars asked for are whole when `cover` says so.
      if (outcome === 'kept' && end === next && origin !== 'backfill') settle(Number.NEGATIVE_INFINITY);
    },
    tick: settle,
    due() {
      const waits = open.some((market) => held.has(market) || doubted.get(market) === next || isLimited(market));
      return waits ? Number.POSITIVE_INFINITY : next + grace;
    },
    hold(market) {
      held.add(market);
      doubted.delete(market);
    },
    release(market) {
      held.delete(market);
      doubted.delete(market);
    },
    cover(market, through, now) {
      if (through > (covered.get(market) ?? Number.NEGATIVE_INFINITY)) covered.set(market, through);
      doubted.delete(market);
      settle(now);
    },
    limit(market, until) {
      limits.set(market, until);
    },
    setSymbols(symbols) {
      expected.setSymbols(symbols);
      for (const minute of pending.values()) minute.keepOnly(expected.symbols);
      look();
    },
    halt(symbol, at, halted) {
      expected.halt(symbol, at, halted);
      waited.clear();
    },
    haltedSince: (symbol) => expected.haltedSince(symbol),
    reference: (symbol, close) => watch.set(symbol, close),
    restate: (symbol, ratio) => watch.divide(symbol, ratio),
    get decided() {
      return decided;
    },
    counts,
  };
}
