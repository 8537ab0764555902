import { CODES, type DiagnosticCode } from './codes.ts';
import type { Diagnostic, SourceFile, Span } from './diagnostic.ts';
import { finding } from './finding.ts';
import { positionOf } from './position.ts';

/** `# engine-ignore W324: a sweep sets it`: a warning that is meant. */
export interface Ignore {
  readonly file: SourceFile;
  readonly span: Span;
  readonly line: number;
  readonly code: DiagnosticCode;
}

/** Warnings that only a run can find: without one, nobody can say that their ignore is idle. */
const OF_A_RUN: ReadonlySet<string> = new Set(['W385', 'W386', 'W387', 'W388', 'W389', 'W392']);

const isCode = (word: string): word is DiagnosticCode => Object.hasOwn(CODES, word);

/** Reads the ignores of files; those without a known warning's code or without a reason are findings. */
export function readIgnores(files: readonly SourceFile[]): {
  readonly ignores: readonly Ignore[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const ignores: Ignore[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    if (!file.text.includes('engine-ignore')) continue;
    const pattern = /#[ \t]*engine-ignore\b[^\r\n]*/g;
    for (let found = pattern.exec(file.text); found !== null; found = pattern.exec(file.text)) {
      if (!beginsComment(file.text, found.index)) continue;
      const span = { start: found.index, end: found.index + found[0].trimEnd().length };
      const [, word, reason] = /^#[ \t]*engine-ignore[ \t]+([A-Za-z]\d{3})[ \t]*:[ \t]*(\S.*)$/.exec(found[0]) ?? [];
      const complain = (message: string, help: string): void => {
        diagnostics.push(finding('W399', file, span, message, help));
      };
      if (word === undefined || reason === undefined) {
        complain('the ignore says no code or no reason', 'write `# engine-ignore W324: why it is meant`');
      } else if (!isCode(word))
        complain(`there is no code \`${word}\``, 'write the code that the finding shows in brackets');
      else if (CODES[word].severity === 'error')
        complain(`\`${word}\` is an error, and errors cannot be ignored`, 'mend the error; only warnings can be meant');
      else ignores.push({ file, span, line: positionOf(file, found.index).line, code: word });
    }
  }
  return { ignores, diagnostics };
}

/** Whether a `#` begins a comment: at the start of the line or after a space, and not within quotes. */
function beginsComment(text: string, at: number): boolean {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(start, at);
  if (before !== '' && !/\s$/.test(before)) return false;
  let quote = '';
  for (let index = 0; index < before.length; index++) {
    const char = before[index]!;
    if (quote !== '') quote = char === quote ? '' : quote;
    // A quote inside a plain word is an apostrophe.
    else if ((char === '"' || char === "'") && /[\s[{,:(]|^$/.test(before[index - 1] ?? '')) quote = char;
  }
  return quote === '';
}

const matches = (ignore: Ignore, { code, file, span }: Diagnostic): boolean => {
  if (ignore.code !== code || file === undefined || file.path !== ignore.file.path) return false;
  const { line } = positionOf(file, span?.start ?? 0);
  return line === ignore.line || line === ignore.line + 1;
};

/** The findings without those warnings that are meant. */
export const withoutIgnored = (
  diagnostics: readonly Diagnostic[],
  ignores: readonly Ignore[],
): readonly Diagnostic[] =>
  ignores.length === 0
    ? diagnostics
    : diagnostics.filter((one) => one.severity !== 'warning' || !ignores.some((ignore) => matches(ignore, one)));

/** Ignores that no finding answers to; told only when nothing is wrong enough to hide findings. */
export function idleIgnores(diagnostics: readonly Diagnostic[], ignores: readonly Ignore[]): readonly Diagnostic[] {
  return ignores
    .filter((ignore) => !OF_A_RUN.has(ignore.code) && !diagnostics.some((one) => matches(ignore, one)))
    .filter(({ file }) => !diagnostics.some((one) => one.severity === 'error' && one.file?.path === file.path))
    .map(({ file, span, code }) =>
      finding('W398', file, span, `nothing here draws ${code} any more`, 'take the comment out'),
    );
}
