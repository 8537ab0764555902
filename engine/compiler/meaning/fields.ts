import type { DocumentPath } from '../../documents/document.ts';
import { type EditClass, editClassAt } from '../../documents/edit-class.ts';
import type { Condition as WrittenCondition } from '../../documents/generated/types.ts';
import { resolveSchema, SCHEMAS, type Schema } from '../../documents/schema.ts';
import { checkDefinition, checkExpression } from '../../expressions/check.ts';
import { namesIn, printSyntax, syntaxKey } from '../../expressions/print-syntax.ts';
import type { Syntax } from '../../expressions/syntax.ts';
import type { Checked } from '../../expressions/tree.ts';
import { CATALOGUE } from '../../indicators/catalogue.ts';
import { createDefinitions } from '../definitions.ts';
import { checkCondition, treeOf } from '../expressions.ts';
import { createReporter, type Reporter } from '../finding.ts';
import type { StrategyModel } from '../model.ts';
import type { StrategyScope } from '../scope.ts';
import { decisionKey } from './decision-key.ts';
import type { Field, FieldSet, Group } from './field.ts';
import { conditionSyntax, syntaxAt } from './written.ts';

const ROOT = SCHEMAS.strategy;

interface Reading {
  readonly model: StrategyModel;
  readonly reporter: Reporter;
  readonly scope: StrategyScope;
  readonly fields: Map<string, Field>;
  readonly groups: Map<string, Group>;
}

/** A value on the way down a document. */
interface Place {
  readonly key: string;
  readonly path: string;
  readonly at: DocumentPath;
  readonly groups: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;

/** Keys that may come and go as a whole, and whether exactly one of their parts stands there. */
const WHOLE: ReadonlyMap<string, boolean> = new Map([
  ['long', false],
  ['short', false],
  ['size', true],
  ['stop_loss', true],
  ['take_profit', false],
  ['trailing_stop', false],
  ['break_even', false],
]);

/** Everything that a strategy says, field by field, defaults included; its id is not among them. */
export function fieldsOf(model: StrategyModel): FieldSet {
  const reporter = createReporter(model.document, []);
  const { scope } = createDefinitions(reporter, model.document.value);
  const reading: Reading = { model, reporter, scope, fields: new Map(), groups: new Map() };
  const value = model.document.value as unknown as Values;
  for (const [name, property] of Object.entries(ROOT.properties ?? {})) {
    if (typeof property === 'boolean' || name === 'id') continue;
    const place: Place = { key: name, path: name, at: [name], groups: [] };
    if (name === 'symbols') addScalar(reading, place, model.symbols, false);
    else if (name === 'exit') readExits(reading, property, value[name] as Values, place);
    else if (name === 'session') visit(reading, property, value[name] ?? {}, place);
    else visit(reading, property, value[name], place);
  }
  return { fields: reading.fields, groups: reading.groups };
}

function visit(reading: Reading, written: Schema, value: unknown, place: Place): void {
  const schema = resolveSchema(ROOT, written);
  const planned = schema['x-planned'] === true;
  if (planned) return;
  if (value === undefined) {
    if (schema.type !== 'object' && written.default !== undefined) addScalar(reading, place, written.default, true);
    return;
  }
  if (isCondition(schema)) addCondition(reading, place, value as WrittenCondition);
  else if (schema['x-expression'] !== undefined) addExpression(reading, place, schema['x-expression']);
  else if (schema.anyOf !== undefined) visit(reading, branchOf(schema, value), value, place);
  else if (schema.type === 'object') visitObject(reading, schema, value as Values, place);
  else addScalar(reading, place, value, false);
}

const isCondition = (schema: Schema): boolean =>
  schema.anyOf?.some((branch) => branch['x-expression'] === 'condition') === true;

/** The branch of a choice between a number and a block. */
function branchOf(schema: Schema, value: unknown): Schema {
  const isBlock = typeof value === 'object';
  const found = schema.anyOf?.find((branch) => (resolveSchema(ROOT, branch).type === 'object') === isBlock);
  if (found === undefined) throw new Error('the schema has no branch for a value that it accepted');
  return found;
}

function visitObject(reading: Reading, schema: Schema, value: Values, place: Place): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property !== 'boolean') readKey(reading, property, name, value, place);
  }
  if (typeof schema.additionalProperties !== 'object') return;
  for (const name of Object.keys(value)) {
    const inside = below(place, name, name);
    const isParameter = place.key === 'params';
    if (isParameter) addGroup(reading, inside, false);
    const groups = isParameter ? [...inside.groups, inside.key] : inside.groups;
    visit(reading, schema.additionalProperties, value[name], { ...inside, groups });
  }
}

