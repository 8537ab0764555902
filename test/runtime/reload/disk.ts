import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReloadEvent } from '../../../engine/runtime/reload/events.ts';
import { readingOf } from '../../../engine/runtime/reload/reading.ts';
import type { Reloader } from '../../../engine/runtime/reload/reloader.ts';
import { type ReloadOptions, startReload } from '../../../engine/runtime/reload/start.ts';
import { type Gathered, gather, type Workspace, type WorkspaceOptions } from '../../../engine/runtime/workspace.ts';
import { plainCheck, plainLosses, revisionOf } from './world.ts';

/** A folder of its own, without links on the way to it; the caller removes it. */
export const freshFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'reload-')));
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Writes a file in place, with the folders above it. */
export function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Waits until something holds; a minute is for machines under load. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let k = 0; k < 3_000; k++) {
    if (holds()) return;
    await sleep(20);
  }
  throw new Error(`never: ${what}`);
}

/** The plain stand-in for the checker, over every file of a reading: lists and templates beside named files too. */
function plainWhole(gathered: Gathered): Workspace {
  return { ...plainCheck(gathered), revision: revisionOf(readingOf(gathered).texts) };
}

export interface Watched {
  readonly reloader: Reloader<string>;
  readonly events: ReloadEvent<string>[];
  /** Texts by path of each reading that was checked. */
  readonly checked: ReadonlyMap<string, string>[];
  /** The same of each that was put to the session. */
  readonly put: ReadonlyMap<string, string>[];
  readonly close: () => Promise<void>;
}

/** Watches a real workspace with times that a machine under load keeps, and a session that takes everything. */
export async function watched(options: WorkspaceOptions, more: Partial<ReloadOptions<string>> = {}): Promise<Watched> {
  const events: ReloadEvent<string>[] = [];
  const checked: ReadonlyMap<string, string>[] = [];
  const put: ReadonlyMap<string, string>[] = [];
  const texts = new Map<string, ReadonlyMap<string, string>>();
  const reloader = startReload<string>({
    options,
    running: plainWhole(gather(options)),
    prepare(gathered) {
      const workspace = plainWhole(gathered);
      checked.push(readingOf(gathered).texts);
      texts.set(workspace.revision, readingOf(gathered).texts);
      return workspace;
    },
    losses: plainLosses,
    apply(next) {
      put.push(texts.get(next.revision)!);
      return Promise.resolve({ kind: 'applied', report: '' });
    },
    tell: (event) => events.push(event),
    policy: () => 'accept',
    // The watches are on trial; the look that stands behind them has tests of its own.
    pollMs: 3_600_000,
    ...more,
    times: { quietMs: 300, pauseMs: 30, holdMs: 3_000, ...more.times },
  });
  await until('the first look', () => checked.length > 0);
  return { reloader, events, checked, put, close: () => reloader.close() };
}
