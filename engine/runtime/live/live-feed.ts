import { createHash } from 'node:crypto';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { finding } from '../../documents/finding.ts';
import type { Bars, MarketData } from '../../market/bars.ts';
import { calendarOf } from '../../market/calendars.ts';
import type { MinuteBar } from '../../market/minute-bar.ts';
import type { Feed } from '../feed.ts';
import { type BarRing, createBarRing } from './bar-ring.ts';
import { historyFrom, historyText, type Minute, minuteFrom, minuteText } from './minute.ts';

/** Where the bars of a live run are kept and found again. */
export interface BarStore {
  /** To be stored with what comes of it. */
  put(piece: number, part: number, text: string): void;
  get(piece: number, part: number): string | undefined;
}

export interface LiveFeedOptions {
  /** What is shown as the source: `Alpaca iex`. */
  readonly source: string;
  readonly symbols: readonly string[];
  /** Minutes of history that the indicators of rules reach back over. */
  readonly reach: (ruleset: Ruleset) => number;
  /** Rows of each symbol that are kept. */
  readonly keep: number;
  readonly store: BarStore;
  /** Asks for the minutes of some symbols before the next piece. @throws when they cannot be had */
  readonly history: (symbols: readonly string[], minutes: number) => Promise<ReadonlyMap<string, readonly MinuteBar[]>>;
}

/**
 * A feed whose pieces come one at a time: piece 0 is the history that warms indicators up, every further one a minute. What
 * has come is in the store and comes from there when the run is worked off again.
 */
export interface LiveFeed extends Feed {
  /** Takes the next piece; gives its number. */
  push(minute: Minute): number;
  /** The number that the next piece will have: pieces below it are there. */
  readonly next: number;
  /** A share was split: what came before is put on the new footing. */
  restate(symbol: string, ratio: number): void;
  /** Every minute that is kept, the piece at hand included, by symbol. */
  kept(): ReadonlyMap<string, Bars>;
  /** What is known of a piece besides its bars; undefined for the history. */
  minute(n: number): Omit<Minute, 'bars'> | undefined;
}

/**
 * Makes the feed of a run: from its store as far as that goes.
 * @throws what `history` throws
 */
export async function openLiveFeed(options: LiveFeedOptions, ruleset: Ruleset, pieces: number): Promise<LiveFeed> {
  const { store } = options;
  let text = store.get(0, 0);
  if (text === undefined) {
    text = historyText(await options.history(options.symbols, options.reach(ruleset)));
    store.put(0, 0, text);
  }
  return feedOver(options, text, pieces);
}

function feedOver(options: LiveFeedOptions, first: string, pieces: number): LiveFeed {
  const { store, source } = options;
  const rings = new Map<string, BarRing>();
  const hash = createHash('sha256').update(first);
  /** The piece at hand, and what is known of it. */
  const at = {
    n: -1,
    bars: new Map<string, Bars>() as ReadonlyMap<string, Bars>,
    end: 0,
    stale: false,
    why: undefined as Minute['why'],
  };
  /** Minutes that have come and were not taken yet. */
  const waiting: Minute[] = [];
  let next = Math.max(1, pieces);
  let taken = 0;
  let rows = 0;
  let refused = 0;

  const ringOf = (symbol: string): BarRing => {
    let ring = rings.get(symbol);
    if (ring === undefined) {
      ring = createBarRing(symbol, calendarOf(symbol), options.keep);
      rings.set(symbol, ring);
    }
    return ring;
  };
  for (const symbol of options.symbols) ringOf(symbol);

  function take(n: number): void {
    if (n !== at.n + 1) throw new RangeError(`piece ${n} asked for, ${at.n} is at hand`);
    const bars = new Map<string, Bars>();
    if (n === 0) {
      for (const [symbol, history] of historyFrom(first)) bars.set(symbol, filled(symbol, history));
    } else {
      const known = store.get(n, 0);
      const minute = n < pieces && known !== undefined ? minuteFrom(known) : waiting.shift();
      if (minute === undefined) throw new RangeError(`piece ${n} has not come yet`);
      for (const bar of minute.bars) {
        const row = ringOf(bar.symbol).add(bar);
        if (row === undefined) refused++;
        else bars.set(bar.symbol, row);
      }
      rows += bars.size;
      at.end = minute.end;
      at.stale = minute.stale;
      at.why = minute.why;
    }
    at.n = n;
    at.bars = bars;
    taken = n + 1;
  }

  function filled(symbol: string, history: readonly MinuteBar[]): Bars {
    const ring = ringOf(symbol);
    for (const bar of history) ring.add(bar);
    return ring.view();
  }

  const feed: LiveFeed = {
    get bases() {
      return new Map([...rings.keys()].map((symbol) => [symbol, '1m' as const]));
    },
    warmup: 1,
    length: Number.POSITIVE_INFINITY,
    bars: undefined,
    endless: true,
    actions: [],
    identity: source,
    piece(n) {
      if (n !== at.n) take(n);
      return at.bars;
    },
    past: (_, n) => {
      const past = new Map<string, Bars>();
      for (const [symbol, ring] of rings) {
        const less = n === at.n ? (at.bars.get(symbol)?.length ?? 0) : 0;
        past.set(symbol, ring.view(less));
      }
      return past;
    },
    async widened(ruleset) {
      const missing = ruleset.symbols.filter((symbol) => !rings.has(symbol));
      if (missing.length === 0) return { feed };
      const part = partOf(missing);
      let text = store.get(Math.max(0, at.n), part);
      if (text === undefined) {
        try {
          text = historyText(await options.history(missing, options.reach(ruleset)));
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          const message = `no history of ${missing.join(', ')}: ${why}`;
          return { diagnostics: [finding('E414', undefined, undefined, message, 'check the name of the symbol')] };
        }
        store.put(Math.max(0, at.n), part, text);
      }
      for (const [symbol, history] of historyFrom(text)) filled(symbol, history);
      for (const symbol of missing) ringOf(symbol);
      return { feed };
    },
    account: (): Omit<MarketData, 'bars' | 'actions'> => ({
      source,
      synthetic: false,
      rowsRead: rows + refused,
      barsUsed: rows,
      outsideSession: 0,
      quarantined: [],
      quarantinedCount: refused,
      hash: hash.copy().update(String(taken)).digest('hex'),
      warnings: [],
    }),
    push(minute) {
      const n = next++;
      store.put(n, 0, minuteText(minute));
      waiting.push(minute);
      return n;
    },
    get next() {
      return next;
    },
    restate: (symbol, ratio) => rings.get(symbol)?.restate(ratio),
    kept: () => new Map([...rings].map(([symbol, ring]) => [symbol, ring.view()])),
    minute: (n) => (n === 0 || n !== at.n ? undefined : { end: at.end, stale: at.stale, why: at.why }),
  };
  return feed;
}

/** Number of the part that holds the history of these symbols: the same symbols, the same part. */
const partOf = (symbols: readonly string[]): number =>
  1 +
  (createHash('sha256')
    .update([...symbols].sort().join(' '))
    .digest()
    .readUInt32BE() %
    0x7fffffff);
