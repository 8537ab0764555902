import type { Diagnostic } from './diagnostic.ts';
import { clampSpan, positionOf } from './position.ts';
import { COLOURED, PLAIN, prettyDiagnostic } from './render-pretty.ts';

export interface RenderOptions {
  readonly format: 'pretty' | 'compact' | 'json' | 'github';
  readonly colour?: boolean;
  /** Columns of the screen; 100 unless given. */
  readonly width?: number;
  /** What was read, for the summary. */
  readonly counts: { readonly files: number; readonly strategies: number; readonly breakers: number };
}

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** By file, line and column; those about no file first; the same finding once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  const kept = diagnostics.filter((diagnostic) => {
    const key = `${diagnostic.code} ${diagnostic.file?.path ?? ''} ${diagnostic.span?.start ?? -1} ${diagnostic.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return kept.sort((a, b) => {
    const left = a.file?.path ?? '';
    const right = b.file?.path ?? '';
    if (left !== right) return left < right ? -1 : 1;
    const start = (a.span?.start ?? -1) - (b.span?.start ?? -1);
    if (start !== 0) return start;
    return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
  });
}

/** `1 error, 0 warnings in 1 of 6 files (5 strategies, 6 breakers)`. */
export function summaryLine(diagnostics: readonly Diagnostic[], counts: RenderOptions['counts']): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === 'warning').length;
  const touched = new Set(
    diagnostics
      .filter((diagnostic) => diagnostic.severity !== 'info')
      .flatMap((diagnostic) => (diagnostic.file ? [diagnostic.file.path] : [])),
  );
  const where =
    touched.size === 0
      ? plural(counts.files, 'file')
      : `${touched.size} of ${plural(Math.max(counts.files, touched.size), 'file')}`;
  const what = `${plural(counts.strategies, 'strategy', 'strategies')}, ${plural(counts.breakers, 'breaker')}`;
  return `${plural(errors, 'error')}, ${plural(warnings, 'warning')} in ${where} (${what})`;
}

function place(
  diagnostic: Diagnostic,
): { path: string; line: number; column: number; endLine: number; endColumn: number } | undefined {
  const { file } = diagnostic;
  if (!file) return undefined;
  const span = clampSpan(file, diagnostic.span);
  const start = positionOf(file, span.start);
  const end = positionOf(file, span.end);
  return { path: file.path, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function compact(diagnostic: Diagnostic): string {
  const at = place(diagnostic);
  const where = at ? `${at.path}:${at.line}:${at.column}: ` : '';
  return `${where}${diagnostic.severity}[${diagnostic.code}]: ${diagnostic.message}`;
}

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** A workflow command of GitHub Actions (docs.github.com, "Workflow commands"). */
function github(diagnostic: Diagnostic): string {
  const kind = diagnostic.severity === 'info' ? 'notice' : diagnostic.severity;
  const at = place(diagnostic);
  const properties = at
    ? `file=${escapeProperty(at.path)},line=${at.line},col=${at.column},endLine=${at.endLine},endColumn=${at.endColumn},title=${diagnostic.code}`
    : `title=${diagnostic.code}`;
  const words = diagnostic.help === undefined ? diagnostic.message : `${diagnostic.message}\n${diagnostic.help}`;
  return `::${kind} ${properties}::${escapeData(words)}`;
}

function json(diagnostics: readonly Diagnostic[], counts: RenderOptions['counts']): string {
  const findings = diagnostics.map((diagnostic) => {
    const at = place(diagnostic);
    return {
      file: at?.path ?? null,
      line: at?.line ?? null,
      column: at?.column ?? null,
      endLine: at?.endLine ?? null,
      endColumn: at?.endColumn ?? null,
      code: diagnostic.code,
      severity: diagnostic.severity,
      message: diagnostic.message,
      help: diagnostic.help ?? null,
      context: diagnostic.context ?? null,
    };
  });
  const count = (severity: string): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const summary = { errors: count('error'), warnings: count('warning'), ...counts };
  return `${JSON.stringify({ schemaVersion: 1, findings, summary }, null, 2)}\n`;
}

/** All findings as text, sorted by file and line, the same one once; pretty and compact end with the summary line. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  const sorted = sortDiagnostics(diagnostics);
  if (options.format === 'json') return json(sorted, options.counts);
  if (options.format === 'github') return sorted.map((diagnostic) => `${github(diagnostic)}\n`).join('');
  const summary = summaryLine(sorted, options.counts);
  if (options.format === 'compact') return [...sorted.map(compact), summary, ''].join('\n');
  const paint = options.colour === true ? COLOURED : PLAIN;
  const blocks = sorted.map((diagnostic) => prettyDiagnostic(diagnostic, options.width ?? 100, paint));
  return `${[...blocks, summary].join('\n\n')}\n`;
}