function readKey(reading: Reading, property: Schema, name: string, value: Values, place: Place): void {
  // The value of a parameter is the parameter, whichever way it is written.
  if (place.at[0] === 'params' && name === 'value') {
    addScalar(reading, { ...place, at: [...place.at, name] }, value[name], false, place.key.slice('params.'.length));
    return;
  }
  const inside = below(place, name, name);
  if (name === 'time_in_force' && value[name] === undefined) {
    addScalar(reading, inside, value['expires'] === undefined ? 'day' : 'gtc', true);
    return;
  }
  if (name === 'order') {
    visit(reading, property, value[name] ?? {}, inside);
    return;
  }
  const choice = WHOLE.get(name);
  if (choice === undefined || value[name] === undefined) {
    visit(reading, property, value[name], inside);
    return;
  }
  addGroup(reading, inside, choice);
  visit(reading, property, value[name], { ...inside, groups: [...inside.groups, inside.key] });
}

/** Exits stand under their side, also when the file has one side and does not name it. */
function readExits(reading: Reading, written: Schema, exit: Values, place: Place): void {
  const schema = resolveSchema(ROOT, written);
  for (const policy of ['on_remove', 'on_change']) {
    const property = schema.properties?.[policy];
    if (typeof property === 'object') readKey(reading, property, policy, exit, place);
  }
  const sides = (['long', 'short'] as const).filter((side) => exit[side] !== undefined);
  const entered = reading.model.entries[0]?.side ?? 'long';
  if (sides.length === 0) readExitSide(reading, exit, { ...place, key: `exit.${entered}` });
  for (const side of sides) readExitSide(reading, exit[side] as Values, below(place, side, side));
}

function readExitSide(reading: Reading, exit: Values, place: Place): void {
  addGroup(reading, place, false);
  const side: Place = { ...place, groups: [...place.groups, place.key] };
  const schema = resolveSchema(ROOT, { $ref: '#/definitions/ExitSide' });
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === 'boolean' || exit[name] === undefined) continue;
    if (name === 'rules') readRules(reading, exit[name] as readonly Values[], side);
    else if (name === 'when') readSingleRule(reading, exit[name] as WrittenCondition, side);
    else if (name === 'take_profit') readTargets(reading, exit[name], below(side, name, name));
    else readKey(reading, property, name, exit, side);
  }
}

function readRules(reading: Reading, rules: readonly Values[], side: Place): void {
  const list = below(side, 'rules', 'rules');
  const ids = rules.map((rule) => String(rule['id']));
  rules.forEach((rule, index) => {
    const id = ids[index]!;
    const place: Place = { ...below(list, id, id), at: [...list.at, index] };
    addGroup(reading, place, false);
    const inside: Place = { ...place, groups: [...place.groups, place.key] };
    const when = below(inside, 'when', 'when');
    addCondition(reading, when, rule['when'] as WrittenCondition);
    addScalar(reading, below(inside, 'portion', 'portion'), rule['portion'] ?? 100, rule['portion'] === undefined);
  });
}

function readSingleRule(reading: Reading, when: WrittenCondition, side: Place): void {
  const key = `${side.key}.rules.when`;
  const place: Place = { key, path: `${side.path}.when`, at: [...side.at, 'when'], groups: side.groups };
  addGroup(reading, place, false);
  const inside: Place = { ...place, groups: [...place.groups, key] };
  addCondition(reading, { ...inside, key: `${key}.when` }, when);
  addScalar(reading, { ...inside, key: `${key}.portion` }, 100, true);
}

