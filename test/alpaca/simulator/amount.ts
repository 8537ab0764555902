/** A price in dollars or a quantity in shares or coins: a whole number of billionths. */
export type Amount = bigint;

/** Dollars: a whole number of 10⁻¹⁸, so that price × quantity is exact. */
export type Money = bigint;

export const ONE: Amount = 1_000_000_000n;
export const DOLLAR: Money = 1_000_000_000_000_000_000n;

/** Reads a decimal with at most nine places, as a string or a JSON number; undefined for everything else. */
export function readAmount(value: unknown): Amount | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const match = /^(-?)(\d+)(?:\.(\d{1,9})0*)?$/.exec(text.trim());
  if (match === null) return undefined;
  const size = BigInt(match[2]!) * ONE + BigInt((match[3] ?? '').padEnd(9, '0'));
  return match[1] === '-' ? -size : size;
}

/** The amount of a text that is known to be a decimal. RangeError otherwise. */
export function amount(text: string): Amount {
  const value = readAmount(text);
  if (value === undefined) throw new RangeError(`"${text}" is no decimal with at most nine places`);
  return value;
}

/** The amount nearest to a double, as bars give prices. */
export const ofDouble = (value: number): Amount => BigInt(Math.round(value * 1e9));

export const toDouble = (value: Amount): number => Number(value) / 1e9;

/** Whole, without a fraction of a share. */
export const isWhole = (value: Amount): boolean => value % ONE === 0n;

export const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function decimal(value: bigint, places: number): string {
  const digits = absolute(value)
    .toString()
    .padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Exact, without trailing zeros. */
export const amountText = (value: Amount): string => decimal(value, 9);

/** Exact, without trailing zeros. */
export const moneyText = (value: Money): string => decimal(value, 18);

/** Dollars of a JSON number or string, as cash is given. RangeError when it is no decimal. */
export const dollars = (value: number | string): Money => amount(String(value)) * ONE;

/** `part / whole` as a decimal of at most `places` places, rounded towards zero; "0" when `whole` is zero. */
export function ratioText(part: bigint, whole: bigint, places = 16): string {
  if (whole === 0n) return '0';
  return decimal((part * 10n ** BigInt(places)) / whole, places);
}
