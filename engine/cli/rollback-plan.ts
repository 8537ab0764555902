import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isDropping, RISK, STRATEGIES } from '../documents/read.ts';
import type { StoredDocument } from '../journal/revisions.ts';
import type { Sqlite } from '../journal/sqlite.ts';
import { gather } from '../runtime/workspace.ts';
import type { SessionOptions } from './session-options.ts';

/** A file of the workspace that a rollback touches; paths are from the workspace, with forward slashes. */
export interface Step {
  readonly path: string;
  /** `written` over what stands there, `created` where nothing does, `moved` away because the revision has no such file. */
  readonly kind: 'written' | 'created' | 'moved';
  /** What the file is to hold; undefined: it goes. */
  readonly bytes: Uint8Array | undefined;
  /** What stands there is in no revision of the journal: an edit that would be gone. */
  readonly unkept: boolean;
}

const bytesAt = (path: string): Uint8Array | undefined => (existsSync(path) ? readFileSync(path) : undefined);

/** Documents of the rules on disk, readable or not: what a session of these options reads. */
function present(dir: string, { paths, risk }: Pick<SessionOptions, 'paths' | 'risk'>): string[] {
  const found: string[] = [];
  if (paths.length === 0) {
    const folder = join(dir, STRATEGIES);
    if (existsSync(folder)) {
      found.push(
        ...readdirSync(folder)
          .filter((name) => !isDropping(name))
          .map((name) => `${STRATEGIES}/${name}`),
      );
    }
  } else {
    const { strategies, templates } = gather({ dir, paths: paths.map((path) => join(dir, path)) });
    for (const file of [...strategies, ...templates]) {
      found.push(relative(resolve(dir), resolve(file.path)).split(sep).join('/'));
    }
  }
  if (risk === null && existsSync(join(dir, RISK))) found.push(RISK);
  return found;
}

/** Documents of a revision that stood outside the workspace. */
export const outside = (documents: readonly StoredDocument[]): StoredDocument | undefined =>
  documents.find(({ path }) => path.startsWith('../') || isAbsolute(path));

/**
 * What has to be done to the files so that they are those of a revision.
 * @param documents those that the revision is made of
 * @param options of a session that ran it
 */
export function planRollback(
  database: Sqlite,
  dir: string,
  documents: readonly StoredDocument[],
  options: Pick<SessionOptions, 'paths' | 'risk'>,
): Step[] {
  const kept = database.prepare('SELECT 1 FROM documents WHERE path = ? AND sha256 = ? LIMIT 1');
  const unkept = (path: string, bytes: Uint8Array): boolean =>
    kept.get(path, createHash('sha256').update(bytes).digest('hex')) === undefined;
  const steps: Step[] = [];
  for (const { path, bytes } of documents) {
    const now = bytesAt(join(dir, path));
    if (now === undefined) steps.push({ path, kind: 'created', bytes, unkept: false });
    else if (!Buffer.from(bytes).equals(now)) steps.push({ path, kind: 'written', bytes, unkept: unkept(path, now) });
  }
  const wanted = new Set(documents.map(({ path }) => path));
  for (const path of present(dir, options)) {
    if (wanted.has(path)) continue;
    const now = bytesAt(join(dir, path));
    if (now !== undefined) steps.push({ path, kind: 'moved', bytes: undefined, unkept: unkept(path, now) });
  }
  return steps;
}
