import type { Fill, Order } from '../ledger/order.ts';
import type { Trade } from '../ledger/trade.ts';
import type { SliceRow } from './slices.ts';

/** An order as far as it takes to find the decision behind it. */
export type KnownOrder = Pick<
  Order,
  'seq' | 'strategy' | 'symbol' | 'rule' | 'role' | 'exitReason' | 'decidedAt' | 'part'
> & { readonly fills: readonly Pick<Fill, 'time'>[] };

/** A trade as far as it takes to find its orders. */
export type KnownTrade = Pick<Trade, 'strategy' | 'symbol' | 'entryTime' | 'exitTime' | 'exitRule'>;

/** The orders of a session by number, and its trades in the order in which they ended. */
export interface KnownOutcome {
  readonly orders: readonly KnownOrder[];
  readonly trades: readonly KnownTrade[];
}

type Event =
  | (Omit<KnownOrder, 'seq' | 'fills'> & { readonly kind: 'order'; readonly order: number })
  | { readonly kind: 'fill'; readonly order: number; readonly time: Fill['time'] }
  | (KnownTrade & { readonly kind: 'trade' })
  | { readonly kind: 'equity' };

/** Reads what the slices of a session say of its orders and trades. */
export function readOutcome(slices: Iterable<Pick<SliceRow, 'events'>>): KnownOutcome {
  const orders = new Map<number, KnownOrder & { readonly fills: Pick<Fill, 'time'>[] }>();
  const trades: KnownTrade[] = [];
  for (const { events } of slices) {
    for (const event of JSON.parse(events) as readonly Event[]) {
      if (event.kind === 'order') {
        const { strategy, symbol, rule, role, decidedAt, part } = event;
        const exitReason = event.exitReason ?? undefined;
        orders.set(event.order, {
          seq: event.order,
          strategy,
          symbol,
          rule,
          role,
          exitReason,
          decidedAt,
          part,
          fills: [],
        });
      } else if (event.kind === 'fill') orders.get(event.order)?.fills.push({ time: event.time });
      else if (event.kind === 'trade') trades.push(event);
    }
  }
  return { orders: [...orders.values()].sort((a, b) => a.seq - b.seq), trades };
}
