import { statSync } from 'node:fs';
import { barsOfTest } from '../../compiler/rule-tests.ts';
import type { Diagnostic } from '../../documents/diagnostic.ts';
import type { StrategyDocument } from '../../documents/document.ts';
import { pathOfCsv, unreadable } from './csv-place.ts';

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** Findings about CSV files that tests name and that are not there; what is in them is read when the tests run. */
export function missingFiles(document: StrategyDocument): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [index, test] of (document.value.tests ?? []).entries()) {
    for (const { bars, path } of barsOfTest([], test)) {
      if (bars.csv === undefined) continue;
      const shown = pathOfCsv(document, bars.csv);
      if (isFile(shown)) continue;
      const help = 'the path is relative to the strategy file';
      found.push(unreadable(document, ['tests', index, ...path, 'csv'], `there is no file ${shown}`, help));
    }
  }
  return found;
}
