import { clausesOf } from '../compiler/condition-shape.ts';
import { treeOf } from '../compiler/expressions.ts';
import type { EntryModel } from '../compiler/model.ts';
import type { Ruleset, StrategyPlan } from '../compiler/ruleset.ts';
import { compileCondition } from '../expressions/compile-condition.ts';
import type { ReadTri } from '../expressions/reader.ts';
import { type Checked, FALSE, TRUE } from '../expressions/tree.ts';
import { holdersOf } from './breakers.ts';
import { printCondition } from './carry.ts';
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
  /** The strategy as it was written when the entry was first met. */
  readonly plan: StrategyPlan;
  /** Symbols that it traded then. */
  readonly symbols: number;
  /** Revisions of the rules that said it so, in the order in which they came. */
  readonly revisions: string[];
  readonly clauses: readonly ClauseTally[];
  bars: number;
  isTrue: number;
  isFalse: number;
  isUnknown: number;
  /** Of the bars on which the condition was true: what blocked, and how often; in the order of first coming. */
  readonly blockers: Map<string, number>;
  /** Of those that a circuit breaker blocked: which ones held then, a person's among them (`operator`). */
  readonly breakers: Map<string, number>;
  /** Orders that went to the broker. */
  orders: number;
}

/** An entry that is said otherwise, or on other bars, is another one. */
const keyOf = ({ index, timeframe }: StrategyPlan, { rule, when }: EntryModel): string =>
  `${index} ${timeframe} ${rule} ${printCondition(when)}`;

/** Counts what held entries back, from the end of the warm-up on; rules may be swapped meanwhile. */
export function createBlockerTally(ruleset?: Ruleset): {
  readonly probe: Probe;
  readonly entries: readonly EntryTally[];
} {
  const entries: EntryTally[] = [];
  const known = new Map<string, EntryTally>();
  const bound = new Map<BoundEntry, { readonly tally: EntryTally; readonly reads: readonly ReadTri[] }>();
  let met: Ruleset | undefined;
  if (ruleset !== undefined) meet(ruleset);

  function meet(rules: Ruleset): void {
    met = rules;
    bound.clear();
    for (const plan of rules.strategies) {
      const symbols = rules.instances.filter(({ strategyIndex }) => strategyIndex === plan.index).length;
      for (const model of plan.entries) note(plan, model, symbols, rules.revision);
    }
  }

  function note(plan: StrategyPlan, model: EntryModel, symbols: number, revision: string): void {
    const key = keyOf(plan, model);
    let tally = known.get(key);
    if (tally === undefined) {
      tally = blank(plan, model, symbols);
      known.set(key, tally);
      entries.push(tally);
    }
    if (!plan.retired && !tally.revisions.includes(revision)) tally.revisions.push(revision);
  }

  function bind(instance: Instance, values: Float64Array): void {
    for (const entry of instance.entries) {
      const tally = known.get(keyOf(instance.strategy, entry.model))!;
      const slotOf = (leaf: Checked): number => instance.plan.slots.get(leaf)!;
      const trees = clausesOf(treeOf(entry.model.when));
      bound.set(entry, { tally, reads: trees.map((tree) => compileCondition(tree, slotOf, values)) });
    }
  }

  return {
    entries,
    probe: {
      begin(context, instance, values) {
        if (context.ruleset !== met) meet(context.ruleset);
        if (instance.entries.some((entry) => !bound.has(entry))) bind(instance, values);
      },
      left() {},
      entered(context, { plan }, entry, verdict) {
        if (!context.active || plan.retired) return;
        const { tally, reads } = bound.get(entry)!;
        count(tally, reads, verdict);
        if (verdict.blocker !== 'breaker') return;
        const held = holdersOf(context.breakers, plan.strategyIndex, plan.symbolIndex).map(({ breaker }) => breaker);
        for (const id of new Set(held)) tally.breakers.set(id, (tally.breakers.get(id) ?? 0) + 1);
      },
    },
  };
}

const blank = (plan: StrategyPlan, { rule, when }: EntryModel, symbols: number): EntryTally => ({
  strategy: plan.id,
  rule,
  plan,
  symbols,
  revisions: [],
  clauses: clausesOf(treeOf(when)).map((tree) => ({ tree, isTrue: 0, isFalse: 0, isUnknown: 0, alone: 0 })),
  bars: 0,
  isTrue: 0,
  isFalse: 0,
  isUnknown: 0,
  blockers: new Map<string, number>(),
  breakers: new Map<string, number>(),
  orders: 0,
});

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
