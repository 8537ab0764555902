/** One symbol's bar of one minute, as it comes from a live market. Prices in dollars, volume in shares or coins. */
export interface MinuteBar {
  readonly symbol: string;
  /** Start of the minute, ms since 1970; the bar is complete a minute later. */
  readonly start: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** Volume-weighted price of the minute, where the feed gives it. */
  readonly vwap: number | undefined;
}

/** Two bars say the same. */
export const sameBar = (a: MinuteBar, b: MinuteBar): boolean =>
  a.open === b.open &&
  a.high === b.high &&
  a.low === b.low &&
  a.close === b.close &&
  a.volume === b.volume &&
  a.vwap === b.vwap;
