import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStart } from './process-start.ts';
import { refuse } from './refusal.ts';

const LOCK = 'engine.lock';

/** Who holds a state folder. */
export interface Holder {
  readonly pid: number;
  /** Tells the process from a later one of the same number. */
  readonly start: string;
  /** When it took the folder, ISO 8601. */
  readonly since: string;
}

export interface Lock {
  /** A word that only this holder has: writes to the journal carry it. */
  readonly token: string;
  release(): void;
}

function holderOf(path: string): Holder | 'unreadable' | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { pid, start, since } = JSON.parse(text) as Partial<Holder>;
    if (Number.isInteger(pid) && pid! > 0 && typeof start === 'string' && typeof since === 'string') {
      return { pid: pid!, start, since };
    }
  } catch {
    // A lock is written whole before it gets its name: what cannot be read is nobody's.
  }
  return 'unreadable';
}

/** A holder whose process has ended, or whose number another process has now. */
function isGone(holder: Holder | 'unreadable'): boolean {
  if (holder === 'unreadable') return true;
  const start = processStart(holder.pid);
  if (start === undefined) return true;
  return start !== 'unknown' && holder.start !== 'unknown' && start !== holder.start;
}

/** Who holds a state folder now; undefined: nobody who is alive. */
export function holderNow(folder: string): Holder | undefined {
  const holder = holderOf(join(folder, LOCK));
  return holder === undefined || holder === 'unreadable' || isGone(holder) ? undefined : holder;
}

/**
 * Takes a state folder for this process; the lock of a process that has ended is taken over.
 * Two engines that take over at once may both get through here: the token, which every write checks, lets only the later go on.
 * @param now the wall clock, ISO 8601
 * @throws Refusal `locked` naming the process that holds it
 */
export function takeLock(folder: string, now: string): Lock {
  const path = join(folder, LOCK);
  const mine: Holder = { pid: process.pid, start: processStart(process.pid) ?? 'unknown', since: now };
  const token = `${mine.pid}:${mine.start}:${now}:${performance.now()}`;
  const beside = join(folder, `.${LOCK}.${process.pid}`);
  writeFileSync(beside, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; ; attempt++) {
      if (claim(beside, path)) break;
      const holder = holderOf(path);
      if (holder === undefined) continue;
      if (!isGone(holder) || attempt > 20) throw held(folder, holder);
      renameSync(beside, path);
      return { token, release: () => release(path, mine) };
    }
  } finally {
    rmSync(beside, { force: true });
  }
  return { token, release: () => release(path, mine) };
}

/** Gives the lock its name unless something has it. */
function claim(beside: string, path: string): boolean {
  try {
    linkSync(beside, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') throw error;
    // This disk has no hard links.
    try {
      writeFileSync(path, readFileSync(beside), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (second) {
      if ((second as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw second;
    }
  }
}

const held = (folder: string, holder: Holder | 'unreadable'): Error =>
  holder === 'unreadable'
    ? refuse('locked', `${folder} is being taken by another engine`, 'try again')
    : refuse(
        'locked',
        `another engine runs on ${folder}: process ${holder.pid}, since ${holder.since}`,
        `stop it (kill ${holder.pid}), or give this one a folder of its own: --state DIR`,
      );

function release(path: string, mine: Holder): void {
  const holder = holderOf(path);
  if (holder === undefined || holder === 'unreadable') return;
  if (holder.pid === mine.pid && holder.start === mine.start) rmSync(path, { force: true });
}
