import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../engine/runtime/control/status.ts';
import { BIN, type Ended, engine, folder } from './engine.ts';
import { waves } from './waves.ts';

interface Asked {
  readonly session: { readonly name: string; readonly running: boolean; readonly state: string } | null;
  readonly revision: string;
  readonly answers: readonly {
    readonly sentence: string | null;
    readonly decision: {
      readonly at: string;
      readonly revision: string;
      readonly close: number;
      readonly heldBy: readonly { readonly breaker: string; readonly place: string; readonly reason: string | null }[];
      readonly entries: readonly {
        readonly value: boolean;
        readonly blocker: string | null;
        readonly order: { readonly number: number; readonly id: string } | null;
        readonly condition: { readonly text: string };
      }[];
    } | null;
  }[];
}

const strategy = (when: string): string => `id: wave
symbols: [WAVE]
timeframe: 1h
capital: 10000
entry:
  long:
    when: ${when}
    trigger: while_true
    size: {shares: 5}
exit:
  time_stop: 2 bars
`;

let place: ReturnType<typeof folder>;
let cwd = '';
let child: ChildProcess | undefined;
const run = (...words: string[]): Promise<Ended> =>
  engine(words, { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
const why = async (...words: string[]): Promise<Asked> => {
  const ended = await run('why', ...words, '--format', 'json');
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout) as Asked;
};

/** Asks until the status is as wanted. */
const until = async (wanted: (status: EngineStatus) => boolean): Promise<EngineStatus> => {
  for (let tries = 0; tries < 300; tries++) {
    const { code, stdout } = await run('status', '--format', 'json');
    const status = code === 0 ? (JSON.parse(stdout) as EngineStatus) : undefined;
    if (status !== undefined && wanted(status)) return status;
    await sleep(50);
  }
  throw new Error('it never came to that');
};

const rules = join('strategies.d', 'wave.yaml');
const CLOSES = new Map(
  waves(60)
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const cells = line.split(',');
      // An hour's bar is stamped with its start.
      return [new Date(Date.parse(cells[0]!) + 3_600_000).toISOString(), Number(cells[4])] as const;
    }),
);

let edited: EngineStatus;
let first = '';
let running: Asked;
let paused: Asked;
let pausedText = '';
let pausedAt = '';

beforeAll(async () => {
  place = folder();
  cwd = place.path;
  for (const name of ['strategies.d', 'bars']) mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, rules), strategy('close > 102'));
  writeFileSync(join(cwd, 'risk.yaml'), 'circuit_breakers: []\n');
  writeFileSync(join(cwd, 'bars', 'WAVE.csv'), waves(60));
  // Some fifty milliseconds a bar.
  child = spawn(process.execPath, [BIN, 'run', '--dry', '--once', '--feed', 'csv:bars', '--speed', '30000x'], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, ENGINE_LOG: 'off', ENGINE_STATE: join(cwd, 'data_cache') },
    stdio: 'ignore',
  });
  first = (await until(({ market }) => market.instants > 20)).rules.revision;
  running = await why('wave', 'WAVE');
  writeFileSync(join(cwd, rules), strategy('close < 99'));
  edited = await until((status) => status.rules.revision !== first);
  await until(({ market }) => market.instants > edited.market.instants + 20);
  expect((await run('pause', '--strategy', 'wave', '--reason', 'earnings')).code).toBe(0);
  const { market } = await until(() => true);
  pausedAt = market.time!;
  await until((now) => now.market.instants > market.instants + 50);
  paused = await why('wave', 'WAVE');
  pausedText = (await run('why', 'wave', 'WAVE')).stdout;
  child.kill('SIGTERM');
  await once(child, 'close');
}, 90_000);
afterAll(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  place.remove();
});

describe('engine why, while an engine runs', () => {
  it('answers of its run, by the rules that rule, and says so', () => {
    expect(running.session).toMatchObject({ running: true, state: 'open' });
    const { decision } = running.answers[0]!;
    expect([running.revision, decision!.revision]).toEqual([first, first]);
    expect(decision!.entries[0]!.condition.text).toBe('close > 102');
    expect(decision!.close).toBe(CLOSES.get(decision!.at));
    expect(pausedText).toMatch(
      new RegExp(
        `^Of session ${running.session!.name}, running, as far as 2023-\\d\\d-\\d\\d \\d\\d:\\d\\d New York\\.\n`,
      ),
    );
  });

  it("shows a person's pause as what holds entries back", () => {
    const { decision } = paused.answers[0]!;
    expect(decision!.heldBy).toMatchObject([{ breaker: 'operator', place: 'wave', reason: 'earnings' }]);
    expect(pausedText.replace(/\s+/g, ' ')).toMatch(
      /Entries are held back: breaker operator has held strategy wave since 2023-.* \(entries paused by hand: earnings\)\./,
    );
  });
});

