import { treeOf } from '../compiler/expressions.ts';
import type { Condition, EntryModel, ExitRule } from '../compiler/model.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { evaluateReference, type Values } from '../expressions/reference.ts';
import { childrenOf } from '../expressions/size.ts';
import { type Checked, FALSE, type NodeLeaf, TRUE, type Tri, UNKNOWN } from '../expressions/tree.ts';
import type { PositionSide } from '../ledger/order.ts';
import { type Instant, instant } from '../market/time.ts';
import type { Trip } from './breakers.ts';
import type { EntryVerdict } from './probe.ts';
import type { Snapshot } from './recorder.ts';
import { type UnknownCause, unknownCauses } from './unknown-cause.ts';

/** A rule on one bar: its condition with the value of every node. */
export interface RuleRecord {
  readonly rule: string;
  readonly when: Condition;
  readonly tree: Checked;
  readonly value: Tri;
  /** Of `tree`, of each part of `when`, and of what indicators read. */
  readonly values: Values;
  /** Why parts of it were unknown, whatever the whole was worth. */
  readonly unknown: readonly UnknownCause[];
}

/** What is left of a cooldown. */
export type Rest =
  | { readonly kind: 'bars'; readonly bars: number }
  | { readonly kind: 'until'; readonly time: Instant }
  /** The exit it counts from has yet to fill. */
  | { readonly kind: 'exit_unfilled' };

export interface EntryRecord extends RuleRecord, EntryVerdict {
  readonly model: EntryModel;
  readonly value: Tri;
  readonly cooldown: Rest | undefined;
}

export interface ExitRecord extends RuleRecord {
  readonly portion: number;
  /** Why a true rule made no order: another exit is at work, or its portion has been sold. */
  readonly blocker: 'exit_working' | 'fired' | 'portion_zero' | undefined;
  readonly order: number;
}

/** One decision of a strategy on a symbol, on one bar. */
export interface DecisionRecord {
  readonly strategy: string;
  readonly symbol: string;
  /** End of the bar. */
  readonly at: Instant;
  readonly close: number;
  /** Revision of the rules that ruled. */
  readonly revision: string;
  /** Bars of its series that the strategy had seen, this one included; NaN when it came with rules that were swapped in. */
  readonly seen: number;
  readonly position: { readonly side: PositionSide; readonly bars: number; readonly entryPrice: number } | undefined;
  /** It has left the rules: only its exits go on. */
  readonly retired: boolean;
  /** Trips of breakers that held its entries back, a person's pause among them. */
  readonly heldBy: readonly Trip[];
  readonly entries: readonly EntryRecord[];
  /** Of the open position's side. */
  readonly exits: readonly ExitRecord[];
  /** Orders that close, made by a clock instead of a rule: `exit.time_stop`, `session.flat_by`. */
  readonly timed: readonly { readonly rule: string; readonly order: number }[];
}

/** Works a snapshot out: every node of every rule gets its value. */
export function decisionOf(snapshot: Snapshot): DecisionRecord {
  const { instance, ruleset, state, values } = snapshot;
  const side = state.side === 0 ? undefined : state.side > 0 ? 'long' : 'short';
  const rules = side === undefined ? [] : instance.strategy.exits[side].rules;
  const exits = rules.map((rule, n) => exitOf(ruleset, snapshot, rule, n));
  return {
    strategy: instance.strategy.id,
    symbol: instance.symbol,
    at: instant(snapshot.time),
    revision: ruleset.revision,
    close: values[instance.series.slot + 3]!,
    seen: snapshot.seen,
    position: side === undefined ? undefined : { side, bars: state.bars, entryPrice: state.entryPrice },
    retired: instance.plan.retired,
    heldBy: snapshot.heldBy,
    entries: instance.plan.retired
      ? []
      : instance.strategy.entries.map((model, n) => entryOf(ruleset, snapshot, model, snapshot.entries[n]!)),
    exits,
    timed: snapshot.exits.filter(({ rule }) => !rules.some((one) => one.rule === rule)),
  };
}

function ruleOf(ruleset: Ruleset, snapshot: Snapshot, rule: string, when: Condition): RuleRecord {
  const { plan } = snapshot.instance;
  const tree = treeOf(when);
  const values = new Map(evaluateReference(tree, (leaf) => snapshot.values[plan.slots.get(leaf)!]!));
  addInputs(ruleset, snapshot, tree, values);
  const root = values.get(tree)!;
  return {
    rule,
    when,
    tree,
    value: Number.isNaN(root) ? UNKNOWN : root === 0 ? FALSE : TRUE,
    values,
    unknown: unknownCauses(ruleset, snapshot, tree, values),
  };
}

function entryOf(ruleset: Ruleset, snapshot: Snapshot, model: EntryModel, verdict: EntryVerdict): EntryRecord {
  const record = ruleOf(ruleset, snapshot, model.rule, model.when);
  return {
    ...record,
    ...verdict,
    model,
    cooldown: verdict.blocker === 'cooldown' ? restOf(snapshot, model) : undefined,
  };
}

function restOf({ state }: Snapshot, { cooldown }: EntryModel): Rest | undefined {
  if (cooldown === undefined) return undefined;
  if (state.side !== 0) return { kind: 'exit_unfilled' };
  if (cooldown.kind === 'bars') return { kind: 'bars', bars: cooldown.bars - state.sinceExit };
  return { kind: 'until', time: instant(state.exitTime + cooldown.milliseconds) };
}

function exitOf(ruleset: Ruleset, snapshot: Snapshot, { rule, when, portion }: ExitRule, n: number): ExitRecord {
  const record = ruleOf(ruleset, snapshot, rule, when);
  const order = snapshot.exits.find((made) => made.rule === rule)?.order ?? 0;
  return {
    ...record,
    portion,
    order,
    blocker: record.value === TRUE && order === 0 ? held(snapshot, portion, n) : undefined,
  };
}

function held({ state, exitWorking, exits }: Snapshot, portion: number, n: number): ExitRecord['blocker'] {
  if (exitWorking > 0 || exits.length > 0) return 'exit_working';
  return portion < 100 && (state.fired & (1 << n)) !== 0 ? 'fired' : 'portion_zero';
}

/** What indicators read stands in the slots of their inputs. */
function addInputs(ruleset: Ruleset, snapshot: Snapshot, tree: Checked, values: Map<Checked, number>): void {
  const { slots } = snapshot.instance.plan;
  const visited = new Set<Checked>();

  function ofNode(leaf: NodeLeaf, slot: number): void {
    const node = ruleset.nodes.find(({ outputs }) => outputs.includes(slot));
    if (node === undefined || node.inputs.length !== leaf.inputs.length) return;
    leaf.inputs.forEach((input, k) => {
      setInput(input, node.inputs[k]!);
    });
  }

  function setInput(input: Checked, slot: number): void {
    if (visited.has(input)) return;
    visited.add(input);
    if (!values.has(input)) values.set(input, snapshot.values[slot]!);
    if (input.kind === 'named') setInput(input.target, slot);
    else if (input.kind === 'node') ofNode(input, slot);
  }

  function visit(part: Checked): void {
    if (visited.has(part)) return;
    visited.add(part);
    if (part.kind === 'node') {
      const slot = slots.get(part);
      if (slot !== undefined) ofNode(part, slot);
    } else if (part.kind === 'named') visit(part.target);
    else for (const child of childrenOf(part)) visit(child);
  }

  visit(tree);
}
