import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { SourceFile } from '../../documents/diagnostic.ts';
import { readDocument, shownFrom } from '../../documents/read.ts';
import type { Gathered } from '../workspace.ts';

/** All files of the rules as they were at one moment. */
export interface Reading {
  readonly gathered: Gathered;
  /** Equal for two readings that hold the same bytes under the same names, and meet the same obstacles. */
  readonly fingerprint: string;
  /** Text of every file by its path. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Names of list files in a document. One in a comment counts too: it is only looked at. */
const LIST_NAME = /[^\s"'[\]{},:#]+\.txt\b/g;

/** Absolute paths of the list files that documents name. */
export function namedLists(gathered: Gathered, cwd: string): string[] {
  const paths = new Set<string>();
  for (const file of [...gathered.strategies, ...gathered.templates, ...gathered.siblings.values()]) {
    for (const [name] of file.text.matchAll(LIST_NAME)) paths.add(resolve(dirname(resolve(cwd, file.path)), name));
  }
  return [...paths];
}

/** What was gathered, made comparable; list files that the documents name are read besides. */
export function readingOf(gathered: Gathered, cwd: string = process.cwd()): Reading {
  const texts = new Map<string, string>();
  const { strategies, templates, risk, siblings } = gathered;
  for (const file of [...strategies, ...templates, ...(risk ? [risk] : []), ...siblings.values()]) {
    texts.set(file.path, file.text);
  }
  for (const path of namedLists(gathered, cwd)) {
    const shown = shownFrom(path, cwd);
    const list = readDocument(path, shown, undefined);
    if ('file' in list) texts.set(shown, list.file.text);
  }
  const hash = createHash('sha256');
  const put = (text: string): void => {
    hash.update(`${text.length}:`).update(text);
  };
  for (const path of [...texts.keys()].sort()) {
    put(path);
    put(texts.get(path)!);
  }
  for (const { code, message } of gathered.diagnostics) put(`${code} ${message}`);
  return { gathered, fingerprint: hash.digest('hex'), texts };
}

export const textsOf = (files: readonly SourceFile[]): ReadonlyMap<string, string> =>
  new Map(files.map((file) => [file.path, file.text]));

/** Files that are new or changed since `before` and do not end with a line break: perhaps somebody is still writing. */
export const unfinished = (texts: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): string[] =>
  [...texts].filter(([path, text]) => !text.endsWith('\n') && before.get(path) !== text).map(([path]) => path);

/** Files that were there and are not: perhaps somebody is about to write them anew. */
export const gone = (texts: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): string[] =>
  [...before.keys()].filter((path) => !texts.has(path));

/** Files that differ, gone and new ones too. */
export const changed = (texts: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): string[] =>
  [...new Set([...texts.keys(), ...before.keys()])].filter((path) => texts.get(path) !== before.get(path)).sort();
