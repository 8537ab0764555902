import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Diagnostic, SourceFile } from './diagnostic.ts';
import type { Siblings } from './extends.ts';
import { finding, quoted } from './finding.ts';
import { LARGEST } from './yaml.ts';

/** The folder of strategies and the file of limits, inside a workspace. */
export const STRATEGIES = 'strategies.d';
export const RISK = 'risk.yaml';

/** A document's bytes with the text they hold. */
export interface ReadFile extends SourceFile {
  readonly bytes: Uint8Array;
}

export interface WorkspaceFiles {
  /** Strategies, sorted by path. */
  readonly strategies: readonly ReadFile[];
  /** Files whose name begins with `_`: checked, never run. */
  readonly templates: readonly ReadFile[];
  readonly risk: ReadFile | undefined;
  /** Every file of the strategies folder by name, for `extends:`. */
  readonly siblings: Siblings;
  readonly diagnostics: readonly Diagnostic[];
}

const YAML_NAME = /\.ya?ml$/;

/** Names that editors and tools leave behind: `.#a.yaml`, `#a.yaml#`, `a.yaml~`, `4913`. */
export const isDropping = (name: string): boolean =>
  name.startsWith('.') || name.startsWith('#') || name.endsWith('~') || !YAML_NAME.test(name);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the system does not let it be read',
  EPERM: 'the system does not let it be read',
  ELOOP: 'its links lead in a circle',
  ENOTDIR: 'a part of its path is no folder',
  EMFILE: 'too many files are open',
  EIO: 'the disk cannot read it',
};

function reasonOf(error: unknown): string {
  const code = (error as { code?: string }).code ?? '';
  return REASONS[code] ?? `the system says ${code || String(error)}`;
}

type Read = { readonly file: ReadFile } | { readonly diagnostic: Diagnostic };

const empty = (path: string): SourceFile => ({ path, text: '' });

/** Where in a text the first byte stands that is no UTF-8. */
function validPrefix(bytes: Uint8Array): string {
  const lenient = new TextDecoder('utf-8').decode(bytes);
  const bad = lenient.indexOf('\ufffd');
  return bad < 0 ? lenient : lenient.slice(0, bad);
}

/** Bytes as strict UTF-8 text without a byte order mark; a finding when they are something else. */
export function decode(path: string, bytes: Uint8Array): Read {
  try {
    return { file: { path, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), bytes } };
  } catch {
    const text = validPrefix(bytes);
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const message = utf16 ? 'the file is UTF-16, not UTF-8' : 'the file holds bytes that are not UTF-8 text';
    const file = { path, text: `${text}\ufffd` };
    return {
      diagnostic: finding(
        'E003',
        file,
        { start: text.length, end: text.length + 1 },
        message,
        'save it again as UTF-8',
      ),
    };
  }
}

/** Reads one document; `folder` is where it must really stand, if anywhere. */
export function readDocument(path: string, shown: string, folder: string | undefined): Read {
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    return {
      diagnostic: finding(
        'E001',
        empty(shown),
        undefined,
        `${shown}: ${reasonOf(error)}`,
        'look at the spelling of the path, and at the rights of the file',
      ),
    };
  }
  if (folder !== undefined && real !== folder && !real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    return {
      diagnostic: finding(
        'E009',
        empty(shown),
        undefined,
        `${shown} is a link that leads out of its folder`,
        'copy the file into the folder',
      ),
    };
  }
  let descriptor: number | undefined;
  try {
    const before = statSync(real);
    if (!before.isFile()) {
      const what = before.isDirectory() ? 'a folder' : 'a device or a pipe';
      return {
        diagnostic: finding('E009', empty(shown), undefined, `${shown} is ${what}, not a file`, 'name a YAML file'),
      };
    }
    descriptor = openSync(real, 'r');
    const { size } = fstatSync(descriptor);
    // A character has at most three bytes for each UTF-16 unit.
    if (size > 3 * LARGEST) {
      const message = `${shown} has ${Math.round(size / 1024)} kB; a document may have ${LARGEST / 1024} kB`;
      return {
        diagnostic: finding(
          'E002',
          empty(shown),
          undefined,
          message,
          'put long lists of symbols into a list file, bars into CSV files',
        ),
      };
    }
    return decode(shown, readFileSync(descriptor));
  } catch (error) {
    return {
      diagnostic: finding(
        'E001',
        empty(shown),
        undefined,
        `${shown}: ${reasonOf(error)}`,
        'look at the rights of the file',
      ),
    };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const names = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => !isDropping(name))
    .sort(byCode);

