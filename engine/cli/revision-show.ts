import { join } from 'node:path';
import { readRevision, type StoredDocument } from '../journal/revisions.ts';
import { counted } from '../report/amounts.ts';
import { SCHEMA_VERSION } from '../report/json.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import type { OpenedJournal } from './recorded.ts';
import { revisionNamed } from './revision-named.ts';
import { makeFolderOf, writeNew } from './write-file.ts';

/** The documents of a revision, whole: on stdout under their paths, as JSON, or as files in a folder. */
export const showRevision = async (
  { flags, terminal }: CommandContext,
  { database }: OpenedJournal,
  word: string,
): Promise<number> => {
  const revision = revisionNamed(database, word);
  const documents = readRevision(database, revision);
  const out = textFlag(flags, 'out');
  if (out !== undefined) {
    await writeAll(out, documents);
    terminal.err(`wrote ${counted(documents.length, 'file')} of ${revision.slice(0, 7)} into ${out}\n`);
    return EXIT.fine;
  }
  if (flags.format === 'json') {
    const told = documents.map(({ path, role, bytes }) => ({ path, role, text: textOf(bytes) }));
    await terminal.stream([
      `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, revision, documents: told }, undefined, 1)}\n`,
    ]);
    return EXIT.fine;
  }
  await terminal.stream(
    documents.flatMap(({ path, bytes }, n) => [
      `${n > 0 ? '\n' : ''}${terminal.style.bold(`==> ${path} <==`)}\n`,
      ended(textOf(bytes)),
    ]),
  );
  return EXIT.fine;
};

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** A path of a workspace inside another folder; what stood outside the workspace comes into it. */
const inside = (path: string): string => path.replace(/^(?:\.\.\/)+|^\/+/, '');

const writeAll = async (out: string, documents: readonly StoredDocument[]): Promise<void> => {
  for (const { path, bytes } of documents) {
    const target = join(out, inside(path));
    await makeFolderOf(target);
    if (await writeNew(target, [bytes])) continue;
    throw failure(`${target} is there already`, 'nothing that is there is overwritten: name another folder');
  }
};
