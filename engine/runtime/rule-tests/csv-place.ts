import { dirname, relative, resolve } from 'node:path';
import type { Diagnostic } from '../../documents/diagnostic.ts';
import type { DocumentPath, StrategyDocument } from '../../documents/document.ts';
import { contextText, finding } from '../../documents/finding.ts';

/** A path written in a document, as it is found from where the person stands. */
export function pathOfCsv(document: StrategyDocument, csv: string): string {
  const whole = resolve(dirname(resolve(document.file.path)), csv);
  return relative(process.cwd(), whole) || whole;
}

/** A finding at the `csv:` of a test. */
export function unreadable(document: StrategyDocument, path: DocumentPath, message: string, help: string): Diagnostic {
  const context = contextText('strategy', document.value.id, path);
  return finding('E354', document.source(path), document.valueSpan(path), message, help, context);
}
