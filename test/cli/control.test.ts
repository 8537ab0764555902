import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ReloadResult } from '../../engine/runtime/control/results.ts';
import { type ControlHandlers, type ControlServer, serveControl } from '../../engine/runtime/control/server.ts';
import { fakeHandlers, STAND, STATUS } from '../runtime/control/raw.ts';
import { engine, folder } from './engine.ts';

let place: ReturnType<typeof folder>;
let cwd = '';
let state = '';
let server: ControlServer | undefined;
let loop: NodeJS.Timeout | undefined;

beforeAll(() => {
  place = folder();
  cwd = place.path;
  state = join(cwd, 'data_cache');
  mkdirSync(join(cwd, 'strategies.d'));
});
afterEach(async () => {
  clearInterval(loop);
  await server?.close();
  server = undefined;
});
afterAll(() => place.remove());

/** An engine of this process that looks at its commands all the time. */
async function running<Handlers extends ControlHandlers>(handlers: Handlers, where = state): Promise<Handlers> {
  const one = await serveControl({ folder: where, handlers, since: STATUS.since });
  server = one;
  loop = setInterval(() => void one.carryOut(), 2);
  return handlers;
}

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('without a running engine', () => {
  it.each([
    ['status'],
    ['pause'],
    ['resume'],
    ['halt'],
    ['flatten', '--yes'],
    ['breakers'],
    ['breakers', 'reset', 'x', '--reason', 'y'],
    ['reload'],
    ['approve', 'abcdef0'],
  ])('engine %s %s says so in a line, with the way out', async (...words) => {
    const ended = await engine(words, { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'error: no engine runs here (state folder data_cache)\n  = help: engine run --dry starts one; --state DIR names the folder of another\n',
    });
  });

  it('leaves pure JSON, and names the folder that was asked', async () => {
    const ended = await engine(['status', '--format', 'json', '--state', 'elsewhere'], {
      cwd,
      env: { ENGINE_STATE: join(cwd, 'data_cache') },
    });
    expect(json(ended.stdout)).toMatchObject({
      schemaVersion: 1,
      error: { message: 'no engine runs here (state folder elsewhere)', exitCode: 2 },
    });
  });
});

