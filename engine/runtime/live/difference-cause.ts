import type { Trip } from '../../core/breakers.ts';
import type { Price } from '../../ledger/money.ts';
import type { Order } from '../../ledger/order.ts';
import { type Instant, instant } from '../../market/time.ts';
import { barOf, type Decided, type Decision, type Pair } from './day-decisions.ts';
import { averageFill, type FillPair } from './fill-pairs.ts';
import type { MarketDay } from './market-day.ts';

/** Why a run decided otherwise than its backtest; `at` is the bar of the decision that it goes back to. */
export type Cause =
  /** The minute came too late to enter on; account and ledger were not known to agree. */
  | { readonly code: 'late' | 'account' }
  /** A breaker held one side's entries and not the other's. */
  | { readonly code: 'breaker'; readonly breaker: string; readonly side: 'live' | 'backtest'; readonly values: string }
  /** The broker refused the order, or it ended before it was filled. */
  | { readonly code: 'refused' | 'cancelled'; readonly at: Instant; readonly reason: string | undefined }
  /** The order was not filled by then; was filled in part; was filled after the next decision. */
  | { readonly code: 'unfilled' | 'partial' | 'filled_late'; readonly at: Instant }
  /** The backtest's bars did not fill what the broker filled. */
  | { readonly code: 'not_modelled'; readonly at: Instant }
  /** The entry filled at another price: its levels lay elsewhere, and so did what rules read of the position. */
  | { readonly code: 'price'; readonly at: Instant; readonly live: Price; readonly modelled: Price }
  /** The broker's prices and the recorded bars disagree on whether a level was reached. */
  | { readonly code: 'bars' }
  /** Fills at other prices left the purse or the account another size. */
  | { readonly code: 'purse' }
  /** It follows from an earlier difference. */
  | { readonly code: 'follows'; readonly at: Instant; readonly strategy: string; readonly symbol: string }
  | { readonly code: 'unknown' };

/** All that a cause is looked for in. */
export interface Compared {
  readonly day: MarketDay;
  readonly live: Decided;
  readonly modelled: Decided & { readonly late: ReadonlyMap<number, 'late' | 'account'> };
  /** In the order of time. */
  readonly matched: readonly Pair[];
  readonly compared: readonly FillPair[];
}

const decisionOf = ({ live, modelled }: Pair): Decision => (live ?? modelled)!;

/** Says why a pair is not equal: the nearest cause that is known of. */
export function causeOf(world: Compared, pair: Pair): Cause {
  const decision = decisionOf(pair);
  const bar = barOf(pair);
  const { strategy, symbol } = decision;
  const entering = decision.what === 'entry';
  if (entering && pair.kind === 'only_backtest') {
    const why = world.modelled.late.get(bar);
    if (why !== undefined) return { code: why };
  }
  if (entering) {
    const held = breakerBetween(world, decision, bar);
    if (held !== undefined) return held;
  }
  const earlier = world.matched.filter((one) => barOf(one) < bar);
  const own = earlier.filter((one) => isOf(decisionOf(one), strategy, symbol)).reverse();
  const moved = shiftOf(world, strategy, symbol, bar) !== 0n;
  for (const one of own) {
    const cause = outcome(one, bar);
    // What ended otherwise counts as long as the position shows it; what is still at work always.
    if (cause !== undefined && (moved || STILL_AT_WORK.has(cause.code))) return cause;
  }
  const carried = carriedOutcome(world, strategy, symbol, bar);
  if (carried !== undefined && (moved || STILL_AT_WORK.has(carried.code))) return carried;
  const price = entering ? undefined : otherPrice(own);
  if (decision.what === 'level' && price !== undefined) return price;
  if (pair.kind === 'quantity' && world.compared.some(({ bps, time }) => bps !== 0 && time < bar)) {
    return { code: 'purse' };
  }
  const before = own.find(({ kind }) => kind !== 'equal');
  if (before !== undefined) return follows(before);
  if (price !== undefined) return price;
  if (decision.what === 'level') return { code: 'bars' };
  const elsewhere = earlier.findLast(({ kind }) => kind !== 'equal');
  return elsewhere === undefined ? { code: 'unknown' } : follows(elsewhere);
}

const STILL_AT_WORK: ReadonlySet<Cause['code']> = new Set(['unfilled', 'filled_late']);

