import { REVISION_OF_BODY } from './inputs.ts';
import type { Sqlite } from './sqlite.ts';

/** What is kept of ended sessions. */
export interface Retention {
  /** Days since a session ended. */
  readonly days: number;
  /** Bytes of the whole journal, above which the oldest ended sessions go. */
  readonly bytes: number;
}

export const DEFAULT_RETENTION: Retention = { days: 90, bytes: 512 << 20 };

const DAY = 86_400_000;

/**
 * Removes ended sessions that are too old, then the oldest while the journal is too large. The last session and every open
 * one stay. Rules that no session names any more go with them.
 * @param now wall clock, ms
 * @returns names of what was removed, the oldest first
 */
export function prune(database: Sqlite, now: number, retention: Retention = DEFAULT_RETENTION): string[] {
  const limit = new Date(now - retention.days * DAY).toISOString();
  const ended = database
    .prepare(
      "SELECT id, name, ended FROM sessions WHERE state <> 'open' AND id <> (SELECT max(id) FROM sessions) ORDER BY id",
    )
    .all() as { readonly id: number; readonly name: string; readonly ended: string }[];
  const removed: string[] = [];
  for (const { id, name, ended: at } of ended) {
    if (at >= limit && usedBytes(database) <= retention.bytes) continue;
    database
      .transaction(() => {
        for (const table of ['slices', 'inputs', 'bars'])
          database.prepare(`DELETE FROM ${table} WHERE session = ?`).run(id);
        database.prepare('DELETE FROM sessions WHERE id = ?').run(id);
        const orphans = `id NOT IN (SELECT ${REVISION_OF_BODY} FROM inputs WHERE kind = 'revision')`;
        database.exec(`DELETE FROM documents WHERE revision IN (SELECT id FROM revisions WHERE ${orphans})`);
        database.exec(`DELETE FROM revisions WHERE ${orphans}`);
      })
      .immediate();
    removed.push(name);
  }
  if (removed.length > 0) database.pragma('incremental_vacuum');
  return removed;
}

function usedBytes(database: Sqlite): number {
  const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map(
    (name) => database.pragma(name, { simple: true }) as number,
  );
  return (pages! - free!) * size!;
}
