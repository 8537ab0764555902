import type { Instant } from '../market/time.ts';
import type { Lot, Taken } from './lots.ts';
import { takeFifo } from './lots.ts';
import {
  type Money,
  meanPrice,
  moneyToNumber,
  mulPriceQty,
  NO_MONEY,
  NO_QTY,
  type Price,
  priceToNumber,
  type Qty,
} from './money.ts';
import type { ExitReason, Fill, PositionSide } from './order.ts';
import type { Trade, TradeLeg } from './trade.ts';

/** An open round trip of one strategy in one symbol; plain data. */
export interface Holding {
  readonly strategy: number;
  readonly symbol: number;
  readonly side: PositionSide;
  /** Slot of the mark table (`marks.ts`). */
  readonly slot: number;
  readonly entryRule: string;
  readonly entryTime: Instant;
  qty: Qty;
  /** `qty` in shares: the nearest double. */
  shares: number;
  /** Oldest first. */
  lots: Lot[];
  /** Notional of what the lots still hold. */
  cost: Money;
  /** Price of the first entry fill while it is the only one. */
  entryPrice: Price | undefined;
  /** Quantity and notional of all entry fills. */
  entryQty: Qty;
  entryCost: Money;
  exitQty: Qty;
  exitValue: Money;
  largest: Qty;
  /** Net of the legs so far, and of dividends. */
  pnl: Money;
  legs: TradeLeg[];
  riskAtEntry: number | undefined;
  /** What it holds back of the account's cash, in whole cents: a short's proceeds and its 103 %. */
  lockedCents: number;
  /** What it takes of the purse, in whole cents: its cost, a short's at 103 %. */
  costCents: number;
}

export const openHolding = (
  strategy: number,
  symbol: number,
  side: PositionSide,
  slot: number,
  rule: string,
  time: Instant,
): Holding => ({
  strategy,
  symbol,
  side,
  slot,
  entryRule: rule,
  entryTime: time,
  qty: NO_QTY,
  shares: 0,
  lots: [],
  cost: NO_MONEY,
  entryPrice: undefined,
  entryQty: NO_QTY,
  entryCost: NO_MONEY,
  exitQty: NO_QTY,
  exitValue: NO_MONEY,
  largest: NO_QTY,
  pnl: NO_MONEY,
  legs: [],
  riskAtEntry: undefined,
  lockedCents: 0,
  costCents: 0,
});

/** Adds an entry fill of the given notional. */
export const enlarge = (holding: Holding, fill: Fill, notional: Money): void => {
  const lot: Lot = { qty: fill.qty, cost: notional, commission: fill.commission };
  if (holding.entryQty === NO_QTY) {
    // A literal holds one element; a push to an empty array makes room for seventeen.
    holding.lots = [lot];
    holding.qty = fill.qty;
    holding.cost = notional;
    holding.entryPrice = fill.price;
    holding.entryQty = fill.qty;
    holding.entryCost = notional;
    holding.largest = fill.qty;
    return;
  }
  holding.lots.push(lot);
  holding.entryPrice = undefined;
  holding.qty = (holding.qty + fill.qty) as Qty;
  holding.cost = (holding.cost + notional) as Money;
  holding.entryQty = (holding.entryQty + fill.qty) as Qty;
  holding.entryCost = (holding.entryCost + notional) as Money;
  if (holding.qty > holding.largest) holding.largest = holding.qty;
};

const taken: Taken = { cost: NO_MONEY, commission: NO_MONEY };

