import { floorQty, priceToNumber, type Qty } from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import { splitRatio } from '../../ledger/split.ts';
import { priceNearest, quantityIncrement } from '../../ledger/tick.ts';
import type { Bars } from '../../market/bars.ts';
import type { Instant } from '../../market/time.ts';
import { heldBy } from './closing.ts';
import type { DeskState } from './desk-state.ts';
import { guardOf, reached } from './guard.ts';
import type { Holder } from './holder.ts';
import { isLive } from './line.ts';
import { touch } from './step.ts';

/** Legs that the broker does not hold are watched by the bar. */
export function watch(desk: DeskState, bars: Bars, row: number, symbol: number): void {
  desk.now = bars.end[row]! as Instant;
  for (const holder of desk.bySymbol[symbol]!) {
    holder.refused = false;
    if (holder.legs.length > 0 && holder.exits.length === 0 && !isLive(holder.exit)) {
      const here = holder.legs.filter((leg) => !isWatchedThere(holder, leg));
      const after = holder.enteredAt > bars.start[row]!;
      const [high, low] = after ? [bars.close[row]!, bars.close[row]!] : [bars.high[row]!, bars.low[row]!];
      const hit = reached(here, high, low);
      if (hit !== undefined) holder.exits.push(hit);
    }
    touch(desk, holder);
  }
}

/** The broker has it at work: it fills there and nowhere else. */
function isWatchedThere(holder: Holder, leg: Order): boolean {
  const line = leg.role === 'take_profit' ? holder.target : holder.stop;
  if (!isLive(line) || line.state === 'held') return false;
  if (leg.role !== 'take_profit') return true;
  return guardOf(holder.legs, holder.rule).target?.leg === leg;
}

/**
 * Restates what the core has at work; the broker says of its own orders what became of them.
 * @param ratio new shares for an old one
 */
export function split(desk: DeskState, symbol: number, ratio: number, fractional: boolean): void {
  const { numerator, denominator } = splitRatio(ratio);
  const { kind, increment = quantityIncrement(kind, fractional) } = desk.names[symbol]!;
  const restate = (qty: bigint): Qty => floorQty(((qty * numerator) / denominator) as Qty, increment);
  for (const holder of desk.bySymbol[symbol]!) {
    const sign = holder.position < 0n ? -1n : 1n;
    holder.position = sign * restate(heldBy(holder));
    for (const order of new Set([...holder.legs, ...holder.exits, ...holder.waiting.map((one) => one.order)])) {
      order.qty = (order.filled + restate(order.qty - order.filled)) as Qty;
      if (order.stopPrice !== undefined)
        order.stopPrice = priceNearest(holder.rule, priceToNumber(order.stopPrice) / ratio);
      if (order.limitPrice !== undefined)
        order.limitPrice = priceNearest(holder.rule, priceToNumber(order.limitPrice) / ratio);
    }
    touch(desk, holder);
  }
}

/** The core's orders of a symbol that are at work. */
export const workingOf = ({ bySymbol }: DeskState, symbol: number): Order[] =>
  bySymbol[symbol]!.flatMap(({ legs, exits, waiting, entry }) => [
    ...(isLive(entry) && entry.order !== undefined ? [entry.order] : []),
    ...waiting.map(({ order }) => order),
    ...legs,
    ...exits.filter((order) => !legs.includes(order)),
  ]);
