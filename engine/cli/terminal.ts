import { type Style, styleOf } from '../report/style.ts';
import { type Failure, failure, fileTrouble } from './exit.ts';

/** Columns and rows of a screen. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What is drawn at the bottom of the terminal, and gives way to everything else that is written there. */
export interface Overlay {
  readonly hide: () => void;
  readonly show: () => void;
}

/** Where a command writes: results on `out`, progress and logs on `err`. */
export interface Terminal {
  readonly outTty: boolean;
  readonly errTty: boolean;
  /** Stderr can take a line back and write it anew. */
  readonly errRedraws: boolean;
  /** When it grows narrower, it moves the cursor down by the rows that lines below the cursor gain, too. */
  readonly wrapsPushCursor: boolean;
  /** Columns of a report on stdout: the terminal's, kept between 80 and 160. */
  readonly width: number;
  /** Columns of the terminal behind stderr, for what is redrawn in place. */
  readonly errWidth: number;
  /** Size of the terminal behind stderr now; 80 by 24 where none says. Listeners hear of a new one first. */
  readonly errSize: () => Size;
  /** Called when that changes, until the function that it gives is called. */
  readonly onResize: (listener: () => void) => () => void;
  /** From now on this is taken away before anything is written to the terminal and drawn again below it. */
  readonly lay: (overlay: Overlay | undefined) => void;
  /** Leaves the screen as it should be: for the moment before the process ends without a chance to end its work. */
  readonly leave: () => void;
  readonly style: Style;
  readonly errStyle: Style;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Writes a long result piece by piece, waiting whenever the reader is slow; stops when the reader has gone. */
  readonly stream: (pieces: Iterable<string>) => Promise<void>;
  /** True once the reader of stdout has gone away. */
  readonly gone: () => boolean;
  readonly onGone: (listener: () => void) => void;
}

const colourOn = (tty: boolean, env: NodeJS.ProcessEnv): boolean => {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '')
    return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return tty && env.TERM !== 'dumb';
};

/** A terminal that says it is dumb, or nothing of itself, prints what should move its cursor. */
const redraws = (tty: boolean, env: NodeJS.ProcessEnv): boolean =>
  tty && env.TERM !== 'dumb' && (process.platform === 'win32' || (env.TERM ?? '') !== '');

const outFailure = (error: NodeJS.ErrnoException): Failure =>
  failure(
    `cannot write to stdout: ${fileTrouble(error.code ?? '') ?? error.message}`,
    error.code === 'ENOSPC' || error.code === 'EDQUOT'
      ? 'free some space, or send it to another disk'
      : 'send it to another file or program',
  );

const columns = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): number => {
  const asked = Number(env.COLUMNS);
  return stream.columns ?? (Number.isInteger(asked) && asked > 0 ? asked : 80);
};

/** Node looks at the size again when a signal says that it changed; by then something may have been drawn for the old one. */
interface Refreshing {
  readonly _refreshSize?: () => void;
}

const sizeOf = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Size => {
  if (stream.isTTY) (stream as Refreshing)._refreshSize?.();
  // A terminal that does not know its size says 0.
  return { columns: columns(stream, env) || 80, rows: stream.rows || 24 };
};

const drained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('error', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('error', done);
    stream.once('close', done);
  });

/** The process's own terminal; a reader that goes away (EPIPE) is silence, not an error. */
export const openTerminal = (env: NodeJS.ProcessEnv): Terminal => {
  const { stdout, stderr } = process;
  const listeners: (() => void)[] = [];
  let gone = false;
  const lost = (error: NodeJS.ErrnoException): void => {
    if (gone) return;
    gone = true;
    for (const listener of listeners) listener();
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw outFailure(error);
  };
  stdout.on('error', lost);
  /** Gives whether the reader keeps up; a file on a full disk fails at once, not by an event. */
  const put = (text: string): boolean => {
    try {
      return gone || stdout.write(text);
    } catch (error) {
      lost(error as NodeJS.ErrnoException);
      return true;
    }
  };
  stderr.on('error', () => {});
  let overlay: Overlay | undefined;
  /** Writes past what is drawn at the bottom: it gives way and comes back. */
  const past = <Result>(tty: boolean, text: string, write: () => Result): Result => {
    const drawn = tty && text !== '' ? overlay : undefined;
    drawn?.hide();
    const result = write();
    drawn?.show();
    return result;
  };
  return {
    outTty: stdout.isTTY === true,
    errTty: stderr.isTTY === true,
    errRedraws: redraws(stderr.isTTY === true, env),
    // xterm.js does, which is the terminal of editors.
    wrapsPushCursor: env.TERM_PROGRAM === 'vscode' && !env.TMUX && !env.STY,
    width: Math.min(160, Math.max(80, columns(stdout, env))),
    errWidth: columns(stderr, env),
    errSize: () => sizeOf(stderr, env),
    onResize(listener) {
      stderr.on('resize', listener);
      return () => stderr.off('resize', listener);
    },
    lay(next) {
      overlay = next;
    },
    leave() {
      overlay?.hide();
      overlay = undefined;
    },
    style: styleOf(colourOn(stdout.isTTY === true, env)),
    errStyle: styleOf(colourOn(stderr.isTTY === true, env)),
    out(text) {
      past(stdout.isTTY === true, text, () => put(text));
    },
    err(text) {
      past(stderr.isTTY === true, text, () => {
        try {
          stderr.write(text);
        } catch {
          // A log that cannot be written ends nothing.
        }
      });
    },
    async stream(pieces) {
      for (const piece of pieces) {
        if (gone) return;
        if (!past(stdout.isTTY === true, piece, () => put(piece))) await drained(stdout);
      }
    },
    gone: () => gone,
    onGone(listener) {
      listeners.push(listener);
    },
  };
};
