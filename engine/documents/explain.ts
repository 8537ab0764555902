import type { Diagnostic } from './diagnostic.ts';
import { checkName, chooseOne, conflict, missing, unknownKey } from './explain-keys.ts';
import { keySpan, MOST_FINDINGS, nameOf, type Place, report, type Walk } from './explain-walk.ts';
import { quoted } from './finding.ts';
import { entryOf, type MapNode, type ScalarNode, spanOf, type YamlNode } from './node.ts';
import { resolveSchema, SCHEMAS, type Schema } from './schema.ts';
import { accepts, expectation, kindHelp, kindMessage, kindOf } from './wrong-kind.ts';
import { choicesText, meantChoice, mendedText } from './wrong-word.ts';

/**
 * Findings about the shape of a document, one for each cause, in the words of the schema's own annotations.
 * Reads the same schemas as the precompiled validators, and finds something exactly when they refuse.
 */
export function explainShape(
  kind: 'strategy' | 'risk',
  root: MapNode,
  options: { readonly broken: ReadonlySet<YamlNode>; readonly partial: boolean },
): Diagnostic[] {
  const id = entryOf(root, 'id')?.value;
  const walk: Walk = {
    kind,
    root: SCHEMAS[kind],
    id: id?.kind === 'scalar' && id.text !== '' ? id.text : undefined,
    broken: options.broken,
    partial: options.partial,
    found: [],
  };
  check(walk, walk.root, root, { path: [], key: undefined });
  return walk.found;
}

/** Whether a map meets the condition of an `if`: keys that must be there, values that must be so. */
function meets(condition: Schema, node: MapNode): boolean {
  if (condition.anyOf && !condition.anyOf.some((part) => meets(part, node))) return false;
  for (const key of condition.required ?? []) if (!entryOf(node, key)) return false;
  for (const [key, property] of Object.entries(condition.properties ?? {})) {
    const value = entryOf(node, key)?.value;
    if (value === undefined || typeof property === 'boolean') continue;
    if (value.kind !== 'scalar' || value.value !== property.const) return false;
  }
  return true;
}

function check(walk: Walk, written: Schema, node: YamlNode, place: Place): void {
  if (walk.broken.has(node) || walk.found.length >= MOST_FINDINGS) return;
  const schema = resolveSchema(walk.root, written);
  if (schema['x-planned'] === true) {
    const message = `${quoted(nameOf(place) ?? '')} is planned and not yet possible`;
    report(walk, 'E110', node, keySpan(place, node), place, message, 'delete it for now');
    return;
  }
  if (node.kind === 'scalar' && node.value === null && kindOf(node) === 'null') {
    if (place.path.length > 0) nothingThere(walk, schema, node, place);
    return;
  }
  if (schema.anyOf) {
    checkBranches(walk, schema, node, place);
    return;
  }
  if (!accepts(schema, node)) {
    wrongKind(walk, [schema], schema['x-expects'], node, place);
    return;
  }
  if (node.kind === 'scalar') checkScalar(walk, schema, node, place);
  else if (node.kind === 'list') checkList(walk, schema, node, place);
  else checkMap(walk, schema, node, place);
}

function wrongKind(
  walk: Walk,
  schemas: readonly Schema[],
  own: string | undefined,
  node: YamlNode,
  place: Place,
): void {
  const name = nameOf(place);
  const tight = node.kind === 'scalar' && node.style === 'plain' ? /^([A-Za-z_]\w*):(?=[^\s/])/.exec(node.text) : null;
  if (tight) {
    const help = `write ${quoted(`${tight[0]} ${node.kind === 'scalar' ? node.text.slice(tight[0].length) : ''}`)}`;
    const key = { start: node.start, end: node.start + tight[0].length };
    report(walk, 'E013', node, key, place, `a space is missing after ${quoted(tight[0])}`, help);
    return;
  }
  const message = kindMessage(name, expectation(schemas, own), node);
  const newline = node.file.text.indexOf('\n', node.start);
  const span = { start: node.start, end: newline < 0 ? node.end : Math.min(node.end, newline) };
  report(walk, 'E105', node, span, place, message, kindHelp(name, schemas, node));
}

function nothingThere(walk: Walk, schema: Schema, node: ScalarNode, place: Place): void {
  const name = nameOf(place);
  const expected =
    schema['x-expects'] ??
    expectation(schema.anyOf ? schema.anyOf.map((branch) => resolveSchema(walk.root, branch)) : [schema], undefined);
  const span = node.end > node.start ? spanOf(node) : keySpan(place, node);
  const who = name === undefined ? 'this item' : quoted(name);
  report(
    walk,
    'E104',
    node,
    span.end > span.start ? span : { start: span.start, end: span.start + 1 },
    place,
    `${who} has no value`,
    `it takes ${expected}; write it, or delete the key`,
  );
}

