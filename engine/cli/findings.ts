import type { Diagnostic } from '../documents/diagnostic.ts';
import { renderDiagnostics } from '../documents/render.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

export type FindingsFormat = 'pretty' | 'compact' | 'json' | 'github';

export interface Counts {
  readonly files: number;
  readonly strategies: number;
  readonly breakers: number;
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((finding) => finding.severity === 'error');

/** Exit code that findings end a command with. */
export const exitOf = (diagnostics: readonly Diagnostic[], strict: boolean): number => {
  if (hasErrors(diagnostics)) return EXIT.findings;
  return strict && diagnostics.some((finding) => finding.severity === 'warning') ? EXIT.warnings : EXIT.fine;
};

/** Writes findings where results go (`out`) or, beside another result, where logs go (`err`). */
export const showFindings = async (
  diagnostics: readonly Diagnostic[],
  counts: Counts,
  format: FindingsFormat,
  terminal: Terminal,
  to: 'out' | 'err',
): Promise<void> => {
  const style = to === 'out' ? terminal.style : terminal.errStyle;
  const text = renderDiagnostics(diagnostics, {
    format,
    colour: style.bold('x') !== 'x',
    width: terminal.width,
    counts,
  });
  if (to === 'out') await terminal.stream([text]);
  else terminal.err(text);
};
