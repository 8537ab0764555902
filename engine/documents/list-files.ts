import { realpathSync } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { quoted } from './finding.ts';
import { type ReadFile, readDocument, STRATEGIES, shownFrom } from './read.ts';
import { type FindList, type FoundList, NO_LISTS } from './symbol-list.ts';

/** The list files of one reading of a workspace: each is read once, so that all who name it see the same bytes. */
export interface ListFiles {
  readonly find: FindList;
  /** Every list file that was read. */
  readonly read: () => readonly ReadFile[];
  /** Absolute paths that were asked for, whether there is a file or not. */
  readonly sought: () => readonly string[];
}

/**
 * @param dir the workspace, which a list file may not leave
 * @param cwd where the person stands: paths of documents are relative to it
 * @param stdin name of the document that comes on stdin; a bare one stands among the strategies
 */
export function createListFiles(dir: string, cwd: string, stdin?: string): ListFiles {
  const found = new Map<string, FoundList>();
  return {
    find(from, written) {
      const file =
        from.path === stdin && basename(stdin) === stdin ? resolve(dir, STRATEGIES, stdin) : resolve(cwd, from.path);
      const path = resolve(dirname(file), written);
      const known = found.get(path);
      if (known !== undefined) return known;
      const answer = look(path, shownFrom(path, cwd), written, rootOf(file, resolve(dir)));
      found.set(path, answer);
      return answer;
    },
    read: () => [...found.values()].flatMap((answer) => ('file' in answer ? [answer.file as ReadFile] : [])),
    sought: () => [...found.keys()],
  };
}

/** List files that were kept with the documents that name them: nothing is read from disk. */
export function keptLists(files: readonly ReadFile[]): ListFiles {
  const kept = new Map(files.map((file) => [resolve(file.path), file]));
  const found = new Map<string, FoundList>();
  return {
    find(from, written) {
      const path = resolve(dirname(resolve(from.path)), written);
      const file = kept.get(path);
      const answer = file === undefined ? NO_LISTS(from, written) : { file };
      found.set(path, answer);
      return answer;
    },
    read: () => files,
    sought: () => [...found.keys()],
  };
}

const within = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** The folder that a document's lists may not leave: the workspace, or for a document from elsewhere its own. */
function rootOf(file: string, dir: string): string {
  if (within(file, dir)) return dir;
  const folder = dirname(file);
  return basename(folder) === STRATEGIES ? dirname(folder) : folder;
}

function look(path: string, shown: string, written: string, root: string): FoundList {
  const out = (): FoundList => ({
    fault: {
      code: 'E046',
      message: `the list file ${quoted(written)} is outside the workspace`,
      help: 'keep it in the workspace, beside or below the strategies',
    },
  });
  if (!within(path, root)) return out();
  let real = root;
  try {
    real = realpathSync(root);
  } catch {
    // A folder that is not there holds no list either: reading it says so.
  }
  const read = readDocument(path, shown, real);
  if ('file' in read) return { file: read.file };
  const { code, message } = read.diagnostic;
  if (code === 'E003') return read;
  if (code === 'E009' && message.includes('leads out')) return out();
  const why = message.startsWith(`${shown}: `) ? message.slice(shown.length + 2) : message;
  return {
    fault: {
      code: 'E045',
      message: `the list file ${quoted(written)} cannot be read: ${why}`,
      help: `it is looked for at ${quoted(shown, 80)}: the path is relative to the file that names it`,
    },
  };
}
