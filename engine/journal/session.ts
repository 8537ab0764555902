import { damaged } from './open.ts';
import { seal } from './seal.ts';
import type { Sqlite } from './sqlite.ts';

/** Where a run's bars come from: what has to be the same for the run to go on. */
export type Source =
  /** Live bars; what came is in the journal itself. `account` names the account without telling it. */
  | { readonly kind: 'alpaca'; readonly hash: string; readonly feed: string; readonly account: string | null }
  | { readonly kind: 'sample'; readonly hash: string }
  | {
      readonly kind: 'csv';
      readonly path: string;
      /** sha256 over the corporate actions, then the files in this order; and how many bytes of each. */
      readonly hash: string;
      readonly actionsBytes: number;
      readonly files: readonly { readonly symbol: string; readonly file: string; readonly bytes: number }[];
    };

/** `open`: it goes on at the next start; `complete`: its feed was worked off; `abandoned`: `--fresh` ended it. */
export type SessionState = 'open' | 'complete' | 'abandoned';

export interface SessionRow {
  readonly id: number;
  /** `2026-11-25-1`: the day it began, and a number. */
  readonly name: string;
  /** Version of the engine that began it. */
  readonly engine: string;
  readonly started: string;
  readonly source: Source;
  /** Whatever the run was started with that moves its decisions; plain JSON. */
  readonly options: unknown;
  readonly seal: string;
  readonly state: SessionState;
  readonly ended: string | undefined;
}

interface Stored extends Omit<SessionRow, 'source' | 'options' | 'ended'> {
  readonly source: string;
  readonly options: string;
  readonly ended: string | null;
}

function read(path: string, row: Stored): SessionRow {
  if (row.seal !== seal(row.name, row.engine, row.started, row.source, row.options)) {
    throw damaged(path, `session ${row.name} is not as it was written`);
  }
  return {
    ...row,
    source: JSON.parse(row.source) as Source,
    options: JSON.parse(row.options) as unknown,
    ended: row.ended ?? undefined,
  };
}

/** Sessions, the oldest first. @throws Refusal `damaged` */
export const listSessions = (database: Sqlite): SessionRow[] =>
  (database.prepare('SELECT * FROM sessions ORDER BY id').all() as Stored[]).map((row) => read(database.name, row));

/** The session that began last. @throws Refusal `damaged` */
export function lastSession(database: Sqlite): SessionRow | undefined {
  const row = database.prepare('SELECT * FROM sessions ORDER BY id DESC LIMIT 1').get() as Stored | undefined;
  return row === undefined ? undefined : read(database.name, row);
}

/**
 * Begins a session under the next free name of its day.
 * @param started the wall clock, ISO 8601
 */
export function beginSession(
  database: Sqlite,
  { engine, started, source, options }: Pick<SessionRow, 'engine' | 'started' | 'source' | 'options'>,
): SessionRow {
  const day = started.slice(0, 10);
  const texts = [JSON.stringify(source), JSON.stringify(options)] as const;
  return database
    .transaction(() => {
      const taken = database.prepare('SELECT name FROM sessions WHERE name GLOB ?').pluck().all(`${day}-*`) as string[];
      const number = Math.max(0, ...taken.map((name) => Number(name.slice(day.length + 1)) || 0)) + 1;
      const name = `${day}-${number}`;
      const mark = seal(name, engine, started, ...texts);
      const { lastInsertRowid } = database
        .prepare(
          "INSERT INTO sessions (name, engine, started, source, options, seal, state) VALUES (?, ?, ?, ?, ?, ?, 'open')",
        )
        .run(name, engine, started, ...texts, mark);
      return {
        id: Number(lastInsertRowid),
        name,
        engine,
        started,
        source,
        options,
        seal: mark,
        state: 'open' as const,
        ended: undefined,
      };
    })
    .immediate();
}

/** Ends a session. */
export function endSession(database: Sqlite, id: number, state: Exclude<SessionState, 'open'>, ended: string): void {
  database.prepare('UPDATE sessions SET state = ?, ended = ? WHERE id = ?').run(state, ended, id);
}
