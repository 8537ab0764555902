/**
 * Exact amounts as scaled integers: prices and quantities in billionths, money in 10^-18 dollars, so that
 * price × quantity is exact without any rounding.
 */
export type Price = bigint & { readonly __price: unique symbol };
export type Qty = bigint & { readonly __qty: unique symbol };
export type Money = bigint & { readonly __money: unique symbol };

export const PRICE_SCALE = 1_000_000_000n;
export const QTY_SCALE = 1_000_000_000n;
export const MONEY_SCALE = 1_000_000_000_000_000_000n;

const PRICE_DIGITS = 9;
const MONEY_DIGITS = 18;
const CENT = 10_000_000_000_000_000n;
const BILLION = 1_000_000_000n;

export const NO_MONEY = 0n as Money;
export const NO_QTY = 0n as Qty;

/** A whole number of dollars' smallest unit as money: what bigint arithmetic gives back loses its brand. */
export const asMoney = (value: bigint): Money => value as Money;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i;

/** Scales a decimal text by 10^digits; what lies below is rounded half away from zero, or refused when `exact`. */
const scaleDecimal = (text: string, digits: number, exact: boolean): bigint => {
  const match = DECIMAL.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (match === null || whole.length + fraction.length === 0) {
    throw new RangeError(`\`${text}\` is not a decimal number; write it like 1234.56`);
  }
  const all = whole + fraction;
  const shift = digits - fraction.length + Number(match[4] ?? 0);
  let value: bigint;
  if (shift >= 0) {
    value = BigInt(all) * 10n ** BigInt(shift);
  } else {
    const unit = 10n ** BigInt(-shift);
    const scaled = BigInt(all);
    const rest = scaled % unit;
    if (exact && rest !== 0n) throw new RangeError(`\`${text}\` has more than ${digits} decimals; round it first`);
    value = scaled / unit + (rest * 2n >= unit ? 1n : 0n);
  }
  return match[1] === '-' ? -value : value;
};

/** Up to 2^52 billionths, a double names at most one 9-decimal number, so a division that returns it proves exactness. */
const UNAMBIGUOUS = 2 ** 52;

const billionths = (value: number): bigint => {
  const scaled = Math.round(value * 1e9);
  if (scaled / 1e9 === value && Math.abs(scaled) <= UNAMBIGUOUS) return BigInt(scaled);
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not an amount: a finite number is needed`);
  return scaleDecimal(String(value), PRICE_DIGITS, false);
};

/**
 * The price that a double was written as: exact when its shortest decimal has at most 9 decimals, else the nearest billionth.
 * @throws RangeError when `value` is not finite
 */
export const priceFrom = (value: number): Price => billionths(value) as Price;

/**
 * The quantity that a double was written as: exact up to 9 decimals, else the nearest billionth.
 * @throws RangeError when `value` is not finite
 */
export const qtyFrom = (value: number): Qty => billionths(value) as Qty;

/**
 * The dollars that a double was written as: exact up to 18 decimals, else the nearest 10^-18.
 * @throws RangeError when `value` is not finite
 */
export const moneyFrom = (value: number): Money => {
  const scaled = Math.round(value * 1e9);
  if (scaled / 1e9 === value && Math.abs(scaled) <= UNAMBIGUOUS) return (BigInt(scaled) * BILLION) as Money;
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not an amount: a finite number is needed`);
  return scaleDecimal(String(value), MONEY_DIGITS, false) as Money;
};

/** Dollars a share as a double: the nearest one below 9,007,199 dollars, within one unit in the last place above. */
export const priceToNumber = (price: Price): number => Number(price) / 1e9;

/** Shares or coins as a double, nearest below 9,007,199, within one unit in the last place above. */
export const qtyToNumber = (qty: Qty): number => Number(qty) / 1e9;

/** Two roundings lie between an amount and its double: this is how far they can lead, relative to it. */
const TWO_ROUNDINGS = 4.5e-16;

/**
 * Dollars as a double: the nearest one for amounts of up to 4 decimals, else within two units in the last place.
 * No bigint is made on the way: this runs at every fill.
 */
export const moneyToNumber = (money: Money): number => {
  const dollars = Number(money) / 1e18;
  const short = Math.round(dollars * 1e4) / 1e4;
  return Math.abs(dollars - short) <= Math.abs(dollars) * TWO_ROUNDINGS ? short : dollars;
};

/** Price × quantity, exact. */
export const mulPriceQty = (price: Price, qty: Qty): Money => (price * qty) as unknown as Money;

/** Largest multiple of `increment` that is not above `qty` (both >= 0). */
export const floorQty = (qty: Qty, increment: Qty): Qty => (qty - (qty % increment)) as Qty;

/** How many units `money` pays at `price`, floored to `increment`; 0 when it pays none. */
export const affordable = (money: Money, price: Price, increment: Qty): Qty =>
  money <= 0n || price <= 0n ? NO_QTY : floorQty((money / price) as unknown as Qty, increment);

/** Money over quantity as a price, rounded to the nearest billionth (half away from zero). */
export const meanPrice = (money: Money, qty: Qty): Price => {
  const half = qty / 2n;
  return (money >= 0n ? (money + half) / qty : -((half - money) / qty)) as unknown as Price;
};

/** `numerator / denominator` of an amount of money, rounded towards zero to 10^-18; the caller keeps the remainder. */
export const shareOf = (money: Money, numerator: bigint, denominator: bigint): Money =>
  numerator === denominator ? money : ((((money as bigint) * numerator) / denominator) as Money);

const formatScaled = (value: bigint, digits: number): string => {
  const negative = value < 0n;
  const text = (negative ? -value : value).toString().padStart(digits + 1, '0');
  const cut = text.length - digits;
  let end = text.length;
  while (end > cut && text.charCodeAt(end - 1) === 48) end--;
  const body = end === cut ? text.slice(0, cut) : `${text.slice(0, cut)}.${text.slice(cut, end)}`;
  return negative ? `-${body}` : body;
};

/** Shortest exact decimal of a price: `187.5`. */
export const formatPrice = (price: Price): string => formatScaled(price, PRICE_DIGITS);

/** Shortest exact decimal of a quantity: `100`. */
export const formatQty = (qty: Qty): string => formatScaled(qty, PRICE_DIGITS);

/** Shortest exact decimal of an amount: `-12.3456`. */
export const formatExactMoney = (money: Money): string => formatScaled(money, MONEY_DIGITS);

/** Dollars and cents, two decimals always, half a cent away from zero: `-12.35`, `0.00`. */
export const formatMoney = (money: Money): string => {
  const size = money < 0n ? 0n - money : money;
  const cents = (size + CENT / 2n) / CENT;
  const text = cents.toString().padStart(3, '0');
  const sign = money < 0n && cents !== 0n ? '-' : '';
  return `${sign}${text.slice(0, -2)}.${text.slice(-2)}`;
};

/**
 * Reads a price from decimal text.
 * @throws RangeError when it is no decimal number or has more than 9 decimals
 */
export const parsePrice = (text: string): Price => scaleDecimal(text, PRICE_DIGITS, true) as Price;

/**
 * Reads a quantity from decimal text.
 * @throws RangeError when it is no decimal number or has more than 9 decimals
 */
export const parseQty = (text: string): Qty => scaleDecimal(text, PRICE_DIGITS, true) as Qty;

/**
 * Reads dollars from decimal text.
 * @throws RangeError when it is no decimal number or has more than 18 decimals
 */
export const parseMoney = (text: string): Money => scaleDecimal(text, MONEY_DIGITS, true) as Money;