describe('a running engine', () => {
  it('is shown as text and as JSON, wherever its state is', async () => {
    const elsewhere = join(cwd, 'elsewhere');
    await running(fakeHandlers(), elsewhere);
    const text = await engine(['status', '--state', 'elsewhere'], {
      cwd,
      env: { ENGINE_STATE: join(cwd, 'data_cache') },
    });
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain('equity    $99,243.11  today +$12.10  in all -$756.89');
    const byEnvironment = await engine(['status', '--format', 'json'], { cwd, env: { ENGINE_STATE: elsewhere } });
    expect(json(byEnvironment.stdout)).toEqual({ schemaVersion: 1, at: STAND, ...STATUS });
    const breakers = await engine(['breakers', 'list', '--format', 'json', '--state', elsewhere], {
      cwd,
      env: { ENGINE_STATE: join(cwd, 'data_cache') },
    });
    expect(json(breakers.stdout)).toEqual({ schemaVersion: 1, at: STAND, breakers: STATUS.breakers });
  });

  it('is told what a person typed', async () => {
    const { asked } = await running(fakeHandlers());
    for (const words of [
      ['pause', '--strategy', 'ema', '--reason', 'lunch'],
      ['resume', '--symbol', 'SPY'],
      ['flatten', '--yes'],
      ['halt', '--reason', 'odd'],
      ['breakers', 'reset', 'loss', '--strategy', 'ema', '--reason', 'looked into'],
    ]) {
      const ended = await engine([...words, '--format', 'json'], {
        cwd,
        env: { ENGINE_STATE: join(cwd, 'data_cache') },
      });
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(json(ended.stdout)).toMatchObject({ schemaVersion: 1, at: STAND, trips: [], closing: 0 });
    }
    expect(asked).toEqual([
      { kind: 'operate', act: 'pause', place: { scope: 'strategy', name: 'ema' }, reason: 'lunch' },
      { kind: 'operate', act: 'resume', place: { scope: 'symbol', name: 'SPY' }, reason: undefined },
      { kind: 'operate', act: 'flatten', place: { scope: 'account', name: 'account' }, reason: undefined },
      { kind: 'operate', act: 'halt', place: { scope: 'account', name: 'account' }, reason: 'odd' },
      { kind: 'reset', breaker: 'loss', place: { scope: 'strategy', name: 'ema' }, reason: 'looked into' },
    ]);
  });

  it.each([
    [['flatten'], /without a terminal it needs --yes/],
    [['breakers', 'reset', 'loss'], /needs --reason TEXT/],
    [['breakers', 'reset'], /needs the id of a breaker/],
    [['breakers', 'rest', 'loss'], /did you mean `reset`\?/],
    [['breakers', 'list', '--reason', 'x'], /list takes no --reason/],
    [['pause', '--strategy', 'a', '--symbol', 'B'], /--strategy and --symbol exclude each other/],
    [['approve'], /needs a revision/],
    [['approve', 'latest'], /`latest` is no revision/],
    [['approve', 'abc'], /at least 7 digits/],
    [['reload'], /cannot reload/],
  ])('is not asked amiss: engine %j', async (words, stderr) => {
    const { asked } = await running(fakeHandlers());
    const ended = await engine(words, { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
    expect(ended.stderr).toMatch(stderr);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(asked).toEqual([]);
  });

  it('that refuses is heard', async () => {
    await running(
      fakeHandlers({
        command: () => ({ kind: 'refused', message: 'there is no strategy `emma`', help: 'did you mean `ema`?' }),
      }),
    );
    expect(
      await engine(['pause', '--strategy', 'emma'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } }),
    ).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'error: there is no strategy `emma`\n  = help: did you mean `ema`?\n',
    });
  });

  it('that does not answer is said to be mute, after five seconds', { timeout: 20_000 }, async () => {
    await running(fakeHandlers());
    clearInterval(loop);
    const ended = await engine(['status'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`error: the engine (process ${process.pid}) did not answer within 5 s\n`);
  });

  it.each([
    ['applied', 0],
    ['unchanged', 0],
    ['refused', 1],
    ['waiting', 1],
    ['unsettled', 1],
    ['unknown', 2],
  ] as const)('whose reload was %s ends with %i', async (outcome, code) => {
    const result: ReloadResult = { outcome, revision: '8a01b77ff', pending: null, losses: [], lines: ['a line'] };
    const revisions: unknown[] = [];
    await running(
      fakeHandlers({
        reload: () => Promise.resolve(result),
        approve(revision, reason) {
          revisions.push([revision, reason]);
          return Promise.resolve(result);
        },
      }),
    );
    const reload = await engine(['reload'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
    expect(reload).toMatchObject({ code, stderr: '' });
    expect(reload.stdout).toMatch(/8a01b77.*\na line\n$/);
    const approve = await engine(['approve', 'ABCDEF0', '--reason', 'agreed', '--format', 'json'], {
      cwd,
      env: { ENGINE_STATE: join(cwd, 'data_cache') },
    });
    expect(json(approve.stdout)).toEqual({ schemaVersion: 1, command: 'approve', at: STAND, ...result });
    expect(approve.code).toBe(code);
    expect(revisions).toEqual([['abcdef0', 'agreed']]);
  });

  it('that went away without a word is none', async () => {
    await running(fakeHandlers());
    const address = readFileSync(join(state, 'control.json'), 'utf8');
    clearInterval(loop);
    await server!.close();
    server = undefined;
    writeFileSync(join(state, 'control.json'), address);
    expect((await engine(['status'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } })).stderr).toMatch(
      /^error: no engine runs here/,
    );
  });
});
