import type { Amount } from './amount.ts';
import type { Asset } from './assets.ts';
import type { Book } from './book.ts';
import type { Draft } from './draft.ts';
import type { Order } from './order.ts';
import { forbidden, type Refusal } from './refusal.ts';

/** What the table of Alpaca's page on user protection looks at. */
type Seen = Pick<Order, 'side' | 'type' | 'limit' | 'orderClass'>;

/** Orders of a group and trailing stops are exempt. */
const isExempt = (order: Pick<Seen, 'type' | 'orderClass'>): boolean =>
  order.orderClass !== '' || order.type === 'trailing_stop';

/** Market and stop orders meet anything; two that name a limit meet when the buyer's reaches the seller's. */
function mayMeet(a: Seen, b: Seen): boolean {
  const always = (order: Seen): boolean => order.type === 'market' || order.type === 'stop';
  if (always(a) || always(b)) return true;
  const limitOf = (side: string): Amount => (a.side === side ? a.limit : b.limit) ?? 0n;
  return limitOf('buy') >= limitOf('sell');
}

/** Refuses an order that could trade with a resting one of the same account. */
export function washTrade(book: Book, draft: Draft, asset: Asset): Refusal | undefined {
  if (isExempt(draft)) return undefined;
  for (const order of book.open) {
    if (order.asset.id !== asset.id || order.side === draft.side || order.status === 'held') continue;
    if (isExempt(order) || !mayMeet(order, draft)) continue;
    const plain = order.type === 'limit' || order.type === 'stop_limit';
    return forbidden('potential wash trade detected. use complex orders', {
      existing_order_id: order.id,
      reject_reason: `opposite side ${plain ? 'limit' : 'market/stop'} order exists`,
    });
  }
  return undefined;
}