/** Closes a part of a holding, oldest lots first, as one leg of its trade; gives the leg. */
export const reduce = (
  holding: Holding,
  fill: Pick<Fill, 'time' | 'price' | 'qty' | 'commission'>,
  notional: Money,
  exitRule: string,
  exitReason: ExitReason,
): TradeLeg => {
  const whole = holding.lots.length === 1 ? holding.lots[0]! : undefined;
  if (whole !== undefined && whole.qty === fill.qty) {
    taken.cost = whole.cost;
    taken.commission = whole.commission;
    holding.lots.pop();
  } else takeFifo(holding.lots, fill.qty, taken);
  const gross = holding.side === 'long' ? notional - taken.cost : taken.cost - notional;
  const free = taken.commission === 0n && fill.commission === 0n;
  const pnl = (free ? gross : gross - (taken.commission + fill.commission)) as Money;
  const leg: TradeLeg = { time: fill.time, price: fill.price, qty: fill.qty, pnl, exitRule, exitReason };
  holding.qty = holding.qty === fill.qty ? NO_QTY : ((holding.qty - fill.qty) as Qty);
  holding.cost = holding.qty === NO_QTY ? NO_MONEY : ((holding.cost - taken.cost) as Money);
  const first = holding.exitQty === NO_QTY;
  holding.exitQty = first ? fill.qty : ((holding.exitQty + fill.qty) as Qty);
  holding.exitValue = first ? notional : ((holding.exitValue + notional) as Money);
  holding.pnl = holding.pnl === 0n ? pnl : ((holding.pnl + pnl) as Money);
  if (first) holding.legs = [leg];
  else holding.legs.push(leg);
  return leg;
};

/** Mean price of the entry fills. */
export const entryPriceOf = (holding: Holding): Price =>
  holding.entryPrice ?? meanPrice(holding.entryCost, holding.entryQty);

/** The closed round trip of a holding whose quantity has come to 0; `high` and `low` are the extremes of price while open. */
export const tradeOf = (
  holding: Holding,
  strategy: string,
  symbol: string,
  last: TradeLeg,
  bars: number,
  high: number,
  low: number,
): Trade => {
  const firstLeg = holding.legs[0];
  const entryPrice = entryPriceOf(holding);
  const entry = priceToNumber(entryPrice);
  const rise = Math.max(0, ((high - entry) / entry) * 100);
  const fall = Math.max(0, ((entry - low) / entry) * 100);
  const long = holding.side === 'long';
  return {
    strategy,
    symbol,
    side: holding.side,
    qty: holding.largest,
    entryTime: holding.entryTime,
    entryPrice,
    entryRule: holding.entryRule,
    exitTime: last.time,
    exitPrice:
      holding.legs.length === 1 && firstLeg !== undefined
        ? firstLeg.price
        : meanPrice(holding.exitValue, holding.exitQty),
    exitRule: last.exitRule,
    exitReason: last.exitReason,
    pnl: holding.pnl,
    pnlPct: (moneyToNumber(holding.pnl) / moneyToNumber(holding.entryCost)) * 100,
    bars,
    riskAtEntry: holding.riskAtEntry,
    maePct: long ? fall : rise,
    mfePct: long ? rise : fall,
    legs: holding.legs,
  };
};

/** Restates a holding in shares after a split of `numerator` new for `denominator` old; money stays as it is. */
export const restate = (holding: Holding, numerator: bigint, denominator: bigint): void => {
  const scale = (qty: Qty): Qty => ((qty * numerator) / denominator) as Qty;
  // The last lot takes what rounding left, so that three thirds of a share are a share again.
  let left: bigint = scale(holding.qty);
  holding.qty = left as Qty;
  for (const lot of holding.lots) {
    lot.qty = lot === holding.lots.at(-1) ? (left as Qty) : scale(lot.qty);
    left -= lot.qty;
  }
  holding.entryPrice = undefined;
  holding.entryQty = scale(holding.entryQty);
  holding.exitQty = scale(holding.exitQty);
  holding.largest = scale(holding.largest);
  holding.legs = holding.legs.map((leg) => {
    const qty = scale(leg.qty);
    return qty === NO_QTY ? leg : { ...leg, qty, price: meanPrice(mulPriceQty(leg.price, leg.qty), qty) };
  });
};
