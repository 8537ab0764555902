import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import { createSampleMarket } from '../../engine/feeds/sample.ts';
import type { Input } from '../../engine/journal/inputs.ts';
import { chained, NO_EVENTS, type Slice, type SliceRow } from '../../engine/journal/slices.ts';
import { writeSnapshot } from '../../engine/journal/snapshots.ts';
import type { SessionWriter } from '../../engine/journal/writer.ts';
import type { MarketData } from '../../engine/market/bars.ts';
import { type DryRunOptions, dryRun } from '../../engine/runtime/dry-run.ts';
import type { Feed } from '../../engine/runtime/feed.ts';
import { createPatientSink } from '../../engine/runtime/patient-sink.ts';
import { portfolioState } from '../../engine/runtime/portfolio-state.ts';
import {
  createRecording,
  type Recording,
  type RecordingHooks,
  type SliceSink,
} from '../../engine/runtime/recording.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import type { Session } from '../../engine/runtime/session.ts';
import { loadWorkspace } from '../../engine/runtime/workspace.ts';
import { ROOT } from '../house/sources.ts';

/** A journal in memory: rows as the writer makes them, one a slice. */
interface Memory {
  readonly rows: SliceRow[];
  readonly inputs: Input[];
  ended: boolean;
}

const SEAL = 'seal';
const empty = (revision: string): Memory => ({
  rows: [],
  inputs: [{ kind: 'revision', how: 'start', instants: 0, at: '', revision }],
  ended: false,
});

const sinkOf = (memory: Memory): SliceSink => {
  const put = (slice: Slice): undefined => {
    const last = memory.rows.at(-1);
    const row = { ...slice, n: memory.rows.length, hash: chained(last?.hash ?? SEAL, slice) };
    memory.rows.push(row);
    return undefined;
  };
  return {
    append: put,
    input(input) {
      memory.inputs.push(input.kind === 'revision' ? { how: 'reload', ...input } : input);
      return undefined;
    },
    complete(slice) {
      memory.ended = true;
      return put(slice);
    },
  };
};

const recordingOf = (
  memory: Memory,
  hooks: Partial<RecordingHooks> = {},
  sink: SliceSink | undefined = sinkOf(memory),
): Recording =>
  createRecording(
    { name: 'test', engine: '0', seal: SEAL, inputs: [...memory.inputs], slices: [...memory.rows].values() },
    sink,
    memory.inputs[0]!.kind === 'revision' ? memory.inputs[0]!.revision : '',
    { ...NEITHER, ...hooks },
  );

let rules: Ruleset;
let feed: () => Feed;
const OPTIONS: DryRunOptions = {
  cash: 100_000,
  from: undefined,
  to: undefined,
  assumptions: DEFAULT_ASSUMPTIONS,
  closeAtEnd: false,
  speed: 'max',
  once: true,
  sampleThenLive: false,
};

beforeAll(async () => {
  const workspace = await loadWorkspace({ dir: ROOT });
  rules = workspace.ruleset!;
  const market = createSampleMarket({ symbols: rules.symbols, sessions: 30, warmup: 30 });
  const account: Omit<MarketData, 'bars' | 'actions'> = {
    source: 'sample',
    synthetic: true,
    rowsRead: 0,
    barsUsed: 0,
    outsideSession: 0,
    quarantined: [],
    quarantinedCount: 0,
    hash: '',
    warnings: [],
  };
  feed = () => ({
    bases: new Map(rules.symbols.map((symbol) => [symbol, '1m' as const])),
    warmup: market.warmup,
    length: market.sessions,
    bars: undefined,
    endless: true,
    identity: '',
    actions: [],
    piece: (n) => market.session(n),
    past: () => new Map(),
    widened: async () => ({ feed: feed() }),
    account: () => account,
  });
});

/** A journal with nothing but its first rules. */
const NEITHER: Pick<RecordingHooks, 'applyRevision' | 'applyCommand'> = {
  applyRevision: () => Promise.reject(new Error('no other rules')),
  applyCommand: () => {
    throw new Error('no command');
  },
};

const plain = (result: RunResult): unknown => ({
  trades: result.trades,
  orders: result.orders,
  equity: result.equity,
  metrics: result.metrics,
});

/** Runs until `stopAt` instants are done (all: Infinity). */
const runTo = async (
  memory: Memory,
  stopAt = Number.POSITIVE_INFINITY,
  hooks: Partial<RecordingHooks> = {},
): Promise<RunResult> => {
  const controller = new AbortController();
  const stand = (session: Session): void => {
    if (session.instants >= stopAt) controller.abort();
  };
  return dryRun(rules, feed(), { ...OPTIONS, recording: recordingOf(memory, hooks), stand }, {}, controller.signal);
};

