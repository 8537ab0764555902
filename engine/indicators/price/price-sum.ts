import { TICKS, tickOf } from '../window.ts';

const LIMIT = 2 ** 50;

/** High + low + close in whole ticks, or NaN when one of them is off the 1e-4 grid or not finite. */
export const priceTicks = (high: number, low: number, close: number): number =>
  tickOf(high, LIMIT) + tickOf(low, LIMIT) + tickOf(close, LIMIT);

/**
 * High + low + close, three times the typical price, free of rounding for prices on the 1e-4 grid, so that bars of equal
 * typical price compare as equal; NaN when one of them is not finite.
 */
export const priceSum = (high: number, low: number, close: number): number => {
  const ticks = priceTicks(high, low, close);
  return !Number.isNaN(ticks) ? ticks / TICKS : high + low + close;
};

/** High + low, twice the middle of the bar, in the same way. */
export const rangeSum = (high: number, low: number): number => {
  const ticks = tickOf(high, LIMIT) + tickOf(low, LIMIT);
  return !Number.isNaN(ticks) ? ticks / TICKS : high + low;
};
