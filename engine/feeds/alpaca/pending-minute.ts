import { type MinuteBar, sameBar } from '../../market/minute-bar.ts';
import type { Market } from './expected.ts';

/** How a bar came: sent when its minute was over, sent again with corrections, or asked for by REST. */
export type Origin = 'bar' | 'updated' | 'backfill';

/** Of two bars of one symbol and minute the higher rank stays, whichever came first. */
const RANK: Readonly<Record<Origin, number>> = { bar: 0, backfill: 1, updated: 2 };

interface Held {
  readonly bar: MinuteBar;
  readonly origin: Origin;
}

/** What has come of one minute that is not decided yet. */
export interface PendingMinute {
  readonly bars: ReadonlyMap<string, Held>;
  /** How many of them are of a market. */
  present(market: Market): number;
  /** `duplicate`: the bar says nothing new; `conflict`: it says otherwise than one of its rank, which stays. */
  put(bar: MinuteBar, origin: Origin, market: Market): 'kept' | 'replaced' | 'duplicate' | 'conflict';
  /** Forgets the bars of symbols that nobody asks for any more. */
  keepOnly(symbols: ReadonlySet<string>): void;
}

export function createPendingMinute(): PendingMinute {
  const bars = new Map<string, Held & { readonly market: Market }>();
  const present = new Map<Market, number>();
  const count = (market: Market, by: number) => present.set(market, (present.get(market) ?? 0) + by);
  return {
    bars,
    present: (market) => present.get(market) ?? 0,
    put(bar, origin, market) {
      const held = bars.get(bar.symbol);
      if (held === undefined) {
        bars.set(bar.symbol, { bar, origin, market });
        count(market, 1);
        return 'kept';
      }
      const same = sameBar(held.bar, bar);
      // Corrections come in order, the last one holds; of two first bars that differ nobody knows which is right.
      if (RANK[origin] > RANK[held.origin] || (origin === 'updated' && held.origin === 'updated' && !same)) {
        bars.set(bar.symbol, { bar, origin, market });
        return same ? 'duplicate' : 'replaced';
      }
      return same || RANK[origin] < RANK[held.origin] ? 'duplicate' : 'conflict';
    },
    keepOnly(symbols) {
      for (const [symbol, { market }] of bars) {
        if (symbols.has(symbol)) continue;
        bars.delete(symbol);
        count(market, -1);
      }
    },
  };
}