const follows = (pair: Pair): Cause => {
  const { bar, strategy, symbol } = decisionOf(pair);
  return { code: 'follows', at: bar, strategy, symbol };
};

const isOf = (one: Pick<Decision, 'strategy' | 'symbol'>, strategy: string, symbol: string): boolean =>
  one.strategy === strategy && one.symbol === symbol;

/** Filled before a time, billionths of a share. */
function filledBefore({ fills }: Pick<Order, 'fills'>, time: number): bigint {
  let sum = 0n;
  for (const fill of fills) if (fill.time < time) sum += fill.qty;
  return sum;
}

/** How much more the run held than its backtest when a bar was decided, billionths: both began the day alike. */
function shiftOf({ day, live, modelled }: Compared, strategy: string, symbol: string, bar: number): bigint {
  const heldBy = (orders: readonly Order[]): bigint => {
    let sum = 0n;
    for (const order of orders) {
      if (!isOf(order, strategy, symbol)) continue;
      const moved = filledBefore(order, bar) - filledBefore(order, day.after);
      sum += order.side === 'buy' ? moved : -moved;
    }
    return sum;
  };
  return heldBy(live.orders) - heldBy(modelled.orders);
}

/** What became of one decision on one side and not on the other by the time of a bar; undefined: the same. */
function outcome(pair: Pair, bar: number): Cause | undefined {
  const at = decisionOf(pair).bar;
  if (pair.kind !== 'equal') return follows(pair);
  return orderOutcome(pair.live!.order, pair.modelled!.order, at, bar);
}

function orderOutcome(live: Order, modelled: Order, at: Instant, bar: number): Cause | undefined {
  const [real, made] = [filledBefore(live, bar), filledBefore(modelled, bar)];
  if (real === made) return undefined;
  if (real > made) return { code: 'not_modelled', at };
  if (live.status === 'refused') return { code: 'refused', at, reason: live.reason };
  if (live.filled >= made) return { code: 'filled_late', at };
  if (real > 0n) return { code: 'partial', at };
  return live.status === 'cancelled' ? { code: 'cancelled', at, reason: live.reason } : { code: 'unfilled', at };
}

/** The same of orders that were at work when the day began. */
function carriedOutcome(
  { day, live, modelled }: Compared,
  strategy: string,
  symbol: string,
  bar: number,
): Cause | undefined {
  for (const order of live.orders) {
    if (!isOf(order, strategy, symbol) || order.decidedAt > day.after) continue;
    const other = modelled.orders[order.seq - 1];
    const cause = other === undefined ? undefined : orderOutcome(order, other, order.decidedAt, bar);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

/** The last entry filled at another price. @param own earlier pairs of the same place, the latest first */
function otherPrice(own: readonly Pair[]): Cause | undefined {
  const entry = own.find((one) => one.live !== undefined && one.modelled !== undefined && one.live.what === 'entry');
  if (entry === undefined) return undefined;
  const [live, modelled] = [averageFill(entry.live!.order), averageFill(entry.modelled!.order)];
  if (live === undefined || modelled === undefined || live === modelled) return undefined;
  return { code: 'price', at: instant(entry.live!.bar), live, modelled };
}

/** A breaker that held one side when a bar was decided, and not the other. */
function breakerBetween({ live, modelled }: Compared, decision: Decision, bar: number): Cause | undefined {
  const holding = (trips: readonly Trip[]): readonly Trip[] =>
    trips.filter(
      ({ scope, place, trippedAt, clearedAt }) =>
        trippedAt <= bar &&
        (clearedAt ?? Number.POSITIVE_INFINITY) > bar &&
        (scope === 'account' || place === (scope === 'strategy' ? decision.strategy : decision.symbol)),
    );
  const isAmong = (trips: readonly Trip[], one: Trip): boolean =>
    trips.some(({ breaker, scope, place }) => breaker === one.breaker && scope === one.scope && place === one.place);
  const [here, there] = [holding(live.trips), holding(modelled.trips)];
  const only = here.find((one) => !isAmong(there, one));
  if (only !== undefined) return { code: 'breaker', breaker: only.breaker, side: 'live', values: only.values };
  const other = there.find((one) => !isAmong(here, one));
  return other && { code: 'breaker', breaker: other.breaker, side: 'backtest', values: other.values };
}
