import { existsSync, renameSync } from 'node:fs';

/**
 * Moves a journal and what SQLite keeps beside it out of the way, under a name with the time in it; nothing is deleted.
 * @param stamp `20261125-174000`
 * @returns the new path; undefined when there was no journal
 */
export function moveAside(path: string, stamp: string): string | undefined {
  if (!existsSync(path)) return undefined;
  let target = `${path}.aside-${stamp}`;
  for (let n = 2; existsSync(target); n++) target = `${path}.aside-${stamp}-${n}`;
  // The log first: a new file beside an old log would make SQLite throw the log away.
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}
