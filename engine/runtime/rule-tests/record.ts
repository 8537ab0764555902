import type { Watched } from '../../compiler/rule-tests.ts';
import type { InstancePlan } from '../../compiler/ruleset.ts';
import type { Reading } from '../../core/breakers.ts';
import { evaluateReference } from '../../expressions/reference.ts';
import { type Checked, FALSE, TRUE, type Tri, UNKNOWN } from '../../expressions/tree.ts';
import { priceToNumber, qtyToNumber } from '../../ledger/money.ts';
import type { ExitReason, Order, OrderRole, OrderType, Side } from '../../ledger/order.ts';
import type { Bars } from '../../market/bars.ts';
import type { Instant } from '../../market/time.ts';

/** An order as a test speaks of it. */
export interface SeenOrder {
  readonly rule: string;
  readonly role: OrderRole;
  readonly side: Side;
  readonly type: OrderType;
  readonly qty: number;
  readonly limitPrice: number | undefined;
  readonly stopPrice: number | undefined;
  /** Why it was refused; undefined when it went out. */
  readonly refused: string | undefined;
}

/** A position or a part of it that was closed in a bar. */
export interface SeenExit {
  readonly rule: string;
  readonly reason: ExitReason | undefined;
}

/** All that a test can ask of one bar of one symbol. */
export interface BarRecord {
  readonly symbol: string;
  readonly at: number;
  readonly start: Instant;
  readonly bar: { readonly [field in 'open' | 'high' | 'low' | 'close' | 'volume']: number };
  readonly conditions: ReadonlyMap<string, Tri>;
  /** NaN: unknown. */
  readonly indicators: ReadonlyMap<string, number>;
  /** Sent at its end, or placed by its fills. */
  readonly orders: readonly SeenOrder[];
  readonly position: 'long' | 'short' | 'flat';
  readonly exits: readonly SeenExit[];
  /** What held back each entry whose rule was not false, by rule; `undefined`: nothing did. */
  readonly blocked: ReadonlyMap<string, string | undefined>;
  /** Breakers that watch it; empty when the test asks for none. */
  readonly breakers: readonly Reading[];
}

/** Reads what the trees of an instance are worth from the numbers that its rules have just read. */
export const readerOf =
  ({ slots }: InstancePlan, values: Float64Array) =>
  (tree: Checked): number =>
    evaluateReference(tree, (leaf) => values[slots.get(leaf)!]!).get(tree)!;

export type ReadTree = ReturnType<typeof readerOf>;

export const triOf = (value: number): Tri => (Number.isNaN(value) ? UNKNOWN : value === 0 ? FALSE : TRUE);

export const orderSeen = (order: Order): SeenOrder => ({
  rule: order.rule,
  role: order.role,
  side: order.side,
  type: order.type,
  qty: qtyToNumber(order.qty),
  limitPrice: order.limitPrice === undefined ? undefined : priceToNumber(order.limitPrice),
  stopPrice: order.stopPrice === undefined ? undefined : priceToNumber(order.stopPrice),
  refused: order.status === 'refused' ? (order.reason ?? 'refused') : undefined,
});

/** The named conditions and indicators as they stand. */
export const namedValues = (watched: Watched, read: ReadTree): Pick<BarRecord, 'conditions' | 'indicators'> => ({
  conditions: new Map([...watched.conditions].map(([name, tree]) => [name, triOf(read(tree))])),
  indicators: new Map([...watched.indicators].map(([name, tree]) => [name, read(tree)])),
});

export const barAt = (bars: Bars, row: number): BarRecord['bar'] => ({
  open: bars.open[row]!,
  high: bars.high[row]!,
  low: bars.low[row]!,
  close: bars.close[row]!,
  volume: bars.volume[row]!,
});
