import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { matters, type Place } from './places.ts';
import { signatureOf } from './poll.ts';

/** Watches one folder, not what is below it. */
export type WatchFolder = (
  folder: string,
  changed: (name: string | null) => void,
  failed: (error: Error) => void,
) => {
  close(): void;
};

export interface WatchOptions {
  /** Something that matters may have changed. */
  readonly touched: () => void;
  /** A folder cannot be watched: it is looked at every `everyMs` instead. Told once as long as that lasts. */
  readonly polling: (folder: string, reason: string, everyMs: number) => void;
  /** Between two looks at all files, in case the system kept a change to itself. Milliseconds. */
  readonly pollMs?: number;
  /** The same while a folder cannot be watched. */
  readonly pollUnwatchedMs?: number;
  readonly watchFolder?: WatchFolder;
}

export interface Watching {
  /** The places that matter from now on. */
  follow(places: readonly Place[]): void;
  close(): void;
}

const POLL_MS = 2_000;
const POLL_UNWATCHED_MS = 500;

/** Node's own: one watch a folder, however many files are in it. */
const ofTheSystem: WatchFolder = (folder, changed, failed) => {
  const watcher: FSWatcher = watch(folder, { persistent: false }, (_kind, name) => changed(name));
  watcher.on('error', failed);
  return watcher;
};

const REASONS: Readonly<Record<string, string>> = {
  EMFILE: 'the system has no watch to give: too many programs are watching (EMFILE)',
  ENOSPC: 'the system has no watch to give: too many folders are watched (ENOSPC)',
  ENOENT: 'there is no such folder (ENOENT)',
  EACCES: 'the system does not let it be watched (EACCES)',
};

const reasonOf = (error: unknown): string => {
  const code = (error as { code?: string }).code ?? String(error);
  return REASONS[code] ?? `the system says ${code}`;
};

/** Names the folder itself, not the path: another one of the same name is another folder. */
const identityOf = (folder: string): string | undefined => {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
};

interface Watched {
  readonly identity: string;
  readonly watcher: { close(): void };
}

/** Watches folders through their removal and return, with a slow look at all files beside it. */
export function watchPlaces(options: WatchOptions): Watching {
  const { touched, polling, pollMs = POLL_MS, pollUnwatchedMs = POLL_UNWATCHED_MS } = options;
  const watchFolder = options.watchFolder ?? ofTheSystem;
  const watched = new Map<string, Watched>();
  let places: readonly Place[] = [];
  let unwatched = false;
  let signature: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function drop(folder: string): void {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  }

  function changed(folder: string, name: string | null): void {
    const place = places.find((one) => one.folder === folder);
    if (closed || place === undefined) return;
    // The last word of a removed folder is its own name.
    const other = name !== null && !matters(place, name);
    if (other && identityOf(folder) === watched.get(folder)?.identity) return;
    renew();
    touched();
  }

  /** Whether the way back of a folder that is gone would be seen. */
  function awaited(folder: string): boolean {
    const above = dirname(folder);
    if (above === folder || !places.some((place) => place.folder === above)) return false;
    return watched.has(above) || awaited(above);
  }

  /** One watch for each folder that is there, and none for one that is gone. */
  function renew(): void {
    let failed: { readonly folder: string; readonly reason: string } | undefined;
    for (const folder of watched.keys()) if (!places.some((place) => place.folder === folder)) drop(folder);
    for (const { folder } of places) {
      const identity = identityOf(folder);
      if (watched.get(folder)?.identity === identity && identity !== undefined) continue;
      drop(folder);
      if (identity === undefined) {
        if (!awaited(folder)) failed ??= { folder, reason: reasonOf({ code: 'ENOENT' }) };
        continue;
      }
      try {
        const watcher = watchFolder(
          folder,
          (name) => changed(folder, name),
          (error) => {
            drop(folder);
            if (identityOf(folder) !== undefined) renounce(folder, reasonOf(error));
            touched();
          },
        );
        watched.set(folder, { identity, watcher });
      } catch (error) {
        failed ??= { folder, reason: reasonOf(error) };
      }
    }
    if (failed === undefined) unwatched = false;
    else renounce(failed.folder, failed.reason);
  }

  function renounce(folder: string, reason: string): void {
    if (closed) return;
    const first = !unwatched;
    unwatched = true;
    if (!first) return;
    schedule();
    polling(folder, reason, pollUnwatchedMs);
  }

  function schedule(): void {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void look(), unwatched ? pollUnwatchedMs : pollMs).unref();
  }

  async function look(): Promise<void> {
    const mine = places;
    const now = await signatureOf(mine);
    if (closed) return;
    renew();
    // Places that are new have no signature yet: what happened before this look is read after it.
    if (places === mine && now !== signature) touched();
    signature = places === mine ? now : undefined;
    schedule();
  }

  return {
    follow(next) {
      if (closed) return;
      const same =
        next.length === places.length &&
        next.every((place, at) => {
          const old = places[at]!;
          return (
            old.folder === place.folder &&
            old.documents === place.documents &&
            old.names.size === place.names.size &&
            [...place.names].every((name) => old.names.has(name))
          );
        });
      if (!same) {
        places = next;
        signature = undefined;
      }
      renew();
      if (timer === undefined) schedule();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const folder of watched.keys()) drop(folder);
    },
  };
}