describe('engine why --session', () => {
  it('shows the condition of each time, before the edit and after it', async () => {
    const times = [...CLOSES.keys()];
    const orders = JSON.parse((await run('export', '--what', 'orders')).stdout) as {
      rows: readonly { id: string; rule: string; decidedAt: string; revision: string }[];
    };
    const entries = orders.rows.filter(({ rule }) => rule === 'entry.long');
    const revisions = new Set(entries.map(({ revision }) => revision));
    expect(revisions).toEqual(new Set([first, edited.rules.revision]));
    for (const revision of revisions) {
      const [condition, holds] =
        revision === first
          ? ['close > 102', (close: number) => close > 102]
          : ['close < 99', (close: number) => close < 99];
      const order = entries.findLast((one) => one.revision === revision)!;
      const asked = await why('wave', 'WAVE', '--at', order.decidedAt, '--session', 'last');
      const { decision } = asked.answers[0]!;
      expect(asked.session).toMatchObject({ running: false, name: running.session!.name });
      expect(decision).toMatchObject({ at: order.decidedAt, revision, close: CLOSES.get(order.decidedAt) });
      expect(decision!.entries[0]).toMatchObject({
        value: true,
        condition: { text: condition },
        order: { id: order.id },
      });
      const before = times[times.indexOf(order.decidedAt) - 1]!;
      const other = (await why('wave', 'WAVE', '--at', before, '--session', 'last')).answers[0]!.decision!;
      expect(other.entries[0]!.value).toBe(holds(CLOSES.get(before)!));
      // By its id and by its number.
      const number = String(decision!.entries[0]!.order!.number);
      for (const word of [order.id, number])
        expect((await why(word, '--session', running.session!.name)).answers[0]!.decision).toMatchObject({
          at: order.decidedAt,
          revision,
        });
    }
  });

  it('tells of a trade what the run did', async () => {
    const { rows } = JSON.parse((await run('export', '--what', 'trades')).stdout) as {
      rows: readonly { entryTime: string; symbol: string; revision: string }[];
    };
    expect(rows.length).toBeGreaterThan(3);
    const asked = await why('--trade', String(rows.length), '--session', 'last');
    const [trade, entry] = asked.answers;
    expect(trade!.sentence).toMatch(new RegExp(`^Trade ${rows.length}, wave: long 5 WAVE from .*\\(time stop\\)\\.$`));
    expect(Date.parse(entry!.decision!.at)).toBeLessThanOrEqual(Date.parse(rows.at(-1)!.entryTime));
    expect(entry!.decision!.entries[0]!.order).not.toBeNull();
  });

  it('counts blockers by what the entry said, and names the breaker', async () => {
    const ended = await run('blockers', '--session', 'last', '--format', 'json');
    expect(ended.code, ended.stderr).toBe(0);
    const { session, blockers } = JSON.parse(ended.stdout) as {
      session: { name: string };
      blockers: readonly {
        revisions: readonly string[];
        bars: number;
        true: number;
        orders: number;
        blocked: Record<string, number>;
        breakers: Record<string, number>;
      }[];
    };
    expect(session.name).toBe(running.session!.name);
    expect(blockers.map(({ revisions }) => revisions)).toEqual([[first], [edited.rules.revision]]);
    const [, second] = blockers;
    const after = [...CLOSES].filter(([time]) => time > pausedAt && time <= paused.answers[0]!.decision!.at);
    expect(second!.blocked.breaker).toBe(second!.breakers.operator);
    expect(second!.breakers.operator).toBeGreaterThanOrEqual(after.filter(([, close]) => close < 99).length - 2);
    expect(second!.breakers.operator).toBeGreaterThan(3);
    const text = (await run('blockers', '--session', 'last')).stdout;
    expect(text).toMatch(/\n {2}rules [0-9a-f]{7}: close < 99\n/);
    expect(text).toMatch(/a circuit breaker tripped .*\n {6}operator /);
  });

  it('none is a backtest; without an engine so is the default', async () => {
    for (const words of [
      ['--session', 'none', '--data', 'bars'],
      ['--data', 'bars'],
    ]) {
      const asked = await why('wave', 'WAVE', ...words);
      expect(asked.session).toBeNull();
      expect(asked.answers[0]!.decision!.entries[0]!.condition.text).toBe('close < 99');
    }
  });

  it.each([
    [['wave', 'WAVE', '--session', '2020-01-01-1'], /there is no session `2020-01-01-1`/],
    [['wave', 'WAVE', '--session', 'last', '--slippage', '0'], /--slippage goes with a backtest, not with --session/],
    [['strategies.d/wave.yaml', 'wave', 'WAVE', '--session', 'last'], /wave\.yaml goes with a backtest/],
    [['wav', 'WAVE', '--session', 'last'], /no enabled strategy is called `wav`\n.*did you mean `wave`\?/],
    [['--trade', '9999', '--session', 'last'], /there is no trade 9999\n.*the run closed trades 1 to/],
    [['9999', '--session', 'last'], /there is no order 9999/],
    [
      ['wave', 'WAVE', '--at', '1999-01-04', '--session', 'last'],
      /no bar of WAVE was decided by .*\n.*began 2023-06-01/,
    ],
  ])('%j is a clear mistake', async (words, message) => {
    const ended = await run('why', ...words);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
  });
});
