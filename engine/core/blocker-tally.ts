import { clausesOf } from '../compiler/condition-shape.ts';
import { treeOf } from '../compiler/expressions.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { compileCondition } from '../expressions/compile-condition.ts';
import type { ReadTri } from '../expressions/reader.ts';
import { type Checked, FALSE, TRUE } from '../expressions/tree.ts';
import type { BoundEntry, Instance } from './instance.ts';
import type { EntryVerdict, Probe } from './probe.ts';

/** One clause of an entry: how it stood over the bars. */
export interface ClauseTally {
  readonly tree: Checked;
  isTrue: number;
  isFalse: number;
  isUnknown: number;
  /** Bars on which it alone was not true. */
  alone: number;
}

/** What held an entry of a strategy back, all its symbols together. */
export interface EntryTally {
  readonly strategy: string;
  readonly rule: string;
  readonly clauses: readonly ClauseTally[];
  bars: number;
  isTrue: number;
  isFalse: number;
  isUnknown: number;
  /** Of the bars on which the condition was true: what blocked, and how often; in the order of first coming. */
  readonly blockers: Map<string, number>;
  /** Orders that went to the broker. */
  orders: number;
}

/** Counts what held entries back, from the end of the warm-up on. */
export function createBlockerTally(ruleset: Ruleset): {
  readonly probe: Probe;
  readonly entries: readonly EntryTally[];
} {
  const entries: EntryTally[] = ruleset.strategies.flatMap((strategy) =>
    strategy.entries.map((model) => ({
      strategy: strategy.id,
      rule: model.rule,
      clauses: clausesOf(treeOf(model.when)).map((tree) => ({ tree, isTrue: 0, isFalse: 0, isUnknown: 0, alone: 0 })),
      bars: 0,
      isTrue: 0,
      isFalse: 0,
      isUnknown: 0,
      blockers: new Map<string, number>(),
      orders: 0,
    })),
  );
  const bound = new Map<BoundEntry, { readonly tally: EntryTally; readonly reads: readonly ReadTri[] }>();

  function bind(instance: Instance, values: Float64Array): void {
    for (const entry of instance.entries) {
      const tally = entries.find(
        ({ strategy, rule }) => strategy === instance.strategy.id && rule === entry.model.rule,
      )!;
      const slotOf = (leaf: Checked): number => instance.plan.slots.get(leaf)!;
      bound.set(entry, { tally, reads: tally.clauses.map(({ tree }) => compileCondition(tree, slotOf, values)) });
    }
  }

  return {
    entries,
    probe: {
      begin(_context, instance, values) {
        if (instance.entries.some((entry) => !bound.has(entry))) bind(instance, values);
      },
      left() {},
      entered({ active }, _instance, entry, verdict) {
        const { tally, reads } = bound.get(entry)!;
        if (active) count(tally, reads, verdict);
      },
    },
  };
}

function count(tally: EntryTally, reads: readonly ReadTri[], { value, blocker }: EntryVerdict): void {
  tally.bars++;
  if (value === TRUE) {
    tally.isTrue++;
    if (blocker === undefined) tally.orders++;
    else tally.blockers.set(blocker, (tally.blockers.get(blocker) ?? 0) + 1);
  } else if (value === FALSE) tally.isFalse++;
  else tally.isUnknown++;
  let lacking = -1;
  let many = false;
  for (let k = 0; k < reads.length; k++) {
    const clause = tally.clauses[k]!;
    const now = reads[k]!(0);
    if (now === TRUE) {
      clause.isTrue++;
      continue;
    }
    if (now === FALSE) clause.isFalse++;
    else clause.isUnknown++;
    many ||= lacking >= 0;
    lacking = k;
  }
  if (lacking >= 0 && !many) tally.clauses[lacking]!.alone++;
}
