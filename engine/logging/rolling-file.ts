import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A log that always has the same name; what it held before stands beside it under its day. */
export interface RollingFile {
  /** Appends whole lines; never throws. */
  readonly write: (lines: string) => void;
  readonly close: () => void;
}

export interface RollingOptions {
  readonly path: string;
  /** The file is rolled when it has grown to this many bytes, and on the first line of a new day (UTC). */
  readonly maxBytes: number;
  /** Rolled files that are kept; older ones are removed. */
  readonly keep: number;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
  /** Writing failed for the first time since it last went well. */
  readonly failed: (error: unknown) => void;
  /** Writing goes on after so many lines were lost. */
  readonly resumed: (lost: number) => void;
}

/** Milliseconds between two attempts after one failed, and between two looks at whether the file is still in its place. */
const RETRY_MS = 5_000;
const LOOK_MS = 1_000;

/** Only its owner reads a log. */
const MODE = 0o600;

const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;
/** Not blocking: a pipe without a reader is a failure, not a standstill. */
const FLAGS = O_APPEND | O_CREAT | O_WRONLY | (O_NONBLOCK ?? 0);

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

interface Open {
  readonly descriptor: number;
  readonly inode: number;
  readonly day: string;
  bytes: number;
}

/** @returns a file that is opened at its first line; its folder is made */
export const createRollingFile = (options: RollingOptions): RollingFile => {
  const { path, maxBytes, keep, now } = options;
  const stem = basename(path).replace(/\.log$/, '');
  const state = {
    open: undefined as Open | undefined,
    looked: 0,
    /** Since writing failed: when to try again, and what was lost. */
    retryAt: Number.NEGATIVE_INFINITY,
    lost: 0,
    /** A line was cut off in its middle. */
    torn: false,
  };

  /** Rolled files, oldest first. */
  const rolled = (): string[] =>
    readdirSync(dirname(path))
      .map((name) => ({ name, parts: /^(.+)\.(\d{4}-\d{2}-\d{2})\.(\d+)\.log$/.exec(name) }))
      .filter(({ parts }) => parts?.[1] === stem)
      .sort((a, b) =>
        a.parts![2]! === b.parts![2]!
          ? Number(a.parts![3]) - Number(b.parts![3])
          : a.parts![2]! < b.parts![2]!
            ? -1
            : 1,
      )
      .map(({ name }) => name);

  const shut = (): void => {
    const { open } = state;
    state.open = undefined;
    if (open === undefined) return;
    try {
      closeSync(open.descriptor);
    } catch {
      // It is given up either way.
    }
  };

  /** Puts what the file holds aside under its day, and removes what is too old. */
  const roll = (day: string): void => {
    shut();
    const names = rolled();
    const last = names.filter((name) => name.startsWith(`${stem}.${day}.`)).at(-1);
    const number = last === undefined ? 1 : Number(last.slice(stem.length + day.length + 2, -4)) + 1;
    renameSync(path, join(dirname(path), `${stem}.${day}.${number}.log`));
    const all = rolled();
    for (const name of all.slice(0, Math.max(0, all.length - keep))) unlinkSync(join(dirname(path), name));
  };

  const openIt = (): Open => {
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(path, FLAGS, MODE);
    const stat = fstatSync(descriptor);
    const { ino, size, mtimeMs } = stat;
    try {
      if (stat.isFile()) fchmodSync(descriptor, MODE);
    } catch {
      // Another user's file: it stays as it is.
    }
    return { descriptor, inode: ino, day: size > 0 ? dayOf(mtimeMs) : dayOf(now()), bytes: size };
  };

  /** The file to append to, in its place, of today and with room. */
  const ready = (): Open => {
    const at = now();
    if (state.open !== undefined && at - state.looked >= LOOK_MS) {
      state.looked = at;
      // Moved or removed by someone else: a new one begins.
      if (inodeOf(path) !== state.open.inode) shut();
    }
    state.open ??= openIt();
    if (state.open.bytes > 0 && (state.open.bytes >= maxBytes || state.open.day !== dayOf(at))) {
      roll(state.open.day);
      state.open = openIt();
    }
    return state.open;
  };

  const append = (text: string): void => {
    const open = ready();
    const bytes = Buffer.from(state.torn ? `\n${text}` : text, 'utf8');
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(open.descriptor, bytes, done);
      done += written;
      open.bytes += written;
      state.torn = done < bytes.length;
    }
  };

  return {
    write(lines) {
      const lost = (): void => {
        state.lost += lines.split('\n').length - 1;
      };
      if (state.retryAt > now()) return lost();
      try {
        append(lines);
      } catch (error) {
        shut();
        if (state.retryAt === Number.NEGATIVE_INFINITY) options.failed(error);
        state.retryAt = now() + RETRY_MS;
        return lost();
      }
      if (state.retryAt === Number.NEGATIVE_INFINITY) return undefined;
      const missing = state.lost;
      state.retryAt = Number.NEGATIVE_INFINITY;
      state.lost = 0;
      options.resumed(missing);
      return undefined;
    },
    close: shut,
  };
};

const inodeOf = (path: string): number => {
  try {
    return statSync(path).ino;
  } catch {
    return -1;
  }
};
