import { type BarsRow, storeBars } from './bars.ts';
import { type NewInput, storeInput } from './inputs.ts';
import { refuse } from './refusal.ts';
import { endSession } from './session.ts';
import { chained, NO_EVENTS, type Slice, type SliceRow } from './slices.ts';
import { type Sqlite, statement } from './sqlite.ts';

/**
 * Writes one session. Each call is one transaction: it is there whole or not at all, and one that failed can be tried again.
 * `durable` says that it must survive the loss of power, not only the death of the process.
 */
export interface SessionWriter {
  /** Takes how far the run came and what came out. @throws the database's error; Refusal `locked` when another engine took over */
  append(slice: Slice, durable?: boolean): void;
  /** Takes something from outside, before it acts. */
  input(input: NewInput, durable?: boolean): void;
  /** Takes several things, all of them or none: what came, and what came of it. */
  together(entries: readonly Entry[], durable: boolean): void;
  /** Marks the session as worked off, with what its end brought. */
  complete(last: Slice, ended: string): void;
}

/** One thing to be stored among others. */
export type Entry =
  | { readonly kind: 'bars'; readonly row: BarsRow }
  | { readonly kind: 'input'; readonly input: NewInput }
  | { readonly kind: 'slice'; readonly slice: Slice };

/** Where a session's writing goes on. */
export interface WriterStart {
  readonly session: number;
  /** Inputs stored so far. */
  readonly inputs: number;
  /** The last slice, and the hash of the one before it (or of the session). */
  readonly tail: SliceRow | undefined;
  readonly before: string;
}

const OWNER = 'owner';

/** Names the engine that may write from now on: whoever wrote before is shut out. */
export function own(database: Sqlite, token: string): void {
  database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(OWNER, token);
}

/**
 * @param token what `own` was called with
 * @param open gives the database: asked for at every transaction, since one that met a fault of the disk is opened anew
 */
export function createWriter(open: () => Sqlite, token: string, start: WriterStart): SessionWriter {
  const { session } = start;
  let { tail, before } = start;
  let inputs = start.inputs;
  /** An input closes the tail: what it brings about does not belong to it. So does a start: the journal may end with an input. */
  let closed = true;

  function transact(durable: boolean, work: (database: Sqlite) => void): void {
    const database = open();
    if (durable) database.pragma('synchronous = FULL');
    try {
      database
        .transaction(() => {
          if (statement(database, 'SELECT value FROM meta WHERE key = ?').pluck().get(OWNER) !== token) {
            throw refuse(
              'locked',
              `another engine has taken over ${database.name}`,
              'one engine runs on a state folder: stop one of them, or name another folder (--state DIR)',
            );
          }
          work(database);
        })
        .immediate();
    } finally {
      if (durable) database.pragma('synchronous = NORMAL');
    }
  }

  function put(database: Sqlite, slice: Slice): () => void {
    // A stretch in which nothing happened grows until something does: a quiet day is one row.
    const grows = tail !== undefined && !closed && tail.events === NO_EVENTS && !slice.final;
    const base = grows ? before : (tail?.hash ?? before);
    const n = grows ? tail!.n : (tail?.n ?? -1) + 1;
    const row: SliceRow = { ...slice, n, hash: chained(base, slice) };
    statement(
      database,
      'INSERT OR REPLACE INTO slices (session, n, revision, instants, time, equity, trades, final, events, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(
      session,
      n,
      row.revision,
      row.instants,
      Number.isNaN(row.time) ? null : row.time,
      row.equity,
      row.trades,
      row.final ? 1 : 0,
      row.events,
      row.hash,
    );
    return () => {
      before = base;
      tail = row;
      closed = false;
    };
  }

  return {
    append(slice, durable = false) {
      let done: (() => void) | undefined;
      transact(durable, (database) => {
        done = put(database, slice);
      });
      done?.();
    },
    input(input, durable = false) {
      transact(durable, (database) => storeInput(database, session, inputs, input));
      inputs++;
      closed = true;
    },
    together(entries, durable) {
      const former = { tail, before, inputs, closed };
      try {
        transact(durable, (database) => {
          for (const entry of entries) {
            if (entry.kind === 'bars') storeBars(database, session, entry.row);
            else if (entry.kind === 'slice') put(database, entry.slice)();
            else {
              storeInput(database, session, inputs, entry.input);
              inputs++;
              closed = true;
            }
          }
        });
      } catch (error) {
        ({ tail, before, inputs, closed } = former);
        throw error;
      }
    },
    complete(last, ended) {
      let done: (() => void) | undefined;
      transact(false, (database) => {
        done = put(database, last);
        endSession(database, session, 'complete', ended);
      });
      done?.();
    },
  };
}
