import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EDIT_CLASSES, editClassAt } from '../../engine/documents/edit-class.ts';

interface Property {
  readonly properties?: Readonly<Record<string, Property | boolean>>;
  readonly markdownDescription?: string;
  readonly 'x-on-edit'?: string;
}

/** Every property of every object of a schema file, wherever it stands: `then` and `dependencies` only forbid or demand. */
function propertiesOf(schema: unknown, where: string): readonly (readonly [string, Property])[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const found: (readonly [string, Property])[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (['then', 'else', 'if', 'dependencies', 'allOf', 'defaultSnippets', 'examples'].includes(key)) continue;
    if (key === 'properties') {
      for (const [name, property] of Object.entries(value as Record<string, Property>)) {
        found.push([`${where}.${name}`, property], ...propertiesOf(property, `${where}.${name}`));
      }
    } else found.push(...propertiesOf(value, key === 'definitions' ? where : `${where}/${key}`));
  }
  return found;
}

describe.each(['strategy', 'risk'] as const)('what an edit means, in %s.schema.json', (kind) => {
  const text = readFileSync(join(import.meta.dirname, `../../schemas/${kind}.schema.json`), 'utf8');
  const properties = propertiesOf(JSON.parse(text), '');

  it('is walked whole', () => {
    expect(properties.length).toBeGreaterThanOrEqual(kind === 'strategy' ? 110 : 17);
    // Every place where a property is described is one that the walk has seen.
    const described = [...text.matchAll(/"x-on-edit":/g)].length;
    expect(properties).toHaveLength(described);
  });

  it.each(properties)('%s', (where, property) => {
    const own = property['x-on-edit'];
    expect(Object.keys(EDIT_CLASSES), `${where} needs a known x-on-edit`).toContain(own);
    const sentence = EDIT_CLASSES[own as keyof typeof EDIT_CLASSES];
    expect(property.markdownDescription, `the hover text of ${where} ends with it`).toMatch(/\S\n\n_[^_].*_$/);
    expect(property.markdownDescription?.endsWith(`_${sentence}_`), `${where}: ${sentence}`).toBe(true);
  });
});

describe('the class of a field', () => {
  it.each([
    ['strategy', ['entry', 'long', 'when'], 'at_once'],
    ['strategy', ['entry', 'long', 'when', 'all', 1, 'any', 0], 'at_once'],
    ['strategy', ['entry', 'short', 'size', 'purse_pct'], 'next_order'],
    ['strategy', ['entry', 'long', 'order', 'type'], 'next_order'],
    ['strategy', ['params', 'slow'], 'rewarm'],
    ['strategy', ['params', 'slow', 'value'], 'rewarm'],
    ['strategy', ['params', 'slow', 'min'], 'none'],
    ['strategy', ['indicators', 'ma'], 'rewarm'],
    ['strategy', ['conditions', 'uptrend'], 'at_once'],
    ['strategy', ['exit', 'stop_loss', 'atr', 'multiple'], 'on_change'],
    ['strategy', ['exit', 'short', 'take_profit', 1, 'portion'], 'on_change'],
    ['strategy', ['exit', 'take_profit', 'pct'], 'on_change'],
    ['strategy', ['exit', 'rules', 0, 'when'], 'at_once'],
    ['strategy', ['exit', 'rules', 0, 'id'], 'none'],
    ['strategy', ['symbols', 2], 'on_remove'],
    ['strategy', ['tests', 0, 'expect', 1, 'at'], 'none'],
    ['risk', ['limits', 'max_position_pct'], 'next_order'],
    ['risk', ['circuit_breakers', 0, 'when'], 'at_once'],
    ['risk', ['circuit_breakers', 3, 'description'], 'none'],
  ] as const)('%s %j: %s', (kind, path, expected) => {
    expect(editClassAt(kind, path)).toBe(expected);
  });
});
