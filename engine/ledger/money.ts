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
