import { existsSync } from 'node:fs';
import { APPLICATION_ID } from './schema.ts';
import { loadSqlite } from './sqlite.ts';

/** What a journal says of itself, without anything of it being changed. */
export type JournalLook =
  | { readonly kind: 'absent' }
  /** Of the schema. */
  | { readonly kind: 'journal'; readonly version: number }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unreadable'; readonly words: string };

/**
 * Looks at the journal at `path`.
 * @throws Refusal `unavailable` when the native library is not built
 */
export async function lookAtJournal(path: string): Promise<JournalLook> {
  const library = await loadSqlite();
  if (!existsSync(path)) return { kind: 'absent' };
  try {
    const database = new library(path, { readonly: true, fileMustExist: true });
    try {
      const application = database.pragma('application_id', { simple: true }) as number;
      const version = database.pragma('user_version', { simple: true }) as number;
      // One that was made a moment ago has nothing in it.
      if (application === 0 && version === 0) return { kind: 'absent' };
      return application === APPLICATION_ID ? { kind: 'journal', version } : { kind: 'foreign' };
    } finally {
      database.close();
    }
  } catch (error) {
    return { kind: 'unreadable', words: error instanceof Error ? error.message : String(error) };
  }
}
