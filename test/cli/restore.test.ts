import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInputs } from '../../engine/journal/inputs.ts';
import { lastSession, listSessions } from '../../engine/journal/session.ts';
import { chained, readSlices } from '../../engine/journal/slices.ts';
import { loadSqlite, type Sqlite } from '../../engine/journal/sqlite.ts';
import { BIN, type Ended, engine } from './engine.ts';
import {
  bars,
  killAfter,
  outcome,
  type Place,
  seeded,
  smallWorkspace,
  stateIn,
  straceMissing,
  WORDS,
} from './killed.ts';

let place: Place;
let cwd = '';
let whole: unknown;
let names = 0;

/** Two hundred bars in some five seconds: an interruption falls into them. */
const SLOW = WORDS.map((word) => (word === '100000000x' ? '144000x' : word));
const FRESH = [...WORDS, '--fresh'];

const newState = (): string => stateIn(cwd, `s${names++}`);
const run = (state: string, words: readonly string[] = WORDS, how: Parameters<typeof engine>[1] = {}): Promise<Ended> =>
  engine(words, { cwd, ...how, env: { ENGINE_STATE: state, ...how.env } });
const journalIn = (state: string): string => join(state, 'journal.sqlite');

/** A state folder whose session was killed in the middle of its bars. */
const interrupted = async (): Promise<string> => {
  for (const patience of [900, 1_400, 2_000]) {
    const state = newState();
    const killed = await killAfter(cwd, state, SLOW, patience);
    if (killed && existsSync(journalIn(state)) && (await slicesIn(state)) > 10) return state;
  }
  throw new Error('no run could be interrupted in the middle');
};

const read = async <T>(state: string, work: (database: Sqlite) => T, readonly = false): Promise<T> => {
  const library = await loadSqlite();
  // Closed by a reader, the log stays as the kill left it.
  const database = new library(journalIn(state), { readonly });
  try {
    return work(database);
  } finally {
    database.close();
  }
};

const slicesIn = (state: string): Promise<number> =>
  read(
    state,
    (database) =>
      database.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'slices'").pluck().get() === 1
        ? (database.prepare('SELECT coalesce(max(instants), 0) FROM slices').pluck().get() as number)
        : 0,
    true,
  );

/** Ends like a refusal: code 2, one sentence, a way out, and nothing was decided. */
const refused = (ended: Ended, sentence: RegExp, wayOut = '--fresh'): void => {
  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stderr).toMatch(sentence);
  expect(ended.stderr).toContain(wayOut);
  expect(ended.stderr).not.toMatch(/\n {4}at /);
};

beforeAll(async () => {
  place = smallWorkspace();
  cwd = place.cwd;
  mkdirSync(stateIn(cwd, ''), { recursive: true });
  const ended = await run(newState());
  expect(ended.code, ended.stderr).toBe(0);
  whole = outcome(ended.stdout);
  expect((whole as { trades: unknown[] }).trades.length).toBeGreaterThan(10);
}, 60_000);
afterAll(() => place.remove());

describe('a start after an interruption', () => {
  it('says where it goes on, and comes to the same as a run that was not interrupted', {
    timeout: 60_000,
  }, async () => {
    const ended = await run(await interrupted());
    expect(ended.stderr).toMatch(
      /^Restored: session \d{4}-\d\d-\d\d-1, at 2023-\d\d-\d\d \d\d:\d\d New York, equity \$[\d,.]+, \d+ trades? so far; --fresh starts anew$/m,
    );
    expect(outcome(ended.stdout)).toEqual(whole);
  });

  it('begins anew with --fresh, and leaves the old session in the journal', { timeout: 60_000 }, async () => {
    const state = await interrupted();
    const ended = await run(state, FRESH);
    expect(ended.stderr).not.toContain('Restored');
    expect(outcome(ended.stdout)).toEqual(whole);
    expect(await read(state, (database) => listSessions(database).map((row) => row.state))).toEqual([
      'abandoned',
      'complete',
    ]);
  });

  it('begins anew when the last run came to its end', async () => {
    const state = newState();
    for (let n = 0; n < 2; n++) expect((await run(state)).stderr).not.toContain('Restored');
    expect(await read(state, (database) => listSessions(database).map((row) => row.state))).toEqual([
      'complete',
      'complete',
    ]);
  });

  it('keeps nothing with --no-journal', async () => {
    const state = newState();
    const ended = await run(state, [...WORDS, '--no-journal']);
    expect(outcome(ended.stdout)).toEqual(whole);
    expect(existsSync(journalIn(state))).toBe(false);
    refused(await run(state, [...WORDS, '--no-journal', '--fresh']), /exclude each other/, 'one of them');
  });
});

