import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, type Ended, engine, folder } from './engine.ts';
import { waves } from './waves.ts';

/** System calls by which a run becomes durable: before each of them it may die. */
const CALLS = 'write,pwrite64,pwritev,fsync,fdatasync,ftruncate,rename,link,unlink,mkdir';

const STRATEGY = `id: wave
description: Crosses an average of ten bars, with a stop beside it.
symbols:
  - WAVE
timeframe: 1h
capital: 10000
indicators:
  average: sma(close, 5)
entry:
  long:
    when: crosses_above(close, average)
    size:
      purse_pct: 50
exit:
  when: crosses_below(close, average)
  stop_loss:
    pct: 4
`;

/** A workspace of one strategy and 200 hourly bars (three more lie outside the session), each of them a transaction of its own at this speed. */
export const WORDS = [
  'run',
  '--dry',
  '--feed',
  'csv:bars',
  '--risk',
  'none',
  '--speed',
  '100000000x',
  '--format',
  'json',
];

export interface Place {
  readonly cwd: string;
  remove(): void;
}

/** The hours of `waves` with a faster wave on the slow one: some twenty trades. */
export const bars = (count: number): string => {
  const [header, ...rows] = waves(Math.ceil(count / 6) + 1).split('\n');
  const at = (n: number): number => Math.round((100 + 8 * Math.sin(n / 17) + 3 * Math.sin(n / 2.2)) * 100) / 100;
  const lines = rows.slice(0, count).map((row, n) => {
    const [time] = row.split(',');
    const [open, close] = [at(n), at(n + 1)];
    return `${time},${open},${(Math.max(open, close) + 0.25).toFixed(2)},${(Math.min(open, close) - 0.25).toFixed(2)},${close},1000`;
  });
  return `${[header, ...lines].join('\n')}\n`;
};

export const smallWorkspace = (): Place => {
  const place = folder();
  const { path } = place;
  mkdirSync(join(path, 'strategies.d'));
  mkdirSync(join(path, 'bars'));
  writeFileSync(join(path, 'strategies.d', 'wave.yaml'), STRATEGY);
  writeFileSync(join(path, 'bars', 'WAVE.csv'), bars(203));
  return { cwd: path, remove: () => place.remove() };
};

/** What a run came to: all that its report says but for the time it took. */
export const outcome = (stdout: string): unknown => {
  const { seconds: _, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
  return rest;
};

export const stateIn = (cwd: string, name: string): string => join(cwd, 'states', name);

export const runOn = (cwd: string, state: string, words: readonly string[] = WORDS): Promise<Ended> =>
  engine(words, { cwd, env: { ENGINE_STATE: state } });

/** Why strace cannot be used here; undefined when it can. */
export const straceMissing = (): string | undefined => {
  const tried = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  if (tried.error !== undefined) return 'strace is not installed';
  return tried.status === 0 ? undefined : `strace may not trace here: ${tried.stderr.trim()}`;
};

const traced = (cwd: string, state: string, options: readonly string[], words = WORDS): ChildProcess =>
  spawn('strace', ['-qq', ...options, process.execPath, BIN, ...words], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ENGINE_STATE: state },
    stdio: ['ignore', 'ignore', 'ignore'],
  });

const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.on('close', () => resolve()));

/** How many of the calls the main thread of a whole run makes. */
export const countCalls = async (cwd: string): Promise<number> => {
  const log = join(cwd, 'calls.log');
  await ended(traced(cwd, stateIn(cwd, 'counted'), ['-o', log, '-e', `trace=${CALLS}`]));
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /^\w+\(/.test(line)).length;
};

/** Starts a run and kills it as it enters its `n`th call. */
export const killAtCall = (cwd: string, state: string, n: number): Promise<void> =>
  ended(traced(cwd, state, ['-o', '/dev/null', '-e', `trace=${CALLS}`, '-e', `inject=${CALLS}:signal=KILL:when=${n}`]));

/** Starts a run and kills it after some milliseconds; false when it had ended by then. */
export const killAfter = async (cwd: string, state: string, words: readonly string[], ms: number): Promise<boolean> => {
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ENGINE_STATE: state },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  await ended(child);
  clearTimeout(timer);
  return child.signalCode === 'SIGKILL';
};

/** A stream of numbers in [0, 1) from a seed: the same for a seed on every machine. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
