import { asMoney, type Money, moneyFrom, moneyToNumber, NO_MONEY } from './money.ts';

/** Grid points in a dollar: prices of shares and whole shares leave every amount on a ten-thousandth of a dollar. */
const GRID = 10_000;
/** What one point of the grid is as money. */
const POINT = 100_000_000_000_000n;

/** Up to here a double names at most one amount of nine decimals: what it shows is what was meant. */
const UNAMBIGUOUS = 2 ** 52 / 1e9;

/**
 * Exact sums of money, one a row. What lies on the grid is summed as a whole number of its points, exact in a double up to
 * 2^53; what does not, and what would grow beyond, is summed beside as a bigint. A bigint for every amount would cost a
 * fill more than all the rest of it.
 */
export interface Cash {
  readonly points: Float64Array;
  readonly rest: Money[];
}

/** @param start dollars of each row */
export const createCash = (start: readonly number[]): Cash => {
  const cash: Cash = { points: new Float64Array(start.length), rest: start.map(() => NO_MONEY) };
  start.forEach((dollars, row) => {
    addMoney(cash, row, moneyFrom(dollars));
  });
  return cash;
};

/** Points of `price` dollars times `shares`; NaN when the product is not known to lie on the grid, exactly. */
export const pointsOf = (price: number, shares: number): number => {
  const ticks = Math.round(price * GRID);
  const points = ticks * shares;
  const exact =
    ticks / GRID === price &&
    Math.floor(shares) === shares &&
    price <= UNAMBIGUOUS &&
    shares <= UNAMBIGUOUS &&
    points <= Number.MAX_SAFE_INTEGER;
  return exact ? points : Number.NaN;
};

/** Dollars that a number of points are: the nearest double. */
export const pointsToNumber = (points: number): number => points / GRID;

/** Adds a whole number of points, either sign. */
export const addPoints = (cash: Cash, row: number, points: number): void => {
  const sum = cash.points[row]! + points;
  if (Math.abs(sum) <= Number.MAX_SAFE_INTEGER) cash.points[row] = sum;
  else cash.rest[row] = asMoney(cash.rest[row]! + BigInt(points) * POINT);
};

/** Adds any amount. */
export const addMoney = (cash: Cash, row: number, amount: Money): void => {
  const points = amount / POINT;
  if (points * POINT === amount && points <= Number.MAX_SAFE_INTEGER && points >= -Number.MAX_SAFE_INTEGER)
    addPoints(cash, row, Number(points));
  else cash.rest[row] = asMoney(cash.rest[row]! + amount);
};

/** The exact sum. */
export const cashOf = (cash: Cash, row: number): Money => asMoney(BigInt(cash.points[row]!) * POINT + cash.rest[row]!);

/** The sum in dollars: the nearest double, as `moneyToNumber` has it. */
export const cashToNumber = (cash: Cash, row: number): number =>
  cash.rest[row] === NO_MONEY ? cash.points[row]! / GRID : moneyToNumber(cashOf(cash, row));
