import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../engine/runtime/control/status.ts';
import { type Ended, engine, folder, ROOT } from './engine.ts';

let place: ReturnType<typeof folder>;
let cwd = '';
let child: ChildProcess | undefined;

beforeEach(async () => {
  place = folder();
  cwd = place.path;
  expect((await engine(['init'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } })).code).toBe(0);
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  place.remove();
});

interface Running {
  stop(signal: NodeJS.Signals): Promise<Ended>;
}

/** An engine that runs on, with its output. */
function start(...words: string[]): Running {
  const one = spawn(process.execPath, [join(ROOT, 'dist', 'engine.js'), 'run', '--dry', ...words], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = one;
  let stdout = '';
  let stderr = '';
  one.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  one.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    async stop(signal) {
      one.kill(signal);
      const [code] = (await once(one, 'close')) as [number | null];
      return { code, signal: one.signalCode, stdout, stderr };
    },
  };
}

const statusNow = async (): Promise<EngineStatus | undefined> => {
  const { code, stdout } = await engine(['status', '--format', 'json'], {
    cwd,
    env: { ENGINE_STATE: join(cwd, 'data_cache') },
  });
  return code === 0 ? (JSON.parse(stdout) as EngineStatus) : undefined;
};

/** Asks until the status is as wanted. */
async function until(wanted: (status: EngineStatus) => boolean): Promise<EngineStatus> {
  for (let tries = 0; tries < 200; tries++) {
    const status = await statusNow();
    if (status !== undefined && wanted(status)) return status;
    await sleep(50);
  }
  throw new Error('it never came to that');
}

