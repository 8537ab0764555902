import { orderAt } from '../ledger/order-log.ts';
import { type CoreContext, nowOf } from './context.ts';
import type { Instance, InstanceState } from './instance.ts';
import type { EntryVerdict, Probe } from './probe.ts';
import { entrySession } from './windows.ts';

/** An instance whose decision is asked for: the one at `at` (ms, a bar's end), or the last before it. */
export interface Target {
  readonly strategy: string;
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
  /** End of the bar, ms. */
  time: number;
  /** Of the instance's decisions up to this one. */
  seen: number;
  active: boolean;
  readonly values: Float64Array;
  state: Readonly<InstanceState>;
  /** Numbers of the orders at work before the decision; 0 for none. */
  entryWorking: number;
  exitWorking: number;
  /** Entries of the session in which an order would fill; -1 when the session block shuts it out. */
  session: number;
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
}

/** Keeps the decisions asked for: one a target, written over until its time is reached. */
export function createRecorder(targets: readonly Target[]): Recorder {
  const kept: (Snapshot | undefined)[] = targets.map(() => undefined);
  const seen = new Map<Instance, number>();

  const isOf = (target: Target, instance: Instance): boolean =>
    target.symbol === instance.symbol && target.strategy === instance.strategy.id;

  return {
    snapshots: () => kept,
    probe: {
      begin(context, instance, values) {
        const time = nowOf(context);
        const count = (seen.get(instance) ?? 0) + 1;
        seen.set(instance, count);
        targets.forEach((target, n) => {
          if (!isOf(target, instance)) return;
          const before = kept[n];
          if (time > target.at) {
            if (before !== undefined && Number.isNaN(before.after)) before.after = time;
            return;
          }
          const snapshot = before ?? blank(instance, values.length);
          take(snapshot, context, values, count);
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

const blank = (instance: Instance, slots: number): Snapshot => ({
  instance,
  time: Number.NaN,
  seen: 0,
  active: false,
  values: new Float64Array(slots),
  state: instance.state,
  entryWorking: 0,
  exitWorking: 0,
  session: 0,
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
  snapshot.exits = [];
  snapshot.entries = [];
}
