import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { dryFeed } from '../../engine/cli/bars-source.ts';
import { revisionsOf } from '../../engine/cli/dry-session.ts';
import type { SessionOptions } from '../../engine/cli/session-options.ts';
import { readInputs } from '../../engine/journal/inputs.ts';
import { openJournal } from '../../engine/journal/open.ts';
import { readRevision } from '../../engine/journal/revisions.ts';
import { listSessions } from '../../engine/journal/session.ts';
import { resultJson } from '../../engine/report/json.ts';
import { askEngine } from '../../engine/runtime/control/client.ts';
import type { EngineStatus } from '../../engine/runtime/control/status.ts';
import { dryRun } from '../../engine/runtime/dry-run.ts';
import { createRecording } from '../../engine/runtime/recording.ts';
import { loadDocuments, loadWorkspace } from '../../engine/runtime/workspace.ts';
import { BIN, engine, folder } from './engine.ts';
import { bars, outcome, seeded } from './killed.ts';
import { documentOf, gitIn, type Knobs, SAVES, saveInVim, vimMissing } from './saves.ts';

const SEED = Number(process.env.TORTURE_SEED ?? 20_261_125);
/** How long saves go on; `npm run torture` sets it. Without it every way of saving is used twice. */
const MINUTES = Number(process.env.TORTURE_MINUTES ?? 0);
/** As far as the calendar reaches. */
const BARS = 20_000;
/** Two hundred bars a second, or fewer: they must last. */
const RATE = Math.min(200, Math.floor(BARS / (MINUTES * 60 + 100)));

const place = folder();
const cwd = place.path;
const file = join(cwd, 'strategies.d', 'wave.yaml');
let child: ChildProcess | undefined;
afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  place.remove();
});

const FEED = ['--feed', 'csv:bars', '--format', 'json'];
let said = '';

function start(): ChildProcess {
  said = '';
  const one = spawn(process.execPath, [BIN, 'run', '--dry', ...FEED, '--speed', `${RATE * 3_600}x`], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  one.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child = one;
  return one;
}

async function kill(): Promise<void> {
  expect(child!.exitCode, said).toBeNull();
  child!.kill('SIGKILL');
  await once(child!, 'close');
}

const onDisk = async (): Promise<string> => (await loadWorkspace({ dir: cwd })).revision;

const STATE = join(cwd, 'data_cache');

/** Waits until the engine says that what is on disk decides. */
async function taken(what: string): Promise<void> {
  const revision = await onDisk();
  for (let n = 0; n < 600; n++) {
    const asked = await askEngine(STATE, { command: 'status' });
    if (asked.kind === 'done' && (asked.result as EngineStatus).rules.revision === revision) return;
    expect(child!.exitCode, said).toBeNull();
    await sleep(25);
  }
  expect.fail(`${what} was not taken (${revision.slice(0, 7)} is on disk): ${said.slice(-1_500)}`);
}

/** All of a report but where it comes from. */
const decided = (report: unknown): unknown => {
  const { engine: _, data: __, ...rest } = report as Record<string, unknown>;
  return rest;
};

/** The report of a run that nothing interrupts, given what the journal was given, where it was given. */
async function uninterrupted(): Promise<unknown> {
  const database = await openJournal(join(STATE, 'journal.sqlite'));
  try {
    const row = listSessions(database).at(-1)!;
    const inputs = readInputs(database, row.id);
    const [first] = inputs;
    if (first?.kind !== 'revision') throw new Error('no rules');
    const where = { dir: cwd };
    const { ruleset } = await loadDocuments(where, readRevision(database, first.revision));
    const { feed } = await dryFeed(ruleset!, {}, join(cwd, 'bars'));
    const options = row.options as SessionOptions;
    const recording = createRecording(
      { name: row.name, engine: row.engine, seal: row.seal, inputs, slices: [].values() },
      undefined,
      first.revision,
      { applyCommand: () => {}, applyRevision: revisionsOf(database, row, where) },
    );
    const result = await dryRun(ruleset!, feed, {
      cash: options.cash ?? undefined,
      from: undefined,
      to: undefined,
      assumptions: options.assumptions,
      closeAtEnd: false,
      speed: 'max',
      once: true,
      sampleThenLive: false,
      swappable: true,
      recording,
    });
    return decided(outcome([...resultJson(result)].join('')));
  } finally {
    database.close();
  }
}

const vim = vimMissing();

describe('an engine at work, edited in every way that programs save files, and killed in between', () => {
  it(`comes to what its journal says, and to what a run comes to that nothing interrupts (seed ${SEED}${vim === undefined ? '' : `; ${vim} is missing: no editor was tried`})`, {
    timeout: 240_000 + MINUTES * 60_000 * 3,
  }, async () => {
    mkdirSync(join(cwd, 'strategies.d'));
    mkdirSync(join(cwd, 'bars'));
    gitIn(cwd, file);
    writeFileSync(join(cwd, 'bars', 'WAVE.csv'), bars(BARS));
    const dice = seeded(SEED);
    const whole = (least: number, most: number): number => least + Math.floor(dice() * (most - least + 1));
    let edits = 0;
    const knobs = (): Knobs => ({ length: whole(3, 9), below: whole(60, 99), shares: 100 + edits++ });
    writeFileSync(file, documentOf(knobs()));
    start();
    await taken('the first start');

    const names = Object.keys(SAVES);
    const order = [...names, ...names].sort(() => dice() - 0.5);
    const end = performance.now() + MINUTES * 60_000;
    let kills = 0;
    for (let n = 0; MINUTES > 0 ? performance.now() < end : n < order.length; n++) {
      const name = order[n % order.length]!;
      const saved = await SAVES[name]!(file, knobs(), cwd);
      expect(readFileSync(file, 'utf8'), name).toBe(documentOf(saved));
      if (dice() < 0.4) {
        await sleep(whole(0, 500));
        await kill();
        kills++;
        // Edited while nothing runs, too.
        if (dice() < 0.3) writeFileSync(file, documentOf(knobs()));
        start();
        if (dice() < 0.2) {
          // And while it is starting again.
          await sleep(whole(50, 400));
          await kill();
          start();
        }
      }
      await taken(name);
      await sleep(whole(0, 200));
    }
    if (vim === undefined) {
      await saveInVim(file, knobs());
      await taken('vim');
    }
    expect(kills).toBeGreaterThan(2);
    await sleep(300);
    await kill();

    // The rest of its bars, as fast as it goes.
    const last = await engine(['run', '--dry', ...FEED, '--speed', '100000000x'], {
      cwd,
      env: { ENGINE_STATE: STATE },
    });
    expect(last.code, last.stderr).toBe(0);
    expect(last.stderr).toContain('Restored: session');
    const came = decided(outcome(last.stdout));
    expect((came as { trades: unknown[] }).trades.length).toBeGreaterThan(100);
    expect((came as { revision: string }).revision).toBe(await onDisk());
    const replay = await engine(['replay', '--format', 'json', await sessionName()], {
      cwd,
      env: { ENGINE_STATE: STATE },
    });
    expect(JSON.parse(replay.stdout), replay.stderr).toMatchObject({ same: true, difference: null });
    expect(await uninterrupted()).toEqual(came);
  });
});

async function sessionName(): Promise<string> {
  const listed = await engine(['replay', '--format', 'json'], { cwd, env: { ENGINE_STATE: STATE } });
  const { sessions } = JSON.parse(listed.stdout) as { sessions: { name: string }[] };
  expect(sessions).toHaveLength(1);
  return sessions[0]!.name;
}