/** A path as it is shown: relative to where the person stands when that is shorter. */
export function shownFrom(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return (short === '' || short.startsWith(`..${sep}..`) ? path : short).split(sep).join('/');
}

/**
 * Reads a workspace: `strategies.d/*.yaml` and `risk.yaml` of `dir`, or the files and folders of `paths` in place of the first.
 * `cwd` is where the person stands; paths in findings are shown from there.
 */
export function readWorkspace(dir: string, paths: readonly string[] | undefined, cwd: string): WorkspaceFiles {
  const diagnostics: Diagnostic[] = [];
  const files = new Map<string, ReadFile>();
  const take = (path: string, folder: string | undefined): void => {
    const key = resolve(path);
    if (files.has(key)) return;
    const read = readDocument(key, shownFrom(key, cwd), folder);
    if ('file' in read) files.set(key, read.file);
    else diagnostics.push(read.diagnostic);
  };
  const takeFolder = (folder: string): void => {
    let found: string[];
    let real: string;
    try {
      real = realpathSync(folder);
      found = names(folder);
    } catch (error) {
      const words = (error as { code?: string }).code === 'ENOENT' ? 'there is no such folder' : reasonOf(error);
      diagnostics.push(nothing(`${shownFrom(folder, cwd) || '.'}/*.yaml`, words));
      return;
    }
    if (found.length === 0)
      diagnostics.push(nothing(`${shownFrom(folder, cwd) || '.'}/*.yaml`, 'the folder holds no YAML file'));
    for (const name of found) take(join(folder, name), real);
  };

  let risk: ReadFile | undefined;
  const riskPath = resolve(dir, RISK);
  if (paths === undefined || paths.length === 0) takeFolder(resolve(dir, STRATEGIES));
  else {
    for (const path of paths) {
      const whole = resolve(cwd, path);
      if (isFolder(whole)) takeFolder(isFolder(join(whole, STRATEGIES)) ? join(whole, STRATEGIES) : whole);
      else take(whole, undefined);
    }
  }
  for (const [path, file] of files) {
    if (basename(path) !== RISK && basename(path) !== 'risk.yml') continue;
    risk = file;
    files.delete(path);
  }
  if (!risk && exists(riskPath)) {
    const read = readDocument(riskPath, shownFrom(riskPath, cwd), undefined);
    if ('file' in read) risk = read.file;
    else diagnostics.push(read.diagnostic);
  }
  const sorted = [...files].sort((a, b) => byCode(a[1].path, b[1].path));
  return {
    strategies: sorted.filter(([path]) => !basename(path).startsWith('_')).map(([, file]) => file),
    templates: sorted.filter(([path]) => basename(path).startsWith('_')).map(([, file]) => file),
    risk,
    siblings: siblingsOf(sorted, cwd),
    diagnostics,
  };
}

/** Files that can be extended: those read, and the templates beside them. */
function siblingsOf(files: readonly (readonly [string, ReadFile])[], cwd: string): Siblings {
  const siblings = new Map<string, SourceFile>();
  const folders = new Set<string>();
  for (const [path, file] of files) {
    siblings.set(basename(path), file);
    folders.add(dirname(path));
  }
  for (const folder of folders) {
    try {
      const real = realpathSync(folder);
      for (const name of names(folder)) {
        if (siblings.has(name)) continue;
        const read = readDocument(join(folder, name), shownFrom(join(folder, name), cwd), real);
        if ('file' in read) siblings.set(name, read.file);
      }
    } catch {
      // The folder cannot be listed, or went away meanwhile: what extends a file of it says so.
    }
  }
  return siblings;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

function nothing(glob: string, words: string): Diagnostic {
  const message = `nothing matches ${quoted(glob, 200)}: ${words}`;
  return finding(
    'E008',
    undefined,
    undefined,
    message,
    'go to the folder that holds `strategies.d`, or name it: `--workspace DIR`; `engine init` makes one',
  );
}

/** The identity of a set of documents: sha256 in hex over the sorted (path, bytes) of every one. */
export function revision(files: Iterable<{ readonly path: string; readonly bytes: Uint8Array }>): string {
  const hash = createHash('sha256');
  for (const file of [...files].sort((a, b) => byCode(a.path, b.path))) {
    // Lengths stand before the parts, so that no two sets give one stream of bytes.
    hash.update(`${Buffer.byteLength(file.path)}:${file.path}:${file.bytes.length}:`);
    hash.update(file.bytes);
  }
  return hash.digest('hex');
}
