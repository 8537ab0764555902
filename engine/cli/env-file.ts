import { parseEnv } from 'node:util';
import type { SourceFile, Span } from '../documents/diagnostic.ts';

/** A value as `.env` sets it. */
export interface FileValue {
  readonly text: string;
  /** Where its name stands in the masked file. */
  readonly span: Span;
}

export interface EnvFile {
  /** The file as it may be shown: every value that could be a secret is `***`. */
  readonly file: SourceFile;
  readonly values: ReadonlyMap<string, FileValue>;
  /** Lines that set nothing and are no comments. */
  readonly idle: readonly Span[];
}

/** A line that sets something, as node:util's parser reads it: the value in quotes may go over several lines. */
const ASSIGNMENT = /^([ \t]*(?:export[ \t]+)?)([\w.-]+)([ \t]*=[ \t]*)("[^"]*"|'[^']*'|`[^`]*`|)([^\n]*)(?:\n|$)/;

/**
 * Reads the text of a `.env`.
 * @param path as it is shown to the person
 * @param plain names whose values anybody may see
 */
export const readEnvFile = (path: string, text: string, plain: ReadonlySet<string>): EnvFile => {
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const parsed = parseEnv(source);
  const spans = new Map<string, Span>();
  const idle: Span[] = [];
  let shown = '';
  for (let rest = source; rest !== ''; ) {
    const set = ASSIGNMENT.exec(rest);
    const start = shown.length;
    if (set !== null) {
      const [whole, before = '', name = '', equals = '', quoted = '', tail = ''] = set;
      spans.set(name, { start: start + before.length, end: start + before.length + name.length });
      // A quote that was never closed takes in the lines below it, and their secrets.
      const open = plain.has(name) && !quoted.includes('\n');
      // An address may hold a password.
      const value = open ? `${quoted}${tail}`.replace(/\/\/[^/\n]*@/g, '//***@') : '***';
      // A value of several lines stays as many, so that the lines below keep their numbers.
      const lines = '\n'.repeat(quoted.split('\n').length - 1);
      shown += `${before}${name}${equals}${value}${lines}${whole.endsWith('\n') ? '\n' : ''}`;
      rest = rest.slice(whole.length);
      continue;
    }
    const end = rest.indexOf('\n') < 0 ? rest.length : rest.indexOf('\n');
    const line = rest.slice(0, end).trim();
    // A comment may hold a key that was taken out of use.
    const words = line === '' ? '' : line.startsWith('#') ? '# ***' : '***';
    if (words === '***') idle.push({ start, end: start + words.length });
    shown += `${words}${end < rest.length ? '\n' : ''}`;
    rest = rest.slice(end + 1);
  }
  const values = new Map<string, FileValue>();
  for (const [name, value] of Object.entries(parsed)) {
    if (value !== undefined) values.set(name, { text: value, span: spans.get(name) ?? { start: 0, end: 0 } });
  }
  return { file: { path, text: shown }, values, idle };
};
