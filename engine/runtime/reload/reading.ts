import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { SourceFile } from '../../documents/diagnostic.ts';
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

/** List files that documents name, each with a document that names it. */
function* listNames({ strategies, templates, siblings }: Gathered): Generator<readonly [SourceFile, string]> {
  for (const file of new Set([...strategies, ...templates, ...siblings.values()])) {
    for (const name of new Set(Array.from(file.text.matchAll(LIST_NAME), ([word]) => word))) yield [file, name];
  }
}

/** Absolute paths of the list files that documents name. */
export const namedLists = (gathered: Gathered, cwd: string): string[] => [
  ...new Set(Array.from(listNames(gathered), ([from, name]) => resolve(dirname(resolve(cwd, from.path)), name))),
];

/** What was gathered, made comparable; list files that the documents name are read besides. */
export function readingOf(gathered: Gathered): Reading {
  const texts = new Map<string, string>();
  const { strategies, templates, risk, siblings } = gathered;
  for (const file of [...strategies, ...templates, ...(risk ? [risk] : []), ...siblings.values()]) {
    texts.set(file.path, file.text);
  }
  for (const [from, name] of listNames(gathered)) {
    const list = gathered.lists.find(from, name);
    if ('file' in list) texts.set(list.file.path, list.file.text);
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
