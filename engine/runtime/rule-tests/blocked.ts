import { treeOf } from '../../compiler/expressions.ts';
import type { Duration } from '../../compiler/model.ts';
import type { BoundEntry, Instance } from '../../core/instance.ts';
import { entrySession, type Timing } from '../../core/windows.ts';
import { type Leaf, leaves } from '../../expressions/leaves.ts';
import { FALSE, TRUE, type Tri, UNKNOWN } from '../../expressions/tree.ts';
import type { SeenOrder } from './record.ts';

/** What can hold an entry back, in the words of `blocked_by:`. */
export const BLOCKERS = {
  warming: 'an indicator is not ready',
  missing: 'a bar of another series is missing',
  still_true: 'the rule was true before',
  session: 'outside the entry window',
  entries_per_session: 'the session has had its entries',
  cooldown: 'too soon after an exit',
  position: 'a position is open',
  working_order: 'an entry order is still working',
  size: 'a size of 0',
  cash: 'no buying power',
  breaker: 'a circuit breaker of risk.yaml is tripped',
  limit: 'a limit of risk.yaml',
} as const;

export type Blocker = keyof typeof BLOCKERS;

/** Reasons of refused entry orders; any other comes from a limit. */
const REFUSALS: Readonly<Record<string, Blocker>> = { size_zero: 'size', buying_power: 'cash' };

/** What is known of an entry at the end of a bar, after the decisions. */
export interface EntrySeen {
  readonly instance: Instance;
  readonly entry: BoundEntry;
  readonly value: Tri;
  /** Last known value of the rule before this bar. */
  readonly before: Tri;
  /** Orders of this bar. */
  readonly orders: readonly SeenOrder[];
  /** Leaves that have had a value on an earlier bar. */
  readonly known: ReadonlySet<Leaf>;
  readonly values: Float64Array;
  readonly timing: Timing;
  /** A breaker holds the entries of this strategy in this symbol. */
  readonly held: boolean;
}

/** What held an entry back whose rule was true or unknown; undefined when its order went out, or its rule was false. */
export function blockerOf(seen: EntrySeen): Blocker | undefined {
  const { instance, entry, value, before, orders } = seen;
  const { state } = instance;
  if (value === FALSE) return undefined;
  if (value === UNKNOWN) return isMissing(seen) ? 'missing' : 'warming';
  if (entry.model.trigger === 'on_rise' && before === TRUE) return 'still_true';
  // Before it was unknown: a rise is a change from false.
  if (entry.model.trigger === 'on_rise' && before === UNKNOWN) return 'warming';
  const own = orders.find(({ role, rule }) => role === 'entry' && rule === entry.model.rule);
  if (own !== undefined) return own.refused === undefined ? undefined : (REFUSALS[own.refused] ?? 'limit');
  if (instance.entryOrder !== undefined) return 'working_order';
  if (state.side !== 0 && instance.exitOrder === undefined) return 'position';
  if (!cooledDown(seen, entry.model.cooldown)) return 'cooldown';
  if (seen.held) return 'breaker';
  const most = entry.model.entriesPerSession;
  const session = most === undefined && !instance.hasWindow ? 0 : entrySession(seen.timing, instance);
  if (session < 0) return 'session';
  if (most !== undefined && state.entrySession === session && state.entriesInSession >= most)
    return 'entries_per_session';
  // What remains is a stop, a target or a price that is not known yet.
  return 'warming';
}

function cooledDown({ instance, timing }: EntrySeen, cooldown: Duration | undefined): boolean {
  if (cooldown === undefined) return true;
  if (instance.state.side !== 0) return false;
  if (cooldown.kind === 'bars') return instance.state.sinceExit >= cooldown.bars;
  return timing.clock[0]! >= instance.state.exitTime + cooldown.milliseconds;
}

/** Something that the rule reads was known before and is not now. */
function isMissing({ instance, entry, known, values }: EntrySeen): boolean {
  let missing = false;
  leaves(treeOf(entry.model.when), (leaf) => {
    if (known.has(leaf) && Number.isNaN(values[instance.plan.slots.get(leaf)!]!)) missing = true;
  });
  return missing;
}
