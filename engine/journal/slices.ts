import { createHash } from 'node:crypto';
import { damaged } from './open.ts';
import type { Sqlite } from './sqlite.ts';

/** A stretch of a run: how far it came, and what came out of it. */
export interface Slice {
  readonly revision: string;
  /** Instants worked off since the run's start: the cursor. */
  readonly instants: number;
  /** Market time reached, ms; NaN before the first bar. */
  readonly time: number;
  /** Of the account at its end, dollars. */
  readonly equity: number;
  /** Closed trades since the run's start. */
  readonly trades: number;
  /** What the end of the run brings: no further bar. */
  readonly final: boolean;
  /** JSON array of the events. */
  readonly events: string;
}

/** A stored slice; `hash` is over it and all before it. */
export interface SliceRow extends Slice {
  readonly n: number;
  readonly hash: string;
}

/** The hash before the first slice: that of the session itself. */
export const chained = (before: string, slice: Slice): string => {
  const { revision, instants, time, equity, trades, final, events } = slice;
  return createHash('sha256')
    .update(`${before} ${revision} ${instants} ${time} ${equity} ${trades} ${final}\n`)
    .update(events)
    .digest('hex');
};

export const NO_EVENTS = '[]';

interface Stored extends Omit<SliceRow, 'final' | 'time'> {
  readonly final: 0 | 1;
  readonly time: number | null;
}

/** Rows read at a time: a reader that stops in between leaves nothing open. One may hold some megabytes. */
const PAGE = 16;

/**
 * The slices of a session in order, each held to its hash.
 * @param first the hash before the first one
 * @throws Refusal `damaged` at the first that is not as it was written
 */
export function* readSlices(database: Sqlite, session: number, first: string): Generator<SliceRow> {
  const page = database.prepare(
    'SELECT n, revision, instants, time, equity, trades, final, events, hash FROM slices WHERE session = ? AND n >= ? ORDER BY n LIMIT ?',
  );
  let before = first;
  for (let n = 0; ; ) {
    const rows = page.all(session, n, PAGE) as Stored[];
    for (const row of rows) {
      const slice: SliceRow = { ...row, time: row.time ?? Number.NaN, final: row.final === 1 };
      if (row.n !== n || row.hash !== chained(before, slice)) {
        throw damaged(database.name, `stretch ${n} of the session is not as it was written`);
      }
      yield slice;
      before = row.hash;
      n++;
    }
    if (rows.length < PAGE) return;
  }
}

/** The last slices of a session, the newest first; as they stand, unchecked. */
export function lastSlices(database: Sqlite, session: number, count: number): SliceRow[] {
  const rows = database
    .prepare(
      'SELECT n, revision, instants, time, equity, trades, final, events, hash FROM slices WHERE session = ? ORDER BY n DESC LIMIT ?',
    )
    .all(session, count) as Stored[];
  return rows.map((row) => ({ ...row, time: row.time ?? Number.NaN, final: row.final === 1 }));
}
