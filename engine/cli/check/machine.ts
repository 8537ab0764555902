import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tulindProblem } from '../../indicators/tulind.ts';
import { holderNow } from '../../journal/lock.ts';
import { lookAtJournal } from '../../journal/look.ts';
import { JOURNAL } from '../../journal/open.ts';
import { isRefusal } from '../../journal/refusal.ts';
import { SCHEMA_VERSION } from '../../journal/schema.ts';
import type { Environment } from '../environment.ts';
import { fileTrouble } from '../exit.ts';
import { shownPath } from '../shown-path.ts';
import { type Item, judgeOf, type Tell } from './item.ts';

const { ok, warn, fail } = judgeOf('machine');

/** The oldest that runs it, and those that every change is tried on. */
const OLDEST: readonly [number, number] = [20, 19];
const TRIED: readonly number[] = [20, 22, 24];

/** @param version `20.20.2` */
export const nodeItem = (version: string): Item => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return fail('node', 'Node.js', `${version} is too old`, 'install Node.js 22 or 24: https://nodejs.org');
  }
  if (!TRIED.includes(major)) {
    const help = 'if something does not work, install Node.js 22 or 24: https://nodejs.org';
    return warn('node', 'Node.js', `${version}, on which nobody has tried it`, help);
  }
  return ok('node', 'Node.js', version);
};

const versionOf = (name: string): string => {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { readonly version?: unknown };
    return typeof version === 'string' ? version : '';
  } catch {
    return '';
  }
};

const tulindItem = (): Item => {
  const problem = tulindProblem();
  if (problem === undefined) return ok('tulind', 'tulind', `${versionOf('tulind')} loads`.trim());
  const [says = problem] = problem.split('. It is compiled');
  return warn(
    'tulind',
    'tulind',
    `${says.replace('tulind cannot be loaded', 'does not load')}; the engine's own indicators work without it`,
    'install python3, make and g++, then: npm rebuild tulind',
  );
};

/** What a check of a version of the journal's schema comes to. */
const journalItem = async (folder: string): Promise<Item> => {
  const shown = shownPath(join(folder, JOURNAL));
  try {
    const look = await lookAtJournal(join(folder, JOURNAL));
    switch (look.kind) {
      case 'absent':
        return ok('journal', 'Journal', `none yet; better-sqlite3 ${versionOf('better-sqlite3')} loads`);
      case 'foreign':
        return fail(
          'journal',
          'Journal',
          `${shown} is no journal of this engine`,
          'name another folder: ENGINE_STATE in .env',
        );
      case 'unreadable':
        return fail(
          'journal',
          'Journal',
          `${shown} cannot be read: ${look.words}`,
          'engine run says what is damaged; --fresh moves it aside and starts anew',
        );
      case 'journal':
        if (look.version > SCHEMA_VERSION) {
          return fail(
            'journal',
            'Journal',
            `written by a newer engine (version ${look.version}, this one knows ${SCHEMA_VERSION})`,
            'run the newer engine, or name another folder: ENGINE_STATE in .env',
          );
        }
        return ok(
          'journal',
          'Journal',
          look.version < SCHEMA_VERSION
            ? `version ${look.version}, which the next run brings to ${SCHEMA_VERSION}`
            : `version ${look.version}`,
        );
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return fail('journal', 'Journal', error.message, 'install python3, make and g++, then: npm rebuild better-sqlite3');
  }
};

/** The nearest folder above, or the path itself, that is there. */
const standing = (path: string): string => {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
};

const stateItem = (folder: string): Item => {
  const shown = shownPath(folder);
  const there = standing(folder);
  const help = 'give this user the right to write there, or name another folder: ENGINE_STATE in .env';
  try {
    if (!statSync(there).isDirectory())
      return fail('state', 'State folder', `${shown}: a file stands in its place`, help);
    accessSync(there, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return fail('state', 'State folder', `${shown} ${fileTrouble(code) ?? `cannot be used (${code})`}`, help);
  }
  if (there !== folder) return ok('state', 'State folder', `${shown}, which the first run makes`);
  const holder = holderNow(folder);
  return ok(
    'state',
    'State folder',
    holder === undefined
      ? `${shown}, no engine runs on it`
      : `${shown}, on which an engine runs (process ${holder.pid}, since ${holder.since})`,
  );
};

const MB = 1024 * 1024;
/** Bytes below which a run would soon wait for room, and below which a person should know. */
const TOO_LITTLE = 100 * MB;
const LITTLE = 1024 * MB;

/** @param free bytes */
export const diskItem = (free: number, shown: string): Item => {
  const amount = free >= 1024 * MB ? `${(free / (1024 * MB)).toFixed(1)} GB` : `${Math.floor(free / MB)} MB`;
  const help = `free some space on the disk of ${shown}: a run that cannot write its journal enters nothing`;
  if (free < TOO_LITTLE) return fail('disk', 'Disk', `${amount} free`, help);
  return free < LITTLE ? warn('disk', 'Disk', `${amount} free`, help) : ok('disk', 'Disk', `${amount} free`);
};

/** Rights of others on a file that holds secrets. */
const OTHERS = 0o077;

/** The file of settings: what is wrong with it, and who may read it. */
const settingsItem = (environment: Environment, folder: string): Item => {
  const path = join(folder, '.env');
  const shown = shownPath(path);
  const errors = environment.findings.filter(({ severity }) => severity === 'error');
  const [first] = [...errors, ...environment.findings];
  if (first !== undefined) {
    const more = environment.findings.length > 1 ? ` (and ${environment.findings.length - 1} more: engine config)` : '';
    const judged = errors.length > 0 ? fail : warn;
    return judged('settings', 'Settings', `${first.message}${more}`, first.help ?? `engine explain ${first.code}`);
  }
  if (!existsSync(path)) return ok('settings', 'Settings', `no ${shown}; the environment and defaults hold`);
  if (process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0) {
    return warn('settings', 'Settings', `other users of this machine may read ${shown}`, `chmod 600 ${shown}`);
  }
  return ok('settings', 'Settings', `${shown} is in order`);
};

export const checkMachine = async (
  {
    environment,
    folder,
    state,
  }: { readonly environment: Environment; readonly folder: string; readonly state: string },
  tell: Tell,
): Promise<void> => {
  tell(nodeItem(process.versions.node));
  tell(tulindItem());
  tell(settingsItem(environment, folder));
  tell(stateItem(state));
  tell(await journalItem(state));
  const { bavail, bsize } = statfsSync(standing(state));
  tell(diskItem(bavail * bsize, shownPath(state)));
};