describe('a stop by a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)(
    '%s: the summary, a snapshot, exit %i, within five seconds; the next start goes on',
    { timeout: 60_000 },
    async (name, code) => {
      const state = newState();
      let asked = 0;
      const words = SLOW.slice(0, -2);
      const ended = await run(state, words, {
        watch(child, seen) {
          if (asked > 0 || !/\b(buy|sell) /.test(seen)) return;
          asked = performance.now();
          child.kill(name);
        },
      });
      expect(performance.now() - asked).toBeLessThan(5_000);
      expect(ended.code, ended.stderr).toBe(code);
      expect(ended.stdout).toContain('Account');
      const latest = join(state, 'portfolio_states', 'latest_state.json');
      expect(statSync(latest).mode & 0o777).toBe(0o600);
      const { instants, session } = JSON.parse(readFileSync(latest, 'utf8')) as { instants: number; session: string };
      expect(await read(state, (database) => [lastSession(database)!.name, lastSession(database)!.state])).toEqual([
        session,
        'open',
      ]);
      expect(instants).toBe(await slicesIn(state));
      expect(existsSync(join(state, 'engine.lock'))).toBe(false);
      expect(outcome((await run(state)).stdout)).toEqual(whole);
    },
  );

  it('twice ends it at once, and the next start goes on', { timeout: 60_000 }, async () => {
    const state = newState();
    let asked = false;
    const ended = await run(state, SLOW.slice(0, -2), {
      watch(child, seen) {
        if (asked || !/\b(buy|sell) /.test(seen)) return;
        asked = true;
        child.kill('SIGTERM');
        child.kill('SIGINT');
      },
    });
    expect([ended.signal, ended.code]).not.toEqual([null, 70]);
    expect(outcome((await run(state)).stdout)).toEqual(whole);
  });
});

describe('a fault of the engine itself', () => {
  it('ends with 70 and one line; the next start goes on', { timeout: 60_000 }, async () => {
    const bomb = join(cwd, 'bomb.mjs');
    writeFileSync(bomb, "setTimeout(() => { throw new Error('the bomb went off'); }, 900);\n");
    const state = newState();
    const ended = await run(state, SLOW, { env: { NODE_OPTIONS: `--import=${pathToFileURL(bomb).href}` } });
    expect(ended.code).toBe(70);
    expect(ended.stderr).toContain('fault: the bomb went off');
    const next = await run(state);
    expect(next.code, next.stderr).toBe(0);
    expect(outcome(next.stdout)).toEqual(whole);
  });
});

describe('two engines on one state folder', () => {
  it('the second ends with 2 and names the first, which goes on', { timeout: 60_000 }, async () => {
    const state = newState();
    let second: Promise<Ended> | undefined;
    let pid: number | undefined;
    const first = await run(state, SLOW.slice(0, -2), {
      watch(child, seen) {
        if (second !== undefined || !/\b(buy|sell) /.test(seen)) return;
        pid = child.pid;
        second = run(state);
      },
    });
    refused(await second!, new RegExp(`another engine runs on .*: process ${pid}, since \\d{4}-`), '--state DIR');
    expect(first.code).toBe(0);
    expect(await read(state, (database) => lastSession(database)!.state)).toBe('complete');
  });
});

