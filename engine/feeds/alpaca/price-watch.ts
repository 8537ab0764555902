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
  /** Sets the last good close, from history. */
  set(symbol: string, close: number): void;
  /** Restates it by a split, new shares per old one. */
  divide(symbol: string, ratio: number): void;
}

interface Prices {
  /** The last good close; NaN when there is none. */
  good: number;
  /** Close of the bar before, where that was not believed; else NaN. */
  suspect: number;
}

export function createPriceWatch(): PriceWatch {
  const known = new Map<string, Prices>();
  return {
    believes(bar) {
      const prices = known.get(bar.symbol);
      if (prices === undefined) {
        known.set(bar.symbol, { good: bar.close, suspect: Number.NaN });
        return true;
      }
      // What is held against NaN does not stray.
      if (strays(bar, prices.good) && (Number.isNaN(prices.suspect) || strays(bar, prices.suspect))) {
        prices.suspect = bar.close;
        return false;
      }
      prices.good = bar.close;
      prices.suspect = Number.NaN;
      return true;
    },
    divide(symbol, ratio) {
      const prices = known.get(symbol);
      if (prices !== undefined) known.set(symbol, { good: prices.good / ratio, suspect: Number.NaN });
    },
    set(symbol, close) {
      known.set(symbol, { good: close, suspect: Number.NaN });
    },
  };
}
