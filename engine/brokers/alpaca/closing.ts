import { formatQty, type Qty } from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import { type DeskState, end, nextId, send, symbolOf } from './desk-state.ts';
import type { Submission } from './facts.ts';
import { dropFrom, type Holder } from './holder.ts';
import { isLive, newLine } from './line.ts';

/** The order that closes next; those that have nothing left to close end here. */
export function nextExit(desk: DeskState, holder: Holder): Order | undefined {
  if (holder.exits.length === 0) return undefined;
  for (const order of holder.exits.slice()) {
    if (order.status === 'working' && (holder.position !== 0n || holder.exit?.order === order)) return order;
    if (order.status === 'working' && holder.position === 0n && !isLive(holder.exit)) {
      dropFrom(holder.exits, order);
      dropFrom(holder.legs, order);
      end(desk, order, 'position_closed');
    } else if (order.status !== 'working') dropFrom(holder.exits, order);
  }
  return undefined;
}

/** What a holder has, long or short, billionths. */
export const heldBy = ({ position }: Holder): bigint => (position < 0n ? -position : position);

/** Sends an order that closes, for no more than is held. */
export function sendExit(desk: DeskState, holder: Holder, order: Order): void {
  const wanted = order.qty - order.filled;
  const most = heldBy(holder);
  const qty = (wanted < most ? wanted : most) as Qty;
  if (qty <= 0n) return;
  const line = newLine({ purpose: 'exit', holder: holder.key, order, clientId: nextId(desk, order), qty });
  holder.exit = line;
  send(
    desk,
    line,
    {
      symbol: symbolOf(desk, order),
      side: order.side,
      // A leg that price has reached closes at once.
      type: 'market',
      qty: formatQty(qty),
      timeInForce: holder.rule === 'crypto' ? 'gtc' : exitTime(order),
      extendedHours: false,
      orderClass: 'simple',
    },
    'exit',
  );
}

const exitTime = ({ timeInForce }: Order): Submission['timeInForce'] =>
  timeInForce === 'opg' || timeInForce === 'cls' ? timeInForce : 'day';
