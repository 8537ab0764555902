import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Where a running engine listens: `STATE/control.json`, for this user alone. */
export interface Address {
  readonly socket: string;
  readonly pid: number;
  /** Wall clock, ISO 8601. */
  readonly since: string;
}

const FILE = 'control.json';
const FOLDER = 'control';
const SOCKET = 'engine.sock';
const TEMPORARY = 'engine-control-';

/** Bytes that the path of a Unix socket may have everywhere: 104 with the closing zero on macOS, 108 on Linux. */
const LONGEST_PATH = 103;

/** What `control.json` of a state folder says; undefined when no engine has left its address. */
export function readAddress(state: string): Address | undefined {
  try {
    const { socket, pid, since } = JSON.parse(readFileSync(join(state, FILE), 'utf8')) as Partial<Address>;
    if (typeof socket === 'string' && typeof pid === 'number' && typeof since === 'string')
      return { socket, pid, since };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    // An address is written whole: what cannot be read is nobody's.
  }
  return undefined;
}

/** Whether a socket's folder lets nobody but this user in. */
export function isPrivate(socket: string): boolean {
  const own = process.getuid?.();
  if (own === undefined) return true;
  const { uid, mode } = lstatSync(dirname(socket));
  return (own === 0 || uid === own) && (mode & 0o077) === 0;
}

/**
 * A place for the socket of the engine on a state folder: in a folder of its own that only this user may enter, below the
 * state folder, or under the system's temporary folder when that path is too long for a socket. What a dead engine left
 * there is removed: call with the state folder's lock, or after nobody answered.
 */
export function placeSocket(state: string): string {
  const former = readAddress(state);
  if (former !== undefined) clearAddress(state, former);
  const socket = join(state, FOLDER, SOCKET);
  if (Buffer.byteLength(socket) > LONGEST_PATH) return join(mkdtempSync(join(tmpdir(), TEMPORARY)), SOCKET);
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  chmodSync(dirname(socket), 0o700);
  rmSync(socket, { force: true });
  return socket;
}

/** Tells where the engine listens, in one piece. */
export function writeAddress(state: string, address: Address): void {
  const beside = join(state, `.${FILE}.${process.pid}`);
  writeFileSync(beside, `${JSON.stringify({ version: 1, ...address })}\n`, { mode: 0o600 });
  renameSync(beside, join(state, FILE));
}

/** Removes an address and its socket, if it still is the one that stands there. */
export function clearAddress(state: string, { socket, pid, since }: Address): void {
  const now = readAddress(state);
  if (now?.pid === pid && now.since === since) rmSync(join(state, FILE), { force: true });
  rmSync(socket, { force: true });
  const folder = dirname(socket);
  // Only what was made by `placeSocket`.
  if (basename(folder).startsWith(TEMPORARY) && dirname(folder) === tmpdir())
    rmSync(folder, { recursive: true, force: true });
}
