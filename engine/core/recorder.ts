import type { Ruleset } from '../compiler/ruleset.ts';
import { type OrderLog, orderAt } from '../ledger/order-log.ts';
import { holdersOf, type Trip } from './breakers.ts';
import { type CoreContext, nowOf } from './context.ts';
import type { Instance, InstanceState } from './instance.ts';
import type { EntryVerdict, Probe } from './probe.ts';
import { entrySession } from './windows.ts';

/** An instance whose decision is asked for: the one at `at` (ms, a bar's end), or the last before it. */
export interface Target {
  readonly strategy: string;
  /** Ids that it had before, the latest first: it is meant where nothing has the later ones. */
  readonly formerly?: readonly string[] | undefined;
  readonly symbol: string;
  readonly at: number;
}

/** An order that an exit made. */
export interface MadeExit {
  readonly rule: string;
  readonly order: number;
}

/** Everything that one decision rested on, and what it came to: plain data and a copy of the arena. */
export interface Snapshot {
  readonly instance: Instance;
  /** The rules that ruled. */
  readonly ruleset: Ruleset;
  /** End of the bar, ms. */
  time: number;
  /** Bars of the instance's series up to this one; NaN when it came with later rules, filled from bars gone by. */
  seen: number;
  active: boolean;
  readonly values: Float64Array;
  state: Readonly<InstanceState>;
  /** Numbers of the orders at work before the decision; 0 for none. */
  entryWorking: number;
  exitWorking: number;
  /** Entries of the session in which an order would fill; -1 when the session block shuts it out. */
  session: number;
  /** Trips of breakers that held entries back. */
  heldBy: readonly Trip[];
  exits: MadeExit[];
  /** By entry of the strategy. */
  entries: EntryVerdict[];
  /** End of the first bar after the one asked for, ms; NaN when there was none. */
  after: number;
}

export interface Recorder {
  readonly probe: Probe;
  /** By target: undefined when no bar was decided up to its time. */
  snapshots(): readonly (Snapshot | undefined)[];
  /** The orders of the run, whoever ruled; undefined before its first decision. */
  orders(): OrderLog | undefined;
}

/** How many bars a series had. */
interface Counted {
  bars: number;
  time: number;
}

/**
 * Keeps the decisions asked for: one a target, written over until its time is reached. Rules may be swapped meanwhile: what
 * is kept is of those that ruled.
 */
export function createRecorder(targets: readonly Target[]): Recorder {
  const kept: (Snapshot | undefined)[] = targets.map(() => undefined);
  const series = new Map<string, Counted>();
  const counts = new Map<Instance, Counted>();
  const run = { ruleset: undefined as Ruleset | undefined, swapped: false, orders: undefined as OrderLog | undefined };
  /** By target: the id that it has under the rules at hand. */
  let names: readonly string[] = [];

  function meet({ ruleset, orders }: CoreContext): void {
    run.swapped = run.ruleset !== undefined;
    run.ruleset = ruleset;
    run.orders = orders;
    counts.clear();
    const ids = new Set(ruleset.strategies.filter(({ retired }) => !retired).map(({ id }) => id));
    names = targets.map(({ strategy, formerly = [] }) => [strategy, ...formerly].find((id) => ids.has(id)) ?? strategy);
  }

  /** A series that later rules brought had bars before them, nobody counted how many. */
  function countOf({ ruleset }: CoreContext, instance: Instance): Counted {
    const known = counts.get(instance);
    if (known !== undefined) return known;
    const { key } = ruleset.series[instance.plan.series]!;
    const count = series.get(key) ?? { bars: run.swapped ? Number.NaN : 0, time: Number.NaN };
    series.set(key, count);
    counts.set(instance, count);
    return count;
  }

  return {
    snapshots: () => kept,
    orders: () => run.orders,
    probe: {
      begin(context, instance, values) {
        if (context.ruleset !== run.ruleset) meet(context);
        const time = nowOf(context);
        const count = countOf(context, instance);
        if (count.time !== time) count.bars++;
        count.time = time;
        targets.forEach((target, n) => {
          if (target.symbol !== instance.symbol || names[n] !== instance.strategy.id) return;
          const before = kept[n];
          if (time > target.at) {
            if (before !== undefined && Number.isNaN(before.after)) before.after = time;
            return;
          }
          const snapshot = before?.instance === instance ? before : blank(context, instance, values.length);
          take(snapshot, context, values, count.bars);
          kept[n] = snapshot;
        });
      },
      left(context, instance, order) {
        for (const snapshot of kept) {
          if (snapshot?.instance !== instance || snapshot.time !== nowOf(context)) continue;
          snapshot.exits.push({ rule: orderAt(context.orders, order).rule, order });
        }
      },
      entered(context, instance, _entry, verdict) {
        for (const snapshot of kept) {
          if (snapshot?.instance === instance && snapshot.time === nowOf(context)) snapshot.entries.push(verdict);
        }
      },
    },
  };
}

const blank = ({ ruleset }: CoreContext, instance: Instance, slots: number): Snapshot => ({
  instance,
  ruleset,
  time: Number.NaN,
  seen: 0,
  active: false,
  values: new Float64Array(slots),
  state: instance.state,
  entryWorking: 0,
  exitWorking: 0,
  session: 0,
  heldBy: [],
  exits: [],
  entries: [],
  after: Number.NaN,
});

function take(snapshot: Snapshot, context: CoreContext, values: Float64Array, seen: number): void {
  const { instance } = snapshot;
  snapshot.time = nowOf(context);
  snapshot.seen = seen;
  snapshot.active = context.active;
  snapshot.values.set(values);
  snapshot.state = { ...instance.state };
  snapshot.entryWorking = instance.entryOrder?.seq ?? 0;
  snapshot.exitWorking = instance.exitOrder?.seq ?? 0;
  snapshot.session = entrySession(context, instance);
  snapshot.heldBy = holdersOf(context.breakers, instance.plan.strategyIndex, instance.plan.symbolIndex);
  snapshot.exits = [];
  snapshot.entries = [];
}
