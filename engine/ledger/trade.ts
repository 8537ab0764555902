import type { Instant } from '../market/time.ts';
import type { Money, Price, Qty } from './money.ts';
import type { ExitReason, PositionSide } from './order.ts';

/** One closing fill of a trade. */
export interface TradeLeg {
  readonly time: Instant;
  readonly price: Price;
  readonly qty: Qty;
  readonly pnl: Money;
  readonly exitRule: string;
  readonly exitReason: ExitReason;
}

/** A round trip: flat to flat, per strategy and symbol, FIFO, costs included. */
export interface Trade {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: PositionSide;
  /** Largest quantity held. */
  readonly qty: Qty;
  /** Start of the bar of the first entry fill. */
  readonly entryTime: Instant;
  /** Quantity-weighted mean of the entry fills (rounded to a billionth). */
  readonly entryPrice: Price;
  readonly entryRule: string;
  /** Start of the bar of the last exit fill. */
  readonly exitTime: Instant;
  /** Quantity-weighted mean of the exit fills. */
  readonly exitPrice: Price;
  /** Rule and reason of the last leg. */
  readonly exitRule: string;
  readonly exitReason: ExitReason;
  /** Net of commissions, exact. */
  readonly pnl: Money;
  /** Percent of the entry notional. */
  readonly pnlPct: number;
  /** Bars of the feed from the entry fill's bar to the exit fill's bar (0: same bar). */
  readonly bars: number;
  /** Loss in dollars that the stop would have taken at entry; undefined without a stop. */
  readonly riskAtEntry: number | undefined;
  /** Greatest adverse and favourable move of price while open, percent of the entry price, >= 0. */
  readonly maePct: number;
  readonly mfePct: number;
  readonly legs: readonly TradeLeg[];
}

export interface OpenPosition {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly qty: Qty;
  readonly entryTime: Instant;
  readonly entryPrice: Price;
  readonly lastPrice: number;
  readonly unrealized: Money;
}

/** Equity at a session's close. */
export interface EquityPoint {
  readonly time: Instant;
  readonly equity: number;
}