describe('what is not as it was', () => {
  it('rules: taken before the next bar, and kept', { timeout: 60_000 }, async () => {
    const state = await interrupted();
    const file = join(cwd, 'strategies.d', 'wave.yaml');
    const text = readFileSync(file, 'utf8');
    try {
      writeFileSync(file, text.replace('pct: 4', 'pct: 5'));
      const ended = await run(state);
      expect(ended.code, ended.stderr).toBe(0);
      expect(`${ended.stderr}${ended.stdout}`).toMatch(/reload [0-9a-f]{7} → [0-9a-f]{7} {3}1 file/);
      const inputs = await read(state, (database) => readInputs(database, lastSession(database)!.id));
      expect(inputs.map(({ kind }) => kind)).toEqual(['revision', 'revision']);
      expect(inputs[1]!.instants).toBeGreaterThan(0);
      // Whoever works it off again comes to the same.
      const again = await run(state, ['replay', await read(state, (database) => lastSession(database)!.name)]);
      expect(again.code, again.stderr).toBe(0);
    } finally {
      writeFileSync(file, text);
    }
  });

  it('flags and the feed: refused by name', { timeout: 60_000 }, async () => {
    const state = await interrupted();
    refused(await run(state, [...WORDS, '--cash', '5000']), /without --cash; this start is with --cash 5000/);
    refused(
      await run(state, [...WORDS, '--slippage', '2ticks']),
      /with --slippage 1bps; this start is with --slippage 2ticks/,
    );
    refused(
      await run(state, [...WORDS, '--operator', 'next_session']),
      /with --operator never; this start is with --operator next_session/,
    );
    refused(await run(state, ['run', '--dry', '--risk', 'none', '--once', '--symbols', 'WAVE']), /--symbols/);
    refused(
      await run(state, ['run', '--dry', '--risk', 'none', '--once']),
      /on the bars in bars, not on the sample market/,
    );
    expect(outcome((await run(state)).stdout)).toEqual(whole);
  });

  it('bars: new ones at the end are taken, others refused', { timeout: 90_000 }, async () => {
    const state = await interrupted();
    const file = join(cwd, 'bars', 'WAVE.csv');
    const text = readFileSync(file, 'utf8');
    try {
      writeFileSync(file, text.replace(/,1000\n/, ',1001\n'));
      refused(await run(state), /bars that session .* ran on were changed in the bars in bars/);
      writeFileSync(file, `${text.split('\n').slice(0, 150).join('\n')}\n`);
      refused(await run(state), /WAVE\.csv is shorter than when session .* ran on it/);
      writeFileSync(file, bars(260));
      expect(readFileSync(file, 'utf8').startsWith(text)).toBe(true);
      const ended = await run(state);
      expect(ended.stderr).toContain('Restored');
      const anew = outcome((await run(newState())).stdout) as { trades: unknown[] };
      expect(outcome(ended.stdout)).toEqual(anew);
      expect(anew.trades.length).toBeGreaterThan((whole as { trades: unknown[] }).trades.length);
    } finally {
      writeFileSync(file, text);
    }
  });

  it('decisions: the first difference is named', { timeout: 60_000 }, async () => {
    const state = await interrupted();
    await read(state, (database) => {
      const row = lastSession(database)!;
      const slices = [...readSlices(database, row.id, row.seal)];
      const guilty = slices.findIndex(({ events }) => events.includes('"kind":"fill"'));
      let before = row.seal;
      slices.forEach((slice, n) => {
        // As an engine that filled otherwise would have written it: the chain is whole.
        const events =
          n === guilty
            ? slice.events.replace(/"at":"open","price":"[\d.]+"/, '"at":"open","price":"77.77"')
            : slice.events;
        const hash = chained(before, { ...slice, events });
        database
          .prepare('UPDATE slices SET events = ?, hash = ? WHERE session = ? AND n = ?')
          .run(events, hash, row.id, n);
        before = hash;
      });
    });
    refused(await run(state), /does not repeat itself: the journal has .*"price":"77\.77".*now comes .*"kind":"fill"/);
  });
});

