import { NO_QTY, PRICE_SCALE, type Price, parsePrice, parseQty, type Qty } from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import { type Execution, hasEnded, isHeld, type OrderReport, type Submission } from './facts.ts';

/** What an order at the broker is for. */
export type Purpose = 'entry' | 'exit' | 'stop' | 'target';

/** One order at the broker, over all its replacements. */
export interface Line {
  readonly purpose: Purpose;
  readonly holder: string;
  /** The order of the core that it carries out; a protective line serves whichever leg is nearest. */
  readonly order: Order | undefined;
  clientId: string;
  /** Of a leg, whose order of the core may come later than its fill. */
  readonly side: 'buy' | 'sell' | undefined;
  /** Of the order at work now; undefined until the broker has said it. */
  brokerId: string | undefined;
  /** What has been booked of that order. */
  ticket: Ticket | undefined;
  qty: Qty;
  limit: Price | undefined;
  stop: Price | undefined;
  /** `sending`: nobody knows whether it has arrived. */
  state: 'sending' | 'working' | 'held' | 'ended';
  /** The last word of the broker on it. */
  status: string;
  /** What was sent, to be sent again under the same id. */
  submission: Submission | undefined;
  /** Number of the request that is under way for it. */
  busy: { readonly request: number; readonly what: 'submit' | 'replace' | 'cancel' } | undefined;
  /** Booked so far, over all its replacements. */
  filled: Qty;
  /** The other line of a pair that cancel each other. */
  partner: Line | undefined;
  /** Of a leg: the entry that it came with. */
  readonly parent: Line | undefined;
}

/** What has been booked of one id of the broker's. */
export interface Ticket {
  readonly line: Line;
  /** A replacement that carries the fills of the order before it on shares its sum. */
  readonly sum: Sum;
  /** Its end has been heard. */
  closed: boolean;
}

export interface Sum {
  booked: Qty;
  /** Σ price × quantity of what has been booked, 10⁻¹⁸ dollars. */
  cost: bigint;
}

export const isLive = (line: Line | undefined): line is Line => line !== undefined && line.state !== 'ended';

/**
 * What of a report has not been booked yet. The cumulative figure rules, so that doubles, gaps and any order of arrival come
 * to the same: an execution whose quantity is known already adds nothing, and what is missing before it is made up from the
 * mean price.
 */
export function unbooked(
  ticket: Ticket,
  report: OrderReport,
  execution: Execution | undefined,
): { readonly price: Price; readonly qty: Qty }[] {
  const cumulative = parseQty(report.filled);
  const { sum } = ticket;
  const missing = cumulative - sum.booked;
  if (missing <= 0n) return [];
  const found: { price: Price; qty: Qty }[] = [];
  let rest = missing;
  if (execution !== undefined) {
    const whole = parseQty(execution.qty);
    const qty = (whole < missing ? whole : missing) as Qty;
    if (qty > 0n) found.push({ price: parsePrice(execution.price), qty });
    rest -= qty;
  }
  if (rest > 0n) {
    const known = found.reduce((total, { price, qty }) => total + price * qty, sum.cost);
    const mean = report.average === undefined ? undefined : meanFrom(report.average);
    const price = mean === undefined ? found[0]?.price : nearestFill((mean * cumulative - known) / rest);
    if (price !== undefined && price > 0n) found.unshift({ price, qty: rest as Qty });
    else if (mean !== undefined) found.unshift({ price: mean, qty: rest as Qty });
  }
  for (const { price, qty } of found) {
    sum.booked = (sum.booked + qty) as Qty;
    sum.cost += price * qty;
    ticket.line.filled = (ticket.line.filled + qty) as Qty;
  }
  return found;
}

/** A mean may have any number of decimals; a billionth of a dollar is enough. */
const meanFrom = (text: string): Price => parsePrice(text.replace(/(\.\d{9})\d+$/, '$1'));

/** Fills have four decimals at most: what a mean leaves beyond them is its own rounding. */
const FINEST = PRICE_SCALE / 10_000n;
const nearestFill = (price: bigint): Price => (((price + FINEST / 2n) / FINEST) * FINEST) as Price;

/** Takes over what a report of the line's present order says of its state; an end is never taken back. */
export function learn(line: Line, report: OrderReport): void {
  if (line.state === 'ended') return;
  line.status = report.status;
  if (report.limit !== undefined) line.limit = parsePrice(report.limit);
  if (report.stop !== undefined) line.stop = parsePrice(report.stop);
  if (report.qty !== undefined) line.qty = parseQty(report.qty);
  line.state = hasEnded(report.status) ? 'ended' : isHeld(report.status) ? 'held' : 'working';
}

export const newLine = (
  fields: Pick<Line, 'purpose' | 'holder' | 'order' | 'clientId' | 'qty'> & Partial<Line>,
): Line => ({
  side: undefined,
  brokerId: undefined,
  ticket: undefined,
  limit: undefined,
  stop: undefined,
  state: 'sending',
  status: '',
  submission: undefined,
  busy: undefined,
  filled: NO_QTY,
  partner: undefined,
  parent: undefined,
  ...fields,
});

/** What the order at work can still fill. */
export const remaining = ({ qty, ticket }: Line): Qty => (qty - (ticket?.sum.booked ?? 0n)) as Qty;

/** A quantity that no order may carry in part. */
export const isWhole = (qty: Qty): boolean => qty % PRICE_SCALE === 0n;
