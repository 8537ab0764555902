import type { Diagnostic } from '../documents/diagnostic.ts';
import { renderDiagnostics } from '../documents/render.ts';
import type { Workspace } from '../runtime/workspace.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

export type FindingsFormat = 'pretty' | 'compact' | 'json' | 'github';

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((finding) => finding.severity === 'error');

/** Exit code that findings end a command with. */
export const exitOf = (diagnostics: readonly Diagnostic[], strict: boolean): number => {
  if (hasErrors(diagnostics)) return EXIT.findings;
  return strict && diagnostics.some((finding) => finding.severity === 'warning') ? EXIT.warnings : EXIT.fine;
};
