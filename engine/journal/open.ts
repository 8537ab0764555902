import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './schema.ts';
import { loadSqlite, type Sqlite, troubleOf } from './sqlite.ts';

export const JOURNAL = 'journal.sqlite';

/** Files up to this are checked whole at every start: some hundred milliseconds. Of larger ones the small tables are. */
const CHECKED_WHOLE = 32 << 20;
const SMALL_TABLES = ['meta', 'revisions', 'documents', 'sessions', 'inputs', 'rollbacks'] as const;

/** Milliseconds to wait for another process's write. */
const PATIENCE = 5_000;

const FRESH = '--fresh moves it aside and starts anew';

/**
 * Makes the state folder, for this user alone. One that is there keeps its rights.
 * @throws Refusal `files`
 */
export function makeStateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  } catch (error) {
    throw filesRefusal(folder, error);
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: "the disk's quota is used up",
  EIO: 'the disk reports a fault',
  ENOTDIR: 'a file stands where a folder is wanted',
  EEXIST: 'a file stands where a folder is wanted',
  EISDIR: 'a folder stands where a file is wanted',
};

/** Whether the disk of a folder has no room left; SQLite reports some full disks as faults. */
function isFull(folder: string): boolean {
  try {
    return statfsSync(folder).bavail === 0;
  } catch {
    return false;
  }
}

/** What keeps a journal from being written, in a few words. */
export function causeOf(folder: string, error: unknown): string {
  const trouble = troubleOf(error);
  if (trouble === 'readonly') return 'it is read-only';
  if (trouble === 'busy') return 'another process keeps it locked';
  const { code } = error as { readonly code?: string };
  if (code === 'SQLITE_FULL' || (trouble === 'disk' && isFull(folder))) return 'the disk is full';
  return trouble === 'disk' ? `the disk reports a fault (${code})` : (error as Error).message || String(code);
}

/** What the system said of a file of the state folder, as a refusal; other errors come back as they are. */
export function filesRefusal(path: string, error: unknown): unknown {
  if (isRefusal(error)) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === undefined) return error;
  const cause = CAUSES[code] ?? causeOf(path, error);
  return refuse(
    'files',
    `cannot keep a journal in ${path}: ${cause}`,
    'mend that, name another folder (--state DIR), or run without (--no-journal)',
  );
}

/**
 * Opens the journal at `path`, makes it when it is missing, and looks it over. The file is this user's alone.
 * @throws Refusal: `unavailable`, `files`, `damaged` or `newer`; the file is then as it was
 */
export async function openJournal(path: string): Promise<Sqlite> {
  const library = await loadSqlite();
  const known = existsSync(path) ? statSync(path).size : 0;
  try {
    // Made here, so that it and the files that SQLite puts beside it are never readable by others.
    closeSync(openSync(path, 'a+', 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    throw filesRefusal(dirname(path), error);
  }
  let database: Sqlite | undefined;
  try {
    database = new library(path, { timeout: PATIENCE });
    prepare(database, path, known);
    return database;
  } catch (error) {
    try {
      database?.close();
    } catch {
      // It could not be opened: there is nothing to close.
    }
    throw refusalOf(path, error);
  }
}

function prepare(database: Sqlite, path: string, size: number): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  const application = database.pragma('application_id', { simple: true }) as number;
  const empty = application === 0 && version === 0 && countTables(database) === 0;
  if (!empty) {
    if (application !== APPLICATION_ID) {
      throw refuse('damaged', `${path} is no journal of this engine`, `${FRESH}; or name another folder: --state DIR`);
    }
    if (version > SCHEMA_VERSION) {
      throw refuse(
        'newer',
        `${path} was written by a newer engine (journal version ${version}, this engine knows ${SCHEMA_VERSION})`,
        `run the newer engine; ${FRESH}`,
      );
    }
    check(database, path, size);
  } else if (size === 0) database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  migrate(database);
}

const countTables = (database: Sqlite): number =>
  database.prepare('SELECT count(*) FROM sqlite_master').pluck().get() as number;

function check(database: Sqlite, path: string, size: number): void {
  const found: readonly unknown[] =
    size <= CHECKED_WHOLE
      ? [database.pragma('quick_check(1)', { simple: true })]
      : SMALL_TABLES.map((table) => database.pragma(`quick_check(${table})`, { simple: true }));
  const fault = found.find((word) => word !== 'ok');
  if (fault !== undefined) throw damaged(path, (fault as string).split('\n').at(-1)!);
}

export const damaged = (path: string, finding: string): Refusal =>
  refuse('damaged', `${path} is damaged: ${finding}`, `restore it from a backup; ${FRESH}`);

/** An error met while reading a journal as a refusal; a fault of the engine comes back as it is. */
export function refusalOf(path: string, error: unknown): unknown {
  if (isRefusal(error)) return error;
  const trouble = troubleOf(error);
  if (trouble === undefined) return error;
  if (trouble === 'damage') return damaged(path, (error as Error).message);
  return filesRefusal(dirname(path), error);
}
