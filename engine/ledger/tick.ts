import type { Price, Qty } from './money.ts';

/**
 * Which price grid a symbol trades on: `equity` is 0.01 from one dollar up and 0.0001 below (SEC Rule 612);
 * `crypto` is a billionth.
 */
export type TickRule = 'equity' | 'crypto';

const ticksPerDollar = (rule: TickRule, price: number): number => (rule === 'crypto' ? 1e9 : price >= 1 ? 100 : 10_000);

/** Price step at `price`, in dollars. */
export const tickSize = (rule: TickRule, price: number): number => 1 / ticksPerDollar(rule, price);

/** Smallest quantity that trades: a billionth of a coin, a billionth or a whole of a share. */
export const quantityIncrement = (rule: TickRule, fractional: boolean): Qty =>
  (rule === 'crypto' || fractional ? 1n : 1_000_000_000n) as Qty;

const onGrid = (ticks: number, perDollar: number): Price => {
  const least = ticks < 1 ? 1 : ticks;
  const scaled = least * (1e9 / perDollar);
  return (scaled <= Number.MAX_SAFE_INTEGER ? BigInt(scaled) : BigInt(least) * BigInt(1e9 / perDollar)) as Price;
};

/** Doubles put 100.07 × 100 at 10006.999999999998: a tick count this near to a whole one is that whole one. */
const RELATIVE_NOISE = 1e-14;

/** Nearest price on the grid that is not below `price` (dollars, > 0). */
export const priceUp = (rule: TickRule, price: number): Price => {
  const perDollar = ticksPerDollar(rule, price);
  const ticks = price * perDollar;
  const nearest = Math.round(ticks);
  return onGrid(Math.abs(ticks - nearest) <= ticks * RELATIVE_NOISE ? nearest : Math.ceil(ticks), perDollar);
};

/** Nearest price on the grid that is not above `price`; never less than one tick. */
export const priceDown = (rule: TickRule, price: number): Price => {
  const perDollar = ticksPerDollar(rule, price);
  const ticks = price * perDollar;
  const nearest = Math.round(ticks);
  return onGrid(Math.abs(ticks - nearest) <= ticks * RELATIVE_NOISE ? nearest : Math.floor(ticks), perDollar);
};

/** Nearest price on the grid, half a tick up; never less than one tick. */
export const priceNearest = (rule: TickRule, price: number): Price => {
  const perDollar = ticksPerDollar(rule, price);
  const ticks = price * perDollar;
  // A level that lies between two ticks must not fall by the noise of the product that made it.
  return onGrid(Math.floor(ticks + 0.5 + ticks * RELATIVE_NOISE), perDollar);
};

/** One tick above `price`. */
export const tickAbove = (rule: TickRule, price: Price): Price =>
  (rule === 'crypto' ? price + 1n : price >= 1_000_000_000n ? price + 10_000_000n : price + 100_000n) as Price;

/** One tick below `price`. */
export const tickBelow = (rule: TickRule, price: Price): Price =>
  (rule === 'crypto' ? price - 1n : price > 1_000_000_000n ? price - 10_000_000n : price - 100_000n) as Price;
