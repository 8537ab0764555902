import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { WorkspaceOptions } from '../../../engine/runtime/workspace.ts';
import { freshFolder, removeFolder, until, type Watched, watched, write } from './disk.ts';

const A = 'strategies.d/a.yaml';
const NEW = 'id: a\nsize: 1500\n';

/** Runs with a folder of its own, and what watches it is closed in the end. */
const within = async (work: (folder: string, open: typeof watched) => Promise<void>): Promise<void> => {
  const folder = freshFolder();
  const opened: Watched[] = [];
  try {
    await work(folder, async (...how) => {
      const one = await watched(...how);
      opened.push(one);
      return one;
    });
  } finally {
    for (const one of opened) await one.close();
    removeFolder(folder);
  }
};

/** The text of a file of the folder, however its path is shown. */
const textOf = (texts: ReadonlyMap<string, string> | undefined, folder: string, path: string): string | undefined =>
  [...(texts ?? [])].find(([shown]) => resolve(shown) === join(folder, path))?.[1];

const git = (folder: string, ...words: string[]): void => {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'init.defaultBranch=main', ...words], {
    cwd: folder,
    stdio: 'ignore',
  });
};

interface Case {
  /** Files at first, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: (folder: string) => Partial<WorkspaceOptions>;
  /** Done before anybody watches. */
  readonly before?: (folder: string) => void;
  /** The save. */
  readonly save: (folder: string) => void | Promise<void>;
  /** What must run then; undefined: the file is gone. */
  readonly after: Readonly<Record<string, string | undefined>>;
}

const START = { [A]: 'id: a\nsize: 1\n', 'strategies.d/b.yaml': 'id: b\n', 'risk.yaml': 'limits: {}\n' };
const many = (word: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: 60 }, (_, k) => [`strategies.d/s${k}.yaml`, `id: s${k}\nsize: ${word}\n`]));

/** A volume of files as Kubernetes lays one out: names lead to a link, which leads to the folder of one moment. */
const volume = (folder: string, moment: string, text: string): void => {
  write(folder, `strategies.d/${moment}/a.yaml`, text);
  symlinkSync(moment, join(folder, 'strategies.d/..data_tmp'));
  renameSync(join(folder, 'strategies.d/..data_tmp'), join(folder, 'strategies.d/..data'));
};

