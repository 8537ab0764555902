import type { DiagnosticCode } from '../documents/codes.ts';
import type { Diagnostic } from '../documents/diagnostic.ts';
import type { DocumentPath, RiskDocument, StrategyDocument } from '../documents/document.ts';
import { contextText, finding } from '../documents/finding.ts';

/** Gathers the findings of one document, with places in the document's own terms. */
export interface Reporter {
  readonly document: StrategyDocument | RiskDocument;
  readonly diagnostics: Diagnostic[];
  /** A finding about the value (or the key) at a path. */
  at(code: DiagnosticCode, path: DocumentPath, message: string, help?: string, on?: 'key' | 'value'): void;
}

/** `strategy ema-cross › entry.long.when`. */
export const contextOf = (document: StrategyDocument | RiskDocument, path: DocumentPath): string =>
  contextText(document.kind, document.kind === 'strategy' ? document.value.id : undefined, path);

export function createReporter(document: StrategyDocument | RiskDocument, diagnostics: Diagnostic[]): Reporter {
  return {
    document,
    diagnostics,
    at(code, path, message, help, on = 'value') {
      const span = on === 'key' ? document.keySpan(path) : document.valueSpan(path);
      diagnostics.push(finding(code, document.source(path), span, message, help, contextOf(document, path)));
    },
  };
}
