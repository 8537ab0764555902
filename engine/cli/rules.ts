import type { Ruleset } from '../compiler/ruleset.ts';
import { loadWorkspace, type Workspace, type WorkspaceOptions } from '../runtime/workspace.ts';
import { hasErrors, refuseFaulty, showFindings } from './findings.ts';
import type { Terminal } from './terminal.ts';

/** Rules that can run. */
export interface SoundRules extends Workspace {
  readonly ruleset: Ruleset;
}

/**
 * Loads rules to run them, and shows what is wrong with them: warnings too, which keep nothing from running.
 * @returns an exit code when they cannot run
 */
export const loadRules = async (
  options: WorkspaceOptions,
  json: boolean,
  terminal: Terminal,
): Promise<SoundRules | number> => {
  const workspace = await loadWorkspace(options);
  const { ruleset, diagnostics, counts } = workspace;
  if (ruleset === undefined || hasErrors(diagnostics)) return refuseFaulty(diagnostics, counts, json, terminal);
  if (diagnostics.length > 0) await showFindings(diagnostics, counts, 'pretty', terminal, 'err');
  return { ...workspace, ruleset };
};
