/** Exit codes of every command; frozen. An interrupted run (SIGINT) ends with 130, SIGTERM with 0. */
export const EXIT = {
  fine: 0,
  /** Invalid rules, failed tests, unformatted files. */
  findings: 1,
  /** Wrong usage, or a file that cannot be read or written. */
  usage: 2,
  /** Warnings under `--strict`. */
  warnings: 3,
  /** Our own fault. */
  fault: 70,
  interrupted: 130,
} as const;

/** An expected failure: one sentence for the person, a way out, and the exit code it ends with. */
export interface Failure extends Error {
  readonly exit: number;
  readonly help: string | undefined;
}

/** An error that ends the command with a sentence and a way out instead of a fault. */
export const failure = (message: string, help?: string, exit: number = EXIT.usage): Failure =>
  Object.assign(new Error(message), { exit, help });

export const isFailure = (error: unknown): error is Failure =>
  error instanceof Error && typeof (error as Partial<Failure>).exit === 'number';

const FILE_TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read or written by this user',
  EPERM: 'may not be read or written by this user',
  EISDIR: 'is a folder where a file is wanted',
  ENOTDIR: 'stands below something that is no folder',
  ENOSPC: 'cannot be written: the disk is full',
  EROFS: 'cannot be written: the disk is read-only',
  EMFILE: 'cannot be opened: too many open files',
};

/** What the system said of a file, as a failure; undefined when the error is of another kind. */
export const fileFailure = (error: unknown): Failure | undefined => {
  if (!(error instanceof Error) || isFailure(error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : FILE_TROUBLE[code];
  return words === undefined || path === undefined ? undefined : failure(`${path} ${words}`);
};
