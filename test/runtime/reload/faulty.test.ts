import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReloadEvent } from '../../../engine/runtime/reload/events.ts';
import type { Reloader } from '../../../engine/runtime/reload/reloader.ts';
import { startReload } from '../../../engine/runtime/reload/start.ts';
import { loadWorkspace } from '../../../engine/runtime/workspace.ts';
import { ROOT } from '../../house/sources.ts';
import { freshFolder, removeFolder, until, write } from './disk.ts';

const RSI = 'strategies.d/rsi.yaml';
let folder = '';
let reloader: Reloader<string>;
let events: ReloadEvent<string>[] = [];

/** The shipped rules, watched; the session takes everything, and a loss waits for nobody. */
beforeEach(async () => {
  folder = freshFolder();
  for (const path of ['strategies.d', 'risk.yaml']) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  events = [];
  const options = { dir: folder };
  reloader = startReload<string>({
    options,
    running: await loadWorkspace(options),
    losses: () => [],
    apply: () => Promise.resolve({ kind: 'applied', report: '' }),
    tell: (event) => events.push(event),
    policy: () => 'accept',
    // What is gone here does not come back by itself.
    times: { holdMs: 400 },
  });
});
afterEach(async () => {
  await reloader.close();
  removeFolder(folder);
});

interface Case {
  readonly code: string;
  readonly damage: () => void;
}

/** Puts something else in the place of a file, in one step. */
const inPlaceOf = (path: string, make: (to: string) => void): void => {
  const beside = join(folder, `${path}.new`);
  make(beside);
  rmSync(join(folder, path), { force: true });
  renameSync(beside, join(folder, path));
};

const CASES: Readonly<Record<string, Case>> = {
  'a template outside the folder': {
    code: 'E044',
    damage() {
      write(folder, 'outside.yaml', 'timeframe: 1d\n');
      write(folder, RSI, 'extends: ../outside.yaml\nid: rsi\n');
    },
  },
  'a template outside the folder, by a link': {
    code: 'E009',
    damage() {
      write(folder, 'outside.yaml', 'timeframe: 1d\n');
      symlinkSync('../outside.yaml', join(folder, 'strategies.d/_base.yaml'));
    },
  },
  'a strategy outside the folder, by a link': {
    code: 'E009',
    damage() {
      write(folder, 'outside.yaml', 'timeframe: 1d\n');
      inPlaceOf(RSI, (to) => symlinkSync('../outside.yaml', to));
    },
  },
  'templates that extend each other': {
    code: 'E043',
    damage() {
      write(folder, 'strategies.d/_x.yaml', 'extends: _y.yaml\n');
      write(folder, 'strategies.d/_y.yaml', 'extends: _x.yaml\n');
      write(folder, RSI, 'extends: _x.yaml\nid: rsi\n');
    },
  },
  'a link to itself': { code: 'E001', damage: () => inPlaceOf(RSI, (to) => symlinkSync('rsi.yaml', to)) },
  'a device': { code: 'E009', damage: () => inPlaceOf(RSI, (to) => symlinkSync('/dev/zero', to)) },
  'a pipe, which nobody writes to': {
    code: 'E009',
    damage: () => inPlaceOf(RSI, (to) => execFileSync('mkfifo', [to])),
  },
  'limits that are a device': {
    code: 'E009',
    damage: () => inPlaceOf('risk.yaml', (to) => symlinkSync('/dev/zero', to)),
  },
  'a file of another kind of bytes': {
    code: 'E003',
    damage: () => writeFileSync(join(folder, RSI), Buffer.from([0xc3, 0x28])),
  },
  'an unknown name': {
    code: 'E201',
    damage: () => write(folder, RSI, readFileSync(join(ROOT, RSI), 'utf8').replace('strength < ', 'strenght < ')),
  },
};

it.each(Object.entries(CASES))(
  '%s: refused, and the old rules run whole until it is undone',
  { timeout: 120_000 },
  async (_name, { code, damage }) => {
    const before = reloader.status().revision;
    damage();
    await until('a refusal', () => events.length > 0);
    const [refused] = events;
    expect(refused).toMatchObject({ kind: 'refused', reason: 'errors', running: before, repeated: false });
    const codes = refused?.kind === 'refused' ? refused.diagnostics.map((finding) => finding.code) : [];
    expect(codes).toContain(code);
    expect(reloader.status()).toMatchObject({ revision: before, stale: { kind: 'refused' } });
    expect(reloader.running().ruleset?.strategies.length).toBeGreaterThan(1);

    // `engine reload` gives the same answer.
    expect(await reloader.reloadNow()).toMatchObject({ kind: 'refused', reason: 'errors', running: before });

    for (const path of ['strategies.d', 'risk.yaml']) rmSync(join(folder, path), { recursive: true });
    for (const path of ['strategies.d', 'risk.yaml']) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    await until('the way back', () => events.at(-1)?.kind === 'reverted');
    expect(reloader.status()).toEqual({ revision: before, stale: undefined, pending: undefined });
  },
);
