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
  /** What was read so far. */
  account(): Omit<MarketData, 'bars' | 'actions'>;
}

/** A feed that gives everything at once. */
export function wholeFeed(data: MarketData): Feed {
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
    account: () => data,
  };
}