const CASES: Readonly<Record<string, Case>> = {
  'in place': { save: (folder) => write(folder, A, NEW), after: { [A]: NEW } },
  'in chunks with pauses': {
    async save(folder) {
      writeFileSync(join(folder, A), '');
      for (const chunk of ['id:', ' a\nsi', 'ze: 1', '500\n']) {
        await sleep(150);
        appendFileSync(join(folder, A), chunk);
      }
    },
    after: { [A]: NEW },
  },
  'through a temporary file that is renamed': {
    save(folder) {
      write(folder, 'strategies.d/.a.yaml.tmp', NEW);
      renameSync(join(folder, 'strategies.d/.a.yaml.tmp'), join(folder, A));
    },
    after: { [A]: NEW },
  },
  'as vim does, with a backup': {
    save(folder) {
      write(folder, 'strategies.d/.a.yaml.swp', 'swap');
      write(folder, 'strategies.d/4913', '');
      unlinkSync(join(folder, 'strategies.d/4913'));
      renameSync(join(folder, A), join(folder, `${A}~`));
      write(folder, A, NEW);
      unlinkSync(join(folder, `${A}~`));
      unlinkSync(join(folder, 'strategies.d/.a.yaml.swp'));
    },
    after: { [A]: NEW },
  },
  'by removing it and writing it anew 300 ms later': {
    async save(folder) {
      unlinkSync(join(folder, A));
      await sleep(300);
      write(folder, A, NEW);
    },
    after: { [A]: NEW },
  },
  'by `git checkout` of many files': {
    files: { ...START, ...many('1') },
    before(folder) {
      git(folder, 'init');
      git(folder, 'add', '-A');
      git(folder, 'commit', '-m', 'one');
      git(folder, 'checkout', '-b', 'two');
      for (const [path, text] of Object.entries(many('2'))) write(folder, path, text);
      rmSync(join(folder, 'strategies.d/s7.yaml'));
      git(folder, 'commit', '-a', '-m', 'two');
      git(folder, 'checkout', 'main');
    },
    save: (folder) => git(folder, 'checkout', 'two'),
    after: { ...many('2'), 'strategies.d/s7.yaml': undefined },
  },
  'by turning the link of a volume': {
    files: { 'risk.yaml': 'limits: {}\n' },
    before(folder) {
      volume(folder, '..2024_01', 'id: a\nsize: 1\n');
      symlinkSync('..data/a.yaml', join(folder, A));
    },
    save: (folder) => volume(folder, '..2024_02', NEW),
    after: { [A]: NEW },
  },
  'as a new file': {
    save: (folder) => write(folder, 'strategies.d/c.yaml', NEW),
    after: { 'strategies.d/c.yaml': NEW },
  },
  'by removing a file': { save: (folder) => unlinkSync(join(folder, A)), after: { [A]: undefined } },
  'by renaming a file': {
    save: (folder) => renameSync(join(folder, A), join(folder, 'strategies.d/z.yaml')),
    after: { [A]: undefined, 'strategies.d/z.yaml': START[A] },
  },
  'in a template': {
    files: { ...START, 'strategies.d/_base.yaml': 'size: 1\n' },
    save: (folder) => write(folder, 'strategies.d/_base.yaml', 'size: 2\n'),
    after: { 'strategies.d/_base.yaml': 'size: 2\n' },
  },
  'in a list of symbols': {
    files: { ...START, [A]: 'id: a\nsymbols: lists/tech.txt\n', 'strategies.d/lists/tech.txt': 'AAPL\n' },
    save: (folder) => write(folder, 'strategies.d/lists/tech.txt', 'AAPL\nMSFT\n'),
    after: { 'strategies.d/lists/tech.txt': 'AAPL\nMSFT\n' },
  },
  'as a list of symbols that was missing': {
    files: { ...START, [A]: 'id: a\nsymbols: ../lists/tech.txt\n' },
    save: (folder) => write(folder, 'lists/tech.txt', 'AAPL\n'),
    after: { 'lists/tech.txt': 'AAPL\n' },
  },
  'as a first risk.yaml': {
    files: { [A]: START[A] },
    save: (folder) => write(folder, 'risk.yaml', 'limits: {}\n'),
    after: { 'risk.yaml': 'limits: {}\n' },
  },
  'by removing risk.yaml': {
    save: (folder) => unlinkSync(join(folder, 'risk.yaml')),
    after: { 'risk.yaml': undefined },
  },
  'in limits elsewhere': {
    files: { ...START, 'elsewhere/limits.yaml': 'a: 1\n' },
    options: (at) => ({ risk: join(at, 'elsewhere/limits.yaml') }),
    save(folder) {
      write(folder, 'elsewhere/new', 'a: 2\n');
      renameSync(join(folder, 'elsewhere/new'), join(folder, 'elsewhere/limits.yaml'));
    },
    after: { 'elsewhere/limits.yaml': 'a: 2\n', 'risk.yaml': undefined },
  },
  'in a file that was named': {
    files: { ...START, 'mine/x.yaml': 'id: x\n' },
    options: (at) => ({ paths: [join(at, 'mine/x.yaml')] }),
    save: (folder) => write(folder, 'mine/x.yaml', NEW),
    after: { 'mine/x.yaml': NEW, [A]: undefined },
  },
  'in a template beside a file that was named': {
    files: { ...START, 'mine/x.yaml': 'extends: _t.yaml\n', 'mine/_t.yaml': 'size: 1\n' },
    options: (at) => ({ paths: [join(at, 'mine/x.yaml')] }),
    save: (folder) => write(folder, 'mine/_t.yaml', 'size: 2\n'),
    after: { 'mine/_t.yaml': 'size: 2\n' },
  },
  'in a folder that was named': {
    files: { ...START, 'mine/x.yaml': 'id: x\n' },
    options: (at) => ({ paths: [join(at, 'mine')] }),
    save: (folder) => write(folder, 'mine/y.yaml', NEW),
    after: { 'mine/x.yaml': 'id: x\n', 'mine/y.yaml': NEW },
  },
  'by removing the folder and making it anew': {
    async save(folder) {
      rmSync(join(folder, 'strategies.d'), { recursive: true });
      await sleep(500);
      write(folder, A, NEW);
    },
    after: { [A]: NEW, 'strategies.d/b.yaml': undefined },
  },
  'by turning the link that the folder is': {
    files: { 'risk.yaml': 'limits: {}\n', 'one/a.yaml': 'id: a\n', 'two/a.yaml': NEW },
    before: (folder) => symlinkSync('one', join(folder, 'strategies.d')),
    save(folder) {
      symlinkSync('two', join(folder, 'link'));
      renameSync(join(folder, 'link'), join(folder, 'strategies.d'));
    },
    after: { [A]: NEW },
  },
  'in the folder that a link leads to': {
    files: { 'risk.yaml': 'limits: {}\n', 'one/a.yaml': 'id: a\n' },
    before: (folder) => symlinkSync('one', join(folder, 'strategies.d')),
    save: (folder) => write(folder, 'one/a.yaml', NEW),
    after: { [A]: NEW },
  },
};

