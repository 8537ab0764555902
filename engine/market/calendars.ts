import type { Calendar } from './calendar.ts';
import { createCrypto } from './crypto.ts';
import { createXnys, type SessionAmendment } from './xnys.ts';

let newYork: Calendar | undefined;
let coins: Calendar | undefined;

/** The New York calendar, built on first use. */
export function xnys(): Calendar {
  newYork ??= createXnys();
  return newYork;
}

/**
 * Lets this process go by other hours on some days, as a broker keeps them. To be called before anything is planned by the
 * calendar: its sessions may be numbered anew.
 */
export function amendXnys(amendments: readonly SessionAmendment[]): void {
  newYork = createXnys(amendments);
}

/** The calendar of coins. */
export function crypto(): Calendar {
  coins ??= createCrypto();
  return coins;
}

/** A symbol written as a pair (`BTC/USD`) is a coin. */
export const isCrypto = (symbol: string): boolean => symbol.includes('/');

/** The calendar a symbol trades by: pairs (`BTC/USD`) never close, all else follows New York. */
export const calendarOf = (symbol: string): Calendar => (isCrypto(symbol) ? crypto() : xnys());

/** Sessions a year of a run over these symbols: coins alone have a day of their own, with a share among them New York's count. */
export const sessionsAYear = (symbols: readonly string[]): 252 | 365 =>
  symbols.length > 0 && symbols.every(isCrypto) ? 365 : 252;
