import type { RiskModel } from '../../compiler/model.ts';
import type { Diagnostic, SourceFile } from '../../documents/diagnostic.ts';
import type { StrategyDocument } from '../../documents/document.ts';
import { createListFiles } from '../../documents/list-files.ts';
import { parseStrategy } from '../../documents/load.ts';
import { readWorkspace } from '../../documents/read.ts';
import type { FindList } from '../../documents/symbol-list.ts';
import { unknownBreakers } from './breaker-names.ts';
import { type Suite, suiteOf } from './suite.ts';

export interface Collected {
  readonly suites: readonly Suite[];
  /** Files of the strategies folder by name, for a mutant of one that others extend. */
  readonly siblings: ReadonlyMap<string, SourceFile>;
  readonly findList: FindList;
  /** Tests there are, chosen or not. */
  readonly tests: number;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Gathers the tests of a workspace that was found to be without errors.
 * @param risk the limits and breakers that they run within
 */
export async function collectTests(
  dir: string,
  paths: readonly string[] | undefined,
  risk: RiskModel,
  chosen: (name: string) => boolean,
): Promise<Collected> {
  const { strategies, siblings } = readWorkspace(dir, paths, process.cwd());
  const { find: findList } = createListFiles(dir, process.cwd());
  const suites: Suite[] = [];
  const diagnostics: Diagnostic[] = [];
  let tests = 0;
  for (const file of strategies) {
    const document: StrategyDocument | undefined = parseStrategy(file, siblings, findList).document;
    if (document === undefined) continue;
    tests += document.value.tests?.length ?? 0;
    const suite = await suiteOf(document, risk, (name) => chosen(`${document.value.id} ${name}`));
    diagnostics.push(...suite.diagnostics);
    if (suite.tests.length === 0) continue;
    diagnostics.push(...unknownBreakers(document, risk));
    suites.push(suite);
  }
  return { suites, siblings, findList, tests, diagnostics };
}