describe('a recorded run', () => {
  it('decides what a run without a journal decides', async () => {
    const memory = empty('r1');
    const bare = await dryRun(rules, feed(), OPTIONS);
    expect(plain(await runTo(memory))).toEqual(plain(bare));
    expect(bare.trades.length).toBeGreaterThan(10);
    expect(memory.ended).toBe(true);
    const events = memory.rows.flatMap((row) => JSON.parse(row.events) as { kind: string }[]);
    expect(events.filter(({ kind }) => kind === 'trade')).toHaveLength(bare.trades.length);
    expect(events.filter(({ kind }) => kind === 'order')).toHaveLength(bare.orders.length);
    expect(events.filter(({ kind }) => kind === 'fill')).toHaveLength(bare.orders.flatMap(({ fills }) => fills).length);
    expect(events.filter(({ kind }) => kind === 'equity')).toHaveLength(bare.equity.length);
    expect(events.filter(({ kind }) => kind === 'trip')).toHaveLength(bare.breakers.length);
  });

  it('that was stopped goes on, wherever it was: in the warm-up, in a session, at its end', async () => {
    const whole = empty('r1');
    const expected = plain(await runTo(whole));
    const total = whole.rows.at(-1)!.instants;
    for (const stop of [1, 390 * 30, 390 * 31, Math.floor(total * 0.7), total - 400]) {
      const memory = empty('r1');
      await runTo(memory, stop);
      expect(memory.ended, `stopped at ${stop}`).toBe(false);
      let restored = 0;
      expect(plain(await runTo(memory, undefined, { restored: () => restored++ })), `stopped at ${stop}`).toEqual(
        expected,
      );
      expect(restored).toBe(1);
      expect(memory.rows.at(-1)!.instants).toBe(total);
    }
  });

  it('is told of from where it goes on, not from its start', async () => {
    const memory = empty('r1');
    await runTo(memory, 390 * 50);
    const before = memory.rows.at(-1)!.trades;
    let told = 0;
    const result = await dryRun(
      rules,
      feed(),
      { ...OPTIONS, recording: recordingOf(memory) },
      { traded: () => told++ },
    );
    expect(before).toBeGreaterThan(0);
    expect(told).toBe(result.trades.length - before);
  });

  it('takes rules and commands of the journal at the instant that they took effect', async () => {
    const memory = empty('r1');
    await runTo(memory, 390 * 45);
    const cursor = memory.rows.at(-1)!.instants;
    const at = cursor - 100;
    const second: Input[] = [
      { kind: 'revision', how: 'reload', instants: at, at: '', revision: 'r2' },
      { kind: 'command', instants: at + 7, at: '', command: { name: 'pause', arguments: { by: 'hand' } } },
    ];
    memory.inputs.push(...second);
    // What comes out after a change of rules carries their revision: the rows as they were written then.
    const applied: unknown[] = [];
    let session: (() => Session) | undefined;
    const recording = recordingOf(memory, {
      applyRevision: async (revision) => {
        applied.push([session!().instants, revision]);
      },
      applyCommand: ({ name, arguments: values }) => applied.push([session!().instants, name, values]),
    });
    const watched: Recording = {
      ...recording,
      get restoring() {
        return recording.restoring;
      },
      begin(run) {
        session = () => run.session;
        recording.begin(run);
      },
    };
    await expect(dryRun(rules, feed(), { ...OPTIONS, recording: watched })).rejects.toThrow(
      /revision after \d+ instants was r1, is r2/,
    );
    expect(applied).toEqual([
      [at, 'r2'],
      [at + 7, 'pause', { by: 'hand' }],
    ]);
  });

  it('whose bars end before the journal does is refused', async () => {
    const memory = empty('r1');
    await runTo(memory);
    const short: Feed = { ...feed(), endless: false, piece: (n) => (n < 50 ? feed().piece(n) : new Map()) };
    const last = memory.rows.pop()!;
    expect(last.final).toBe(true);
    await expect(
      dryRun(rules, { ...short, length: 20 }, { ...OPTIONS, recording: recordingOf(memory) }),
    ).rejects.toThrow(/came to its bar number \d+, but the bars now end after \d+/);
  });
});

