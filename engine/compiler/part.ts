import type { DiagnosticCode } from '../documents/codes.ts';
import type { Span } from '../documents/diagnostic.ts';
import type { DocumentPath } from '../documents/document.ts';
import { finding } from '../documents/finding.ts';
import { contextOf, type Reporter } from './finding.ts';

/** A part of what stands at a path: the range of its expression, or all of it. */
export interface Place {
  readonly path: DocumentPath;
  readonly span: Span | undefined;
}

/** Reports a finding about a part of an expression. */
export function reportPart(
  reporter: Reporter,
  code: DiagnosticCode,
  { path, span }: Place,
  message: string,
  help: string,
): void {
  const embedded = span === undefined ? undefined : reporter.document.expression(path);
  if (embedded === undefined || span === undefined) {
    reporter.at(code, path, message, help);
    return;
  }
  const { document } = reporter;
  reporter.diagnostics.push(
    finding(code, document.source(path), embedded.toFile(span), message, help, contextOf(document, path)),
  );
}
