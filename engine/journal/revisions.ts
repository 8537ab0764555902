import { createHash } from 'node:crypto';
import { damaged } from './open.ts';
import type { Sqlite } from './sqlite.ts';

/** What a document is to its set; a sibling is only there to be extended. */
export type Role = 'strategy' | 'template' | 'risk' | 'sibling' | 'list';

export interface StoredDocument {
  /** From the workspace's folder, with forward slashes. */
  readonly path: string;
  readonly role: Role;
  readonly bytes: Uint8Array;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Stores a set of documents whole, once; to be called inside a transaction with what refers to it. */
export function storeRevision(database: Sqlite, id: string, documents: readonly StoredDocument[]): void {
  const { changes } = database.prepare('INSERT OR IGNORE INTO revisions (id) VALUES (?)').run(id);
  if (changes === 0) return;
  const insert = database.prepare('INSERT INTO documents (revision, path, role, bytes, sha256) VALUES (?, ?, ?, ?, ?)');
  for (const { path, role, bytes } of documents) insert.run(id, path, role, bytes, sha256(bytes));
}

/** @throws Refusal `damaged` when the set is missing or not as it was written */
export function readRevision(database: Sqlite, id: string): StoredDocument[] {
  const rows = database
    .prepare('SELECT path, role, bytes, sha256 FROM documents WHERE revision = ? ORDER BY path')
    .all(id) as (StoredDocument & { readonly sha256: string })[];
  if (rows.length === 0) throw damaged(database.name, `the rules ${id.slice(0, 7)} are missing`);
  return rows.map(({ path, role, bytes, sha256: known }) => {
    if (sha256(bytes) !== known)
      throw damaged(database.name, `${path} of the rules ${id.slice(0, 7)} is not as it was written`);
    return { path, role, bytes };
  });
}
