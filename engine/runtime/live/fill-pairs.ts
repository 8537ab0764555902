import {
  asMoney,
  type Money,
  meanPrice,
  mulPriceQty,
  type Price,
  priceToNumber,
  type Qty,
} from '../../ledger/money.ts';
import type { Order, Side } from '../../ledger/order.ts';
import type { Instant } from '../../market/time.ts';
import type { Pair } from './day-decisions.ts';

/** The fill of an order beside its modelled fill. */
export interface FillPair {
  readonly strategy: string;
  readonly symbol: string;
  readonly rule: string;
  readonly side: Side;
  /** Of the first real execution. */
  readonly time: Instant;
  /** Compared quantity, billionths of a share: what both sides filled. */
  readonly qty: Qty;
  /** Means over the executions, weighted by quantity, to a billionth. */
  readonly live: Price;
  readonly modelled: Price;
  /** Of the modelled price; positive is worse for the trader. */
  readonly bps: number;
  /** Exact dollars on the compared quantity; positive is worse for the trader. */
  readonly cost: Money;
}

/** Quantity-weighted mean of an order's fills, rounded to a billionth; undefined without one. */
export function averageFill({ fills }: Pick<Order, 'fills'>): Price | undefined {
  let money = 0n;
  let shares = 0n;
  for (const { price, qty } of fills) {
    money += mulPriceQty(price, qty);
    shares += qty;
  }
  return shares === 0n ? undefined : meanPrice(asMoney(money), shares as Qty);
}

/** The orders that both sides decided and filled. */
export function fillPairs(pairs: readonly Pair[]): FillPair[] {
  return pairs.flatMap(({ kind, live, modelled }) => {
    if (live === undefined || modelled === undefined || kind === 'elsewhen') return [];
    const [real, made] = [averageFill(live.order), averageFill(modelled.order)];
    if (real === undefined || made === undefined) return [];
    const { strategy, symbol, rule, side } = live;
    const qty = live.order.filled < modelled.order.filled ? live.order.filled : modelled.order.filled;
    const worse = side === 'buy' ? real - made : made - real;
    return [
      {
        strategy,
        symbol,
        rule,
        side,
        time: live.order.fills[0]!.time,
        qty,
        live: real,
        modelled: made,
        bps: (priceToNumber(worse as Price) / priceToNumber(made)) * 10_000,
        cost: asMoney(worse * qty),
      },
    ];
  });
}
