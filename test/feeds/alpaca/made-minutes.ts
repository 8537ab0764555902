import type { Market } from '../../../engine/feeds/alpaca/expected.ts';
import type { GatherSink, MinuteSource } from '../../../engine/feeds/alpaca/gather.ts';
import type { MinuteBar } from '../../../engine/market/minute-bar.ts';
import { MINUTE } from '../../../engine/market/time.ts';

/** A bar whose prices follow from its symbol and minute, so that a double is the same and a neighbour is not. */
export function madeBar(symbol: string, start: number, shift = 0): MinuteBar {
  const minute = Math.round(start / MINUTE);
  const close = 100 + ((minute * 7919 + symbol.length * 31) % 101) / 10 + shift;
  return {
    symbol,
    start,
    open: close - 0.1,
    high: close + 0.5,
    low: close - 0.5,
    close,
    volume: 100 + (minute % 17),
    vwap: close,
  };
}

export interface Instant {
  readonly end: number;
  readonly bars: readonly MinuteBar[];
  readonly source: MinuteSource;
}

export interface Witness extends GatherSink {
  readonly instants: Instant[];
  readonly revisions: { readonly bar: MinuteBar; readonly why: string }[];
  readonly bad: { readonly bar: MinuteBar; readonly cause: string }[];
  readonly doubts: { readonly market: Market; readonly end: number }[];
}

/** A sink that remembers; doubts are answered by `answer`. */
export function witness(answer: (market: Market, end: number) => void): Witness {
  const instants: Instant[] = [];
  const revisions: { bar: MinuteBar; why: string }[] = [];
  const bad: { bar: MinuteBar; cause: string }[] = [];
  const doubts: { market: Market; end: number }[] = [];
  return {
    instants,
    revisions,
    bad,
    doubts,
    minute: (end, bars, source) => instants.push({ end, bars, source }),
    revised: (bar, why) => revisions.push({ bar, why }),
    quarantined: (bar, cause) => bad.push({ bar, cause }),
    doubt(market, end) {
      doubts.push({ market, end });
      answer(market, end);
    },
  };
}
