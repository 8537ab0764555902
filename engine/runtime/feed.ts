import type { Ruleset } from '../compiler/ruleset.ts';
import type { Diagnostic } from '../documents/diagnostic.ts';
import type { Bars, CorporateAction, MarketData } from '../market/bars.ts';
import type { Timeframe } from '../market/timeframe.ts';

/** Where a dry run's bars come from, in pieces (a session of the sample market, a whole folder of CSV). */
export interface Feed {
  /** Size of the feed's bars, by symbol. */
  readonly bases: ReadonlyMap<string, Timeframe>;
  /** Pieces that only warm the indicators up. */
  readonly warmup: number;
  /** Pieces after the warm-up until the run is complete (a sample year; all of a file). */
  readonly length: number;
  /** Bars of all pieces up to there, where that is known. */
  readonly bars: number | undefined;
  /** The feed can go on past its length. */
  readonly endless: boolean;
  /** Piece `n`, from 0; each later than the one before. */
  piece(n: number): ReadonlyMap<string, Bars>;
  /** Splits and dividends of all pieces. */
  readonly actions: readonly CorporateAction[];
  /** Two feeds of one identity give the same bars. */
  readonly identity: string;
  /** Bars before piece `n`, as far back as the indicators of these rules reach where the feed has them. */
  past(ruleset: Ruleset, n: number): ReadonlyMap<string, Bars>;
  /**
   * The same feed, piece for piece, with the symbols that these rules read besides; findings where it cannot give them.
   */
  widened(ruleset: Ruleset): Promise<{ readonly feed: Feed } | { readonly diagnostics: readonly Diagnostic[] }>;
  /** What was read so far. */
  account(): Omit<MarketData, 'bars' | 'actions'>;
}

/** What a feed that gives everything at once gives for other rules. */
export type Reread = (ruleset: Ruleset) => Promise<{
  readonly data: MarketData;
  readonly diagnostics: readonly Diagnostic[];
}>;

/**
 * A feed that gives everything at once.
 * @param reread reads the bars of all symbols of other rules
 */
export function wholeFeed(data: MarketData, reread?: Reread): Feed {
  const bases = new Map([...data.bars].map(([symbol, bars]) => [symbol, bars.timeframe]));
  let bars = 0;
  for (const column of data.bars.values()) bars += column.length;
  return {
    bases,
    warmup: 0,
    length: 1,
    bars,
    endless: false,
    actions: data.actions,
    identity: data.hash,
    piece: () => data.bars,
    past: () => new Map(),
    async widened(ruleset) {
      const missing = ruleset.symbols.filter((symbol) => !data.bars.has(symbol));
      if (missing.length === 0) return { feed: wholeFeed(data, reread) };
      if (reread === undefined) throw new RangeError(`no bars of ${missing.join(', ')}`);
      const read = await reread(ruleset);
      if (read.diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics: read.diagnostics };
      // What runs goes on with the bars that it has.
      const bars = new Map([...read.data.bars, ...data.bars]);
      return { feed: wholeFeed({ ...read.data, bars }, reread) };
    },
    account: () => data,
  };
}
