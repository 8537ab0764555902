import type { StrategyDocument } from '../../documents/document.ts';
import { parseStrategy } from '../../documents/load.ts';
import type { Collected } from './collect.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { notices, rulesOf, type Suite } from './suite.ts';

/** The files that a strategy may be made of. */
export type Around = Pick<Collected, 'siblings' | 'findList'>;

export interface MutationResult {
  readonly strategy: string;
  /** Mutants that are sound rules; what the checker refuses needs no test. */
  readonly mutants: number;
  readonly unnoticed: readonly Mutant[];
}

/** Runs the tests of a strategy on one mutant after the other; gives each verdict as it falls. */
export function* mutationRun(
  suite: Suite,
  around: Around,
): Generator<{ readonly done: number; readonly total: number }, MutationResult> {
  const all = mutantsOf(suite.document);
  const unnoticed: Mutant[] = [];
  let sound = 0;
  for (const [done, mutant] of all.entries()) {
    yield { done, total: all.length };
    const document = mutated(suite.document, mutant, around);
    const rules = document === undefined ? undefined : rulesOf(document, suite.risk);
    if (document === undefined || rules === undefined) continue;
    sound++;
    if (!notices(suite, document, rules)) unnoticed.push(mutant);
  }
  return { strategy: suite.document.value.id, mutants: sound, unnoticed };
}

const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** The strategy with the change made, in its own file or in one that it extends; undefined when it is refused. */
function mutated(
  document: StrategyDocument,
  { file, span, after }: Mutant,
  { siblings, findList }: Around,
): StrategyDocument | undefined {
  const text = file.text.slice(0, span.start) + after + file.text.slice(span.end);
  const changed = { path: file.path, text };
  if (file === document.file || file.path === document.file.path)
    return parseStrategy(changed, siblings, findList).document;
  return parseStrategy(document.file, new Map([...siblings, [nameOf(file.path), changed]]), findList).document;
}
