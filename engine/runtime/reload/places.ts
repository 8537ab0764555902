import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isDropping, RISK, STRATEGIES } from '../../documents/read.ts';
import type { Gathered, WorkspaceOptions } from '../workspace.ts';
import { namedLists } from './reading.ts';

/** A folder to watch, and which names in it matter. */
export interface Place {
  /** Absolute path. */
  readonly folder: string;
  /** It holds strategies: every document in it matters. */
  readonly documents: boolean;
  /** Names that matter besides. */
  readonly names: ReadonlySet<string>;
}

/** The link that a Kubernetes volume of files turns from one set of files to the next. */
const VOLUME_LINK = '..data';

/** Whether a change under this name may change the rules. */
export const matters = (place: Place, name: string): boolean =>
  place.names.has(name) || name === VOLUME_LINK || (place.documents && !isDropping(name));

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

const real = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

/**
 * The folders whose changes may change the rules: those that files are in, those that links lead to, and the folders above,
 * in which a folder appears, goes and comes back.
 */
export function placesOf(options: WorkspaceOptions, gathered: Gathered, cwd: string = process.cwd()): Place[] {
  const names = new Map<string, Set<string>>();
  const documents = new Set<string>();
  const at = (folder: string): Set<string> => {
    const known = names.get(folder) ?? new Set();
    names.set(folder, known);
    return known;
  };
  const link = (path: string): void => {
    const target = real(path);
    if (target !== undefined && target !== path) at(dirname(target)).add(basename(target));
  };
  const file = (path: string): void => {
    const above = dirname(path);
    at(above).add(basename(path));
    link(path);
    // A folder that is not there shows in the one above.
    if (above !== dirname(above) && !isFolder(above)) file(above);
  };
  const folder = (path: string): void => {
    at(path);
    documents.add(path);
    file(path);
    const target = real(path);
    if (target === undefined || target === path) return;
    at(target);
    documents.add(target);
  };

  const dir = resolve(options.dir);
  file(dir);
  const paths = options.paths ?? [];
  if (paths.length === 0) folder(join(dir, STRATEGIES));
  for (const path of paths) {
    const whole = resolve(cwd, path);
    const inner = join(whole, STRATEGIES);
    if (!isFolder(whole)) {
      file(whole);
      // What it extends stands beside it.
      at(dirname(whole));
      documents.add(dirname(whole));
    } else if (isFolder(inner)) folder(inner);
    else {
      folder(whole);
      at(whole).add(STRATEGIES);
    }
  }
  if (options.risk === undefined) {
    file(join(dir, RISK));
  } else if (options.risk !== 'none') file(resolve(cwd, options.risk));
  for (const path of namedLists(gathered, cwd)) file(path);
  for (const { path } of [...gathered.strategies, ...gathered.templates]) link(resolve(cwd, path));
  // A folder stands before those in it: it is watched before one looks whether they are there.
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, own]) => ({ folder: path, documents: documents.has(path), names: own }));
}
