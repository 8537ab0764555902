import { drillsJson, drillsText } from '../report/drills.ts';
import { type DrillResult, drill } from '../runtime/drills/drill.ts';
import { loadWorkspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { hasErrors, refuseFaulty } from './findings.ts';
import { workspaceFolder } from './workspace-folder.ts';
import { deliver } from './write-file.ts';

/** Drives every breaker of `risk.yaml` over made-up prices and says whether it does what it declares. */
export const runDrills = async ({ flags, terminal }: CommandContext): Promise<number> => {
  const json = flags.format === 'json';
  if (flags.format === 'junit') throw failure('--drills has no junit form', 'use --format json, or leave it out');
  const { ruleset, diagnostics, counts } = await loadWorkspace({ dir: workspaceFolder(flags) });
  if (ruleset === undefined || hasErrors(diagnostics)) return refuseFaulty(diagnostics, counts, json, terminal);
  const { breakers } = ruleset.risk;
  if (breakers.length === 0) {
    throw failure(
      'there is no circuit breaker to drill',
      'write some under `circuit_breakers:` in risk.yaml',
      EXIT.findings,
    );
  }
  const results: DrillResult[] = [];
  for (const breaker of breakers) results.push(await drill(breaker));
  const out = textFlag(flags, 'out');
  await deliver(terminal, out, (style) => [json ? drillsJson(results) : drillsText(results, terminal.width, style)]);
  return results.some(({ verdict }) => verdict === 'failed') ? EXIT.findings : EXIT.fine;
};
