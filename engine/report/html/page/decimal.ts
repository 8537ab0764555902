import { MONEY_SCALE } from '../../../ledger/money.ts';

const DIGITS = MONEY_SCALE.toString().length - 1;

/** A decimal string of the report (`-153.12625`) as a whole number of 10^-18: exact, for sums and for sorting. */
export function unscaled(text: string): bigint {
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace(/^[-+]/, '').split('.');
  const value = BigInt(whole + fraction.padEnd(DIGITS, '0'));
  return negative ? -value : value;
}

/** The decimal string of a whole number of 10^-18, without trailing zeros. */
export function scaled(value: bigint): string {
  const size = (value < 0n ? -value : value).toString().padStart(DIGITS + 1, '0');
  const fraction = size.slice(-DIGITS).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${size.slice(0, -DIGITS)}${fraction === '' ? '' : `.${fraction}`}`;
}

const parts = (text: string): readonly [sign: string, whole: string, fraction: string] => {
  const [whole = '', fraction = ''] = text.replace(/^[-+]/, '').split('.');
  return [text.startsWith('-') ? '-' : '', whole.replace(/\B(?=(\d{3})+$)/g, ','), fraction];
};

/** `1234.5` → `1,234.50`: every digit there is, two decimals at least. */
export function exactPrice(text: string): string {
  const [sign, whole, fraction] = parts(text);
  return `${sign}${whole}.${fraction.padEnd(2, '0')}`;
}

/** `-153.12625` → `-$153.12625`, `27.5` → `+$27.50`. */
export function exactMoney(text: string): string {
  const [sign, whole, fraction] = parts(text);
  const plus = sign === '' && /[1-9]/.test(text) ? '+' : '';
  return `${sign}${plus}$${whole}.${fraction.padEnd(2, '0')}`;
}

/** `1250` → `1,250`. */
export function exactQty(text: string): string {
  const [sign, whole, fraction] = parts(text);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
