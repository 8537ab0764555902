import { damaged } from './open.ts';
import { type StoredDocument, storeRevision } from './revisions.ts';
import { seal } from './seal.ts';
import type { Sqlite } from './sqlite.ts';

/** What a person did to the run. */
export interface Command {
  /** `pause`, `resume`, `flatten`, `reset_breaker`, ... */
  readonly name: string;
  readonly arguments: Readonly<Record<string, string>>;
}

/** Something from outside, and after how many instants of the run it took effect. */
export type Input = { readonly instants: number /** Wall clock, ISO 8601. */; readonly at: string } & (
  | { readonly kind: 'revision'; readonly revision: string }
  | { readonly kind: 'command'; readonly command: Command }
);

/** An input to be stored; a revision comes with its documents. */
export type NewInput =
  | (Input & { readonly kind: 'revision'; readonly documents: readonly StoredDocument[] })
  | (Input & { readonly kind: 'command' });

/** Stores an input under the number `n` of its session, inside a transaction of the caller's. */
export function storeInput(database: Sqlite, session: number, n: number, input: NewInput): void {
  if (input.kind === 'revision') storeRevision(database, input.revision, input.documents);
  const body = input.kind === 'revision' ? input.revision : JSON.stringify(input.command);
  database
    .prepare('INSERT INTO inputs (session, n, instants, kind, at, body, seal) VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(
      session,
      n,
      input.instants,
      input.kind,
      input.at,
      body,
      sealOf(session, n, input.instants, input.kind, input.at, body),
    );
}

const sealOf = (session: number, n: number, instants: number, kind: string, at: string, body: string): string =>
  seal(session, n, instants, kind, at, body);

interface Stored {
  readonly n: number;
  readonly instants: number;
  readonly kind: 'revision' | 'command' | 'bars' | 'order_event';
  readonly at: string;
  readonly body: string;
  readonly seal: string;
}

/** All inputs of a session in order, the first its first revision. @throws Refusal `damaged` */
export function readInputs(database: Sqlite, session: number): Input[] {
  const rows = database
    .prepare('SELECT n, instants, kind, at, body, seal FROM inputs WHERE session = ? ORDER BY n')
    .all(session) as Stored[];
  return rows.map((row, index) => {
    const { n, instants, kind, at, body } = row;
    if (n !== index || row.seal !== sealOf(session, n, instants, kind, at, body)) {
      throw damaged(database.name, `input ${index} of the session is not as it was written`);
    }
    if (kind === 'revision') return { instants, at, kind, revision: body };
    if (kind === 'command') return { instants, at, kind, command: JSON.parse(body) as Command };
    throw damaged(database.name, `input ${index} is of a kind that no run of this version writes: ${kind}`);
  });
}
