import type { Instant } from '../market/time.ts';
import { fits, makeRoom, rowsUnder } from './columns.ts';
import { type Money, NO_MONEY, type Price, type Qty } from './money.ts';
import type { Fill, FillPlace, Order, OrderStatus } from './order.ts';

const FIRST_CAPACITY = 64;
const STATUS: readonly OrderStatus[] = ['working', 'filled', 'cancelled', 'refused'];
const PLACES: readonly FillPlace[] = ['open', 'intrabar', 'close'];

/** What an order has in common with many others of its run. */
type Kind = Pick<
  Order,
  | 'strategy'
  | 'symbol'
  | 'symbolIndex'
  | 'rule'
  | 'role'
  | 'exitReason'
  | 'side'
  | 'positionSide'
  | 'type'
  | 'timeInForce'
  | 'extendedHours'
>;

/**
 * The orders of a run in columns, by number: a row is filled when its order has ended; those that work, and the few whose
 * amounts the columns cannot hold, are kept as they are. An `Order` is made of a row when somebody asks for it.
 */
export interface OrderLog {
  /** Orders so far: the number of the last one. */
  length: number;
  /**
   * Orders at work, few at any time, and who made each. Lists that are searched and closed up, because a map that is filled
   * and emptied with every order costs more than the rest of the filing.
   */
  readonly atWork: Order[];
  readonly makers: number[];
  /** By number: ended orders that the columns cannot hold. */
  readonly whole: Map<number, Order>;
  readonly kinds: Kind[];
  /** Rows of `kinds` by the number of whoever made the order. */
  readonly kindsOf: Map<number, number[]>;
  kind: Int32Array;
  decidedAt: Float64Array;
  part: Int32Array;
  group: Int32Array;
  status: Uint8Array;
  /** Billionths; -1 for no price. */
  qty: BigInt64Array;
  filled: BigInt64Array;
  limitPrice: BigInt64Array;
  stopPrice: BigInt64Array;
  /** Row of `reasons`, -1 for none. */
  reason: Int32Array;
  readonly reasons: string[];
  /** First fill and how many. */
  firstFill: Int32Array;
  fillCount: Int32Array;
  readonly fills: FillLog;
}

interface FillLog {
  length: number;
  time: Float64Array;
  at: Uint8Array;
  price: BigInt64Array;
  qty: BigInt64Array;
  readonly commission: Money[];
}

const NO_FILLS: readonly Fill[] = [];

export const createOrderLog = (): OrderLog => {
  const amounts = (): BigInt64Array => new BigInt64Array(FIRST_CAPACITY);
  const numbers = (): Int32Array => new Int32Array(FIRST_CAPACITY);
  return {
    length: 0,
    atWork: [],
    makers: [],
    whole: new Map(),
    kinds: [],
    kindsOf: new Map(),
    kind: numbers(),
    decidedAt: new Float64Array(FIRST_CAPACITY),
    part: numbers(),
    group: numbers(),
    status: new Uint8Array(FIRST_CAPACITY),
    qty: amounts(),
    filled: amounts(),
    limitPrice: amounts(),
    stopPrice: amounts(),
    reason: numbers(),
    reasons: [],
    firstFill: numbers(),
    fillCount: numbers(),
    fills: {
      length: 0,
      time: new Float64Array(FIRST_CAPACITY),
      at: new Uint8Array(FIRST_CAPACITY),
      price: amounts(),
      qty: amounts(),
      commission: [],
    },
  };
};

/**
 * Takes a new order, whose number must be the next one.
 * @param maker a number for whoever makes orders of few kinds: an instance of a strategy
 */
export function openOrder(log: OrderLog, maker: number, order: Order): void {
  log.length = order.seq;
  log.atWork.push(order);
  log.makers.push(maker);
}

/** Who made an order at work; -1 for one that has been filed. */
export function makerOf(log: OrderLog, order: Order): number {
  const place = log.atWork.lastIndexOf(order);
  return place < 0 ? -1 : log.makers[place]!;
}

/** Takes an order off the lists; the last one takes its place. Gives who made it, -1 when it was not there. */
function takeOff({ atWork, makers }: OrderLog, order: Order): number {
  const place = atWork.lastIndexOf(order);
  if (place < 0) return -1;
  const lastOrder = atWork.pop()!;
  const lastMaker = makers.pop()!;
  if (place === atWork.length) return lastMaker;
  const maker = makers[place]!;
  atWork[place] = lastOrder;
  makers[place] = lastMaker;
  return maker;
}

function kindOf(log: OrderLog, maker: number, order: Order): number {
  const rows = rowsUnder(log.kindsOf, maker);
  for (let k = 0; k < rows.length; k++) {
    const kind = log.kinds[rows[k]!]!;
    if (
      kind.rule === order.rule &&
      kind.exitReason === order.exitReason &&
      kind.positionSide === order.positionSide &&
      kind.type === order.type &&
      kind.timeInForce === order.timeInForce &&
      kind.extendedHours === order.extendedHours
    )
      return rows[k]!;
  }
  const { strategy, symbol, symbolIndex, rule, role, exitReason, side, positionSide, type, timeInForce } = order;
  const row =
    log.kinds.push({
      strategy,
      symbol,
      symbolIndex,
      rule,
      role,
      exitReason,
      side,
      positionSide,
      type,
      timeInForce,
      extendedHours: order.extendedHours,
    }) - 1;
  rows.push(row);
  return row;
}

const holds = ({ qty, limitPrice, stopPrice, fills }: Order): boolean =>
  fits(qty) &&
  fits(limitPrice ?? 0n) &&
  fits(stopPrice ?? 0n) &&
  fills.every((fill) => fits(fill.price) && fits(fill.qty));

