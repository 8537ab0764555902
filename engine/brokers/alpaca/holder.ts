import type { Intended } from '../../core/broker.ts';
import type { Order } from '../../ledger/order.ts';
import type { TickRule } from '../../ledger/tick.ts';
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
  /** The broker would not take its protection: not asked again before the next bar. */
  refused: boolean;
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
