import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BIN, type Ended, engine, folder } from './engine.ts';
import { type Place, smallWorkspace, WORDS } from './killed.ts';

interface Told {
  readonly session: string;
  readonly revision: string;
  readonly how: string;
  readonly reason: string | null;
  readonly at: string;
  readonly from: { readonly instants: number; readonly marketTime: string | null };
  readonly to: { readonly instants: number; readonly marketTime: string | null };
  readonly current: boolean;
  readonly meaning: string;
}
interface Listed {
  readonly revisions: readonly Told[];
  readonly rollback: { readonly revision: string; readonly folder: string } | null;
}
interface Back {
  readonly revision: string;
  readonly written: readonly string[];
  readonly created: readonly string[];
  readonly moved: readonly string[];
  readonly kept: string | null;
  readonly reload: { readonly outcome: string; readonly revision: string } | null;
}
interface Figures {
  readonly trades: number;
  readonly pnl: number;
}
interface Instead {
  readonly session: string;
  readonly revisions: { readonly before: readonly string[]; readonly after: string };
  readonly commands: { readonly kept: number; readonly unfit: readonly string[] };
  readonly impact: {
    readonly added: readonly { readonly rule: string }[];
    readonly removed: readonly unknown[];
    readonly moved: readonly unknown[];
    readonly resized: number;
    readonly before: Figures;
    readonly after: Figures;
  };
}

let cwd = '';
const at = (...names: string[]): string => join(cwd, ...names);
const file = (name: string): string => at('strategies.d', name);
const go = (...words: string[]): Promise<Ended> => engine(words, { cwd, env: { ENGINE_STATE: at('data_cache') } });
const answer = async <T>(...words: string[]): Promise<T> => {
  const ended = await go(...words, '--format', 'json');
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ended.stdout) as T;
};
const listed = (): Promise<Listed> => answer<Listed>('revisions');

