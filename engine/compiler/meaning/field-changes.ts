import type { EditClass } from '../../documents/edit-class.ts';
import type { Field, FieldSet, Group } from './field.ts';
import { differenceOf } from './written.ts';

/** A difference between two documents, before anything is said of what it does. */
export interface FieldChange {
  readonly kind: 'changed' | 'added' | 'removed' | 'renamed';
  readonly key: string;
  readonly path: string;
  readonly class: EditClass;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The fields that differ; on one side only when something came or went. */
  readonly old: readonly Field[];
  readonly next: readonly Field[];
}

/** Longest text of a block in a line. */
const LONGEST = 60;

/** What differs between two sets of fields, one entry for each thing a person edits. */
export function fieldChanges(old: FieldSet, next: FieldSet): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const told = new Set<string>();
  const keys = [...next.fields.keys(), ...[...old.fields.keys()].filter((key) => !next.fields.has(key))];
  for (const key of keys) {
    const [before, after] = [old.fields.get(key), next.fields.get(key)];
    if (before !== undefined && after !== undefined) {
      if (differs(before, after)) changes.push(changed(before, after));
      continue;
    }
    const only = (after ?? before)!;
    const [here, there] = after === undefined ? [old, next] : [next, old];
    const whole = only.groups.find((group) => !there.groups.has(group));
    const choice = whole === undefined ? only.groups.findLast((group) => here.groups.get(group)?.choice) : undefined;
    const group = whole ?? choice;
    if (group === undefined) {
      if (!only.implied) changes.push(single(only, after !== undefined));
    } else if (!told.has(group)) {
      told.add(group);
      const about = here.groups.get(group)!;
      changes.push(choice === undefined ? block(about, here, after !== undefined) : replaced(about, old, next));
    }
  }
  return withRenames(withOrder(changes, old, next));
}

/** Written in another way that decides alike is no difference. */
const differs = (before: Field, after: Field): boolean =>
  before.written !== after.written && before.decides !== after.decides && !(before.implied && after.implied);

function changed(before: Field, after: Field): FieldChange {
  const { key, path } = after;
  const both = before.syntax !== undefined && after.syntax !== undefined;
  const texts = both ? differenceOf(before.syntax, after.syntax) : listDifference(before, after);
  return { kind: 'changed', key, path, class: after.class, ...texts, old: [before], next: [after] };
}

/** Of lists only what is not in both, unless the order is what differs. */
function listDifference(before: Field, after: Field): { before: string | undefined; after: string | undefined } {
  const whole = { before: clipped(before.text), after: clipped(after.text) };
  if (after.key !== 'symbols' && after.key !== 'session.days') {
    return whole.before === whole.after ? { before: undefined, after: 'edited' } : whole;
  }
  const [old, next] = [before.text.split(', '), after.text.split(', ')];
  const gone = old.filter((one) => !next.includes(one));
  const come = next.filter((one) => !old.includes(one));
  if (gone.length === 0 && come.length === 0) return whole;
  const list = (items: readonly string[]): string | undefined =>
    items.length === 0 ? undefined : clipped(items.join(', '));
  return { before: list(gone), after: list(come) };
}

function single(field: Field, added: boolean): FieldChange {
  const { key, path, class: of } = field;
  const text = clipped(field.text);
  return added
    ? { kind: 'added', key, path, class: of, before: undefined, after: text, old: [], next: [field] }
    : { kind: 'removed', key, path, class: of, before: text, after: undefined, old: [field], next: [] };
}

const within = (group: string, { fields }: FieldSet): readonly Field[] =>
  [...fields.values()].filter((field) => field.groups.includes(group));

function block(group: Group, set: FieldSet, added: boolean): FieldChange {
  const { key, path, class: of } = group;
  const fields = within(key, set);
  const text = summary(key, fields);
  return added
    ? { kind: 'added', key, path, class: of, before: undefined, after: text, old: [], next: fields }
    : { kind: 'removed', key, path, class: of, before: text, after: undefined, old: fields, next: [] };
}

function replaced(group: Group, before: FieldSet, after: FieldSet): FieldChange {
  const { key, path, class: of } = group;
  const [old, next] = [within(key, before), within(key, after)];
  return { kind: 'changed', key, path, class: of, before: summary(key, old), after: summary(key, next), old, next };
}

/** `pct 2`; a rule is its condition. */
function summary(group: string, fields: readonly Field[]): string {
  const said = fields.filter((field) => !field.implied);
  const parts = said.map((field) => {
    const name = field.key.slice(group.length + 1);
    return name === 'when' || name === '' ? field.text : `${name.replace(/^\d+\./, '')} ${field.text}`;
  });
  return clipped(parts.join(', '));
}

export const clipped = (text: string, longest = LONGEST): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** Exit rules that are asked in another order: the first that is true acts. */
function withOrder(changes: FieldChange[], old: FieldSet, next: FieldSet): FieldChange[] {
  for (const side of ['long', 'short']) {
    const list = `exit.${side}.rules.`;
    const ids = (set: FieldSet): string[] =>
      [...set.groups.keys()].filter((key) => key.startsWith(list)).map((key) => key.slice(list.length));
    const [before, after] = [ids(old), ids(next)];
    const common = before.filter((id) => after.includes(id));
    const moved = after.filter((id) => before.includes(id));
    if (common.join() === moved.join()) continue;
    const path = next.groups.get(`${list}${moved[0]!}`)!.path.replace(/\.[^.]*$/, '');
    const texts = { before: clipped(common.join(', ')), after: clipped(moved.join(', ')) };
    changes.push({ kind: 'changed', key: `exit.${side}.rules`, path, class: 'at_once', ...texts, old: [], next: [] });
  }
  return changes;
}

const RENAMED = /^(params|indicators|conditions|sources|exit\.(?:long|short)\.rules)\.([^.]+)$/;

/** Something gone and something of the same kind come that says the same: it has another name. */
function withRenames(changes: readonly FieldChange[]): readonly FieldChange[] {
  const meaning = (fields: readonly Field[]): string => fields.map(({ decides }) => decides).join('\n');
  const taken = new Set<FieldChange>();
  return changes.flatMap((change) => {
    if (taken.has(change)) return [];
    const here = RENAMED.exec(change.key);
    if (here === null || (change.kind !== 'added' && change.kind !== 'removed')) return [change];
    const alike = changes.filter((other) => {
      const there = RENAMED.exec(other.key);
      const opposite = other.kind === (change.kind === 'added' ? 'removed' : 'added');
      return opposite && there?.[1] === here[1] && !taken.has(other) && meaning(both(other)) === meaning(both(change));
    });
    if (alike.length !== 1) return [change];
    const [gone, come] = change.kind === 'removed' ? [change, alike[0]!] : [alike[0]!, change];
    taken.add(alike[0]!);
    const names = { before: RENAMED.exec(gone.key)![2], after: RENAMED.exec(come.key)![2] };
    const { key, path } = come;
    return [{ kind: 'renamed' as const, key, path, class: 'none' as const, ...names, old: gone.old, next: come.next }];
  });
}

const both = ({ old, next }: FieldChange): readonly Field[] => [...old, ...next];
