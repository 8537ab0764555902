import { formatPrice, formatQty, MONEY_SCALE, type Money, PRICE_SCALE, type Price, type Qty } from '../ledger/money.ts';

const CENT = MONEY_SCALE / 100n;

/** 1234567 → `1,234,567`. */
const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** Cents of an exact amount, halves away from zero. */
const cents = (money: bigint): bigint => {
  const size = money < 0n ? -money : money;
  const rounded = (size + CENT / 2n) / CENT;
  return money < 0n ? -rounded : rounded;
};

const fromCents = (value: bigint, plus: boolean): string => {
  const size = value < 0n ? -value : value;
  const sign = value < 0n ? '-' : plus && value > 0n ? '+' : '';
  return `${sign}$${grouped((size / 100n).toString())}.${(size % 100n).toString().padStart(2, '0')}`;
};

/** `-$1,234.50`. */
export const money = (amount: Money): string => fromCents(cents(amount), false);
/** `+$1,234.50`. */
export const signedMoney = (amount: Money): string => fromCents(cents(amount), true);

const numberCents = (amount: number): bigint => BigInt(Math.round(amount * 100));

/** `$1,234.50` of a marked (not exact) amount. */
export const dollars = (amount: number): string =>
  Number.isFinite(amount) ? fromCents(numberCents(amount), false) : '-';
/** `+$1,234.50` of a marked (not exact) amount. */
export const signedDollars = (amount: number): string =>
  Number.isFinite(amount) ? fromCents(numberCents(amount), true) : '-';

/** A price as traders write it: at least two decimals, all that it has. */
export const price = (value: Price): string => {
  const text = formatPrice(value);
  const dot = text.indexOf('.');
  if (dot < 0) return `${text}.00`;
  return text.length - dot === 2 ? `${text}0` : text;
};

/** A mean price, rounded for the eye: two decimals from $1 up, six below. */
export const roundPrice = (value: Price): string => {
  const exact: bigint = value;
  const size = exact < 0n ? -exact : exact;
  const step = size >= PRICE_SCALE ? 10_000_000n : 1_000n;
  const rounded = ((size + step / 2n) / step) * step;
  return price((exact < 0n ? -rounded : rounded) as Price);
};

export const quantity = (value: Qty): string => {
  const text = formatQty(value);
  const [whole = '', rest] = text.split('.');
  return rest === undefined ? grouped(whole) : `${grouped(whole)}.${rest}`;
};

const noMinusZero = (text: string): string => (/^-0(\.0+)?$/.test(text) ? text.slice(1) : text);

export const fixed = (value: number, places: number): string => {
  const text = noMinusZero(value.toFixed(places));
  const dot = text.indexOf('.');
  return dot < 0 ? grouped(text) : grouped(text.slice(0, dot)) + text.slice(dot);
};

export const percent = (value: number): string => `${fixed(value, 2)} %`;
export const signedPercent = (value: number): string => {
  const text = fixed(value, 2);
  return `${value > 0 && !/^0\.0+$/.test(text) ? '+' : ''}${text} %`;
};

export const count = (value: number): string => grouped(String(Math.round(value)));
/** `1 trade`, `1,200 trades`. */
export const counted = (value: number, thing: string, things = `${thing}s`): string =>
  `${count(value)} ${value === 1 ? thing : things}`;

/** `12`, `850 k`, `1.2 M`. */
export const compactly = (value: number): string => {
  if (value >= 999_500) return `${fixed(value / 1e6, 1)} M`;
  return value >= 10_000 ? `${fixed(value / 1e3, 0)} k` : fixed(value, 0);
};