const does = async (...words: string[]): Promise<string> => {
  const ended = await engine(words, { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout;
};

interface Summary {
  readonly trades: readonly { readonly exitReason: string }[];
  readonly orders: readonly { readonly rule: string; readonly status: string; readonly decidedAt: string }[];
  readonly breakers: readonly {
    readonly id: string;
    readonly action: string;
    readonly place: string;
    readonly reason: string | null;
    readonly trippedAt: string;
    readonly clearedAt: string | null;
    readonly clearedReason: string | null;
  }[];
}

describe('a dry run', () => {
  it('obeys: paused, flattened, halted, resumed; and its report tells of it', { timeout: 60_000 }, async () => {
    const running = start('--speed', '12000x', '--format', 'json');
    const before = await until(({ positions }) => positions.length > 0);
    expect(before).toMatchObject({ mode: 'dry', synthetic: true, feed: 'the sample market', pid: child!.pid });
    expect(before.positions[0]!.protection.length).toBeGreaterThan(0);

    expect(await does('pause', '--strategy', 'rsi', '--reason', 'earnings')).toMatch(/^Paused: strategy rsi/);
    expect(await does('flatten', '--yes', '--reason', 'going home')).toMatch(/^Closing: the account/);
    const flat = await until(({ positions }) => positions.length === 0);
    expect(flat.breakers.entries).toBe('paused');
    await until(({ market }) => market.instants > flat.market.instants + 100);
    expect((await statusNow())?.positions).toEqual([]);
    expect(await does('halt', '--reason', 'odd prices')).toMatch(/^Halted: the account/);
    expect((await statusNow())?.breakers.entries).toBe('halted');
    expect((await engine(['resume'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } })).stderr).toMatch(
      /to go on takes a reason/,
    );
    expect(await does('resume', '--reason', 'all is well')).toMatch(/Entries may be made again/);
    expect((await statusNow())?.breakers).toMatchObject({ entries: 'active', tripped: [{ place: 'rsi' }] });
    expect(await does('breakers', 'reset', 'operator', '--reason', 'reported')).toMatch(/^Cleared: strategy rsi/);
    expect(
      (
        await engine(['breakers', 'reset', 'max_drawdwn', '--reason', 'x'], {
          cwd,
          env: { ENGINE_STATE: join(cwd, 'data_cache') },
        })
      ).stderr,
    ).toMatch(/did you mean `max_drawdown`\?/);

    const ended = await running.stop('SIGTERM');
    expect(ended.code).toBe(0);
    const { trades, orders, breakers } = JSON.parse(ended.stdout) as Summary;
    const own = breakers.filter(({ id }) => id === 'operator');
    expect(own.map(({ action, place: of, reason, clearedReason }) => [action, of, reason, clearedReason])).toEqual([
      ['pause_entries', 'rsi', 'earnings', 'reported'],
      ['flatten', 'account', 'going home', 'all is well'],
      ['halt', 'account', 'odd prices', 'all is well'],
    ]);
    expect(trades.some(({ exitReason }) => exitReason === 'manual')).toBe(true);
    const [, closing] = own;
    const meanwhile = orders.filter(
      ({ rule, decidedAt }) =>
        rule.startsWith('entry.') && decidedAt > closing!.trippedAt && decidedAt <= closing!.clearedAt!,
    );
    expect(meanwhile).toEqual([]);
    expect((await engine(['status'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } })).stderr).toMatch(
      /^error: no engine runs here/,
    );
    expect(existsSync(join(cwd, 'data_cache', 'control.json'))).toBe(false);

    // The logs name the session as the journal does, from their first line on, and tell of what a person let go.
    const lines = (log: string) =>
      readFileSync(join(cwd, 'logs', log), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(lines('paper_engine.log').map(({ session }) => session))).toEqual(new Set([before.session]));
    expect(
      lines('circuit_breaker.log')
        .filter(({ event }) => event === 'breaker_reset')
        .map(({ id, place, clearedReason }) => [id, place, clearedReason]),
    ).toEqual([
      ['operator', 'account', 'all is well'],
      ['operator', 'account', 'all is well'],
      ['operator', 'rsi', 'reported'],
    ]);
  });

  it('keeps why somebody approved rules that lose a protection', { timeout: 60_000 }, async () => {
    const risk = join(cwd, 'risk.yaml');
    const text = `loosening: approve\n${readFileSync(risk, 'utf8')}`;
    writeFileSync(risk, text);
    start('--speed', '6000x');
    await until(({ market }) => market.instants > 0);
    writeFileSync(risk, text.replace('daily_loss_pct > 5', 'daily_loss_pct > 8'));
    const { rules } = await until(({ rules: { pending } }) => pending !== null);
    await does('approve', rules.pending!.revision.slice(0, 7), '--reason', 'agreed with Ann');
    await until(({ rules: { revision } }) => revision === rules.pending!.revision);
    expect(await does('revisions')).toMatch(/ reload\n .*max_daily_loss.*\n {2}because: agreed with Ann\n/);
  });

  it('that was killed leaves nothing in the way of the next, which answers between its slow bars', {
    timeout: 60_000,
  }, async () => {
    const killed = start('--speed', '60x');
    await until(() => true);
    await killed.stop('SIGKILL');
    expect(existsSync(join(cwd, 'data_cache', 'control.json'))).toBe(true);
    expect((await engine(['status'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } })).stderr).toMatch(
      /^error: no engine runs here/,
    );

    // A bar a minute: the answer does not wait for it.
    const next = start('--speed', 'realtime');
    await until(() => true);
    expect(await does('pause')).toMatch(/^Paused: the account/);
    expect(await does('resume')).toMatch(/^Cleared: the account/);
    const ended = await next.stop('SIGINT');
    expect(ended.code).toBe(130);
  });

  it('that stands still is said to be mute', { timeout: 60_000 }, async () => {
    start('--speed', '60x');
    await until(() => true);
    child!.kill('SIGSTOP');
    const asked = await engine(['pause'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain(`the engine (process ${child!.pid}) did not answer within 5 s`);
    child!.kill('SIGCONT');
    // Whoever asked was told that nobody answered: nothing happens after that.
    expect((await until(() => true)).breakers.entries).toBe('active');
  });

  it('beside another on one state folder is refused, and the other goes on', { timeout: 60_000 }, async () => {
    start('--speed', '60x');
    await until(() => true);
    const second = await engine(['run', '--dry', '--once'], { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/another engine runs on .*: process \d+, since /);
    expect((await statusNow())?.pid).toBe(child!.pid);
  });
});
