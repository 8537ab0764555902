import { CODES, type DiagnosticCode } from './codes.ts';
import type { Diagnostic, SourceFile, Span } from './diagnostic.ts';

/** A finding at `[start, end)` of a file; its severity is the code's. */
export function finding(
  code: DiagnosticCode,
  file: SourceFile | undefined,
  span: Span | undefined,
  message: string,
  help: string | undefined,
  context?: string,
  related?: Diagnostic['related'],
): Diagnostic {
  const entry = { code, severity: CODES[code].severity, message, file, span, context, help };
  return related ? { ...entry, related } : entry;
}

const IDENTIFIER = /^[A-Za-z_][\w-]*$/;

/** A path as people say it: `entry.long.when.all[0]`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (IDENTIFIER.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** Where a finding stands in the document's own terms: `strategy ema-cross › entry.long.when`. */
export function contextText(
  kind: 'strategy' | 'risk',
  id: string | undefined,
  path: readonly (string | number)[],
): string {
  const whose = kind === 'risk' ? 'risk' : id === undefined ? 'strategy' : `strategy ${id}`;
  return path.length === 0 ? whose : `${whose} › ${pathText(path)}`;
}

/** Text from a file made safe and short for one line of a message. */
export function quoted(text: string, longest = 40): string {
  const clean = text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
  return `\`${clean.length > longest ? `${clean.slice(0, longest - 1)}…` : clean}\``;
}
