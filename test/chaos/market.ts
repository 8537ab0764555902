import { MINUTE } from '../../engine/market/time.ts';
import { type WrittenBar, writtenBars } from '../alpaca/simulator/script.ts';

/** 2026-11-23, a Monday: the session's open. */
export const OPEN = Date.parse('2026-11-23T14:30:00Z');

/** Minutes of history before the engine begins. */
export const HISTORY = 20;

/** A walk in whole cents, some minutes without a trade. */
export function walked(symbol: string, minutes: number, dice: () => number, price: number, gaps: number) {
  let cents = Math.round(price * 100);
  const step = (most: number): number => Math.round((dice() * 2 - 1) * most);
  const rows = Array.from({ length: minutes }, (_, minute): WrittenBar => {
    if (minute > 0 && dice() < gaps) return null;
    const open = cents + step(10);
    const close = Math.max(2_000, open + step(dice() < 0.05 ? 300 : 80));
    const high = Math.max(open, close) + Math.round(dice() * 30);
    const low = Math.max(1_000, Math.min(open, close) - Math.round(dice() * 30));
    cents = close;
    return [open / 100, high / 100, low / 100, close / 100, 500 + Math.round(dice() * 5_000)];
  });
  return writtenBars(symbol, OPEN, rows);
}

/** End of the `n`th minute of the session (from 1), ms. */
export const endOf = (n: number): number => OPEN + n * MINUTE;
