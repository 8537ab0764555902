import type { RiskModel } from '../compiler/model.ts';
import type { Book } from '../ledger/book.ts';
import { floorQty, type Qty, qtyFrom, qtyToNumber } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';
import { MINUTE } from '../market/time.ts';

/** What `risk.yaml` allows of an order, over all strategies. */
interface Limits {
  /** Percent of account equity, in one symbol. */
  readonly maxPositionPct: number;
  /** Percent of account equity, all positions together. */
  readonly maxGrossExposurePct: number;
  readonly maxOpenPositions: number;
  /** Dollars in one order. */
  readonly maxOrderNotional: number;
  readonly ordersPerMinute: number;
  readonly allowShort: boolean;
}

/** Limits as the document writes them: what it does not name is not limited, but shorts must be allowed by name. */
function limitsOf(written: Readonly<Record<string, number | boolean>>): Limits {
  const number = (name: string): number => {
    const value = written[name];
    return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
  };
  return {
    maxPositionPct: number('max_position_pct'),
    maxGrossExposurePct: number('max_gross_exposure_pct'),
    maxOpenPositions: number('max_open_positions'),
    maxOrderNotional: number('max_order_notional'),
    ordersPerMinute: number('orders_per_minute'),
    allowShort: written['allow_short'] === true,
  };
}

/** What a limit says of an order: how much of it may go, and which limit cut or refused it. */
export interface Allowance {
  qty: Qty;
  reason: string | undefined;
}

/** Keeps the account within its limits; entries only are asked about, exits always pass. */
export interface LimitDesk {
  /**
   * How much of an entry order all limits together allow.
   * @param price dollars at which it is counted: its limit or stop, or the decision bar's close
   * @param replacing a position of the same strategy and symbol that is about to be closed stands aside
   */
  allow(order: Order, strategy: number, price: number, replacing: boolean, increment: Qty, now: number): Allowance;
  /** An order goes out at `now`, ms. */
  sent(order: Order, price: number, now: number): void;
}

interface WorkingEntry {
  readonly order: Order;
  readonly strategy: number;
  readonly price: number;
}

/** Without a document nothing is limited, and nothing needs counting. */
const UNLIMITED: LimitDesk = {
  allow: (order) => ({ qty: order.qty, reason: undefined }),
  sent: () => undefined,
};

const refused = (reason: string): Allowance => ({ qty: 0n as Qty, reason });

export function createLimitDesk(risk: RiskModel, book: Book): LimitDesk {
  if (risk.document === undefined) return UNLIMITED;
  const limits = limitsOf(risk.limits);
  /** Entries at work, with the price that they were counted at; those that have ended are dropped when the list is read. */
  let working: WorkingEntry[] = [];
  /** When the orders of the last minute went out, ms; oldest first. */
  const sentAt: number[] = [];

  function inLastMinute(now: number): number {
    while (sentAt.length > 0 && sentAt[0]! <= now - MINUTE) sentAt.shift();
    return sentAt.length;
  }

  return {
    allow(order, strategy, price, replacing, increment, now) {
      if (!limits.allowShort && order.positionSide === 'short') return refused('short_not_allowed');
      if (inLastMinute(now) >= limits.ordersPerMinute) return refused('orders_per_minute');
      working = working.filter((one) => one.order.status === 'working');
      const { symbolIndex } = order;
      const stays = (holder: number, symbol: number): boolean =>
        !replacing || holder !== strategy || symbol !== symbolIndex;
      let { gross, positions } = book.exposure(stays);
      let inSymbol = book.exposure((holder, symbol) => symbol === symbolIndex && stays(holder, symbol)).gross;
      for (const one of working) {
        const value = one.price * qtyToNumber((one.order.qty - one.order.filled) as Qty);
        gross += value;
        if (one.order.symbolIndex === symbolIndex) inSymbol += value;
        if (book.holding(one.strategy, one.order.symbolIndex) === undefined) positions++;
      }
      const adds = !replacing && book.holding(strategy, symbolIndex) !== undefined;
      if (!adds && positions >= limits.maxOpenPositions) return refused('max_open_positions');
      const equity = book.equity();
      const allowance: Allowance = { qty: order.qty, reason: undefined };
      cut(allowance, leaves(equity, limits.maxPositionPct, inSymbol), price, increment, 'max_position_pct');
      cut(allowance, leaves(equity, limits.maxGrossExposurePct, gross), price, increment, 'max_gross_exposure_pct');
      cut(allowance, limits.maxOrderNotional, price, increment, 'max_order_notional');
      return allowance;
    },
    sent(order, price, now) {
      sentAt.push(now);
      inLastMinute(now);
      if (order.role === 'entry') working.push({ order, strategy: book.strategyIndex(order.strategy), price });
    },
  };
}

/** Dollars that a percentage of equity leaves beside `used`; without a limit that is any sum, whatever the equity. */
const leaves = (equity: number, pct: number, used: number): number =>
  pct === Number.POSITIVE_INFINITY ? pct : (equity * pct) / 100 - used;

/** Lowers an allowance to what `dollars` pay at `price`. */
function cut(allowance: Allowance, dollars: number, price: number, increment: Qty, reason: string): void {
  const shares = dollars / price;
  if (!(shares * 1e9 < Number(allowance.qty))) return;
  allowance.qty = shares > 0 ? floorQty(qtyFrom(Math.floor(shares * 1e9) / 1e9), increment) : (0n as Qty);
  allowance.reason = reason;
}
