import type { DiagnosticCode } from '../documents/codes.ts';
import { CODES } from '../documents/codes.ts';
import type { Diagnostic } from '../documents/diagnostic.ts';
import type { DocumentPath, RiskDocument, StrategyDocument } from '../documents/document.ts';

/** Gathers the findings of one document, with places in the document's own terms. */
export interface Reporter {
  readonly document: StrategyDocument | RiskDocument;
  readonly diagnostics: Diagnostic[];
  /** A finding about the value (or the key) at a path. */
  at(code: DiagnosticCode, path: DocumentPath, message: string, help?: string, on?: 'key' | 'value'): void;
}

/** `entry.long.when.all[0]`: a path as people write it. */
export function printPath(path: DocumentPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** `strategy ema-cross › entry.long.when`. */
export function contextOf(document: StrategyDocument | RiskDocument, path: DocumentPath): string {
  const where = printPath(path);
  if (document.kind === 'strategy') return `strategy ${document.value.id}${where === '' ? '' : ` › ${where}`}`;
  return where === '' ? 'risk' : `risk › ${where}`;
}

export function createReporter(document: StrategyDocument | RiskDocument, diagnostics: Diagnostic[]): Reporter {
  return {
    document,
    diagnostics,
    at(code, path, message, help, on = 'value') {
      diagnostics.push({
        code,
        severity: CODES[code].severity,
        message,
        file: document.source(path),
        span: on === 'key' ? document.keySpan(path) : document.valueSpan(path),
        context: contextOf(document, path),
        help,
      });
    },
  };
}
