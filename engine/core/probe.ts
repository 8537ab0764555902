import type { Tri } from '../expressions/tree.ts';
import type { CoreContext } from './context.ts';
import type { BoundEntry, Instance } from './instance.ts';

/** What became of an entry on one bar. */
export interface EntryVerdict {
  /** The condition, and what it was worth when it was last known (`on_rise` needs false). */
  readonly value: Tri;
  readonly before: Tri;
  /** Why a true condition made no order; undefined when it made one, or was not true. */
  readonly blocker: Blocker | undefined;
  /** Number of the order that was made, even if it was refused at once; 0 for none. */
  readonly order: number;
}

/**
 * A watcher of decisions: told of every instance whose series has a bar, while nothing has moved yet. It may read the
 * arena, and nothing that it does comes back. With one present no bar is quiet.
 */
export interface Probe {
  /** Before exits and entries are judged; the arena holds the instance's bar. */
  begin(context: CoreContext, instance: Instance, values: Float64Array): void;
  /** An exit rule, a time stop or a deadline has made an order. */
  left(context: CoreContext, instance: Instance, order: number): void;
  /** After an entry was judged. */
  entered(context: CoreContext, instance: Instance, entry: BoundEntry, verdict: EntryVerdict): void;
}

/** What stands between a true condition and an order; the gate's own reasons are further words. */
export type Blocker =
  /** `on_rise`: it was true (or unknown) before. */
  | 'no_rise'
  /** The warm-up is not over: bars before `--from`. */
  | 'before_start'
  | 'stale_bars'
  | 'entry_working'
  | 'position_open'
  | 'cooldown'
  | 'session'
  | 'entries_per_session'
  | 'level_unknown'
  | 'price_unknown'
  | (string & {});
