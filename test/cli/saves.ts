import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is edited. */
export interface Knobs {
  readonly length: number;
  readonly below: number;
  readonly shares: number;
}

export const documentOf = ({ length, below, shares }: Knobs): string => `id: wave
symbols: [WAVE]
timeframe: 1h
capital: 100000
entry:
  long:
    when: crosses_above(close, sma(close, ${length})) and rsi(6) < ${below}
    size:
      shares: ${shares}
exit:
  when: crosses_below(close, sma(close, 5))
  stop_loss:
    pct: 4
`;

const run = (cwd: string, command: string, ...words: string[]): void => {
  const { status, stderr, error } = spawnSync(command, words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${command} ${words.join(' ')}: ${stderr}`);
};

/** What `git checkout` may bring. */
export const BRANCHES: readonly Knobs[] = [
  { length: 4, below: 91, shares: 11 },
  { length: 7, below: 92, shares: 12 },
  { length: 6, below: 93, shares: 13 },
];

/** A repository with a branch for each. */
export function gitIn(cwd: string, file: string): void {
  const git = (...words: string[]): void => run(cwd, 'git', '-c', 'user.name=t', '-c', 'user.email=t@t', ...words);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(cwd, '.git', 'info', 'exclude'), '*\n!strategies.d/\n!strategies.d/**\n');
  BRANCHES.forEach((knobs, n) => {
    git('checkout', '-q', '--orphan', `branch${n}`);
    writeFileSync(file, documentOf(knobs));
    git('add', '-f', file);
    git('commit', '-q', '-m', `branch ${n}`);
  });
}

/** A way in which programs save a file; gives what it says afterwards. */
type Save = (file: string, knobs: Knobs, cwd: string) => Promise<Knobs>;

const plain =
  (write: (file: string, text: string) => void | Promise<void>): Save =>
  async (file, knobs) => {
    await write(file, documentOf(knobs));
    return knobs;
  };

let links = 0;
let checkouts = 0;

export const SAVES: Readonly<Record<string, Save>> = {
  'in place': plain((file, text) => writeFileSync(file, text)),
  'a new file renamed over it': plain((file, text) => {
    const beside = join(file, '..', '.wave.yaml.tmp');
    writeFileSync(beside, text);
    renameSync(beside, file);
  }),
  'sed -i': async (file, knobs) => {
    const { length, below } = knobs;
    const rule = `s/when: crosses_above.*/when: crosses_above(close, sma(close, ${length})) and rsi(6) < ${below}/; s/shares: .*/shares: ${knobs.shares}/`;
    run('.', 'sed', '-i', rule, file);
    return knobs;
  },
  'deleted, and there again 300 ms later': plain(async (file, text) => {
    unlinkSync(file);
    await sleep(300);
    writeFileSync(file, text);
  }),
  'git checkout': async (_file, _knobs, cwd) => {
    const number = checkouts++ % BRANCHES.length;
    run(cwd, 'git', 'checkout', '-q', '-f', `branch${number}`);
    return BRANCHES[number]!;
  },
  // As a volume of a Kubernetes ConfigMap does it.
  'a link turned to another folder': plain((file, text) => {
    const folder = dirname(file);
    const version = `..v${links++}`;
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, 'wave.yaml'), text);
    const turn = (target: string, link: string): void => {
      const beside = join(folder, '..new');
      rmSync(beside, { force: true });
      symlinkSync(target, beside);
      renameSync(beside, link);
    };
    turn(version, join(folder, '..data'));
    if (!lstatSync(file).isSymbolicLink()) turn('..data/wave.yaml', file);
  }),
  'in two chunks': plain(async (file, text) => {
    writeFileSync(file, text.slice(0, text.length >> 1));
    await sleep(40);
    writeFileSync(file, text);
  }),
  'broken, then mended': plain(async (file, text) => {
    writeFileSync(file, text.replace('crosses_above', 'crosses_abvoe'));
    await sleep(500);
    writeFileSync(file, text);
  }),
};

/** Why vim in a terminal cannot be used; undefined when it can. */
export const vimMissing = (): string | undefined =>
  ['tmux', 'vim'].find((program) => spawnSync(program, [program === 'tmux' ? '-V' : '--version']).status !== 0);

/** A person in vim changes one line and saves. */
export async function saveInVim(file: string, knobs: Knobs): Promise<Knobs> {
  const name = `vim-${process.pid}`;
  writeFileSync(file, readFileSync(file, 'utf8'));
  run('.', 'tmux', '-L', name, 'new-session', '-d', '-x', '100', '-y', '30', 'vim', '-u', 'NONE', file);
  try {
    await sleep(400);
    const keys = (...words: string[]): void => run('.', 'tmux', '-L', name, 'send-keys', ...words);
    keys(`:%s/shares: .*/shares: ${knobs.shares}/`, 'Enter');
    keys(
      `:%s/when: crosses_above.*/when: crosses_above(close, sma(close, ${knobs.length})) and rsi(6) < ${knobs.below}/`,
      'Enter',
    );
    keys(':wq', 'Enter');
    for (let n = 0; n < 60 && readFileSync(file, 'utf8') !== documentOf(knobs); n++) await sleep(50);
  } finally {
    spawnSync('tmux', ['-L', name, 'kill-server']);
  }
  return knobs;
}
