import { NO_MONEY, type Price, type Qty } from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import { type DeskState, remarkUnclaimed } from './desk-state.ts';
import type { Execution } from './facts.ts';
import { nearestStop } from './guard.ts';
import { dropFrom, type EarlyFill, type Holder } from './holder.ts';
import type { Line } from './line.ts';

/** Books a fill to the orders of the core that it belongs to; what none of them has room for waits for its entry. */
export function book(
  desk: DeskState,
  holder: Holder,
  line: Line,
  price: Price,
  qty: Qty,
  execution: Execution | undefined,
): void {
  const side = sideOf(holder, line);
  holder.early.push({ line, price, qty, side, time: execution?.at ?? desk.now });
  // What one claims makes room for another.
  for (let before = Number.POSITIVE_INFINITY; holder.early.length < before; ) {
    before = holder.early.length;
    for (const early of holder.early.slice()) claim(desk, holder, early);
  }
}

const sideOf = (holder: Holder, line: Line): 'buy' | 'sell' =>
  line.order?.side ?? line.side ?? holder.legs[0]?.side ?? (holder.position > 0n ? 'sell' : 'buy');

function claim(desk: DeskState, holder: Holder, fill: EarlyFill): void {
  const { line, side, price, time } = fill;
  // A leg fills only once its entry is complete: that has been heard later, or will be.
  if (line.parent?.purpose === 'entry' && line.parent.order?.status === 'working') return;
  for (const order of claimants(holder, line)) {
    if (fill.qty === 0n) break;
    const room = order.qty - order.filled;
    const part = (fill.qty < room ? fill.qty : room) as Qty;
    if (part <= 0n || order.status !== 'working') continue;
    fill.qty = (fill.qty - part) as Qty;
    if (fill.qty === 0n) holder.early.splice(holder.early.indexOf(fill), 1);
    holder.position += side === 'buy' ? part : 0n - part;
    if (line.purpose === 'entry') holder.enteredAt = time;
    if (order.filled + part >= order.qty) {
      dropFrom(holder.legs, order);
      dropFrom(holder.exits, order);
      desk.reasons.delete(order);
    }
    const at = line.purpose === 'entry' && order.type === 'market' ? 'open' : 'intrabar';
    desk.sink({ kind: 'fill', order, fill: { time, at, price, qty: part, commission: NO_MONEY } });
  }
}

/** The core's orders that a fill of a line can belong to, the likeliest first. */
function claimants(holder: Holder, line: Line): Order[] {
  if (line.order !== undefined) return [line.order];
  const targets = holder.legs.filter(({ role }) => role === 'take_profit');
  const nearest = nearestStop(holder.legs);
  const stops = nearest === undefined ? [] : [nearest];
  return [...(line.purpose === 'target' ? [...targets, ...stops] : [...stops, ...targets]), ...holder.exits];
}

/** Nothing is under way any more that could explain the fills that wait: the account has what the ledger has not. */
export function giveUp(desk: DeskState, holder: Holder): void {
  for (const fill of holder.early.splice(0)) {
    holder.position += fill.side === 'buy' ? fill.qty : 0n - fill.qty;
    remarkUnclaimed(desk, fill);
  }
}
