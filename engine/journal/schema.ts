import type { Sqlite } from './sqlite.ts';

/** Marks the file as a journal of this engine: `TEJ1`. */
export const APPLICATION_ID = 0x54454a31;

/** From each version of the schema to the next; the first makes an empty file version 1. A step is never changed. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- Every accepted set of documents, whole, once.
  CREATE TABLE revisions (id TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE documents (
    revision TEXT NOT NULL REFERENCES revisions (id),
    path TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('strategy', 'template', 'risk', 'sibling')),
    bytes BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (revision, path)
  ) WITHOUT ROWID;

  -- One run each. seal is a hash over name, engine, started, source and options.
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    engine TEXT NOT NULL,
    started TEXT NOT NULL,
    source TEXT NOT NULL,
    options TEXT NOT NULL,
    seal TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'complete', 'abandoned')),
    ended TEXT
  );

  -- What came from outside, and after how many instants it took effect.
  CREATE TABLE inputs (
    session INTEGER NOT NULL REFERENCES sessions (id),
    n INTEGER NOT NULL,
    instants INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('revision', 'command', 'bars', 'order_event')),
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (session, n)
  ) WITHOUT ROWID;

  -- What came out, a stretch of instants a row. events is a JSON array; hash chains each row to the one before.
  CREATE TABLE slices (
    session INTEGER NOT NULL REFERENCES sessions (id),
    n INTEGER NOT NULL,
    revision TEXT NOT NULL,
    instants INTEGER NOT NULL,
    time REAL,
    equity REAL NOT NULL,
    trades INTEGER NOT NULL,
    final INTEGER NOT NULL,
    events TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (session, n)
  );

  CREATE VIEW events AS
    SELECT s.session, s.revision, e.value ->> 'kind' AS kind, e.value ->> 'instant' AS instant, e.value AS body
    FROM slices AS s, json_each(s.events) AS e;
  CREATE VIEW orders AS
    SELECT session, revision, instant, body ->> 'order' AS number, body ->> 'strategy' AS strategy,
      body ->> 'symbol' AS symbol, body ->> 'rule' AS rule, body ->> 'side' AS side, body ->> 'type' AS type,
      body ->> 'qty' AS qty, datetime((body ->> 'decidedAt') / 1000, 'unixepoch') AS decided_at
    FROM events WHERE kind = 'order';
  CREATE VIEW fills AS
    SELECT session, revision, instant, body ->> 'order' AS number, body ->> 'at' AS at, body ->> 'price' AS price,
      body ->> 'qty' AS qty, body ->> 'commission' AS commission,
      datetime((body ->> 'time') / 1000, 'unixepoch') AS time
    FROM events WHERE kind = 'fill';
  CREATE VIEW trades AS
    SELECT session, revision, instant, body ->> 'strategy' AS strategy, body ->> 'symbol' AS symbol,
      body ->> 'side' AS side, body ->> 'qty' AS qty, body ->> 'entryPrice' AS entry_price,
      body ->> 'exitPrice' AS exit_price, body ->> 'pnl' AS pnl, body ->> 'exitReason' AS exit_reason,
      datetime((body ->> 'entryTime') / 1000, 'unixepoch') AS entry_time,
      datetime((body ->> 'exitTime') / 1000, 'unixepoch') AS exit_time
    FROM events WHERE kind = 'trade';
  `,
  `
  -- Lists of symbols are documents too.
  CREATE TABLE documents_2 (
    revision TEXT NOT NULL REFERENCES revisions (id),
    path TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('strategy', 'template', 'risk', 'sibling', 'list')),
    bytes BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (revision, path)
  ) WITHOUT ROWID;
  INSERT INTO documents_2 SELECT revision, path, role, bytes, sha256 FROM documents;
  DROP TABLE documents;
  ALTER TABLE documents_2 RENAME TO documents;

  -- Files that engine revisions rollback wrote; folder holds what they replaced. seal is a hash over the others.
  CREATE TABLE rollbacks (
    n INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    revision TEXT NOT NULL,
    folder TEXT NOT NULL,
    seal TEXT NOT NULL
  );
  `,
  `
  -- A live run hears of its orders, and of the clock, from outside.
  CREATE TABLE inputs_3 (
    session INTEGER NOT NULL REFERENCES sessions (id),
    n INTEGER NOT NULL,
    instants INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('revision', 'command', 'order_event', 'clock', 'account')),
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (session, n)
  ) WITHOUT ROWID;
  INSERT INTO inputs_3 SELECT session, n, instants, kind, at, body, seal FROM inputs;
  DROP TABLE inputs;
  ALTER TABLE inputs_3 RENAME TO inputs;

  -- The bars of a live run as it took them, for nobody gives them again: piece 0 its history, then a minute a piece; further
  -- parts of a piece are the history of symbols that came then.
  CREATE TABLE bars (
    session INTEGER NOT NULL REFERENCES sessions (id),
    piece INTEGER NOT NULL,
    part INTEGER NOT NULL,
    body BLOB NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (session, piece, part)
  );
  `,
];

export const SCHEMA_VERSION = STEPS.length;

/**
 * Brings the schema up to date, all of it or nothing.
 * @param steps by version: the first makes version 1 of an empty file
 */
export function migrate(database: Sqlite, steps: readonly string[] = STEPS): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version >= steps.length) return;
  database
    .transaction(() => {
      for (const step of steps.slice(version)) database.exec(step);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${steps.length}`);
    })
    .immediate();
}
