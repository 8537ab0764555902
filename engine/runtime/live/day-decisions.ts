import type { Trip } from '../../core/breakers.ts';
import type { Order, PositionSide, Side } from '../../ledger/order.ts';
import { type Instant, instant, MINUTE } from '../../market/time.ts';
import type { MarketDay } from './market-day.ts';

/** What a run decided, and what became of it. */
export interface Decided {
  /** All of the run so far, by number. */
  readonly orders: readonly Order[];
  readonly trips: readonly Trip[];
}

/** An entry or an exit that a rule decided, or a protective level that was reached. */
export interface Decision {
  /** End of the bar that decided it; of a level, end of the minute in which it was reached. */
  readonly bar: Instant;
  readonly strategy: string;
  readonly symbol: string;
  readonly what: 'entry' | 'exit' | 'level';
  readonly rule: string;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly order: Order;
}

/** A decision of the run beside that of its backtest, where they belong together. */
export interface Pair {
  readonly kind: 'equal' | 'quantity' | 'elsewhen' | 'only_live' | 'only_backtest';
  readonly live: Decision | undefined;
  readonly modelled: Decision | undefined;
}

const endOfMinute = (time: number): Instant => instant(Math.floor(time / MINUTE) * MINUTE + MINUTE);

/**
 * What was decided in a day, the earliest first. A resting exit counts when it fills: that it was laid follows from its
 * entry.
 * @param until end of the last minute that the backtest saw, ms: what came after it has nothing to be held against
 */
export function decisionsOf(day: MarketDay, until: number, orders: readonly Order[]): Decision[] {
  const decisions: Decision[] = [];
  for (const order of orders) {
    const { strategy, symbol, rule, side, positionSide, role, fills } = order;
    const resting = role !== 'entry' && role !== 'exit';
    const [first] = fills;
    if (resting && first === undefined) continue;
    const bar = resting ? endOfMinute(first!.time) : order.decidedAt;
    if (bar <= day.after || bar > Math.min(day.close, until)) continue;
    decisions.push({ bar, strategy, symbol, what: resting ? 'level' : role, rule, side, positionSide, order });
  }
  return decisions.sort((a, b) => a.bar - b.bar || a.order.seq - b.order.seq);
}

const placeOf = ({ strategy, symbol, rule, side, positionSide }: Decision): string =>
  [strategy, symbol, rule, side, positionSide].join('\n');

/** Puts together what belongs together; in the order of time. */
export function pairs(live: readonly Decision[], modelled: readonly Decision[]): Pair[] {
  const found: Pair[] = [];
  let left = [...live];
  let right = [...modelled];

  /** Takes pairs of one key out of both lists. */
  function take(keyOf: (decision: Decision) => string, kindOf: (a: Decision, b: Decision) => Pair['kind']): void {
    const waiting = new Map<string, Decision[]>();
    for (const one of right) {
      const key = keyOf(one);
      const list = waiting.get(key);
      if (list === undefined) waiting.set(key, [one]);
      else list.push(one);
    }
    const taken = new Set<Decision>();
    left = left.filter((one) => {
      const other = waiting.get(keyOf(one))?.shift();
      if (other === undefined) return true;
      taken.add(other);
      found.push({ kind: kindOf(one, other), live: one, modelled: other });
      return false;
    });
    right = right.filter((one) => !taken.has(one));
  }

  const amountOf = ({ order }: Decision): bigint => order.qty;
  take(
    (one) => `${placeOf(one)}\n${one.bar}\n${amountOf(one)}`,
    () => 'equal',
  );
  take(
    (one) => `${placeOf(one)}\n${one.bar}`,
    () => 'quantity',
  );
  // A level of the same position that was reached in another minute: both follow on the same entry.
  const entries = found.filter((pair) => pair.live?.what === 'entry');
  const entryBefore = (one: Decision, side: 'live' | 'modelled'): string => {
    const entry = entries.findLast((pair) => {
      const own = pair[side]!;
      return own.strategy === one.strategy && own.symbol === one.symbol && own.bar < one.bar;
    });
    return String(entry === undefined ? 'carried' : entry.live!.bar);
  };
  entries.sort(byTime);
  const leftSet = new Set(left);
  take(
    (one) =>
      one.what === 'level'
        ? `${placeOf(one)}\n${entryBefore(one, leftSet.has(one) ? 'live' : 'modelled')}`
        : `${one.bar}\n${one.order.seq}\n${leftSet.has(one)}`,
    () => 'elsewhen',
  );
  for (const one of left) found.push({ kind: 'only_live', live: one, modelled: undefined });
  for (const one of right) found.push({ kind: 'only_backtest', live: undefined, modelled: one });
  return found.sort(byTime);
}

/** The earlier of a pair's bars, ms. */
export const barOf = ({ live, modelled }: Pair): number =>
  Math.min(live?.bar ?? Number.POSITIVE_INFINITY, modelled?.bar ?? Number.POSITIVE_INFINITY);

const byTime = (a: Pair, b: Pair): number => barOf(a) - barOf(b);
