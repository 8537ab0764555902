import type { FillPlace } from '../ledger/order.ts';
import { type Bars, REGULAR } from '../market/bars.ts';
import { type Instant, instant } from '../market/time.ts';
import type { Desk, Working } from './working.ts';

/** Where in a bar the broker stands; `IDLE` between bars. */
export const IDLE = 0;
export const AT_OPEN = 1;
export const INSIDE = 2;
export const AT_CLOSE = 3;

/** The bar being worked; one object, so that nothing is allocated per bar. */
export interface Moment {
  phase: number;
  /** Number of the instant at work: bars that end together have one number, from `open` to `close`. */
  bar: number;
  end: number;
  start: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  regular: boolean;
  /** Price at which things happen now: what a leg submitted in a callback compares with. */
  base: number;
  /** Last time heard of. */
  time: number;
  ambiguous: number;
  /** Number of the last bar counted as ambiguous. */
  ambiguousBar: number;
  ambiguousSymbol: number;
  symbol: number;
}

/** What the intrabar rules need of the broker. */
export interface Floor {
  readonly moment: Moment;
  eligible(working: Working): boolean;
  /** Fills as a market order from `base`; false when nothing could be taken. */
  market(desk: Desk, working: Working, base: number, at: FillPlace): boolean;
  limit(desk: Desk, working: Working, base: number, at: FillPlace): boolean;
  /** A hit stop: a stop fills from `base`, a stop limit becomes a limit and fills if `base` is within it. */
  trip(desk: Desk, working: Working, base: number, at: FillPlace): void;
}

export const createMoment = (): Moment => ({
  phase: IDLE,
  bar: 0,
  end: Number.NaN,
  start: Number.NaN,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  volume: 0,
  regular: true,
  base: 0,
  time: 0,
  ambiguous: 0,
  ambiguousBar: -1,
  ambiguousSymbol: -1,
  symbol: -1,
});

export const enterBar = (moment: Moment, bars: Bars, i: number, symbol: number, phase: number): void => {
  const end = bars.end[i]!;
  moment.phase = phase;
  if (end !== moment.end) moment.bar++;
  moment.end = end;
  moment.symbol = symbol;
  moment.start = bars.start[i]!;
  moment.open = bars.open[i]!;
  moment.high = bars.high[i]!;
  moment.low = bars.low[i]!;
  moment.close = bars.close[i]!;
  moment.volume = bars.volume[i]!;
  moment.regular = bars.hours[i] === REGULAR;
  moment.base = phase === AT_CLOSE ? moment.close : moment.open;
};

/** Time to put on an event: the running bar's start, or the last time heard of. */
export const timeOf = (moment: Moment): Instant => instant(moment.phase === IDLE ? moment.time : moment.start);