describe.concurrent('a save is seen, and read once with its last bytes:', { timeout: 180_000 }, () => {
  it.each(Object.entries(CASES))('%s', (_name, one) =>
    within(async (folder, open) => {
      for (const [path, text] of Object.entries(one.files ?? START)) write(folder, path, text);
      one.before?.(folder);
      const { put, events, checked } = await open({ dir: folder, ...one.options?.(folder) });
      const first = checked.length;
      await one.save(folder);
      await until('the edit runs', () => put.length > 0);
      await sleep(1_000);
      expect(put).toHaveLength(1);
      expect(checked.length - first, 'nothing but the last bytes was ever checked').toBe(1);
      for (const [path, text] of Object.entries(one.after)) expect(textOf(put[0], folder, path), path).toBe(text);
      expect(events.map(({ kind }) => kind)).toEqual(['applied']);

      // And the next one too, wherever the first left the files.
      const [last] = Object.entries(one.after).find(([, text]) => text !== undefined) ?? ['strategies.d/b.yaml'];
      writeFileSync(join(folder, last), '# next\n');
      await until('the next edit runs', () => put.length > 1);
      expect(textOf(put[1], folder, last)).toBe('# next\n');
    }),
  );
});

describe.concurrent('beside saves,', { timeout: 180_000 }, () => {
  it('droppings of editors, folders and files of other kinds are not read', () =>
    within(async (folder, open) => {
      for (const [path, text] of Object.entries(START)) write(folder, path, text);
      const { checked, events, put } = await open({ dir: folder });
      const first = checked.length;
      for (const name of ['.a.yaml.swp', '4913', 'a.yaml~', '#a.yaml#', 'a.yaml.tmp', '.a.yaml.un~', 'notes.md']) {
        write(folder, `strategies.d/${name}`, 'x');
      }
      symlinkSync('someone@host.1:1', join(folder, 'strategies.d/.#a.yaml'));
      write(folder, 'strategies.d/old/a.yaml', 'id: old\n');
      write(folder, 'engine.log', 'line\n');
      rmSync(join(folder, 'strategies.d/old'), { recursive: true });
      await sleep(1_500);
      expect(checked.length).toBe(first);
      expect(events).toEqual([]);
      write(folder, A, NEW);
      await until('an edit runs', () => put.length > 0);
      const known = Object.keys(START).map((path) => join(folder, path));
      expect([...put[0]!.keys()].map((shown) => resolve(shown)).sort()).toEqual(known.sort());
    }));

  it('a workspace that goes is seen when it comes back', () =>
    within(async (folder, open) => {
      for (const [path, text] of Object.entries(START)) write(folder, `ws/${path}`, text);
      const { checked, put, reloader } = await open({ dir: join(folder, 'ws') });
      renameSync(join(folder, 'ws'), join(folder, 'away'));
      await until('the loss of all files is seen', () => checked.some((texts) => texts.size === 0));
      mkdirSync(join(folder, 'ws'));
      const back = { ...START, [A]: 'id: back\n' };
      for (const [path, text] of Object.entries(back)) write(folder, `ws/${path}`, text);
      await until('they are back', () => textOf(put.at(-1), folder, `ws/${A}`) === 'id: back\n');
      expect(reloader.status().stale).toBeUndefined();
      write(folder, `ws/${A}`, NEW);
      await until('an edit runs', () => textOf(put.at(-1), folder, `ws/${A}`) === NEW);
    }));

  it('one watch a folder is all it takes, however many files', () =>
    within(async (folder, open) => {
      for (const [path, text] of Object.entries({ ...START, ...many('1') })) write(folder, path, text);
      const folders: string[] = [];
      const { close } = await open(
        { dir: folder },
        {
          watchFolder(path) {
            folders.push(path);
            return { close: () => folders.splice(folders.indexOf(path), 1) };
          },
        },
      );
      expect(folders.sort()).toEqual([dirname(folder), folder, join(folder, 'strategies.d')]);
      await close();
      expect(folders).toEqual([]);
    }));

  it('fifty a second end with the last', () =>
    within(async (folder, open) => {
      for (const [path, text] of Object.entries(START)) write(folder, path, text);
      const { put } = await open({ dir: folder });
      for (let k = 0; k < 150; k++) {
        write(folder, A, `id: a\nsize: ${k}\n`);
        await sleep(20);
      }
      const last = 'id: a\nsize: 149\n';
      await until('the last one runs', () => textOf(put.at(-1), folder, A) === last);
      await sleep(1_000);
      expect(textOf(put.at(-1), folder, A)).toBe(last);
    }));
});
