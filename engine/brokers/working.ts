import { NO_QTY, type Price, priceToNumber, type Qty } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';
import type { TickRule } from '../ledger/tick.ts';
import type { FillAssumptions } from './assumptions.ts';
import { throughPrice } from './fill.ts';

/** How an order waits; a stop that was hit waits on as a market order, a stop limit as a limit. */
export const MARKET = 0;
export const LIMIT = 1;
export const STOP = 2;
export const STOP_LIMIT = 3;

const KINDS = { market: MARKET, limit: LIMIT, stop: STOP, stop_limit: STOP_LIMIT } as const;

/** An order at work in the simulated broker, its levels as doubles (NaN for none). */
export interface Working {
  order: Order;
  buy: boolean;
  exit: boolean;
  kind: number;
  remaining: Qty;
  stop: number;
  limit: number;
  /** Price that must trade for the limit to fill. */
  through: number;
  done: boolean;
  /** Number of the bar during whose fills it was submitted (-1: between bars), and the price then. */
  bornBar: number;
  bornBase: number;
  /** Number of the bar in which it was last tried: it may take its part of a bar's volume once. */
  triedBar: number;
}

/** The working orders of one symbol, in the order of submission. */
export interface Desk {
  readonly rule: TickRule;
  readonly increment: Qty;
  readonly list: Working[];
  /** Those that have done their work, to be taken again. */
  readonly used: Working[];
  live: number;
  /** Orders that every open must look at: market orders, ioc, fok, opg. */
  attention: number;
}

/**
 * Puts an order to work.
 * @param used an entry that has done its work, taken again; undefined: a new one
 */
export const createWorking = (
  order: Order,
  rule: TickRule,
  mode: FillAssumptions['limitFill'],
  used: Working | undefined,
): Working => {
  const working: Working = used ?? {
    order,
    buy: false,
    exit: false,
    kind: MARKET,
    remaining: NO_QTY,
    stop: Number.NaN,
    limit: Number.NaN,
    through: Number.NaN,
    done: false,
    bornBar: -1,
    bornBase: Number.NaN,
    triedBar: -1,
  };
  working.order = order;
  working.buy = order.side === 'buy';
  working.exit = order.role !== 'entry';
  working.kind = KINDS[order.type];
  working.remaining = order.filled === NO_QTY ? order.qty : ((order.qty - order.filled) as Qty);
  working.stop = Number.NaN;
  working.limit = Number.NaN;
  working.through = Number.NaN;
  working.done = false;
  working.bornBar = -1;
  working.bornBase = Number.NaN;
  working.triedBar = -1;
  readLevels(working, rule, mode);
  return working;
};

/** Renews the doubles from the order's exact levels. */
export const readLevels = (working: Working, rule: TickRule, mode: FillAssumptions['limitFill']): void => {
  const { stopPrice, limitPrice } = working.order;
  if (stopPrice !== undefined) working.stop = priceToNumber(stopPrice);
  if (limitPrice !== undefined) {
    working.limit = priceToNumber(limitPrice);
    working.through = throughPrice(rule, working.buy, limitPrice, mode);
  }
};

/** What an order lacks to be worked, as a refusal's reason; undefined when it is whole. */
export const flaw = (order: Order): string | undefined => {
  if (order.qty - order.filled <= NO_QTY) return 'size_zero';
  const missing = (price: Price | undefined): boolean => price === undefined || price <= 0n;
  if ((order.type === 'limit' || order.type === 'stop_limit') && missing(order.limitPrice))
    return 'limit_price_missing';
  if ((order.type === 'stop' || order.type === 'stop_limit') && missing(order.stopPrice)) return 'stop_price_missing';
  return undefined;
};

/** Orders that only one moment can fill, beside the market orders. */
export const momentary = (order: Order): boolean =>
  order.timeInForce === 'ioc' || order.timeInForce === 'fok' || order.timeInForce === 'opg';
