import { renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ReloadOptions } from '../../../engine/runtime/reload/start.ts';
import type { WatchFolder } from '../../../engine/runtime/reload/watch.ts';
import { freshFolder, removeFolder, until, watched, write } from './disk.ts';

const A = 'strategies.d/a.yaml';
const failing =
  (code: string): WatchFolder =>
  () => {
    throw Object.assign(new Error(code), { code });
  };
/** A watch that tells nothing, as on some network drives. */
const silent: WatchFolder = () => ({ close() {} });

/** Edits of every kind, one after another; each must run without anything that tells of it. */
async function edits(more: Partial<ReloadOptions<string>>, check: (kinds: readonly string[]) => void): Promise<void> {
  const folder = freshFolder();
  write(folder, A, 'id: a\n');
  write(folder, 'risk.yaml', 'limits: {}\n');
  const { put, events, close } = await watched({ dir: folder }, more);
  const texts = (): string[] => [...(put.at(-1)?.values() ?? [])].sort();
  try {
    write(folder, A, 'id: b\n');
    await until('an edit in place of the same length', () => texts().includes('id: b\n'));
    write(folder, 'strategies.d/c.yaml', 'id: c\n');
    await until('a new file', () => texts().includes('id: c\n'));
    write(folder, 'strategies.d/c.yaml', 'id: d\n');
    await until('an edit of the new file right after', () => texts().includes('id: d\n'));
    write(folder, 'x', 'id: e\n');
    renameSync(join(folder, 'x'), join(folder, A));
    await until('a rename', () => texts().includes('id: e\n'));
    unlinkSync(join(folder, 'strategies.d/c.yaml'));
    await until('a removal', () => !texts().includes('id: d\n'));
    check(events.map(({ kind }) => kind));
    const [first] = events;
    if (first?.kind === 'polling') expect(first).toMatchObject({ everyMs: more.pollUnwatchedMs });
  } finally {
    await close();
    removeFolder(folder);
  }
}

describe.concurrent('edits run', { timeout: 180_000 }, () => {
  it.each(['EMFILE', 'ENOSPC'])('when the system has no watch to give (%s), and that is said once', (code) =>
    edits({ watchFolder: failing(code), pollUnwatchedMs: 60 }, (kinds) => {
      expect(kinds.filter((kind) => kind === 'polling')).toHaveLength(1);
      expect(kinds[0]).toBe('polling');
    }),
  );

  it('when the watch tells nothing: a slow look at all files stands behind it, and nothing is said', () =>
    edits({ watchFolder: silent, pollMs: 200 }, (kinds) => expect(kinds).not.toContain('polling')));

  it('when a watch breaks later', async () => {
    const folder = freshFolder();
    write(folder, A, 'id: a\n');
    let broken: ((error: Error) => void) | undefined;
    const { put, events, close } = await watched(
      { dir: folder },
      {
        watchFolder(path, _changed, failed) {
          if (path.endsWith('strategies.d')) broken = failed;
          return { close() {} };
        },
        pollUnwatchedMs: 60,
      },
    );
    try {
      expect(events).toEqual([]);
      broken!(Object.assign(new Error('EMFILE'), { code: 'EMFILE' }));
      broken!(Object.assign(new Error('EMFILE'), { code: 'EMFILE' }));
      expect(events).toMatchObject([{ kind: 'polling', folder: join(folder, 'strategies.d') }]);
      write(folder, A, 'id: b\n');
      await until('an edit', () => put.length > 0);
      expect(events.filter(({ kind }) => kind === 'polling')).toHaveLength(1);
    } finally {
      await close();
      removeFolder(folder);
    }
  });

  it('of limits in a folder that is not there yet, and nobody says a word', async () => {
    const folder = freshFolder();
    write(folder, A, 'id: a\n');
    const risk = join(folder, 'far/away/limits.yaml');
    const { put, events, close } = await watched({ dir: folder, risk });
    try {
      write(folder, 'far/away/limits.yaml', 'limits: {}\n');
      await until('the limits', () => [...(put[0]?.values() ?? [])].includes('limits: {}\n'));
      expect(events.map(({ kind }) => kind)).toEqual(['applied']);
    } finally {
      await close();
      removeFolder(folder);
    }
  });

  it('never again once closed', async () => {
    const folder = freshFolder();
    write(folder, A, 'id: a\n');
    const { put, checked, close } = await watched({ dir: folder }, { pollMs: 50 });
    try {
      write(folder, A, 'id: b\n');
      await until('an edit', () => put.length === 1);
      await close();
      const looks = checked.length;
      write(folder, A, 'id: c\n');
      await sleep(1_000);
      expect(put).toHaveLength(1);
      expect(checked).toHaveLength(looks);
    } finally {
      removeFolder(folder);
    }
  });
});
