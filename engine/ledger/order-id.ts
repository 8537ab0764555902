import type { Order } from './order.ts';

/** Marks the orders of this engine among others of an account. */
const PREFIX = 'te1';
const LONGEST = 128;

const compact = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '');

/**
 * The order's id at a broker: the same decision gives the same id in every run and after every restart, two decisions
 * never share one. Engine prefix, strategy, symbol, end of the deciding bar, rule, and its number among the orders that
 * the strategy made there. At most 128 characters.
 * @param attempt from 1: a broker that refuses an id for ever needs another for each try
 */
export function clientOrderId(
  order: Pick<Order, 'strategy' | 'symbol' | 'decidedAt' | 'rule' | 'part'>,
  attempt = 1,
): string {
  const again = attempt === 1 ? '' : `.${attempt}`;
  const tail = `-${order.symbol}-${compact(order.decidedAt)}-${order.rule}-${order.part}${again}`;
  return PREFIX + `-${order.strategy}`.slice(0, LONGEST - PREFIX.length - tail.length) + tail;
}

/** The id is one of this engine's, of whichever run. */
export const isOwnOrderId = (id: string): boolean => id.startsWith(`${PREFIX}-`);
