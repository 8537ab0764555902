import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { askEngine } from '../../engine/runtime/control/client.ts';
import type { EngineStatus } from '../../engine/runtime/control/status.ts';
import { loadWorkspace } from '../../engine/runtime/workspace.ts';
import { BIN, folder } from './engine.ts';
import { bars } from './killed.ts';
import { documentOf } from './saves.ts';

/** `npm run torture` makes it a minute. */
const SECONDS = process.env.TORTURE_MINUTES === undefined ? 8 : 60;
const PER_SECOND = 50;

const place = folder();
const cwd = place.path;
let child: ChildProcess | undefined;
afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  place.remove();
});

/** Resident memory of a process, MB. */
const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

it(`${PER_SECOND} saves a second for ${SECONDS} s: memory stays, the bars go on, and the last save wins`, {
  timeout: (SECONDS + 60) * 1_000,
}, async () => {
  const file = join(cwd, 'strategies.d', 'wave.yaml');
  mkdirSync(join(cwd, 'strategies.d'));
  mkdirSync(join(cwd, 'bars'));
  writeFileSync(join(cwd, 'bars', 'WAVE.csv'), bars(20_000));
  const save = (n: number): void => {
    const text = documentOf({ length: 5, below: 60 + (n % 40), shares: n + 1 });
    if (n % 2 === 0) writeFileSync(file, text);
    else {
      writeFileSync(`${file}.tmp`, text);
      renameSync(`${file}.tmp`, file);
    }
  };
  save(0);
  const engine = spawn(process.execPath, [BIN, 'run', '--dry', '--feed', 'csv:bars', '--speed', '540000x'], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = engine;
  let said = '';
  for (const stream of [engine.stdout, engine.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const status = async (): Promise<EngineStatus | undefined> => {
    const asked = await askEngine(join(cwd, 'data_cache'), { command: 'status' });
    return asked.kind === 'done' ? (asked.result as EngineStatus) : undefined;
  };
  const until = async (what: string, reached: (now: EngineStatus) => boolean): Promise<EngineStatus> => {
    for (let n = 0; n < 400; n++) {
      const now = await status();
      if (now !== undefined && reached(now)) return now;
      expect(engine.exitCode, said).toBeNull();
      await sleep(25);
    }
    throw new Error(`${what} never came: ${said.slice(-2_000)}`);
  };
  const before = await until('the first bars', ({ market }) => market.instants > 100);
  const resting = memoryOf(engine.pid!);
  let highest = 0;
  let n = 1;
  for (const from = performance.now(); performance.now() - from < SECONDS * 1_000; n++) {
    save(n);
    if (n % PER_SECOND === 0) highest = Math.max(highest, memoryOf(engine.pid!));
    await sleep(Math.max(0, from + (n * 1_000) / PER_SECOND - performance.now()));
  }
  expect(n).toBeGreaterThan(SECONDS * PER_SECOND * 0.5);
  const { revision } = await loadWorkspace({ dir: cwd });
  const after = await until('the last save', ({ rules }) => rules.revision === revision);
  expect(after.market.instants).toBeGreaterThan(before.market.instants + SECONDS * 20);
  // A handful of rulesets and a young heap, not one for every save.
  expect(highest).toBeLessThan(resting + 200);
  expect(said).not.toMatch(/^fault/m);
});
