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
  EEXIST: 'is there already',
  ENOSPC: 'the disk is full',
  EDQUOT: "the disk's quota is used up",
  EFBIG: 'it grows too large for the disk',
  EROFS: 'the disk is read-only',
  EIO: 'the disk reports a fault',
  ENAMETOOLONG: 'has too long a name',
  ELOOP: 'is a link that leads back to itself',
  EMFILE: 'cannot be opened: too many open files',
  ENFILE: 'cannot be opened: too many open files',
};

const WAYS_OUT: Readonly<Record<string, string>> = {
  ENOENT: 'look at the spelling of the path',
  EACCES: 'change its rights (chmod, chown), or run as the user that it belongs to',
  EPERM: 'change its rights (chmod, chown), or run as the user that it belongs to',
  EISDIR: 'name a file in it',
  ENOTDIR: 'look at the spelling of the path',
  EMFILE: 'close other programs, or raise the limit: ulimit -n 4096',
  ENFILE: 'close other programs',
};

/** What a code of the system means for a file, to be read after its name; undefined for a code of another kind. */
export const fileTrouble = (code: string): string | undefined => FILE_TROUBLE[code];

/** What the system said of a file, as a failure; undefined when the error is of another kind. */
export const fileFailure = (error: unknown): Failure | undefined => {
  if (!(error instanceof Error) || isFailure(error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : FILE_TROUBLE[code];
  if (code === undefined || words === undefined || path === undefined) return undefined;
  const sentence = /^(is|has|may|does|stands|cannot)\b/.test(words) ? `${path} ${words}` : `${path}: ${words}`;
  return failure(sentence, WAYS_OUT[code]);
};
