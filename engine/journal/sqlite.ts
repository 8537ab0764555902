import type Database from 'better-sqlite3';
import { refuse } from './refusal.ts';

/** An open database. */
export type Sqlite = Database.Database;

export type Statement = Database.Statement<unknown[]>;

type Library = typeof Database;

/**
 * The native library, loaded when a command needs it: it costs a cold start its milliseconds.
 * @throws Refusal `unavailable` when it is not built
 */
export async function loadSqlite(): Promise<Library> {
  try {
    const { default: library } = await import('better-sqlite3');
    // Its native part is loaded by the first database.
    new library(':memory:').close();
    return library;
  } catch (error) {
    const cause = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const words = /MODULE_NOT_FOUND/.test(code) || /Could not locate the bindings/.test(cause) ? 'is not built' : cause;
    throw refuse(
      'unavailable',
      `the journal needs better-sqlite3, which ${words === cause ? `does not load: ${cause}` : words}`,
      'install python3, make and a C++ compiler, then `npm rebuild better-sqlite3`; --no-journal runs without',
    );
  }
}

const prepared = new WeakMap<Sqlite, Map<string, Statement>>();

/** A prepared statement, made once a database. */
export function statement(database: Sqlite, sql: string): Statement {
  let known = prepared.get(database);
  if (known === undefined) {
    known = new Map();
    prepared.set(database, known);
  }
  let found = known.get(sql);
  if (found === undefined) {
    found = database.prepare<unknown[]>(sql);
    known.set(sql, found);
  }
  return found;
}

/** What went wrong in a database, in the terms that decide what is to be done. */
export type Trouble =
  /** No space, or a fault of the disk: waiting may help. */
  | 'disk'
  /** Bytes that are not what was written. */
  | 'damage'
  | 'readonly'
  | 'busy'
  | 'missing';

const TROUBLES: readonly (readonly [RegExp, Trouble])[] = [
  [/^SQLITE_(FULL|IOERR|NOMEM)/, 'disk'],
  [/^SQLITE_(CORRUPT|NOTADB|FORMAT|SCHEMA|ERROR|MISMATCH|RANGE|CONSTRAINT|TOOBIG)/, 'damage'],
  [/^SQLITE_(READONLY|PERM|AUTH)/, 'readonly'],
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)/, 'busy'],
  [/^SQLITE_CANTOPEN/, 'missing'],
  [/^(ENOSPC|EIO|EDQUOT|EFBIG)$/, 'disk'],
  [/^(EACCES|EPERM|EROFS)$/, 'readonly'],
];

/** The trouble behind an error of the database or of a file; undefined for a fault of another kind. */
export function troubleOf(error: unknown): Trouble | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string') return undefined;
  return TROUBLES.find(([pattern]) => pattern.test(code))?.[1];
}