describe('a damaged journal', () => {
  it('is refused with what was found, or does no harm, whatever byte flips', { timeout: 180_000 }, async () => {
    const state = await interrupted();
    // Into the file itself, so that a flip is in what is read.
    await read(state, (database) => database.pragma('wal_checkpoint(TRUNCATE)'));
    const sound = readFileSync(journalIn(state));
    const dice = seeded(17);
    const ends: string[] = [];
    for (let n = 0; n < 24; n++) {
      const copy = newState();
      mkdirSync(copy);
      const bytes = Buffer.from(sound);
      const at = n < 6 ? n * 16 + 3 : Math.floor(dice() * bytes.length);
      bytes[at] = bytes[at]! ^ (1 + Math.floor(dice() * 255));
      writeFileSync(journalIn(copy), bytes);
      const ended = await run(copy);
      ends.push(`${ended.code}`);
      if (ended.code === 0) expect(outcome(ended.stdout), `byte ${at}`).toEqual(whole);
      else refused(ended, /is damaged: |is no journal of this engine|was written by a newer engine/);
    }
    expect(new Set(ends)).toEqual(new Set(['0', '2']));
  });

  it('whose last write is torn goes on from the one before', { timeout: 120_000 }, async () => {
    const state = await interrupted();
    const dice = seeded(18);
    const files = readdirSync(state).filter((name) => name.startsWith('journal.sqlite') && !name.endsWith('-shm'));
    expect(files).toContain('journal.sqlite-wal');
    for (let n = 0; n < 6; n++) {
      const copy = newState();
      mkdirSync(copy);
      for (const name of files) writeFileSync(join(copy, name), readFileSync(join(state, name)));
      const wal = join(copy, 'journal.sqlite-wal');
      truncateSync(wal, Math.floor(statSync(wal).size * dice()));
      const ended = await run(copy);
      expect(ended.code, ended.stderr).toBe(0);
      expect(outcome(ended.stdout)).toEqual(whole);
    }
  });

  it('is moved aside by --fresh, byte for byte', async () => {
    const state = newState();
    mkdirSync(state);
    const rubbish = 'not a database at all '.repeat(500);
    writeFileSync(journalIn(state), rubbish);
    refused(await run(state), /journal\.sqlite is damaged: /);
    const ended = await run(state, FRESH);
    expect(outcome(ended.stdout)).toEqual(whole);
    const aside = readdirSync(state).find((name) => /^journal\.sqlite\.aside-\d{8}-\d{6}$/.test(name));
    expect(ended.stderr).toContain(aside);
    expect(readFileSync(join(state, aside!), 'utf8')).toBe(rubbish);
  });
});

