import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { chmod, type FileHandle, link, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Style, styleOf } from '../report/style.ts';
import { type Failure, failure, fileTrouble, isFailure } from './exit.ts';
import type { Terminal } from './terminal.ts';

const WAY_OUT: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space, or name a file on another disk',
  EDQUOT: 'free some space, or name a file on another disk',
  EFBIG: 'name a file on another disk',
  EROFS: 'name a file on a disk that can be written',
  EACCES: 'change the rights of the folder and the file, or name another place',
  EPERM: 'change the rights of the folder and the file, or name another place',
  ENOENT: 'make the folder first, or name another place',
  ENOTDIR: 'name a file in a folder',
  EISDIR: 'name a file, not a folder',
  ENAMETOOLONG: 'name it with fewer letters',
  EEXIST: 'a file stands where a folder is wanted: name another place',
};

/** Causes that read otherwise of a file that is not there yet. */
const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a file stands where its folder should be',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENAMETOOLONG: 'its name is too long',
};

/** What the system said of a file that was to be written, under the name that the person knows it by. */
const writeFailure = (shown: string, error: unknown): unknown => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (isFailure(error) || code === undefined || !(error instanceof Error) || !('errno' in error)) return error;
  const words = CAUSES[code] ?? fileTrouble(code) ?? error.message;
  return failure(`cannot write ${shown}: ${words}`, WAY_OUT[code] ?? 'name another place');
};

const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * Looks whether a file can be written, before long work whose result it is to hold; writes nothing.
 * @throws Failure (exit 2) when its folder is missing, it is a folder, or this user may not write there
 */
export const checkWritable = (path: string): void => {
  try {
    const known = statOf(path);
    if (known?.isDirectory() === true) throw isFolder(path);
    if (known !== undefined) accessSync(path, constants.W_OK);
    if (known === undefined || known.isFile()) accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw writeFailure(path, error);
  }
};

const isFolder = (path: string): Failure =>
  failure(`cannot write ${path}: it is a folder`, `name a file in it: ${join(path, 'NAME')}`);

/** Text or bytes of a file, in order. */
type Pieces = Iterable<string | Uint8Array>;

const pour = async (handle: FileHandle, pieces: Pieces): Promise<void> => {
  try {
    for (const piece of pieces) await handle.writeFile(piece);
  } finally {
    await handle.close();
  }
};

/** Gives the finished file its name only if nothing has it; false when something does. */
const claim = async (beside: string, path: string): Promise<boolean> => {
  try {
    await link(beside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK' && code !== 'ENOSYS') throw error;
    // This disk has no hard links: look, then rename.
    if (statOf(path) !== undefined) return false;
    await rename(beside, path);
  }
  return true;
};

/**
 * Writes a whole file or none of it: beside the target first, then renamed, so that a reader, a crash and a full disk
 * find the old text or the new one. A link stays a link; a device or a pipe is written straight.
 * @param shown the name that the person knows it by, for messages
 * @throws Failure (exit 2) naming the file when it cannot be written
 */
export const writeWhole = async (path: string, pieces: Pieces, shown = path): Promise<void> => {
  await attempt(path, pieces, shown, async (beside, target) => {
    await rename(beside, target);
    return true;
  });
};

/**
 * Gives a command's answer to whoever asked for it: on stdout, or whole in the file of `--out`, which takes no colours.
 * @throws Failure (exit 2) naming the file when it cannot be written
 */
export const deliver = async (
  terminal: Terminal,
  out: string | undefined,
  answer: (style: Style) => Iterable<string>,
): Promise<void> => {
  if (out === undefined) {
    await terminal.stream(answer(terminal.style));
    return;
  }
  await writeWhole(out, answer(styleOf(false)));
  terminal.err(`wrote ${out}\n`);
};

/** Like `writeWhole`, for a file that must not be there yet; false, and nothing written, when it is. */
export const writeNew = async (path: string, pieces: Pieces, shown = path): Promise<boolean> =>
  attempt(path, pieces, shown, claim);

const attempt = async (
  path: string,
  pieces: Pieces,
  shown: string,
  place: (beside: string, target: string) => Promise<boolean>,
): Promise<boolean> => {
  let beside: string | undefined;
  try {
    const known = statOf(path);
    if (known?.isDirectory() === true) throw isFolder(shown);
    if (known !== undefined) accessSync(path, constants.W_OK);
    if (known !== undefined && !known.isFile()) {
      await pour(await open(path, 'w'), pieces);
      return true;
    }
    const target = known === undefined ? path : await realpath(path);
    // A name with a dot in front is passed over by whoever watches or reads the folder.
    const name = join(dirname(target), `.engine-${process.pid}.tmp`);
    await rm(name, { force: true });
    const handle = await open(name, 'wx');
    beside = name;
    await pour(handle, pieces);
    if (known !== undefined) await chmod(name, known.mode);
    return await place(name, target);
  } catch (error) {
    throw writeFailure(shown, error);
  } finally {
    if (beside !== undefined) await rm(beside, { force: true });
  }
};

/**
 * Makes the folder that a file is to stand in.
 * @throws Failure (exit 2) naming the folder when it cannot be made
 */
export const makeFolderOf = async (path: string): Promise<void> => {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailure(relative(process.cwd(), folder) || folder, error);
  }
};
