import type { RiskModel } from '../../compiler/model.ts';
import type { Diagnostic } from '../../documents/diagnostic.ts';
import type { DocumentPath, StrategyDocument } from '../../documents/document.ts';
import { contextText, finding } from '../../documents/finding.ts';
import { didYouMean } from '../../documents/suggest.ts';

/**
 * Findings about breakers that tests name and that `risk.yaml` does not have. Looked for where tests run, and not by the
 * checker: what a test names must not keep an engine from running with other limits.
 */
export function unknownBreakers(document: StrategyDocument, { breakers, document: risk }: RiskModel): Diagnostic[] {
  const known = breakers.map(({ id }) => id);
  const found: Diagnostic[] = [];
  for (const [index, test] of (document.value.tests ?? []).entries()) {
    for (const [number, line] of test.expect.entries()) {
      for (const id of Object.keys(line.breakers ?? {})) {
        if (known.includes(id)) continue;
        const path: DocumentPath = ['tests', index, 'expect', number, 'breakers', id];
        const near = didYouMean(id, known);
        const there = known.length === 0 ? 'it has none' : `there are ${known.join(', ')}`;
        const help =
          risk === undefined
            ? 'breakers stand under `circuit_breakers:` in risk.yaml, beside the strategies folder; --risk FILE names another file'
            : `${near === undefined ? '' : `did you mean \`${near}\`?  `}${there}`;
        const message =
          risk === undefined
            ? `the test expects something of \`${id}\`, and the tests run without risk.yaml`
            : `there is no circuit breaker \`${id}\` in ${risk.file.path}`;
        const context = contextText('strategy', document.value.id, path);
        found.push(finding('E350', document.source(path), document.keySpan(path), message, help, context));
      }
    }
  }
  return found;
}
