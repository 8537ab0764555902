import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkDefinition, checkExpression } from '../../engine/expressions/check.ts';
import type { Meaning } from '../../engine/expressions/tree.ts';
import { CATALOGUE } from '../../engine/indicators/catalogue.ts';
import { NAMES, scopeOf } from './world.ts';

const FOLDER = new URL('../fixtures/bad/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.startsWith('expr-') && name.endsWith('.bad.yaml'));

interface Written {
  readonly params?: Readonly<Record<string, number>>;
  readonly indicators?: Readonly<Record<string, string>>;
  readonly entry: { readonly long: { readonly when: string } };
}

describe('a strategy file with one mistake in an expression', () => {
  it('comes in at least 25 kinds', () => expect(FILES.length).toBeGreaterThanOrEqual(25));

  it.each(FILES)('%s', (name) => {
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    const [, code, line, column] = /^# expect: ([EW]\d{3}) (\d+):(\d+)$/m.exec(text)!;
    const { params, indicators, entry } = parse(text) as Written;
    const names = new Map<string, Meaning>(NAMES);
    names.delete('length');
    for (const [param, value] of Object.entries(params ?? {}))
      names.set(param, { kind: 'constant', value, unit: 'none' });
    const found: string[] = [];
    const note = (
      expression: string,
      findings: readonly { readonly code: string; readonly span: { readonly start: number } }[],
    ): void => {
      for (const finding of findings) {
        const at = text.indexOf(`: ${expression}\n`) + 2 + finding.span.start;
        const before = text.slice(0, at).split('\n');
        found.push(`${finding.code} ${before.length}:${before.at(-1)!.length + 1}`);
      }
    };
    for (const [indicator, expression] of Object.entries(indicators ?? {})) {
      const { tree, findings } = checkDefinition(expression, scopeOf(names), CATALOGUE);
      note(expression, findings);
      const several = tree?.kind === 'node' && tree.entry.outputs.length > 1;
      names.set(
        indicator,
        tree === undefined ? { kind: 'broken' } : several ? { kind: 'outputs', tree } : { kind: 'tree', tree },
      );
    }
    const { when } = entry.long;
    note(when, checkExpression(when, scopeOf(names), 'condition', CATALOGUE).findings);
    expect(found).toEqual([`${code} ${line}:${column}`]);
  });
});

describe('the catalogue', () => {
  it.each([...CATALOGUE.values()].map((entry) => [entry.name, entry.example]))(
    '%s has an example that checks: %s',
    (_, example) => {
      const definition = checkDefinition(example, scopeOf(NAMES), CATALOGUE);
      const condition = checkExpression(example, scopeOf(NAMES), 'condition', CATALOGUE);
      const result = definition.tree ? definition : condition;
      expect(result.findings).toEqual([]);
      expect(result.tree).toBeDefined();
    },
  );
});
