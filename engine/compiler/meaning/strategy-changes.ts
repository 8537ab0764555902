import type { Checked } from '../../expressions/tree.ts';
import type { StrategyModel } from '../model.ts';
import type { Change, Loss, Reach } from './change.ts';
import { nodesOf } from './decision-key.ts';
import { fieldEffect, reachEffect } from './effect.ts';
import type { Field, FieldSet } from './field.ts';
import { type FieldChange, fieldChanges } from './field-changes.ts';
import { fieldsOf } from './fields.ts';
import { type Protected, protectionsOf } from './protections.ts';
import { heaviest, isRule, reachOf, readersIn } from './reach.ts';

/** A change with the fields that an edited name reaches, in the old document and in the new one. */
interface Cause {
  readonly change: FieldChange;
  readonly readers: readonly Field[];
  readonly reaches: readonly Field[];
}

/** What differs between two states of one strategy, matched by id or by `renamed_from`. */
export function strategyChanges(old: StrategyModel, next: StrategyModel): readonly Change[] {
  if (old.id === next.id && sameDocument(old, next)) return [];
  const [before, after] = [fieldsOf(old), fieldsOf(next)];
  const renamed = old.id !== next.id;
  const raw = fieldChanges(before, after).filter(({ key }) => !(renamed && key === 'renamed_from'));
  const causes = withReaders(raw, before, after);
  const known = nodesOf(treesOf(before.fields.values()));
  const losses = attributed(old, next, causes, before);
  const changes = causes.map((cause): Change => {
    const { change, reaches } = cause;
    const { path, before: was, after: is } = change;
    const own = losses.get(cause)!;
    const base = { part: 'strategy' as const, subject: next.id, path, before: was, after: is, losses: own.losses };
    const rest = meaningOfChange(change, reaches, known, old, next);
    return { kind: kindOf(change, own, reaches), ...base, ...rest };
  });
  if (!renamed) return changes;
  return [
    {
      kind: 'changed',
      part: 'strategy',
      subject: next.id,
      path: 'id',
      before: old.id,
      after: next.id,
      class: 'none',
      effect: 'renamed; position, history and state go on',
      reaches: [],
      losses: [],
    },
    ...changes,
  ];
}

/** The same values, symbol by symbol: nothing has to be read again. */
const sameDocument = (old: StrategyModel, next: StrategyModel): boolean =>
  JSON.stringify(old.document.value) === JSON.stringify(next.document.value) &&
  old.symbols.join() === next.symbols.join();

function* treesOf(fields: Iterable<Field>): Generator<Checked> {
  for (const { tree } of fields) if (tree !== undefined) yield tree;
}

function withReaders(changes: readonly FieldChange[], before: FieldSet, after: FieldSet): readonly Cause[] {
  const [old, next] = [readersIn(before), readersIn(after)];
  return changes.map((change) => {
    const defines = (change.next.length > 0 ? change.next : change.old).find((field) => field.defines !== undefined);
    if (change.kind === 'renamed' || defines?.defines === undefined) return { change, readers: [], reaches: [] };
    const name = defines.defines;
    // What read a name that is gone has been edited itself.
    const reaches = change.kind === 'removed' ? [] : next.of(name);
    return { change, readers: [...old.of(name), ...next.of(name)], reaches };
  });
}

function meaningOfChange(
  change: FieldChange,
  reaches: readonly Field[],
  known: ReadonlySet<string>,
  old: StrategyModel,
  next: StrategyModel,
): { readonly class: Change['class']; readonly effect: string; readonly reaches: readonly Reach[] } {
  if (change.kind === 'renamed') return { class: 'none', effect: 'another name for the same', reaches: [] };
  const defines = [...change.next, ...change.old].some((field) => field.defines !== undefined);
  if (!defines || change.class === 'none') {
    const fills = unknownIn(change.next, known);
    const of = fills && change.class === 'at_once' ? 'rewarm' : change.class;
    return { class: of, effect: fieldEffect(change, old, next, fills), reaches: [] };
  }
  const rules = reaches.filter(isRule);
  const fills = unknownIn(rules, known);
  const classes = rules.map((rule) => rule.class);
  return {
    class: heaviest(fills ? ['rewarm'] : classes),
    effect: reachEffect(classes, fills, next),
    reaches: reachOf(reaches),
  };
}

/** Some indicator of these fields has no state yet. */
const unknownIn = (fields: readonly Field[], known: ReadonlySet<string>): boolean =>
  [...nodesOf(treesOf(fields))].some((node) => !known.has(node));

interface Attributed {
  readonly losses: Loss[];
  readonly verdicts: Protected['verdict'][];
}

/** Gives each protection that differs to the change that touched it, or to the names that it reads. */
function attributed(
  old: StrategyModel,
  next: StrategyModel,
  causes: readonly Cause[],
  before: FieldSet,
): ReadonlyMap<Cause, Attributed> {
  const all = new Map<Cause, Attributed>(causes.map((cause) => [cause, { losses: [], verdicts: [] }]));
  for (const protection of protectionsOf(old, next)) {
    if (protection.verdict === 'same') continue;
    const direct = causes.filter(({ change }) => touches(change.key, protection.key));
    const named = causes.filter(({ readers }) => readers.some(({ key }) => isWithin(key, protection.key)));
    for (const cause of direct.length > 0 ? direct : named) {
      const into = all.get(cause)!;
      into.verdicts.push(protection.verdict);
      if (protection.verdict !== 'tighter') into.losses.push(lossOf(next.id, protection, before));
    }
  }
  return all;
}

const isWithin = (key: string, whole: string): boolean => key === whole || key.startsWith(`${whole}.`);
const touches = (key: string, protection: string): boolean => isWithin(key, protection) || isWithin(protection, key);

function lossOf(subject: string, { key, verdict, text }: Protected, before: FieldSet): Loss {
  const path = before.groups.get(key)?.path ?? before.fields.get(key)?.path ?? key;
  return { part: 'strategy', subject, path, certain: verdict === 'looser', text };
}

function kindOf(change: FieldChange, { losses, verdicts }: Attributed, reaches: readonly Field[]): Change['kind'] {
  if (change.kind === 'added' || change.kind === 'removed') return change.kind;
  if (losses.some(({ certain }) => certain)) return 'loosened';
  const protects = reaches.filter(isRule).every(({ key }) => key.startsWith('exit.'));
  return verdicts.length > 0 && losses.length === 0 && protects ? 'tightened' : 'changed';
}
