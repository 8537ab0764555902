import type { MinuteBar } from '../../market/minute-bar.ts';
import { priceFault } from '../row-check.ts';

/** Stable words for why a live bar was set aside. */
export type LiveCause = NonNullable<ReturnType<typeof priceFault>> | 'bad_time' | 'from_the_future' | 'incomplete';

/** What is wrong with a live bar by itself, or undefined. */
export const barFault = (bar: MinuteBar): LiveCause | undefined =>
  priceFault(bar.open, bar.high, bar.low, bar.close, bar.volume);

/** This many times the last price, or a part of it as small, is a misprint unless the next bar says so too. */
const SPIKE = 10;

const strays = (bar: MinuteBar, from: number): boolean => bar.high >= SPIKE * from || bar.low * SPIKE <= from;

/** The last prices of each symbol, to tell a misprint from a move. Bars come in the order of their minutes. */
export interface PriceWatch {
  /**
   * False when the bar lies ten times above or below the last good close. A price that stays there is believed from the second
   * bar on: its neighbours settle it, as they do in a file, but live the later one is not known yet.
   */
  believes(bar: MinuteBar): boolean;
  /** The last good close, dollars. */
  last(symbol: string): number | undefined;
  /** Sets the last good close: from history, or restated by a split. */
  set(symbol: string, close: number): void;
}

export function createPriceWatch(): PriceWatch {
  const good = new Map<string, number>();
  const suspect = new Map<string, number>();
  return {
    believes(bar) {
      const before = good.get(bar.symbol);
      if (before !== undefined && strays(bar, before)) {
        const other = suspect.get(bar.symbol);
        if (other === undefined || strays(bar, other)) {
          suspect.set(bar.symbol, bar.close);
          return false;
        }
      }
      suspect.delete(bar.symbol);
      good.set(bar.symbol, bar.close);
      return true;
    },
    last: (symbol) => good.get(symbol),
    set(symbol, close) {
      suspect.delete(symbol);
      good.set(symbol, close);
    },
  };
}
