import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../engine/compiler/compile.ts';
import type { Diagnostic, SourceFile } from '../../engine/documents/diagnostic.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { positionOf } from '../../engine/documents/position.ts';
import { sortDiagnostics } from '../../engine/documents/render.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/bad');

/** Everything that `engine validate` says of one file. */
function check(file: SourceFile): readonly Diagnostic[] {
  if (/^# kind: risk$/m.test(file.text)) {
    const { document, diagnostics } = parseRisk(file);
    return [...diagnostics, ...compile({ strategies: [], risk: document, revision: '' }).diagnostics];
  }
  const { document, diagnostics } = parseStrategy(file);
  const strategies = document === undefined ? [] : [document];
  return [...diagnostics, ...compile({ strategies, risk: undefined, revision: '' }).diagnostics];
}

const placed = (diagnostic: Diagnostic): string => {
  const at = positionOf(diagnostic.file as SourceFile, diagnostic.span?.start ?? 0);
  return `${diagnostic.code} ${at.line}:${at.column}`;
};

const fixtures = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.bad.yaml'))
  .map((name) => ({ path: name, text: readFileSync(join(FOLDER, name), 'utf8') }));

describe('every file with one mistake draws one finding from the whole checker', () => {
  it('there are many', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(150);
  });

  it.each(fixtures.map((file) => [file.path, file] as const))('%s', (_name, file) => {
    const found = sortDiagnostics(check(file));
    expect(found.map(placed)).toEqual([/^# expect: (\S+ \d+:\d+)/.exec(file.text)?.[1]]);
    expect(found[0]?.help).toBeTruthy();
  });
});