function keepFills(log: FillLog, fills: readonly Fill[]): void {
  for (let k = 0; k < fills.length; k++) {
    const fill = fills[k]!;
    const row = log.length;
    makeRoom(log, row, log.at.length);
    log.time[row] = fill.time;
    log.at[row] = PLACES.indexOf(fill.at);
    log.price[row] = fill.price;
    log.qty[row] = fill.qty;
    log.commission.push(fill.commission);
    log.length = row + 1;
  }
}

function reasonRow(reasons: string[], reason: string | undefined): number {
  if (reason === undefined) return -1;
  const known = reasons.indexOf(reason);
  return known < 0 ? reasons.push(reason) - 1 : known;
}

/** Files an order that has ended, once; nothing may change it afterwards. */
export function fileOrder(log: OrderLog, order: Order): void {
  const maker = takeOff(log, order);
  if (maker < 0) return;
  const row = order.seq - 1;
  // Rows of orders that still work may lie beyond: a row's place is its order's number.
  while (row >= log.kind.length) makeRoom(log, log.kind.length, log.kind.length);
  if (!holds(order)) {
    log.whole.set(order.seq, order);
    return;
  }
  log.kind[row] = kindOf(log, maker, order);
  log.decidedAt[row] = order.decidedAt;
  log.part[row] = order.part;
  log.group[row] = order.group;
  log.status[row] = STATUS.indexOf(order.status);
  log.qty[row] = order.qty;
  log.filled[row] = order.filled;
  log.limitPrice[row] = order.limitPrice ?? -1n;
  log.stopPrice[row] = order.stopPrice ?? -1n;
  log.reason[row] = reasonRow(log.reasons, order.reason);
  log.firstFill[row] = log.fills.length;
  log.fillCount[row] = order.fills.length;
  keepFills(log.fills, order.fills);
}

function fillsAt(log: OrderLog, row: number): readonly Fill[] {
  const count = log.fillCount[row]!;
  if (count === 0) return NO_FILLS;
  const { fills } = log;
  return Array.from({ length: count }, (_, k) => {
    const at = log.firstFill[row]! + k;
    return {
      time: fills.time[at]! as Instant,
      at: PLACES[fills.at[at]!]!,
      price: fills.price[at]! as Price,
      qty: fills.qty[at]! as Qty,
      commission: fills.commission[at] ?? NO_MONEY,
    };
  });
}

const priceAt = (prices: BigInt64Array, row: number): Price | undefined => {
  const price = prices[row]!;
  return price < 0n ? undefined : (price as Price);
};

/** The order of a number: itself while it works, a copy once it has ended. */
export function orderAt(log: OrderLog, seq: number): Order {
  const whole = log.atWork.find((order) => order.seq === seq) ?? log.whole.get(seq);
  if (whole !== undefined) return whole;
  const row = seq - 1;
  const reason = log.reason[row]!;
  return {
    ...log.kinds[log.kind[row]!]!,
    seq,
    qty: log.qty[row]! as Qty,
    limitPrice: priceAt(log.limitPrice, row),
    stopPrice: priceAt(log.stopPrice, row),
    decidedAt: log.decidedAt[row]! as Instant,
    part: log.part[row]!,
    group: log.group[row]!,
    status: STATUS[log.status[row]!]!,
    filled: log.filled[row]! as Qty,
    fills: fillsAt(log, row),
    reason: reason < 0 ? undefined : log.reasons[reason],
  };
}

/** All orders by number, made anew. */
export const ordersOf = (log: OrderLog): Order[] => Array.from({ length: log.length }, (_, n) => orderAt(log, n + 1));

/** Orders of one rule that came to nothing, or to less, for one reason. */
export interface RefusalTally {
  readonly strategy: string;
  readonly rule: string;
  /** Filled, but cut to fit. */
  readonly cut: boolean;
  readonly reason: string | undefined;
  readonly orders: number;
}

/** How many orders have each status now. */
export function countOrders(log: OrderLog): Record<OrderStatus, number> {
  const counts: Record<OrderStatus, number> = { working: 0, filled: 0, cancelled: 0, refused: 0 };
  const filed = Math.min(log.length, log.kind.length);
  // Rows of orders that still work are blank, as are those of orders that are kept whole.
  for (let row = 0; row < filed; row++) counts[STATUS[log.status[row]!]!]++;
  counts.working += log.length - filed;
  for (const { status } of log.whole.values()) {
    counts.working--;
    counts[status]++;
  }
  return counts;
}

/** Orders that were refused or cut, in the order in which each kind first came up. */
export function tallyRefusals(log: OrderLog, since = 0): RefusalTally[] {
  const tallies = new Map<string, RefusalTally & { orders: number }>();
  const add = (strategy: string, rule: string, cut: boolean, reason: string | undefined): void => {
    const key = `${strategy} ${rule} ${cut} ${reason}`;
    const tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, { strategy, rule, cut, reason, orders: 1 });
    else tally.orders += 1;
  };
  const [filled, refused] = [STATUS.indexOf('filled'), STATUS.indexOf('refused')];
  for (let row = since; row < Math.min(log.length, log.kind.length); row++) {
    const status = log.status[row]!;
    const reason = log.reason[row]!;
    if (status !== refused && (status !== filled || reason < 0)) continue;
    const { strategy, rule } = log.kinds[log.kind[row]!]!;
    add(strategy, rule, status === filled, reason < 0 ? undefined : log.reasons[reason]);
  }
  for (const { seq, strategy, rule, status, reason } of log.whole.values()) {
    if (seq <= since) continue;
    const cut = status === 'filled' && reason !== undefined;
    if (cut || status === 'refused') add(strategy, rule, cut, reason);
  }
  return [...tallies.values()];
}