function readTargets(reading: Reading, written: unknown, place: Place): void {
  addGroup(reading, place, false);
  const isList = Array.isArray(written);
  const targets = (isList ? written : [written]) as readonly Values[];
  let taken = 0;
  targets.forEach((target, index) => {
    const at = isList ? [...place.at, index] : place.at;
    const path = isList ? `${place.path}[${index}]` : place.path;
    const one: Place = { key: `${place.key}.${index}`, path, at, groups: [...place.groups, place.key] };
    addGroup(reading, one, true);
    const inside: Place = { ...one, groups: [...one.groups, one.key] };
    const { portion, ...level } = target;
    const schema = resolveSchema(ROOT, { $ref: '#/definitions/ProfitTarget' });
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (typeof property === 'object' && name !== 'portion') readKey(reading, property, name, level, inside);
    }
    // What the levels before it leave is the portion of one that names none.
    const share = typeof portion === 'number' ? portion : 100 - taken;
    taken += share;
    addScalar(reading, { ...below(inside, 'portion', 'portion'), groups: one.groups }, share, portion === undefined);
  });
}

const below = (place: Place, name: string, step: string | number): Place => ({
  key: `${place.key}.${name}`,
  path: `${place.path}.${name}`,
  at: [...place.at, step],
  groups: place.groups,
});

const classOf = (place: Place): EditClass => editClassAt('strategy', place.at);

function addGroup(reading: Reading, place: Place, choice: boolean): void {
  reading.groups.set(place.key, { key: place.key, path: place.path, class: classOf(place), choice });
}

/** The name under which expressions read what stands at a key. */
function definedBy(key: string): string | undefined {
  const found = /^(?:params|indicators|conditions|sources)\.([^.]+)$/.exec(key);
  return found?.[1];
}

function addScalar(reading: Reading, place: Place, value: unknown, implied: boolean, defines?: string): void {
  const isList = Array.isArray(value);
  const listed = isList && value.every((one) => typeof one !== 'object');
  // Days stand in no order; symbols do: the first goes first when cash is short.
  const written = JSON.stringify(isList && place.key === 'session.days' ? value.map(String).toSorted() : value);
  const text = listed ? value.join(', ') : isList ? `${value.length}` : String(value);
  add(reading, place, {
    written,
    decides: written,
    text: text.replace(/\s+/g, ' ').trim(),
    syntax: undefined,
    tree: undefined,
    implied,
    defines: defines ?? definedBy(place.key),
  });
}

function addExpression(reading: Reading, place: Place, wanted: string): void {
  const { document } = reading.model;
  const text = document.expression(place.at)?.text ?? '';
  const checked =
    wanted === 'indicator'
      ? checkDefinition(text, reading.scope, CATALOGUE)
      : checkExpression(text, reading.scope, 'number', CATALOGUE);
  addTree(reading, place, syntaxAt(document, place.at), checked.tree, text);
}

function addCondition(reading: Reading, place: Place, written: WrittenCondition): void {
  const { document } = reading.model;
  const condition = checkCondition(reading.reporter, reading.scope, written, place.at);
  const syntax = conditionSyntax(document, written, place.at);
  addTree(reading, place, syntax, condition === undefined ? undefined : treeOf(condition), JSON.stringify(written));
}

function addTree(
  reading: Reading,
  place: Place,
  syntax: Syntax | undefined,
  tree: Checked | undefined,
  text: string,
): void {
  const written = syntax === undefined ? text : syntaxKey(syntax);
  add(reading, place, {
    written,
    decides: tree === undefined ? written : decisionKey(tree),
    text: syntax === undefined ? text : printSyntax(syntax),
    syntax,
    tree,
    implied: false,
    defines: definedBy(place.key),
  });
}

function add(
  reading: Reading,
  place: Place,
  field: Pick<Field, 'written' | 'decides' | 'text' | 'syntax' | 'tree' | 'implied' | 'defines'>,
): void {
  const { key, path, groups } = place;
  const names = field.syntax === undefined ? new Set<string>() : namesIn(field.syntax);
  reading.fields.set(key, { ...field, key, path, class: classOf(place), names, groups });
}