/** The branch that the writer meant: the one for this kind of value, and among maps the one that shares most keys. */
function checkBranches(walk: Walk, schema: Schema, node: YamlNode, place: Place): void {
  const branches = (schema.anyOf ?? []).map((branch) => resolveSchema(walk.root, branch));
  const possible = branches.filter((branch) => accepts(branch, node));
  if (possible.length === 0) {
    wrongKind(walk, branches, schema['x-expects'], node, place);
    return;
  }
  if (node.kind !== 'map' || possible.length === 1) {
    check(walk, possible[0] as Schema, node, place);
    return;
  }
  const shares = (branch: Schema): number =>
    node.entries.filter((entry) => branch.properties?.[entry.key.text] !== undefined).length;
  const meant = possible.filter((branch) => shares(branch) > 0);
  if (meant.length === 1) check(walk, meant[0] as Schema, node, place);
  else {
    const keys = possible.flatMap((branch) => Object.keys(branch.properties ?? {}));
    chooseOne(walk, keys, node, place, node.entries.filter((entry) => keys.includes(entry.key.text)).length);
  }
}

function checkScalar(walk: Walk, schema: Schema, node: ScalarNode, place: Place): void {
  const name = nameOf(place);
  const who = name === undefined ? quoted(node.text) : quoted(name);
  const { value } = node;
  if (schema.enum && !schema.enum.includes(value)) {
    const meant = meantChoice(schema, node.text);
    const help = `${meant === undefined ? '' : `did you mean ${quoted(meant)}?  `}choices: ${choicesText(schema)}`;
    const message =
      name === undefined ? `${quoted(node.text)} is none of the choices` : `${who} cannot be ${quoted(node.text)}`;
    report(walk, 'E106', node, spanOf(node), place, message, help);
  } else if (typeof value === 'string') checkText(walk, schema, node, value, place);
  else if (typeof value === 'number') checkNumber(walk, schema, node, value, place);
}

function checkText(walk: Walk, schema: Schema, node: ScalarNode, value: string, place: Place): void {
  const name = nameOf(place);
  const who = name === undefined ? 'this item' : quoted(name);
  if (schema.minLength !== undefined && value.length < schema.minLength) {
    report(
      walk,
      'E104',
      node,
      spanOf(node),
      place,
      `${who} is empty`,
      `it takes ${expectation([schema], schema['x-expects'])}`,
    );
  } else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    const mended = mendedText(schema, value);
    const expected = schema['x-expects'] ?? `text like ${schema.pattern}`;
    const file = name === 'symbols' && /^\S+\.(?:csv|json|lst|md|text|tsv|ya?ml)$/i.test(value);
    const list = name === 'symbols' && /^[A-Za-z0-9.,/ -]+$/.test(value);
    const help = file
      ? 'a list file is plain text with one symbol a line, and its name ends in .txt'
      : list
        ? `write ${quoted(
            `symbols: [${value
              .toUpperCase()
              .split(/[,\s]+/)
              .filter(Boolean)
              .join(', ')}]`,
            60,
          )}`
        : mended === undefined
          ? `it takes ${expected}`
          : `did you mean ${quoted(mended)}?  it takes ${expected}`;
    report(walk, 'E107', node, spanOf(node), place, `${who} cannot be read from ${quoted(value)}`, help);
  } else if (schema.maxLength !== undefined && value.length > schema.maxLength) {
    report(
      walk,
      'E107',
      node,
      spanOf(node),
      place,
      `${who} has ${value.length} characters; it may have ${schema.maxLength}`,
      'choose a shorter one',
    );
  }
}

function checkNumber(walk: Walk, schema: Schema, node: ScalarNode, value: number, place: Place): void {
  const name = nameOf(place);
  const who = name === undefined ? 'this number' : quoted(name);
  const under = schema.minimum !== undefined && value < schema.minimum;
  const low = schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum;
  const over = schema.maximum !== undefined && value > schema.maximum;
  if (under || low || over) {
    const rule = under
      ? `at least ${schema.minimum}`
      : low
        ? `more than ${schema.exclusiveMinimum}`
        : `at most ${schema.maximum}`;
    const help = `write a number that is ${rule}${schema['x-percent'] === true ? '; percent is always percent: 2 means 2 %' : ''}`;
    report(walk, 'E108', node, spanOf(node), place, `${who} must be ${rule}; here it is ${quoted(node.text)}`, help);
  }
}

