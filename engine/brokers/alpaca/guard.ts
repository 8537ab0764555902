import type { Price, Qty } from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import type { TickRule } from '../../ledger/tick.ts';
import { isWhole } from './line.ts';

/** What should protect a position at the broker. */
export interface Guard {
  readonly stop: Wanted | undefined;
  readonly target: Wanted | undefined;
}

export interface Wanted {
  /** The leg that a fill belongs to. */
  readonly leg: Order;
  readonly qty: Qty;
  readonly price: Price;
}

const isStop = ({ role }: Order): boolean => role !== 'take_profit';

const left = (order: Order): Qty => (order.qty - order.filled) as Qty;

const wanted = (leg: Order, price: Price): Wanted => ({ leg, qty: left(leg), price });

/** The stop that price reaches first: of several for the same shares only that one can ever fill. */
export function nearestStop(legs: readonly Order[]): Order | undefined {
  let nearest: Order | undefined;
  for (const leg of legs) {
    if (!isStop(leg) || leg.stopPrice === undefined) continue;
    const closer =
      nearest === undefined ||
      (leg.side === 'sell' ? leg.stopPrice > nearest.stopPrice! : leg.stopPrice < nearest.stopPrice!);
    if (closer) nearest = leg;
  }
  return nearest;
}

/**
 * What of a position's legs the broker is to hold: the nearest stop, and the target when there is one for the same shares
 * (as a pair that cancel each other). It holds no parts of shares and no coins so; and of a ladder of targets only the stop.
 * What it does not hold is watched bar by bar.
 */
export function guardOf(legs: readonly Order[], rule: TickRule): Guard {
  const none: Guard = { stop: undefined, target: undefined };
  if (rule === 'crypto') return none;
  const stop = nearestStop(legs);
  const targets = legs.filter((leg) => !isStop(leg));
  const target = targets.length === 1 ? targets[0] : undefined;
  if (stop !== undefined && !isWhole(left(stop))) return none;
  if (target !== undefined && !isWhole(left(target))) return none;
  if (stop === undefined) {
    return target === undefined ? none : { stop: undefined, target: wanted(target, target.limitPrice!) };
  }
  const pair = target !== undefined && left(target) === left(stop) ? target : undefined;
  return {
    stop: wanted(stop, stop.stopPrice!),
    target: pair === undefined ? undefined : wanted(pair, pair.limitPrice!),
  };
}

/** The legs that a bar has reached, of those given; stops before targets. */
export function reached(legs: readonly Order[], high: number, low: number): Order | undefined {
  const stop = nearestStop(legs);
  if (stop !== undefined) {
    const price = Number(stop.stopPrice!) / 1e9;
    if (stop.side === 'sell' ? low <= price : high >= price) return stop;
  }
  return legs.find((leg) => {
    if (isStop(leg) || leg.limitPrice === undefined) return false;
    const price = Number(leg.limitPrice) / 1e9;
    return leg.side === 'sell' ? high > price : low < price;
  });
}
