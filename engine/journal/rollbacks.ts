import type { Arrival } from './inputs.ts';
import { damaged } from './open.ts';
import { seal } from './seal.ts';
import type { Sqlite } from './sqlite.ts';

/** Files of a former revision that were written back, for the engine to take as it takes any edit. */
export interface Rollback {
  /** Wall clock, ISO 8601. */
  readonly at: string;
  /** The revision that the files are of. */
  readonly revision: string;
  /** Where the files that they replaced are kept. */
  readonly folder: string;
}

interface Stored extends Rollback {
  readonly n: number;
  readonly seal: string;
}

/** Keeps a rollback, before its files are written. @returns what `forgetRollback` takes */
export function storeRollback(database: Sqlite, { at, revision, folder }: Rollback): number {
  const { lastInsertRowid } = database
    .prepare('INSERT INTO rollbacks (at, revision, folder, seal) VALUES (?, ?, ?, ?)')
    .run(at, revision, folder, seal(at, revision, folder));
  return Number(lastInsertRowid);
}

/** Of a rollback whose files could not be written. */
export function forgetRollback(database: Sqlite, n: number): void {
  database.prepare('DELETE FROM rollbacks WHERE n = ?').run(n);
}

/** The last rollback. @throws Refusal `damaged` */
export function lastRollback(database: Sqlite): Rollback | undefined {
  const row = database.prepare('SELECT n, at, revision, folder, seal FROM rollbacks ORDER BY n DESC LIMIT 1').get() as
    | Stored
    | undefined;
  if (row === undefined) return undefined;
  const { at, revision, folder } = row;
  if (row.seal !== seal(at, revision, folder))
    throw damaged(database.name, 'the last rollback is not as it was written');
  return { at, revision, folder };
}

/** The rollback whose files no run has taken yet. */
export function openRollback(database: Sqlite): Rollback | undefined {
  const last = lastRollback(database);
  if (last === undefined) return undefined;
  const taken = database.prepare("SELECT 1 FROM inputs WHERE kind = 'revision' AND at >= ? LIMIT 1").get(last.at);
  return taken === undefined ? last : undefined;
}

/** How a revision comes to rule, if it is not by a rollback. */
export function arrivalOf(
  database: Sqlite,
  revision: string,
  otherwise: Arrival,
): { readonly how: Arrival; readonly reason?: string } {
  if (openRollback(database)?.revision !== revision) return { how: otherwise };
  const reason = `rollback to ${revision.slice(0, 7)}`;
  // A session that begins with the files is a start all the same.
  return { how: otherwise === 'start' ? 'start' : 'rollback', reason };
}
