import { damaged } from './open.ts';
import { type StoredDocument, storeRevision } from './revisions.ts';
import { seal } from './seal.ts';
import { type Sqlite, statement } from './sqlite.ts';

/** What a person did to the run. */
export interface Command {
  /** `pause`, `resume`, `flatten`, `reset_breaker`, ... */
  readonly name: string;
  readonly arguments: Readonly<Record<string, string>>;
}

/**
 * How a revision came to rule: with the session's `start`; by an edit of the files, taken while it ran (`reload`) or when it
 * went on (`restart`); by files that a `rollback` wrote.
 */
export type Arrival = 'start' | 'reload' | 'restart' | 'rollback';

/** Something from outside, and after how many instants of the run it took effect. */
export type Input = { readonly instants: number /** Wall clock, ISO 8601. */; readonly at: string } & (
  | {
      readonly kind: 'revision';
      readonly revision: string;
      readonly how: Arrival;
      /** What was said of it: `rollback to 3f9c1d2`. */
      readonly reason?: string | undefined;
    }
  | { readonly kind: 'command'; readonly command: Command }
  /** What came to be known of an order at the broker, as plain JSON. */
  | { readonly kind: 'order_event'; readonly fact: unknown }
  /** The clock came to this time, ms, and no bar that ends by then is missing. */
  | { readonly kind: 'clock'; readonly time: number }
  /** What was found of the account and taken over, as plain JSON. */
  | { readonly kind: 'account'; readonly account: unknown }
);

type RevisionInput = Input & { readonly kind: 'revision' };

/** An input to be stored; a revision comes with its documents, and is a reload (the first one a start) unless it says otherwise. */
export type NewInput =
  | (Omit<RevisionInput, 'how'> & { readonly how?: Arrival; readonly documents: readonly StoredDocument[] })
  | Exclude<Input, { readonly kind: 'revision' }>;

/** Stores an input under the number `n` of its session, inside a transaction of the caller's. */
export function storeInput(database: Sqlite, session: number, n: number, input: NewInput): void {
  if (input.kind === 'revision') storeRevision(database, input.revision, input.documents);
  const body = bodyOf(input, n);
  statement(
    database,
    'INSERT INTO inputs (session, n, instants, kind, at, body, seal) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(
    session,
    n,
    input.instants,
    input.kind,
    input.at,
    body,
    sealOf(session, n, input.instants, input.kind, input.at, body),
  );
}

function bodyOf(input: NewInput, n: number): string {
  switch (input.kind) {
    case 'revision':
      return revisionBody(input, n);
    case 'command':
      return JSON.stringify(input.command);
    case 'order_event':
      return JSON.stringify(input.fact);
    case 'clock':
      return String(input.time);
    case 'account':
      return JSON.stringify(input.account);
  }
}

const usually = (n: number): Arrival => (n === 0 ? 'start' : 'reload');

const revisionBody = ({ revision, how, reason }: NewInput & { readonly kind: 'revision' }, n: number): string =>
  JSON.stringify({ revision, how: how ?? usually(n), ...(reason === undefined ? {} : { reason }) });

/** The revision that the body of an input names, in SQL; journals of version 1 held nothing else. */
export const REVISION_OF_BODY = "CASE WHEN body LIKE '{%' THEN body ->> 'revision' ELSE body END";

const revisionOf = (body: string, n: number): { revision: string; how: Arrival; reason?: string } =>
  body.startsWith('{')
    ? (JSON.parse(body) as { revision: string; how: Arrival; reason?: string })
    : { revision: body, how: usually(n) };

const sealOf = (session: number, n: number, instants: number, kind: string, at: string, body: string): string =>
  seal(session, n, instants, kind, at, body);

interface Stored {
  readonly n: number;
  readonly instants: number;
  readonly kind: Input['kind'];
  readonly at: string;
  readonly body: string;
  readonly seal: string;
}

/** All inputs of a session in order, the first its first revision. @throws Refusal `damaged` */
export function readInputs(database: Sqlite, session: number): Input[] {
  const rows = database
    .prepare('SELECT n, instants, kind, at, body, seal FROM inputs WHERE session = ? ORDER BY n')
    .all(session) as Stored[];
  return rows.map((row, index): Input => {
    const { n, instants, kind, at, body } = row;
    if (n !== index || row.seal !== sealOf(session, n, instants, kind, at, body)) {
      throw damaged(database.name, `input ${index} of the session is not as it was written`);
    }
    return { instants, at, ...contentOf(kind, body, n) };
  });
}

type Content<One> = One extends Input ? Omit<One, 'instants' | 'at'> : never;

function contentOf(kind: Input['kind'], body: string, n: number): Content<Input> {
  switch (kind) {
    case 'revision':
      return { kind, ...revisionOf(body, n) };
    case 'command':
      return { kind, command: JSON.parse(body) as Command };
    case 'order_event':
      return { kind, fact: JSON.parse(body) as unknown };
    case 'clock':
      return { kind, time: Number(body) };
    case 'account':
      return { kind, account: JSON.parse(body) as unknown };
  }
}
