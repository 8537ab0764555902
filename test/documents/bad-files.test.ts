import { describe, expect, it } from 'vitest';
import { SCHEMA_CODES } from '../../engine/documents/codes/schema.ts';
import { YAML_CODES } from '../../engine/documents/codes/yaml.ts';
import { CODES } from '../../engine/documents/codes.ts';
import type { Diagnostic } from '../../engine/documents/diagnostic.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { BAD_FILES, type BadFile, findList, placed } from '../fixtures/bad-files.ts';

const check = ({ file, kind }: BadFile): readonly Diagnostic[] =>
  (kind === 'risk' ? parseRisk(file) : parseStrategy(file, undefined, findList)).diagnostics;

/** Those whose mistake this room can see; the others belong to expressions and meaning. */
const own = BAD_FILES.filter((fixture) => !/^(?:expr|meaning)-/.test(fixture.file.path));

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
    const later = BAD_FILES.filter((fixture) => !own.includes(fixture));
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
