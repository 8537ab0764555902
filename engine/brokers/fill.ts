import {
  asMoney,
  floorQty,
  type Money,
  moneyFrom,
  NO_MONEY,
  type Price,
  priceToNumber,
  type Qty,
  qtyFrom,
} from '../ledger/money.ts';
import type { TickRule } from '../ledger/tick.ts';
import { priceDown, priceUp, tickAbove, tickBelow, tickSize } from '../ledger/tick.ts';
import type { Commission, FillAssumptions, Slippage } from './assumptions.ts';

/**
 * The fill model: when an order fills inside a bar and at what price. Every function is pure; prices are doubles as the
 * bars have them until the last step, which rounds to the tick against the trader.
 */

/** A stop is hit by the bar's range. */
export const stopHit = (buy: boolean, stop: number, high: number, low: number): boolean =>
  buy ? high >= stop : low <= stop;

/** A limit is reached by the bar's range; `through` is the price that the bar must show (`throughPrice`). */
export const limitHit = (buy: boolean, through: number, high: number, low: number): boolean =>
  buy ? low <= through : high >= through;

/** The price that must trade for a limit to count as filled: one tick beyond it, or the limit itself under `touch`. */
export const throughPrice = (rule: TickRule, buy: boolean, limit: Price, mode: FillAssumptions['limitFill']): number =>
  priceToNumber(mode === 'touch' ? limit : buy ? tickBelow(rule, limit) : tickAbove(rule, limit));

/** Where a hit stop trades before slippage: its level, or `reference` (the open) when that is already beyond it. */
export const stopBase = (buy: boolean, stop: number, reference: number): number =>
  buy ? Math.max(reference, stop) : Math.min(reference, stop);

/** Where a reached limit trades: its level, or `reference` (the open) when that is better. */
export const limitBase = (buy: boolean, limit: number, reference: number): number =>
  buy ? Math.min(reference, limit) : Math.max(reference, limit);

/** Distances nearer than a billionth of the price are equal: doubles put 100.17 - 99.93 above 99.93 - 99.69. */
const TIE = 1e-9;

/** The `nearest` rule: the extreme nearer to the open came first; a tie is low first. */
export const highFirst = (open: number, high: number, low: number): boolean =>
  high - open < open - low - TIE * Math.abs(open);

/** Zipline's volume-share model: impact 0.1 × (share of the bar's volume, at most 2.5 %)² of the price. */
const VOLUME_SHARE_CAP = 0.025;
const VOLUME_SHARE_IMPACT = 0.1;

/** Price after slippage, in dollars, always against the trader. */
export const slipped = (
  model: Slippage,
  rule: TickRule,
  buy: boolean,
  base: number,
  shares: number,
  volume: number,
): number => {
  switch (model.kind) {
    case 'none':
      return base;
    case 'bps':
      return buy ? base + (base * model.bps) / 10_000 : base - (base * model.bps) / 10_000;
    case 'ticks': {
      const move = model.ticks * tickSize(rule, base);
      return buy ? base + move : base - move;
    }
    case 'half_spread':
      return buy ? base + model.spread / 2 : base - model.spread / 2;
    case 'volume_share': {
      const share = volume > 0 ? Math.min(shares / volume, VOLUME_SHARE_CAP) : VOLUME_SHARE_CAP;
      const move = share * share * VOLUME_SHARE_IMPACT * base;
      return buy ? base + move : base - move;
    }
  }
};

/** A price on the grid, rounded against the trader; at least one tick. */
export const againstTrader = (rule: TickRule, buy: boolean, price: number): Price =>
  buy ? priceUp(rule, price) : priceDown(rule, price);

/** Price of a limit fill: on the grid, and never worse than the limit. */
export const withinLimit = (rule: TickRule, buy: boolean, price: number, limit: Price): Price => {
  const rounded = againstTrader(rule, buy, price);
  return buy ? (rounded > limit ? limit : rounded) : rounded < limit ? limit : rounded;
};

const BPS_SCALE = 1_000_000_000n * 10_000n;

/** Commission of one fill; `first` says that it is the order's first (an order is charged once, whatever its parts). */
export const commissionOf = (model: Commission, notional: Money, qty: Qty, first: boolean): Money => {
  switch (model.kind) {
    case 'none':
      return NO_MONEY;
    case 'per_share':
      return asMoney(qtyFrom(model.dollars) * qty);
    case 'per_order':
      return first ? moneyFrom(model.dollars) : NO_MONEY;
    case 'bps':
      return asMoney((notional * qtyFrom(model.bps)) / BPS_SCALE);
  }
};

/** The most that one order may take of a bar, floored to the increment. */
export const participationCap = (volume: number, percent: number, increment: Qty): Qty => {
  const share = (volume * percent) / 100;
  return share > 0 ? floorQty(qtyFrom(Math.floor(share * 1e9) / 1e9), increment) : (0n as Qty);
};
