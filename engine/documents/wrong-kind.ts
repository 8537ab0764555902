import { quoted } from './finding.ts';
import type { ScalarNode, YamlNode } from './node.ts';
import type { Schema } from './schema.ts';

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'keys of its own',
};

/** JSON Schema's name of a node's kind. */
export function kindOf(node: YamlNode): string {
  if (node.kind === 'map') return 'object';
  if (node.kind === 'list') return 'array';
  if (node.value === null) return 'null';
  return typeof node.value;
}

export function accepts(schema: Schema, node: YamlNode): boolean {
  if (schema.type === undefined) return true;
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  const kind = kindOf(node);
  if (types.includes(kind)) return true;
  return kind === 'number' && types.includes('integer') && Number.isInteger((node as ScalarNode).value);
}

function written(node: YamlNode): string {
  if (node.kind === 'map') return 'keys of its own';
  if (node.kind === 'list') return 'a list';
  if (typeof node.value === 'string') return `the text ${quoted(node.text)}`;
  if (typeof node.value === 'number') return `the number ${quoted(node.text)}`;
  return quoted(node.text);
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** What a key takes, in words: the schema's own, or its types. */
export function expectation(schemas: readonly Schema[], own: string | undefined): string {
  if (own !== undefined) return own;
  const words = new Set<string>();
  for (const schema of schemas) {
    if (schema['x-expects'] !== undefined) words.add(schema['x-expects']);
    else if (schema.enum) words.add(`one of ${schema.enum.map((choice) => quoted(String(choice))).join(', ')}`);
    else if (schema['x-expression'] === 'condition') words.add('a condition');
    else if (schema['x-expression'] !== undefined) words.add('a number or an expression');
    else
      for (const type of typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []))
        words.add(KINDS[type] ?? type);
  }
  return listed([...words]);
}

const TRUTHS: Readonly<Record<string, string>> = {
  yes: 'true',
  on: 'true',
  y: 'true',
  no: 'false',
  off: 'false',
  n: 'false',
  '1': 'true',
  '0': 'false',
};

/** Digits with the decorations that people give them (`1_000`, `1,000`, `30%`, `$50`), or undefined. */
export function plainNumber(text: string): string | undefined {
  const match = /^[$\u20ac]?\s*([-+]?\d[\d_,' ]*(?:\.\d+)?)\s*(?:%|percent|pct|bars?|shares?|usd|dollars)?$/i.exec(
    text.trim(),
  );
  if (!match) return undefined;
  const digits = (match[1] as string).replace(/[_,' ]/g, '');
  return Number.isFinite(Number(digits)) ? digits : undefined;
}

/** What to type instead of a value of the wrong kind. */
export function kindHelp(key: string | undefined, schemas: readonly Schema[], node: YamlNode): string | undefined {
  const types = new Set(
    schemas.flatMap((schema) => (typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []))),
  );
  const before = key === undefined ? '' : `${key}: `;
  if (node.kind === 'scalar') {
    const truth = types.has('boolean') ? TRUTHS[node.text.toLowerCase()] : undefined;
    if (truth) return `write ${quoted(`${before}${truth}`)}`;
    if ((types.has('number') || types.has('integer')) && typeof node.value === 'string') {
      const digits = plainNumber(node.text);
      if (digits !== undefined) return `write ${quoted(`${before}${digits}`)}`;
      return types.has('integer') ? 'write digits alone' : 'a plain number is wanted here, not an expression';
    }
    if (types.has('integer') && typeof node.value === 'number')
      return `write ${quoted(`${before}${Math.round(node.value)}`)}`;
    const shorthand = schemas.find((schema) => schema['x-shorthand'] !== undefined)?.['x-shorthand'];
    if (shorthand !== undefined)
      return `write ${quoted(`${shorthand}: ${node.text}`)} on a line of its own below ${quoted(`${before.trim()}`)}`;
    if (types.has('array') && typeof node.value === 'string') {
      const items = node.text.split(/[,\s]+/).filter((item) => item !== '');
      return `write ${quoted(`${before}[${items.join(', ')}]`, 60)}`;
    }
    if (types.has('string') && !types.has('object')) return textHelp(before, schemas, node);
    if (types.has('object')) return `write its keys below ${quoted(before.trim() || '-')}, one a line, indented`;
    return undefined;
  }
  if (node.kind === 'list' && schemas.some((schema) => schema.properties?.all !== undefined)) {
    return 'say how the conditions combine: put `all:` or `any:` above the list';
  }
  if (node.kind === 'map' && types.has('array')) return 'begin each item with `- `';
  if (node.kind === 'list' && types.has('string') && node.items.length === 1)
    return 'take the dash or the brackets away';
  return undefined;
}

function textHelp(before: string, schemas: readonly Schema[], node: ScalarNode): string | undefined {
  const form = schemas.find((schema) => schema.pattern !== undefined);
  if (form?.pattern?.includes('bars?') && typeof node.value === 'number')
    return `write ${quoted(`${before}${node.text} bars`)}`;
  const choices = schemas.find((schema) => schema.enum !== undefined)?.enum;
  if (choices) return `write one of ${choices.map((choice) => quoted(String(choice))).join(', ')}`;
  if (typeof node.value === 'boolean' && schemas.some((schema) => schema['x-expression'] === 'condition'))
    return 'write a condition, such as `close > 0` for always';
  return `put it in quotes: ${quoted(`${before}'${node.text}'`)}`;
}

/** One sentence: what the key takes and what stands there. */
export function kindMessage(key: string | undefined, expected: string, node: YamlNode): string {
  const who = key === undefined ? 'this item' : quoted(key);
  return `${who} takes ${expected}; here it is ${written(node)}`;
}
