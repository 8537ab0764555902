import type { Intended } from '../../core/broker.ts';
import type { Price, Qty } from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import type { TickRule } from '../../ledger/tick.ts';
import type { Instant } from '../../market/time.ts';
import { isLive, type Line } from './line.ts';

/** A strategy's share of a symbol: what the core wants of it, and what the broker has of it. */
export interface Holder {
  readonly key: string;
  readonly rule: TickRule;
  /** Entry orders that are not sent: their exit has to fill first. */
  readonly waiting: { readonly order: Order; readonly intended: Intended | undefined }[];
  entry: Line | undefined;
  /** Protective orders of the core, at work. */
  readonly legs: Order[];
  /** Orders that close, in turn: exits of rules, and legs that price reached and the broker did not hold. */
  readonly exits: Order[];
  exit: Line | undefined;
  stop: Line | undefined;
  target: Line | undefined;
  /** Of its own fills, billionths; below 0 when short. */
  position: bigint;
  /** Of its last entry fill, ms; a bar that began before it says little of what came after. */
  enteredAt: number;
  /** Fills of protective orders that came before the fills of the entry they protect. */
  readonly early: EarlyFill[];
  /** The broker would not take its protection: not asked again before the next bar. */
  refused: boolean;
}

export interface EarlyFill {
  readonly line: Line;
  readonly price: Price;
  qty: Qty;
  readonly side: 'buy' | 'sell';
  readonly time: Instant;
}

export const newHolder = (key: string, rule: TickRule): Holder => ({
  key,
  rule,
  waiting: [],
  entry: undefined,
  legs: [],
  exits: [],
  exit: undefined,
  stop: undefined,
  target: undefined,
  position: 0n,
  enteredAt: Number.NEGATIVE_INFINITY,
  early: [],
  refused: false,
});

/** Something of it is at the broker or on its way there. */
export const isBusy = ({ entry, exit, stop, target, exits, waiting, legs }: Holder): boolean =>
  isLive(entry) || isLive(exit) || isLive(stop) || isLive(target) || exits.length + waiting.length + legs.length > 0;

/** Drops an order from a list. */
export function dropFrom(list: Order[], order: Order): boolean {
  const place = list.indexOf(order);
  if (place >= 0) list.splice(place, 1);
  return place >= 0;
}
