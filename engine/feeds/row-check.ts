/** Stable words for what can be wrong with a row of bars. */
export const CAUSES = [
  'too_few_columns',
  'bad_time',
  'mixed_time_format',
  'not_a_number',
  'not_positive',
  'high_below_low',
  'open_outside_range',
  'close_outside_range',
  'negative_volume',
  'duplicate_time',
  'time_backwards',
  'price_spike',
] as const;

export type Cause = (typeof CAUSES)[number];

/** Sources that adjust prices leave the close a rounding error above the high; no more than this part of the price. */
const ROUNDING = 1e-6;

/** A price this many times its neighbours, both before and after, is a misprint. */
const SPIKE = 10;

/** What is wrong with one bar by itself, or undefined. Prices in dollars, volume in shares. */
export function priceFault(open: number, high: number, low: number, close: number, volume: number): Cause | undefined {
  // x - x is 0 for finite numbers only.
  if (open - open + (high - high) + (low - low) + (close - close) + (volume - volume) !== 0) return 'not_a_number';
  if (!(open > 0 && high > 0 && low > 0 && close > 0)) return 'not_positive';
  if (volume < 0) return 'negative_volume';
  if (high < low) return 'high_below_low';
  if (open <= high && open >= low && close <= high && close >= low) return undefined;
  const slack = high * ROUNDING;
  if (open > high + slack || open < low - slack) return 'open_outside_range';
  return close > high + slack || close < low - slack ? 'close_outside_range' : undefined;
}

/** A bar whose high is ten times, or whose low is a tenth of, both its neighbours: the price left and came back. */
export function isSpike(previousClose: number, high: number, low: number, nextOpen: number): boolean {
  // The usual row is settled by one neighbour: which of the two is the higher, no processor can foretell.
  if (high < SPIKE * previousClose && low * SPIKE > previousClose) return false;
  const top = previousClose > nextOpen ? previousClose : nextOpen;
  const bottom = previousClose < nextOpen ? previousClose : nextOpen;
  return high >= SPIKE * top || low * SPIKE <= bottom;
}
