import type { CorporateAction } from '../../market/bars.ts';
import { xnys } from '../../market/calendars.ts';
import type { MinuteBar } from '../../market/minute-bar.ts';
import { DAY, instant, MINUTE } from '../../market/time.ts';
import { type DailyClose, splitsBehind } from './splits.ts';

/** Where live bars come from: one exchange (free), or all of them. */
export type DataFeed = 'iex' | 'sip';

/** What is asked of the broker's history. */
export interface BarsQuery {
  readonly symbols: readonly string[];
  readonly size: 'minute' | 'day';
  /** Bars that begin at or after `from` and before `to`, ms since 1970. */
  readonly from: number;
  readonly to: number;
  readonly adjustment: 'raw' | 'split';
  /** Of shares; coins have one. */
  readonly feed: DataFeed;
}

export interface HistorySource {
  /**
   * All pages of it, each symbol's in order; a symbol without bars is not in the map.
   * @throws an error whose `kind` is `forbidden` when the plan does not hold what is asked for
   */
  bars(query: BarsQuery): Promise<ReadonlyMap<string, readonly MinuteBar[]>>;
}

export interface HistoryOptions {
  readonly source: HistorySource;
  /** The server's time, ms. */
  readonly now: () => number;
  /** The feed of the live bars, and of the history if another one is wanted. */
  readonly feed: DataFeed;
  readonly historyFeed?: DataFeed;
}

export interface History {
  /** 1-minute bars by symbol, in order, on the footing of today: what was split since is divided. */
  readonly bars: ReadonlyMap<string, readonly MinuteBar[]>;
  /** The splits that were divided out; one of today's date shows in live prices only from today's open on. */
  readonly splits: readonly CorporateAction[];
  readonly warnings: readonly string[];
}

export interface AlpacaHistory {
  /** Bars that begin at or after `from` and end at or before `to` (ms), of shares or of coins. */
  minutes(symbols: readonly string[], from: number, to: number): Promise<History>;
  /** Raw bars, as the socket sends them. */
  raw(symbols: readonly string[], from: number, to: number): Promise<readonly MinuteBar[]>;
  /** Splits that take effect on the session of `date` (`YYYY-MM-DD`), known from the night before on. */
  splitsOn(symbols: readonly string[], date: string): Promise<readonly CorporateAction[]>;
}

/** On the free plan bars of all exchanges may be asked for when they are 15 minutes old; a minute more for good measure. */
export const SIP_DELAY = 16 * MINUTE;

/** Days to look back for the last session before a date: the longest closure, September 2001, had six. */
const LOOK_BACK = 8 * DAY;

/** Symbols of one request: their names are part of its address. */
const AT_ONCE = 200;

const isForbidden = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'kind' in error && error.kind === 'forbidden';

const dateIn = (at: number): string => {
  const calendar = xnys();
  // Midnight in New York is on the same date in UTC.
  return new Date(calendar.midnight(instant(at))).toISOString().slice(0, 10);
};