describe('a journal that cannot be written', () => {
  const slice: Slice = { revision: 'r', instants: 1, time: 1, equity: 1, trades: 0, final: false, events: NO_EVENTS };
  const fault = (code: string): Error => Object.assign(new Error(code), { code });
  const tried = (errors: readonly (string | undefined)[], signal?: AbortSignal) => {
    const left = [...errors];
    const said: string[] = [];
    let stored = 0;
    const append = (): void => {
      const code = left.shift();
      if (code !== undefined) throw fault(code);
      stored++;
    };
    const folder = mkdtempSync(join(tmpdir(), 'engine-sink-'));
    const path = join(folder, 'journal.sqlite');
    const sink = createPatientSink(
      { path, database: { close: () => undefined } as never },
      { append } as unknown as SessionWriter,
      {
        stuck: (reason) => said.push(reason),
        resumed: () => said.push('resumed'),
        lost: () => said.push('lost'),
        now: () => '',
      },
      signal,
    );
    return { sink, said, stored: () => stored, remove: () => rmSync(folder, { recursive: true, force: true }) };
  };

  it('costs nothing while it can be', () => {
    const { sink, said, stored, remove } = tried([]);
    expect(sink.append(slice)).toBeUndefined();
    expect([said, stored()]).toEqual([[], 1]);
    remove();
  });

  it.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_BUSY', 'SQLITE_READONLY'])(
    '%s: is tried again until it can',
    async (code) => {
      const { sink, said, stored, remove } = tried([code, code]);
      await sink.append(slice);
      expect(said.at(-1)).toBe('resumed');
      expect(said).toHaveLength(3);
      expect(stored()).toBe(1);
      remove();
    },
  );

  it('ends with the run when the person stops it, and says what is missing', async () => {
    const controller = new AbortController();
    const { sink, said, stored, remove } = tried(
      Array.from({ length: 9 }, () => 'SQLITE_FULL'),
      controller.signal,
    );
    const waiting = sink.append(slice);
    controller.abort();
    await waiting;
    expect(said.at(-1)).toBe('lost');
    expect(sink.append(slice)).toBeUndefined();
    expect(stored()).toBe(0);
    remove();
  });

  it.each(['SQLITE_CORRUPT', 'SQLITE_CONSTRAINT'])('%s is no matter of patience', async (code) => {
    const { sink, remove } = tried([code]);
    await expect(sink.append(slice)).rejects.toMatchObject({ refusal: 'damaged' });
    remove();
  });
});

describe('snapshots', () => {
  it('are whole, named by their time, the last ones kept, for their user alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'engine-snapshots-'));
    for (let n = 0; n < 5; n++) writeSnapshot(folder, `2026-11-25T10:0${n}:00.000Z`, { n }, 3);
    const states = join(folder, 'portfolio_states');
    expect(readdirSync(states).sort()).toEqual([
      'latest_state.json',
      ...[2, 3, 4].map((n) => `portfolio_state_20261125_100${n}00.json`),
    ]);
    expect(JSON.parse(readFileSync(join(states, 'latest_state.json'), 'utf8'))).toEqual({ n: 4 });
    for (const name of readdirSync(states)) expect(statSync(join(states, name)).mode & 0o777).toBe(0o600);
    rmSync(folder, { recursive: true, force: true });
  });

  it('hold what the run holds', async () => {
    let taken: Record<string, unknown> = {};
    const stand = (session: Session, stopped: boolean): void => {
      if (stopped) {
        taken = JSON.parse(
          JSON.stringify(portfolioState(session, { savedAt: 'now', name: 's', revision: 'r', synthetic: true })),
        ) as typeof taken;
      }
    };
    const result = await dryRun(rules, feed(), { ...OPTIONS, stand });
    expect(taken).toMatchObject({
      session: 's',
      trades: result.trades.length,
      portfolioValue: result.equity.at(-1)!.equity.toFixed(2),
      breakers: result.breakers
        .filter(({ clearedAt }) => clearedAt === undefined)
        .map(({ breaker }) => ({ id: breaker })),
    });
    const positions = taken.positions as {
      strategy: string;
      symbol: string;
      levels: { kind: string; price: string }[];
    }[];
    expect(positions.map(({ strategy, symbol }) => [strategy, symbol])).toEqual(
      result.openPositions.map(({ strategy, symbol }) => [strategy, symbol]),
    );
    expect(positions.length).toBeGreaterThan(0);
    const working = result.orders.filter(({ status }) => status === 'working');
    expect((taken.openOrders as unknown[]).length).toBe(working.length);
    const stops = working.filter(({ role }) => role === 'stop_loss').length;
    expect(positions.flatMap(({ levels }) => levels).filter(({ kind }) => kind === 'stop_loss')).toHaveLength(stops);
    const pnl = Object.values(taken.strategies as Record<string, { pnl: string }>).reduce(
      (sum, one) => sum + Number(one.pnl),
      0,
    );
    expect(pnl).toBeCloseTo(Number(taken.pnl), 1);
  });
});
