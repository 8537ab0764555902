import { describe, expect, it } from 'vitest';
import { compile } from '../../engine/compiler/compile.ts';
import type { Diagnostic } from '../../engine/documents/diagnostic.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { sortDiagnostics } from '../../engine/documents/render.ts';
import { BAD_FILES, type BadFile, findList, placed } from '../fixtures/bad-files.ts';

/** Everything that `engine validate` says of one file. */
function check({ file, kind }: BadFile): readonly Diagnostic[] {
  if (kind === 'risk') {
    const { document, diagnostics } = parseRisk(file);
    return [...diagnostics, ...compile({ strategies: [], risk: document, revision: '' }).diagnostics];
  }
  const { document, diagnostics } = parseStrategy(file, undefined, findList);
  const strategies = document === undefined ? [] : [document];
  return [...diagnostics, ...compile({ strategies, risk: undefined, revision: '' }).diagnostics];
}

describe('every file with one mistake draws one finding from the whole checker', () => {
  it('there are many', () => {
    expect(BAD_FILES.length).toBeGreaterThanOrEqual(150);
  });

  it.each(BAD_FILES.map((bad) => [bad.file.path, bad] as const))('%s', (_name, bad) => {
    const found = sortDiagnostics(check(bad));
    expect(found.map(placed)).toEqual([bad.expected]);
    expect(found[0]?.help).toBeTruthy();
  });
});