/** Alpaca's history, for warming up and for what the socket did not bring. */
export function createAlpacaHistory({ source, now, feed, historyFeed = feed }: HistoryOptions): AlpacaHistory {
  const all = async (query: BarsQuery): Promise<Map<string, MinuteBar[]>> => {
    const out = new Map<string, MinuteBar[]>();
    for (let i = 0; i < query.symbols.length; i += AT_ONCE) {
      const part = await source.bars({ ...query, symbols: query.symbols.slice(i, i + AT_ONCE) });
      for (const [symbol, bars] of part) out.set(symbol, [...bars]);
    }
    return out;
  };

  const within = (bars: Map<string, MinuteBar[]>, to: number): Map<string, MinuteBar[]> => {
    for (const [symbol, column] of bars) {
      while (column.length > 0 && column.at(-1)!.start + MINUTE > to) column.pop();
      if (column.length === 0) bars.delete(symbol);
    }
    return bars;
  };

  /** History of all exchanges that is too young for the plan comes from the exchange of the live bars. */
  const sipThenFeed = async (query: BarsQuery, warnings: string[]): Promise<Map<string, MinuteBar[]>> => {
    try {
      return await all(query);
    } catch (error) {
      const old = Math.floor((now() - SIP_DELAY) / MINUTE) * MINUTE;
      if (!isForbidden(error) || query.feed !== 'sip' || feed === 'sip' || query.to <= old) throw error;
      warnings.push(
        'the plan gives SIP bars only when they are 15 minutes old: the last ones of the history come from IEX, whose volume is smaller',
      );
      const bars = query.from < old ? await all({ ...query, to: old }) : new Map<string, MinuteBar[]>();
      const young = await all({ ...query, from: Math.max(old, query.from), feed });
      for (const [symbol, column] of young) bars.set(symbol, [...(bars.get(symbol) ?? []), ...column]);
      return bars;
    }
  };

  const closes = async (symbols: readonly string[], from: number, to: number): Promise<Map<string, DailyClose[]>> => {
    const query = { symbols, size: 'day', from, to, feed: historyFeed } as const;
    const none: string[] = [];
    const raw = await sipThenFeed({ ...query, adjustment: 'raw' }, none);
    const adjusted = await sipThenFeed({ ...query, adjustment: 'split' }, none);
    const out = new Map<string, DailyClose[]>();
    for (const [symbol, days] of raw) {
      const other = new Map(adjusted.get(symbol)?.map(({ start, close }) => [dateIn(start), close]));
      const known = days.flatMap(({ start, close }): DailyClose[] => {
        const after = other.get(dateIn(start));
        return after === undefined ? [] : [{ date: dateIn(start), raw: close, adjusted: after }];
      });
      out.set(symbol, known);
    }
    return out;
  };

  const splitsOver = async (symbols: readonly string[], from: number, to: number, today: string) => {
    const byDate: CorporateAction[] = [];
    for (const [symbol, days] of await closes(symbols, from, to)) {
      byDate.push(...splitsBehind(symbol, days, today));
    }
    return byDate.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.symbol < b.symbol ? -1 : 1));
  };

  const isShare = (symbol: string): boolean => !symbol.includes('/');

  return {
    async minutes(symbols, from, to) {
      const warnings: string[] = [];
      const shares = symbols.filter(isShare);
      const coins = symbols.filter((symbol) => !isShare(symbol));
      const query = { size: 'minute', from, to, adjustment: 'split', feed: historyFeed } as const;
      const bars = new Map<string, MinuteBar[]>();
      let splits: CorporateAction[] = [];
      if (shares.length > 0) {
        if (historyFeed !== feed) {
          warnings.push(
            `the history comes from ${historyFeed.toUpperCase()}, live bars from ${feed.toUpperCase()}: rules on volume compare what cannot be compared`,
          );
        }
        for (const [symbol, column] of await sipThenFeed({ ...query, symbols: shares }, warnings))
          bars.set(symbol, column);
        splits = await splitsOver(shares, from - LOOK_BACK, to, dateIn(now()));
      }
      if (coins.length > 0) {
        for (const [symbol, column] of await all({ ...query, symbols: coins, adjustment: 'raw' }))
          bars.set(symbol, column);
      }
      within(bars, to);
      const without = symbols.filter((symbol) => !bars.has(symbol));
      if (without.length > 0) {
        warnings.push(`no history of ${without.join(', ')}: its rules warm up on live bars`);
      }
      return { bars, splits: splits.filter(({ date }) => date >= dateIn(from)), warnings };
    },
    async raw(symbols, from, to) {
      const bars = await all({ symbols, size: 'minute', from, to, adjustment: 'raw', feed });
      return [...within(bars, to).values()].flat();
    },
    async splitsOn(symbols, date) {
      const shares = symbols.filter(isShare);
      if (shares.length === 0) return [];
      const midnight = xnys().midnight(instant(Date.parse(`${date}T17:00:00Z`)));
      const splits: CorporateAction[] = [];
      // The day itself has a bar once it is open; a split behind that one comes later.
      for (const [symbol, days] of await closes(shares, midnight - LOOK_BACK, midnight + DAY)) {
        splits.push(...splitsBehind(symbol, days, days.at(-1)?.date === date ? 'later' : date));
      }
      return splits.filter((split) => split.date === date);
    },
  };
}