describe('revisions of sessions that are over', () => {
  let place: Place;
  let first = '';
  let second = '';
  let wave = '';
  beforeAll(async () => {
    place = smallWorkspace();
    ({ cwd } = place);
    wave = readFileSync(file('wave.yaml'), 'utf8');
    expect((await go(...WORDS)).code).toBe(0);
    writeFileSync(file('wave.yaml'), wave.replace('sma(close, 5)', 'sma(close, 8)').replace('pct: 4', 'pct: 3'));
    writeFileSync(file('twin.yaml'), wave.replace('id: wave', 'id: twin'));
    expect((await go(...WORDS)).code).toBe(0);
    [first = '', second = ''] = (await listed()).revisions.map(({ revision }) => revision);
  }, 60_000);
  beforeEach(() => {
    ({ cwd } = place);
  });
  afterAll(() => place.remove());

  it('are listed, the last at the bottom, with what each means', async () => {
    const { revisions, rollback } = await listed();
    expect(rollback).toBeNull();
    expect(revisions).toMatchObject([
      { how: 'start', reason: null, from: { instants: 0, marketTime: null }, to: { instants: 200 }, current: false },
      { how: 'start', from: { instants: 0 }, to: { instants: 200 }, current: false },
    ]);
    expect(revisions.map(({ session }) => session.slice(-2))).toEqual(['-1', '-2']);
    expect(revisions[0]!.meaning).toBe('1 strategy, 0 breakers');
    expect(revisions[1]!.meaning).toMatch(/^\+ twin new, 1 symbol, 1h; 2 more$/);
    const { stdout } = await go('revisions');
    expect(stdout.indexOf(first.slice(0, 7))).toBeLessThan(stdout.indexOf(second.slice(0, 7)));
  });

  it('are shown whole, as text, JSON and files', async () => {
    const shown = await go('revisions', 'show', first.slice(0, 6));
    expect(shown.stdout).toBe(`==> strategies.d/wave.yaml <==\n${wave}`);
    const { documents } = await answer<{ documents: readonly { path: string; role: string; text: string }[] }>(
      'revisions',
      'show',
      first,
    );
    expect(documents).toEqual([{ path: 'strategies.d/wave.yaml', role: 'strategy', text: wave }]);
    expect(await go('revisions', 'show', second, '--out', 'before')).toMatchObject({ code: 0, stdout: '' });
    expect(readdirSync(at('before', 'strategies.d')).toSorted()).toEqual(['twin.yaml', 'wave.yaml']);
    expect(readFileSync(at('before', 'strategies.d', 'twin.yaml'), 'utf8')).toContain('id: twin');
    const again = await go('revisions', 'show', second, '--out', 'before');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('is there already');
  });

  it('are compared by what they mean', async () => {
    const { changes } = await answer<{ changes: readonly { subject: string; kind: string }[] }>(
      'revisions',
      'diff',
      first,
      second,
    );
    expect(changes.map(({ subject, kind }) => `${subject} ${kind}`)).toContain('twin added');
    expect((await go('revisions', 'diff', second, first)).stdout).toMatch(/^diff .* → .*\n[\s\S]*- twin/);
  });

  it.each([
    [['list', 'x'], /takes no revision/],
    [['show'], /needs one revision/],
    [['diff', 'abcd'], /needs two revisions/],
    [['rolback', 'abcd'], /did you mean `rollback`\?/],
    [['show', 'latest'], /`latest` is no revision: at least 4 digits/],
    [
      ['show', '0000000'],
      /keeps no revision 0000000[\s\S]*it keeps [0-9a-f]{7}, [0-9a-f]{7}: engine revisions lists them/,
    ],
    [['list', '--out', 'x'], /takes no --out/],
    [['show', 'abcd', '--yes'], /takes no --yes/],
  ])('refuse what is no question: %j', async (words, stderr) => {
    const ended = await go('revisions', ...words);
    expect(ended.stderr).toMatch(stderr);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('that begin alike are told apart', async () => {
    const { loadSqlite } = await import('../../engine/journal/sqlite.ts');
    const library = await loadSqlite();
    const database = new library(at('data_cache', 'journal.sqlite'));
    const twins = [`abcdef012${'0'.repeat(55)}`, `abcdef013${'0'.repeat(55)}`];
    const { storeInput } = await import('../../engine/journal/inputs.ts');
    const { beginSession } = await import('../../engine/journal/session.ts');
    const source = { kind: 'sample', hash: 'x' } as const;
    const row = beginSession(database, { engine: '1', started: '2020-01-01T00:00:00Z', source, options: {} });
    try {
      twins.forEach((revision, n) => {
        const documents = [{ path: 'a', role: 'strategy' as const, bytes: Buffer.from('x') }];
        storeInput(database, row.id, n, { kind: 'revision', instants: n, at: row.started, revision, documents });
      });
      const ended = await go('revisions', 'show', 'abcdef');
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(/abcdef begins 2 revisions[\s\S]*which one\? abcdef013, abcdef012/);
    } finally {
      for (const table of ['inputs', 'sessions']) {
        database.prepare(`DELETE FROM ${table} WHERE ${table === 'inputs' ? 'session' : 'id'} = ?`).run(row.id);
      }
      for (const one of twins) {
        database.prepare('DELETE FROM documents WHERE revision = ?').run(one);
        database.prepare('DELETE FROM revisions WHERE id = ?').run(one);
      }
      database.close();
    }
  });

  describe('instead of those that ran', () => {
    const names = async (): Promise<string[]> => [...new Set((await listed()).revisions.map(({ session }) => session))];
    const backtest = async (...words: string[]): Promise<Figures> => {
      const { metrics } = await answer<{ metrics: { trades: number; startEquity: number; endEquity: number } }>(
        'backtest',
        ...words,
        '--data',
        'bars',
        '--risk',
        'none',
      );
      return { trades: metrics.trades, pnl: metrics.endEquity - metrics.startEquity };
    };

    it('the same rules make no difference', async () => {
      const [session = ''] = await names();
      const { impact, revisions } = await answer<Instead>('replay', session, '--revision', first);
      expect(revisions).toEqual({ before: [first], after: first });
      expect(impact).toMatchObject({ added: [], removed: [], moved: [], resized: 0 });
      expect(impact.after).toEqual(impact.before);
      expect(impact.before.trades).toBeGreaterThan(5);
    });

    it('other rules come to what a backtest of them comes to; the session to what one of its own does', async () => {
      const [session = ''] = await names();
      writeFileSync(at('old.yaml'), wave);
      const old = await backtest('old.yaml');
      const next = await backtest('strategies.d/wave.yaml', 'strategies.d/twin.yaml');
      expect(next.trades).not.toBe(old.trades);
      for (const instead of [second, '.', second.slice(0, 8)]) {
        const { impact } = await answer<Instead>('replay', session, '--revision', instead);
        expect(impact.before).toMatchObject({ trades: old.trades });
        expect(impact.after).toMatchObject({ trades: next.trades });
        expect(impact.before.pnl).toBeCloseTo(old.pnl, 6);
        expect(impact.after.pnl).toBeCloseTo(next.pnl, 6);
        expect(impact.added.length).toBeGreaterThan(0);
      }
      const { stdout } = await go('replay', session, '--revision', 'old.yaml');
      expect(stdout).toMatch(/old = as it ran, by/);
      expect(stdout).toMatch(/0 entries added, 0 left out/);
    });

    it('bars that came after the session are not part of it', async () => {
      const [session = ''] = await names();
      const before = await answer<Instead>('replay', session, '--revision', second);
      const csv = readFileSync(at('bars', 'WAVE.csv'), 'utf8');
      const [, last = ''] = /^(\d{4}-\d\d-\d\d)T.*\n$/m.exec(`${csv.trimEnd().split('\n').at(-1)!}\n`)!;
      const day = new Date(Date.parse(`${last}T00:00:00Z`) + 7 * 86_400_000).toISOString().slice(0, 10);
      writeFileSync(at('bars', 'WAVE.csv'), `${csv}${day}T15:00:00Z,1,400,1,300,1000\n`);
      try {
        expect(await answer<Instead>('replay', session, '--revision', second)).toEqual(before);
      } finally {
        writeFileSync(at('bars', 'WAVE.csv'), csv);
      }
    });

    it.each([
      [['--revision', 'abcd1'], /neither|keeps no revision abcd1/],
      [['--revision', 'nowhere'], /`?nowhere`? is neither a revision of the journal nor a path/],
      [['--without-commands'], /goes with --revision/],
    ])('%j is refused', async (words, stderr) => {
      const [session = ''] = await names();
      const ended = await go('replay', session, ...words);
      expect(ended.stderr).toMatch(stderr);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
    });

    it('rules that are wrong are told as such', async () => {
      const [session = ''] = await names();
      writeFileSync(at('bad.yaml'), wave.replace('close, average)', 'close, avrage)'));
      const ended = await go('replay', session, '--revision', 'bad.yaml');
      expect(ended.code).toBe(1);
      expect(ended.stderr + ended.stdout).toContain('avrage');
    });
  });

  describe('rolled back to, while no engine runs', () => {
    it('an edit that never ran is not replaced unasked', async () => {
      const before = readFileSync(file('wave.yaml'), 'utf8');
      writeFileSync(file('wave.yaml'), `${before}# a thought\n`);
      const ended = await go('revisions', 'rollback', first);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(/strategies\.d\/wave\.yaml holds an edit that never ran[\s\S]*--yes/);
      expect(readFileSync(file('wave.yaml'), 'utf8')).toBe(`${before}# a thought\n`);
      expect(existsSync(at('data_cache', 'rolled-back'))).toBe(false);
      writeFileSync(file('wave.yaml'), before);
    });

    it('the files are written, what they replace is kept, and the next start says so', {
      timeout: 60_000,
    }, async () => {
      const replaced = readFileSync(file('wave.yaml'), 'utf8');
      const twin = readFileSync(file('twin.yaml'), 'utf8');
      writeFileSync(file('.#wave.yaml'), 'of an editor');
      const back = await answer<Back>('revisions', 'rollback', first.slice(0, 7));
      expect(back).toMatchObject({
        revision: first,
        written: ['strategies.d/wave.yaml'],
        created: [],
        moved: ['strategies.d/twin.yaml'],
        reload: null,
      });
      expect(readFileSync(file('wave.yaml'), 'utf8')).toBe(wave);
      expect(readdirSync(at('strategies.d')).toSorted()).toEqual(['.#wave.yaml', 'wave.yaml']);
      rmSync(file('.#wave.yaml'));
      expect(readFileSync(join(back.kept!, 'strategies.d', 'wave.yaml'), 'utf8')).toBe(replaced);
      expect(readFileSync(join(back.kept!, 'strategies.d', 'twin.yaml'), 'utf8')).toBe(twin);
      expect((await listed()).rollback).toMatchObject({ revision: first, folder: back.kept });
      expect((await go('revisions')).stdout).toMatch(/were written back at .*no run has taken\s+them yet\./s);

      expect((await go(...WORDS)).code).toBe(0);
      const { revisions, rollback } = await listed();
      expect(rollback).toBeNull();
      expect(revisions.at(-1)).toMatchObject({
        revision: first,
        how: 'start',
        reason: `rollback to ${first.slice(0, 7)}`,
      });
      expect((await go('revisions', 'rollback', first)).stdout).toMatch(/^The files are those of [0-9a-f]{7} already/);
    });

    it('a file that is a link stays one', async () => {
      const real = at('real.yaml');
      writeFileSync(real, readFileSync(file('wave.yaml')));
      rmSync(file('wave.yaml'));
      symlinkSync(real, file('wave.yaml'));
      expect((await answer<Back>('revisions', 'rollback', second)).created).toEqual(['strategies.d/twin.yaml']);
      expect(readFileSync(real, 'utf8')).toContain('sma(close, 8)');
    });
  });
});

describe('a running engine', () => {
  let place: ReturnType<typeof folder>;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    place = folder();
    cwd = place.path;
    expect((await go('init')).code).toBe(0);
  });
  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    place.remove();
  });
  const start = (...words: string[]): void => {
    child = spawn(process.execPath, [BIN, 'run', '--dry', '--format', 'json', ...words], {
      cwd,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ENGINE_STATE: at('data_cache') },
      stdio: 'ignore',
    });
  };
  const stop = async (): Promise<void> => {
    const ended = once(child!, 'close');
    child!.kill('SIGINT');
    await ended;
  };
  const until = async (wanted: (revisions: readonly Told[]) => boolean): Promise<readonly Told[]> => {
    for (let tries = 0; tries < 200; tries++) {
      const { code, stdout } = await go('revisions', '--format', 'json');
      const revisions = code === 0 ? (JSON.parse(stdout) as Listed).revisions : [];
      if (wanted(revisions)) return revisions;
      await sleep(50);
    }
    throw new Error('it never came to that');
  };
  const edit = (from: string, to: string): void => {
    const text = readFileSync(file('rsi.yaml'), 'utf8');
    expect(text).toContain(from);
    writeFileSync(file('rsi.yaml'), text.replace(from, to));
  };

  it('takes a rollback as a reload that the journal calls by its name', { timeout: 90_000 }, async () => {
    start('--speed', '6000x');
    const [begun] = await until((rows) => rows.length === 1 && rows[0]!.to.instants > 200);
    edit('oversold: 30', 'oversold: 35');
    const rows = await until((found) => found.length === 2);
    expect(rows[1]).toMatchObject({
      how: 'reload',
      reason: null,
      meaning: '~ rsi params.oversold 30 → 35',
      current: true,
    });
    expect(rows[0]!.to.instants).toBe(rows[1]!.from.instants);

    const back = await answer<Back>('revisions', 'rollback', begun!.revision);
    // The watcher may have been faster than the question.
    expect(['applied', 'unchanged']).toContain(back.reload?.outcome);
    expect(back.reload?.revision).toBe(begun!.revision);
    const [, , third] = await until((found) => found.length === 3);
    expect(third).toMatchObject({
      revision: begun!.revision,
      how: 'rollback',
      reason: `rollback to ${begun!.revision.slice(0, 7)}`,
      current: true,
    });
    expect(third!.from.marketTime).not.toBeNull();
    await stop();

    // An edit while nothing runs is taken by the start, and what ran by last is no rollback.
    edit('oversold: 30', 'oversold: 28');
    start('--speed', '6000x');
    expect((await until((found) => found.length === 4)).at(-1)).toMatchObject({ how: 'restart', reason: null });
    await stop();
    expect(await answer<{ same: boolean }>('replay', third!.session)).toMatchObject({ same: true });
  });

  it('an edit that is wrong is taken back, and is no rollback', { timeout: 60_000 }, async () => {
    start('--speed', '6000x');
    const [begun] = await until((rows) => rows.length === 1 && rows[0]!.to.instants > 50);
    edit('oversold: 30', 'oversold: [');
    const back = await answer<Back>('revisions', 'rollback', begun!.revision, '--yes');
    expect(back).toMatchObject({ written: ['strategies.d/rsi.yaml'], reload: { outcome: 'unchanged' } });
    const { revisions, rollback } = await listed();
    expect(revisions).toHaveLength(1);
    expect(rollback).toBeNull();
    await stop();
  });

  it('a person’s commands go with a session under other rules, or do not', { timeout: 90_000 }, async () => {
    start('--speed', '90000x');
    const [begun] = await until((rows) => rows.length === 1 && rows[0]!.to.instants > 200);
    expect((await go('pause', '--strategy', 'rsi')).code).toBe(0);
    await until((rows) => rows[0]!.to.instants > 20_000);
    await stop();
    const { session, revision } = begun!;
    const kept = await answer<Instead>('replay', session, '--revision', revision);
    expect(kept.commands).toEqual({ kept: 1, unfit: [] });
    expect(kept.impact).toMatchObject({ added: [], removed: [], moved: [], resized: 0 });
    const without = await answer<Instead>('replay', session, '--revision', revision, '--without-commands');
    expect(without.commands).toEqual({ kept: 0, unfit: [] });
    expect(without.impact.added.length).toBeGreaterThan(0);
    const unfit = await answer<Instead>('replay', session, '--revision', 'strategies.d/moving_average.yaml');
    expect(unfit.commands.kept).toBe(0);
    expect(unfit.commands.unfit[0]).toContain('rsi');
    // Decisions carry the rules that made them.
    mkdirSync(at('out'));
    expect((await go('export', session, '--what', 'decisions', '--out', 'out/rows.json')).code).toBe(0);
    const { rows } = JSON.parse(readFileSync(at('out', 'rows.json'), 'utf8')) as { rows: { revision: string }[] };
    expect(new Set(rows.map((row) => row.revision))).toEqual(new Set([revision]));
  });

  it('rows of an export carry the rules that made them', { timeout: 60_000 }, async () => {
    start('--speed', '90000x');
    await until((rows) => rows.length === 1 && rows[0]!.to.instants > 10_000);
    edit('oversold: 30', 'oversold: 45');
    const rows = await until((found) => found.length === 2 && found[1]!.to.instants > found[1]!.from.instants + 6_000);
    await stop();
    const [a, b] = rows.map(({ revision }) => revision);
    const swapped = Date.parse(rows[1]!.from.marketTime!);
    for (const what of ['decisions', 'orders']) {
      const { rows: exported } = await answer<{ rows: { revision: string; time?: string; decidedAt?: string }[] }>(
        'export',
        '--what',
        what,
      );
      expect(new Set(exported.map(({ revision }) => revision))).toEqual(new Set([a, b]));
      for (const { revision, time, decidedAt } of exported) {
        expect(revision).toBe(Date.parse((time ?? decidedAt)!) <= swapped ? a : b);
      }
    }
  });
});
