import type { Instant } from '../market/time.ts';
import type { EquityPoint } from './trade.ts';

/** The deepest fall of an equity curve from its peak so far. */
export interface Drawdown {
  /** Fraction of the peak, >= 0. */
  readonly fraction: number;
  /** Dollars from the peak to the bottom of that fall. */
  readonly dollars: number;
  /** When the peak was made (undefined: the start), the bottom, and the first point back at the peak (undefined: not yet). */
  readonly start: Instant | undefined;
  readonly bottom: Instant | undefined;
  readonly recovery: Instant | undefined;
}

/** Deepest fall of `points`, in percent of the peak; the peak starts at `startEquity`. */
export const drawdownOf = (startEquity: number, points: readonly EquityPoint[]): Drawdown => {
  let peak = startEquity;
  let peakAt: Instant | undefined;
  let deepest = { fraction: 0, dollars: 0, peak: startEquity, start: undefined, bottom: undefined } as {
    fraction: number;
    dollars: number;
    peak: number;
    start: Instant | undefined;
    bottom: Instant | undefined;
  };
  let recovery: Instant | undefined;
  for (const { time, equity } of points) {
    if (deepest.bottom !== undefined && recovery === undefined && equity >= deepest.peak) recovery = time;
    if (equity > peak) {
      peak = equity;
      peakAt = time;
    }
    const fraction = (peak - equity) / peak;
    if (fraction > deepest.fraction) {
      deepest = { fraction, dollars: peak - equity, peak, start: peakAt, bottom: time };
      recovery = undefined;
    }
  }
  const { fraction, dollars, start, bottom } = deepest;
  return { fraction, dollars, start, bottom, recovery };
};