function checkList(walk: Walk, schema: Schema, node: YamlNode & { readonly kind: 'list' }, place: Place): void {
  const name = nameOf(place);
  const who = name === undefined ? 'this list' : quoted(name);
  const count = node.items.length;
  if (schema.minItems !== undefined && count < schema.minItems) {
    if (count === 0)
      report(
        walk,
        'E104',
        node,
        spanOf(node),
        place,
        `${who} is an empty list`,
        'write at least one item, each after `- `, or delete the key',
      );
    else
      report(
        walk,
        'E108',
        node,
        keySpan(place, node),
        place,
        `${who} has ${count} items; it needs at least ${schema.minItems}`,
        undefined,
      );
  }
  if (schema.maxItems !== undefined && count > schema.maxItems) {
    report(
      walk,
      'E108',
      node,
      keySpan(place, node),
      place,
      `${who} has ${count} items; it may have ${schema.maxItems}`,
      undefined,
    );
  }
  if (schema.items) {
    for (const [index, item] of node.items.entries())
      check(walk, schema.items, item, { path: [...place.path, index], key: undefined });
  }
  if (schema.uniqueItems === true) unique(walk, node.items, place);
}

function unique(walk: Walk, nodes: readonly YamlNode[], place: Place): void {
  const seen = new Map<string, YamlNode>();
  for (const node of nodes) {
    if (node.kind !== 'scalar') continue;
    const first = seen.get(node.text);
    if (!first) seen.set(node.text, node);
    else {
      const related = [{ file: first.file, span: spanOf(first), message: 'first written here' }];
      report(
        walk,
        'E109',
        node,
        spanOf(node),
        place,
        `${quoted(node.text)} stands here twice`,
        'delete one, or give it another name',
        related,
      );
    }
  }
}

function checkMap(
  walk: Walk,
  schema: Schema,
  node: MapNode,
  place: Place,
  suspects: Set<string> = new Set<string>(),
): void {
  // Several keys on the wrong side of one choice are one mistake.
  let conflicting = false;
  for (const entry of node.entries) {
    if (walk.found.length >= MOST_FINDINGS) return;
    const { key, value } = entry;
    const inner: Place = { path: [...place.path, key.text], key };
    const own = Object.hasOwn(schema.properties ?? {}, key.text) ? schema.properties?.[key.text] : undefined;
    if (own === false) {
      if (!conflicting) conflict(walk, node, entry.key, inner);
      conflicting = true;
    } else if (own !== undefined && own !== true) check(walk, own, value, inner);
    else if (schema.additionalProperties === false && own === undefined) {
      if (walk.broken.has(value)) continue;
      const meant = unknownKey(walk, schema, node, key, inner);
      if (meant !== undefined) suspects.add(meant);
    } else if (typeof schema.additionalProperties === 'object') {
      if (!walk.broken.has(value)) checkName(walk, schema, key, inner);
      check(walk, schema.additionalProperties, value, inner);
    }
  }
  const choice = schema['x-choose'] ?? (schema.maxProperties === 1 ? Object.keys(schema.properties ?? {}) : undefined);
  if (choice) {
    const chosen = new Set(node.entries.map((entry) => entry.key.text).filter((key) => choice.includes(key)));
    if (chosen.size !== 1 && !(chosen.size === 0 && suspects.size > 0))
      chooseOne(walk, choice, node, place, chosen.size);
  } else if (schema.minProperties !== undefined && node.entries.length < schema.minProperties) {
    const keys = Object.keys(schema.properties ?? {}).map((key) => quoted(key));
    const span = keySpan(place, node);
    report(
      walk,
      'E104',
      node,
      span,
      place,
      `${quoted(nameOf(place) ?? 'this')} needs ${schema.minProperties > 1 ? 'more than one key' : 'at least one key'}`,
      `keys here: ${keys.join(', ')}`,
    );
  }
  for (const key of schema.required ?? []) {
    if (!entryOf(node, key) && !suspects.has(key)) missing(walk, schema, key, node, place);
  }
  for (const part of schema.allOf ?? []) checkMap(walk, part, node, place, suspects);
  for (const [key, part] of Object.entries(schema.dependencies ?? {})) {
    if (entryOf(node, key)) checkMap(walk, part, node, place, suspects);
  }
  if (schema.if) {
    // Templates leave keys to the files that extend them.
    const branch = meets(schema.if, node) ? schema.then : schema.else;
    const templateRoot = walk.partial && place.path.length === 0;
    if (branch && !templateRoot) checkMap(walk, branch, node, place, suspects);
  }
}
