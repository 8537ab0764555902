import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moveAside } from '../../engine/journal/aside.ts';
import { readInputs } from '../../engine/journal/inputs.ts';
import { makeStateFolder, openJournal } from '../../engine/journal/open.ts';
import { isRefusal, type Refusal } from '../../engine/journal/refusal.ts';
import { prune } from '../../engine/journal/retention.ts';
import { readRevision } from '../../engine/journal/revisions.ts';
import { migrate, SCHEMA_VERSION } from '../../engine/journal/schema.ts';
import { beginSession, endSession, lastSession, listSessions, type SessionRow } from '../../engine/journal/session.ts';
import { lastSlices, readSlices, type Slice } from '../../engine/journal/slices.ts';
import type { Sqlite } from '../../engine/journal/sqlite.ts';
import { createWriter, own, type SessionWriter } from '../../engine/journal/writer.ts';

let folder = '';
let path = '';
let database: Sqlite | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-journal-'));
  path = join(folder, 'journal.sqlite');
});
afterEach(() => {
  database?.close();
  database = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const open = async (): Promise<Sqlite> => {
  database?.close();
  database = undefined;
  database = await openJournal(path);
  return database;
};

const refusalOf = async (work: () => unknown): Promise<Refusal> => {
  try {
    await work();
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

const SOURCE = { kind: 'sample', hash: 'abc' } as const;
const slice = (instants: number, events: readonly string[] = [], over: Partial<Slice> = {}): Slice => ({
  revision: 'r1',
  instants,
  time: instants * 60_000,
  equity: 1000 + instants / 3,
  trades: 0,
  final: false,
  events: `[${events.join(',')}]`,
  ...over,
});

const begin = (db: Sqlite, started = '2026-11-25T10:00:00.000Z'): SessionRow =>
  beginSession(db, { engine: '1.2.3', started, source: SOURCE, options: { cash: null } });

const writerOf = (db: Sqlite, row: SessionRow, token = 'me'): SessionWriter => {
  own(db, token);
  return createWriter(() => db, token, { session: row.id, inputs: 0, tail: undefined, before: row.seal });
};

const slicesOf = (db: Sqlite, row: SessionRow): readonly { readonly instants: number; readonly events: string }[] =>
  [...readSlices(db, row.id, row.seal)].map(({ instants, events }) => ({ instants, events }));

describe('a journal file', () => {
  it('is made for its user alone, with all that SQLite puts beside it', async () => {
    const state = join(folder, 'a', 'state');
    makeStateFolder(state);
    path = join(state, 'journal.sqlite');
    const db = await open();
    begin(db);
    expect(statSync(state).mode & 0o777).toBe(0o700);
    const files = readdirSync(state);
    expect(files).toContain('journal.sqlite-wal');
    for (const file of files) expect(statSync(join(state, file)).mode & 0o777, file).toBe(0o600);
  });

  it('loses the rights of others when it had them', async () => {
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    await open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('of a newer version is refused and stays as it was', async () => {
    (await open()).pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    database!.close();
    database = undefined;
    const before = readFileSync(path);
    const refusal = await refusalOf(open);
    expect(refusal.refusal).toBe('newer');
    expect(refusal.message).toContain(`version ${SCHEMA_VERSION + 1}`);
    expect(refusal.help).toContain('--fresh');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('of something else is refused', async () => {
    writeFileSync(
      path,
      'a text of somebody, long enough to be taken for a database file by its size alone'.repeat(100),
    );
    expect((await refusalOf(open)).refusal).toBe('damaged');
    rmSync(path);
    const db = await open();
    db.pragma('application_id = 7');
    expect((await refusalOf(open)).message).toContain('no journal of this engine');
  });

  it('whose making was cut short is made anew', async () => {
    writeFileSync(path, '');
    begin(await open());
    expect(listSessions(database!)).toHaveLength(1);
  });

  it('moves aside with its log, and is not deleted', async () => {
    const db = await open();
    begin(db);
    db.close();
    database = undefined;
    const bytes = readFileSync(path);
    writeFileSync(`${path}-wal`, 'log');
    const first = moveAside(path, '20261125-101500')!;
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(first).equals(bytes)).toBe(true);
    expect(readFileSync(`${first}-wal`, 'utf8')).toBe('log');
    writeFileSync(path, 'second');
    expect(moveAside(path, '20261125-101500')).toBe(`${first}-2`);
    expect(readFileSync(first).equals(bytes)).toBe(true);
    expect(moveAside(path, '20261125-101500')).toBeUndefined();
  });

  it('is brought up to date step by step, each step whole', async () => {
    const db = await open();
    const first = 'CREATE TABLE first_one (a);';
    // The steps that made this file, then two more.
    const made = Array.from({ length: SCHEMA_VERSION }, () => 'never run again');
    expect(() => migrate(db, [...made, first, 'CREATE TABLE second_one (a); NONSENSE;'])).toThrow(/NONSENSE/);
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    migrate(db, [...made, first, 'CREATE TABLE second_one (a);']);
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION + 2);
    expect(db.prepare('SELECT count(*) FROM second_one').pluck().get()).toBe(0);
  });
});

describe('sessions', () => {
  it('are named by their day and a number', async () => {
    const db = await open();
    expect([begin(db), begin(db), begin(db, '2026-11-26T00:00:00.000Z')].map(({ name }) => name)).toEqual([
      '2026-11-25-1',
      '2026-11-25-2',
      '2026-11-26-1',
    ]);
    expect(lastSession(db)).toMatchObject({ name: '2026-11-26-1', state: 'open', source: SOURCE, engine: '1.2.3' });
  });

  it('that are not as they were written are damage', async () => {
    const db = await open();
    begin(db);
    db.prepare("UPDATE sessions SET options = replace(options, 'null', '1000')").run();
    expect((await refusalOf(() => lastSession(db))).message).toContain('session 2026-11-25-1');
  });

  it('go when they ended long ago; the last one, open ones and their rules stay', async () => {
    const db = await open();
    const rows = ['2026-01-01', '2026-01-02', '2026-06-01', '2026-06-02'].map((day) =>
      begin(db, `${day}T10:00:00.000Z`),
    );
    rows.forEach((row, n) => {
      const documents = [{ path: 'a.yaml', role: 'strategy' as const, bytes: Buffer.from(`a${n}`) }];
      writerOf(db, row).input({ kind: 'revision', instants: 0, at: row.started, revision: `r${n}`, documents });
    });
    for (const n of [1, 2, 3]) endSession(db, rows[n]!.id, 'complete', rows[n]!.started);
    const now = Date.parse('2026-06-20T00:00:00Z');
    expect(prune(db, now, { days: 90, bytes: 1 << 30 })).toEqual(['2026-01-02-1']);
    expect(listSessions(db).map(({ name }) => name)).toEqual(['2026-01-01-1', '2026-06-01-1', '2026-06-02-1']);
    expect((await refusalOf(() => readRevision(db, 'r1'))).message).toContain('r1');
    expect(readRevision(db, 'r0')[0]!.bytes.toString()).toBe('a0');
    // Too large: everything that has ended goes, but for the last.
    expect(prune(db, now, { days: 90, bytes: 1 })).toEqual(['2026-06-01-1']);
  });
});

describe('rules', () => {
  const documents = [
    { path: 'risk.yaml', role: 'risk' as const, bytes: Buffer.from('version: 1\n') },
    { path: 'strategies.d/a.yaml', role: 'strategy' as const, bytes: Buffer.from([0x61, 0xff, 0x00, 0x0a]) },
  ];

  it('are kept whole, once a revision, with the instant at which they took effect', async () => {
    const db = await open();
    const row = begin(db);
    const writer = writerOf(db, row);
    for (const [instants, revision] of [
      [0, 'r1'],
      [7, 'r2'],
      [9, 'r1'],
    ] as const) {
      writer.input({ kind: 'revision', instants, at: row.started, revision, documents });
    }
    writer.input({
      kind: 'command',
      instants: 9,
      at: row.started,
      command: { name: 'pause', arguments: { by: 'hand' } },
    });
    expect(
      readInputs(db, row.id).map((input) => [
        input.instants,
        input.kind === 'revision' ? input.revision : input.kind === 'command' ? input.command.name : input.kind,
      ]),
    ).toEqual([
      [0, 'r1'],
      [7, 'r2'],
      [9, 'r1'],
      [9, 'pause'],
    ]);
    expect(
      readRevision(db, 'r1').map(({ path: name, role, bytes }) => ({ path: name, role, bytes: [...bytes] })),
    ).toEqual(documents.map(({ path: name, role, bytes }) => ({ path: name, role, bytes: [...bytes] })));
    expect(db.prepare('SELECT count(*) FROM documents').pluck().get()).toBe(4);
  });

  it('that are not as they were written are damage', async () => {
    const db = await open();
    const row = begin(db);
    writerOf(db, row).input({ kind: 'revision', instants: 0, at: row.started, revision: 'r1', documents });
    db.prepare("UPDATE documents SET bytes = x'00' WHERE role = 'risk'").run();
    expect((await refusalOf(() => readRevision(db, 'r1'))).message).toContain('risk.yaml');
    db.prepare('UPDATE inputs SET instants = 3').run();
    expect((await refusalOf(() => readInputs(db, row.id))).refusal).toBe('damaged');
  });
});

describe('slices', () => {
  it('grow while nothing happens, and close with what does', async () => {
    const db = await open();
    const row = begin(db);
    const writer = writerOf(db, row);
    for (const one of [
      slice(1),
      slice(2),
      slice(5, ['{"kind":"a"}']),
      slice(6),
      slice(9),
      slice(12, ['{"kind":"b"}']),
    ]) {
      writer.append(one);
    }
    writer.complete(slice(12, ['{"kind":"c"}'], { final: true }), '2026-11-25T11:00:00.000Z');
    expect(slicesOf(db, row)).toEqual([
      { instants: 5, events: '[{"kind":"a"}]' },
      { instants: 12, events: '[{"kind":"b"}]' },
      { instants: 12, events: '[{"kind":"c"}]' },
    ]);
    expect(lastSession(db)).toMatchObject({ state: 'complete', ended: '2026-11-25T11:00:00.000Z' });
    expect(db.prepare('SELECT kind FROM events').pluck().all()).toEqual(['a', 'b', 'c']);
  });

  it('do not grow over an input', async () => {
    const db = await open();
    const row = begin(db);
    const writer = writerOf(db, row);
    writer.append(slice(3));
    writer.input({ kind: 'command', instants: 3, at: row.started, command: { name: 'pause', arguments: {} } });
    writer.append(slice(4));
    expect(slicesOf(db, row).map(({ instants }) => instants)).toEqual([3, 4]);
  });

  it('nor over one that was the last thing in the journal when the engine died', async () => {
    const db = await open();
    const row = begin(db);
    const writer = writerOf(db, row);
    writer.append(slice(3));
    writer.input({ kind: 'command', instants: 3, at: row.started, command: { name: 'pause', arguments: {} } });
    const [tail] = lastSlices(db, row.id, 1);
    const again = createWriter(() => db, 'me', { session: row.id, inputs: 1, tail, before: row.seal });
    again.append(slice(4));
    again.append(slice(6));
    expect(slicesOf(db, row).map(({ instants }) => instants)).toEqual([3, 6]);
  });

  it.each(['events', 'equity', 'instants', 'time', 'trades'])(
    'hold %s to a hash, each chained to the one before',
    async (column) => {
      const db = await open();
      const row = begin(db);
      const writer = writerOf(db, row);
      for (let n = 1; n <= 600; n++) writer.append(slice(n, [`{"kind":"a","n":${n}}`]));
      expect(slicesOf(db, row)).toHaveLength(600);
      db.prepare(`UPDATE slices SET ${column} = ${column === 'events' ? "'[]'" : `${column} + 1`} WHERE n = 431`).run();
      expect((await refusalOf(() => slicesOf(db, row))).message).toContain('stretch 431');
      db.prepare('DELETE FROM slices WHERE n = 431').run();
      expect((await refusalOf(() => slicesOf(db, row))).refusal).toBe('damaged');
    },
  );

  it('are not written by an engine whose folder was taken over', async () => {
    const db = await open();
    const row = begin(db);
    const old = writerOf(db, row, 'old');
    old.append(slice(1));
    own(db, 'new');
    expect((await refusalOf(() => old.append(slice(2)))).refusal).toBe('locked');
    expect(slicesOf(db, row).map(({ instants }) => instants)).toEqual([1]);
  });

  it('can be made to survive the loss of power, one by one', async () => {
    const db = await open();
    const writer = writerOf(db, begin(db));
    const levels: unknown[] = [];
    const pragma = db.pragma.bind(db);
    db.pragma = ((source: string, options?: { simple: boolean }) => {
      const answer = pragma(source, options);
      if (/synchronous/.test(source)) levels.push(pragma('synchronous', { simple: true }));
      return answer;
    }) as typeof db.pragma;
    writer.append(slice(1));
    expect(levels).toEqual([]);
    writer.append(slice(2), true);
    // FULL for the write, NORMAL after it.
    expect(levels).toEqual([2, 1]);
  });
});
