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

/** Findings about what was asked for rather than what stands in it: no such file, nothing matched, unknown zone. */
const OF_FILES: ReadonlySet<string> = new Set(['E001', 'E008', 'E009', 'E402', 'E403', 'E407']);

/** Exit code that findings end a command with: 2 when every error is about files that cannot be read, else 1. */
export const exitOf = (diagnostics: readonly Diagnostic[], strict: boolean): number => {
  const errors = diagnostics.filter((finding) => finding.severity === 'error');
  if (errors.length > 0) return errors.every(({ code }) => OF_FILES.has(code)) ? EXIT.usage : EXIT.findings;
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

/**
 * Shows findings that end a command before its work.
 * @param json they are its answer, on stdout; else text on stderr
 * @returns the exit code
 */
export const refuseFaulty = async (
  diagnostics: readonly Diagnostic[],
  counts: Counts,
  json: boolean,
  terminal: Terminal,
): Promise<number> => {
  await showFindings(diagnostics, counts, json ? 'json' : 'pretty', terminal, json ? 'out' : 'err');
  return exitOf(diagnostics, false);
};
