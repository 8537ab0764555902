import { gunzipSync, gzipSync } from 'node:zlib';
import { damaged } from './open.ts';
import { seal } from './seal.ts';
import { type Sqlite, statement } from './sqlite.ts';

/** Bars of a live run, as text: a piece is a minute, piece 0 the history that it began with. */
export interface BarsRow {
  readonly piece: number;
  /** 0 for the piece itself; more: the history of symbols that came with rules taken while it was at hand. */
  readonly part: number;
  readonly text: string;
}

/** From here on a text is packed: a history is some megabytes, and says the same digits again and again. */
const PACKED_FROM = 65_536;
const PACKED = 0x1f;

/** Stores a piece, inside a transaction of the caller's. */
export function storeBars(database: Sqlite, session: number, { piece, part, text }: BarsRow): void {
  const plain = Buffer.from(text);
  const body = plain.length < PACKED_FROM ? plain : gzipSync(plain, { level: 3 });
  statement(database, 'INSERT INTO bars (session, piece, part, body, seal) VALUES (?, ?, ?, ?, ?)').run(
    session,
    piece,
    part,
    body,
    sealOf(session, piece, part, body),
  );
}

const sealOf = (session: number, piece: number, part: number, body: Buffer): string => seal(session, piece, part, body);

interface Stored {
  readonly piece: number;
  readonly part: number;
  readonly body: Buffer;
  readonly seal: string;
}

/** Part of a piece; undefined when the session has none. @throws Refusal `damaged` */
export function readBars(database: Sqlite, session: number, piece: number, part: number): string | undefined {
  const row = statement(
    database,
    'SELECT piece, part, body, seal FROM bars WHERE session = ? AND piece = ? AND part = ?',
  ).get(session, piece, part) as Stored | undefined;
  if (row === undefined) return undefined;
  if (row.seal !== sealOf(session, piece, part, row.body)) {
    throw damaged(database.name, `the bars of piece ${piece} of the session are not as they were written`);
  }
  return (row.body[0] === PACKED ? gunzipSync(row.body) : row.body).toString();
}

/** Pieces stored of a session. */
export const countPieces = (database: Sqlite, session: number): number =>
  database.prepare('SELECT COUNT(*) FROM bars WHERE session = ? AND part = 0').pluck().get(session) as number;