describe('a state folder', () => {
  it('is made with the folders above it; --state and the environment name it', async () => {
    const state = join(newState(), 'deep', 'down');
    const ended = await run(newState(), [...WORDS, '--state', state]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(existsSync(journalIn(state))).toBe(true);
  });

  it('stands beside the rules when nobody says otherwise', async () => {
    const child = spawn(process.execPath, [BIN, ...WORDS], {
      cwd,
      env: { PATH: process.env.PATH ?? '' },
      stdio: 'ignore',
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(existsSync(journalIn(join(cwd, 'data_cache')))).toBe(true);
  });

  it('that is a file is refused', async () => {
    const state = newState();
    writeFileSync(state, '');
    refused(await run(state), /a file stands where a folder is wanted/, '--state DIR');
  });
});

describe('without the native library', () => {
  const hooks = (): Readonly<Record<string, string>> => {
    const preload = join(cwd, 'preload.cjs');
    writeFileSync(
      preload,
      `const Module = require('node:module');
const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => {
  if (name !== 'better-sqlite3') return resolve(name, ...rest);
  throw Object.assign(new Error("Cannot find module 'better-sqlite3'"), { code: 'MODULE_NOT_FOUND' });
};
`,
    );
    return { NODE_OPTIONS: `--require=${preload}` };
  };

  it('a run goes on without a journal, and says what is missing', async () => {
    const ended = await run(newState(), WORDS, { env: hooks() });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('No journal: the journal needs better-sqlite3, which is not built');
    expect(ended.stderr).toContain('npm rebuild better-sqlite3');
    expect(outcome(ended.stdout)).toEqual(whole);
  });

  it('a run that was to be kept is refused', async () => {
    refused(
      await run(newState(), [...WORDS, '--restore'], { env: hooks() }),
      /needs better-sqlite3/,
      'npm rebuild better-sqlite3',
    );
  });
});

describe('a disk that does not take the journal', () => {
  const root = process.getuid?.() === 0;
  const mounted: string[] = [];
  afterAll(() => {
    for (const path of mounted) {
      spawnSync('umount', [path]);
      rmSync(path, { recursive: true, force: true });
    }
  });
  /** A small disk in memory, or why there is none. */
  const mount = (size: string, options = ''): string | undefined => {
    const path = mkdtempSync(join(tmpdir(), 'engine-disk-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}${options}`, 'tmpfs', path]);
    if (status !== 0) return undefined;
    mounted.push(path);
    return path;
  };
  const canMount = root && mount('64k') !== undefined;
  const strace = straceMissing();

  const untried = canMount ? '' : ' (not tried: no disk in memory may be mounted here)';
  const untraced = strace === undefined ? '' : ` (not tried: ${strace})`;

  it.skipIf(!canMount)(`read-only: refused${untried}`, async () => {
    refused(await run(mount('64k', ',ro')!), /cannot keep a journal in .*: the disk is read-only/, '--state DIR');
  });

  it.skipIf(!canMount)(`full from the start: refused${untried}`, async () => {
    refused(await run(mount('16k')!), /cannot keep a journal in .*: the disk is full/, '--state DIR');
  });

  it.skipIf(!canMount)(
    `full in the middle: it stands still, says so, and goes on when there is room${untried}`,
    { timeout: 60_000 },
    async () => {
      const state = mount('3m')!;
      const filler = join(state, 'filler');
      let filled = false;
      let freed = 0;
      const ended = await run(state, SLOW, {
        watch(_child, seen) {
          if (freed === 0 && seen.includes('The journal cannot be written: the disk is full')) {
            freed = performance.now();
            setTimeout(() => truncateSync(filler, 0), 1_200);
          }
          if (filled) return;
          filled = true;
          setTimeout(() => {
            try {
              for (;;) appendFileSync(filler, Buffer.alloc(4096));
            } catch {
              // Full.
            }
          }, 1_500);
        },
      });
      expect(freed).toBeGreaterThan(0);
      expect(performance.now() - freed).toBeGreaterThan(1_000);
      expect(ended.stderr).toContain('The journal can be written again: the run goes on.');
      expect(ended.code, ended.stderr).toBe(0);
      expect(outcome(ended.stdout)).toEqual(whole);
      expect(await read(state, (database) => lastSession(database)!.state)).toBe('complete');
    },
  );

  it.skipIf(strace !== undefined)(
    `that reports faults for a while: it stands still, and goes on${untraced}`,
    { timeout: 60_000 },
    async () => {
      for (const error of ['EIO', 'ENOSPC']) {
        const state = newState();
        const child = spawn(
          'strace',
          [
            '-qq',
            '-f',
            '-o',
            '/dev/null',
            '-e',
            'trace=pwrite64',
            '-e',
            `inject=pwrite64:error=${error}:when=120..125`,
            process.execPath,
            BIN,
            ...WORDS,
          ],
          { cwd, env: { PATH: process.env.PATH ?? '', ENGINE_STATE: state } },
        );
        let stdout = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          stdout += text;
        });
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          stderr += text;
        });
        const code = await new Promise((resolve) => child.on('close', resolve));
        expect(stderr).toMatch(/The journal cannot be written: (the disk reports a fault|the disk is full)/);
        expect(stderr).toContain('The journal can be written again');
        expect(code, stderr).toBe(0);
        expect(outcome(stdout)).toEqual(whole);
      }
    },
  );
});
