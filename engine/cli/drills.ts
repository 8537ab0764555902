import { drillsJson, drillsText } from '../report/drills.ts';
import { styleOf } from '../report/style.ts';
import { type DrillResult, drill } from '../runtime/drills/drill.ts';
import { loadWorkspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { exitOf, hasErrors, showFindings } from './findings.ts';
import { workspaceFolder } from './workspace-folder.ts';
import { writeWhole } from './write-file.ts';

/** Drives every breaker of `risk.yaml` over made-up prices and says whether it does what it declares. */
export const runDrills = async ({ flags, terminal }: CommandContext): Promise<number> => {
  const json = flags.format === 'json';
  if (flags.format === 'junit') throw failure('--drills has no junit form', 'use --format json, or leave it out');
  const workspace = await loadWorkspace({ dir: workspaceFolder(flags) });
  if (workspace.ruleset === undefined || hasErrors(workspace.diagnostics)) {
    await showFindings(
      workspace.diagnostics,
      workspace.counts,
      json ? 'json' : 'pretty',
      terminal,
      json ? 'out' : 'err',
    );
    return exitOf(workspace.diagnostics, false);
  }
  const { breakers } = workspace.ruleset.risk;
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
  const style = out === undefined ? terminal.style : styleOf(false);
  const answer = json ? drillsJson(results) : drillsText(results, terminal.width, style);
  if (out === undefined) await terminal.stream([answer]);
  else {
    await writeWhole(out, [answer]);
    terminal.err(`wrote ${out}\n`);
  }
  return results.some(({ verdict }) => verdict === 'failed') ? EXIT.findings : EXIT.fine;
};
