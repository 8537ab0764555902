import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCHEMA_CODES } from '../../engine/documents/codes/schema.ts';
import { YAML_CODES } from '../../engine/documents/codes/yaml.ts';
import { CODES } from '../../engine/documents/codes.ts';
import type { Diagnostic, SourceFile } from '../../engine/documents/diagnostic.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { positionOf } from '../../engine/documents/position.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/bad');

interface Fixture {
  readonly file: SourceFile;
  readonly kind: 'strategy' | 'risk';
  /** `E012 5:13` */
  readonly expected: string;
}

const fixtures: Fixture[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.bad.yaml'))
  .sort()
  .map((name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const expected = /^# expect: (\S+ \d+:\d+)/.exec(text)?.[1] ?? 'no `# expect:` line';
    return { file: { path: name, text }, kind: /^# kind: risk$/m.test(text) ? 'risk' : 'strategy', expected };
  });

const check = (fixture: Fixture): readonly Diagnostic[] =>
  (fixture.kind === 'risk' ? parseRisk : parseStrategy)(fixture.file).diagnostics;

const placed = (diagnostic: Diagnostic): string => {
  const at = positionOf(diagnostic.file as SourceFile, diagnostic.span?.start ?? 0);
  return `${diagnostic.code} ${at.line}:${at.column}`;
};

/** Those whose mistake this room can see; the others belong to expressions and meaning. */
const own = fixtures.filter((fixture) => !/^(?:expr|meaning)-/.test(fixture.file.path));

describe('files with one mistake', () => {
  it('are many', () => {
    expect(own.length).toBeGreaterThanOrEqual(60);
  });

  it.each(own.map((fixture) => [fixture.file.path, fixture] as const))('%s', (_name, fixture) => {
    const found = check(fixture);
    expect(found.map(placed)).toEqual([fixture.expected]);
    for (const diagnostic of found) {
      expect(diagnostic.message).not.toMatch(/undefined|NaN|\[object/);
      expect(diagnostic.help ?? '').not.toMatch(/undefined|NaN|\[object/);
      expect(diagnostic.help, 'every finding shows a way out').toBeTruthy();
    }
  });

  it('of the later steps are sound in shape, or refused at the very place that they name', () => {
    const later = fixtures.filter((fixture) => !own.includes(fixture));
    for (const fixture of later) {
      const [, place] = fixture.expected.split(' ');
      const errors = check(fixture).filter((diagnostic) => diagnostic.severity === 'error');
      for (const error of errors) expect(placed(error).split(' ')[1], fixture.file.path).toBe(place);
    }
  });
});

/** Codes whose place is not in a file of text, with the test that draws them. */
const ELSEWHERE = new Set(['E001', 'E002', 'E003', 'E008', 'E009', 'E043', 'E049', 'E199']);

describe('the codes of this room', () => {
  const table = { ...YAML_CODES, ...SCHEMA_CODES };
  it.each(Object.keys(table))('%s is drawn by a fixture or another test', (code) => {
    const drawn = own.some((fixture) => fixture.expected.startsWith(`${code} `));
    expect(drawn || ELSEWHERE.has(code)).toBe(true);
    expect(drawn && ELSEWHERE.has(code), 'listed as drawn elsewhere, but drawn here').toBe(false);
  });

  it.each(Object.entries(table))('%s explains itself', (code, entry) => {
    expect(code[0]).toBe(entry.severity === 'error' ? 'E' : 'W');
    expect(entry.explanation.length).toBeGreaterThan(60);
    expect(entry.wrong).not.toBe('');
    expect(entry.right).not.toBe('');
    expect(entry.wrong).not.toBe(entry.right);
    expect(CODES).toHaveProperty(code);
  });
});
