import { DATA_CODES } from '../documents/codes/data.ts';
import type { Diagnostic, SourceFile } from '../documents/diagnostic.ts';
import { plainText } from './plain-text.ts';

/** A diagnostic on market data, with the severity that the table of codes gives. */
export function finding(
  code: keyof typeof DATA_CODES,
  message: string,
  more: { readonly help: string; readonly file?: SourceFile },
): Diagnostic {
  return {
    code,
    severity: DATA_CODES[code].severity,
    message: plainText(message),
    file: more.file,
    span: undefined,
    context: undefined,
    help: plainText(more.help),
  };
}
