import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readInputs } from '../engine/journal/inputs.ts';
import { JOURNAL, openJournal } from '../engine/journal/open.ts';
import { lastSession } from '../engine/journal/session.ts';
import { lastSlices } from '../engine/journal/slices.ts';
import type { Figure } from './figure.ts';
import { csvOf } from './market.ts';
import { ROOT, scratchPath } from './measure.ts';
import { oneSymbol } from './workload.ts';

/** Edits of one process, and its bars: ten thousand a second, as far as the calendar reaches. */
const EDITS = 200;
const BARS = 2_000_000;
const SPEED = '600000x';

const textOf = (threshold: string): string => `id: edited
symbols: [BENCH]
timeframe: 1m
capital: 100000
entry:
  long:
    when: crosses_above(close, sma(close, 20)) and rsi(14) < ${threshold}
    size:
      shares: 10
exit:
  when: crosses_below(close, sma(close, 30))
  stop_loss:
    pct: 2
`;

const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;

/** From a save to the bar from which the new rules decide, in a process of its own that works bars off meanwhile. */
export async function reloadFigures(runs: number): Promise<Figure[]> {
  const folder = scratchPath('reload');
  mkdirSync(join(folder, 'strategies.d'), { recursive: true });
  mkdirSync(join(folder, 'bars'));
  const file = await open(join(folder, 'bars', 'BENCH.csv'), 'w');
  for (const piece of csvOf(oneSymbol(BARS))) await file.write(piece);
  await file.close();
  const waits: number[] = [];
  let barsPerSecond = 0;
  for (let left = 40 * runs; left > 0; left -= EDITS) {
    const done = await oneProcess(folder, Math.min(left, EDITS));
    waits.push(...done.waits);
    barsPerSecond = done.barsPerSecond;
  }
  const section = `An edit of a running engine (${waits.length} of them, ${Math.round(barsPerSecond).toLocaleString('en')} bars/s)`;
  return [
    {
      section,
      name: 'from the save to the new rules in charge, p50',
      value: quantile(waits, 0.5),
      unit: 'ms',
      floor: 600,
      goal: 300,
    },
    { section, name: 'p99', value: quantile(waits, 0.99), unit: 'ms', floor: 600, goal: 300 },
  ];
}

async function oneProcess(
  folder: string,
  edits: number,
): Promise<{ readonly waits: number[]; readonly barsPerSecond: number }> {
  const rules = join(folder, 'strategies.d', 'edited.yaml');
  const state = join(folder, 'state');
  writeFileSync(rules, textOf('40'));
  const words = [
    'run',
    '--dry',
    '--feed',
    `csv:${join(folder, 'bars')}`,
    '--speed',
    SPEED,
    '--risk',
    'none',
    '--fresh',
    '--state',
    state,
  ];
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'engine.js'), ...words, '--workspace', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen = { text: '', reloads: 0, ended: false };
  const hear = (chunk: Buffer): void => {
    seen.text += chunk.toString('utf8');
    seen.reloads = seen.text.match(/^reload [0-9a-f]{7} /gm)?.length ?? 0;
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const over = new Promise<void>((resolve) => {
    child.on('close', () => {
      seen.ended = true;
      resolve();
    });
  });
  const until = async (what: string, reached: () => boolean): Promise<void> => {
    for (const from = performance.now(); !reached(); await sleep(5)) {
      if (seen.ended || performance.now() - from > 30_000)
        throw new Error(`${what} never came:\n${seen.text.slice(-2_000)}`);
    }
  };
  const saves: number[] = [];
  try {
    await until('the first trade', () => /\b(buy|sell) +\S+ @/.test(seen.text));
    for (let n = 0; n < edits; n++) {
      // At any moment of the engine's own rhythm.
      await sleep(20 + ((n * 37) % 100));
      saves.push(Date.now());
      writeFileSync(rules, textOf((40 + (n + 1) / 100).toFixed(2)));
      await until(`edit ${n + 1}`, () => seen.reloads > n);
    }
  } finally {
    child.kill('SIGTERM');
    await over;
  }
  const database = await openJournal(join(state, JOURNAL));
  try {
    const session = lastSession(database)!;
    const taken = readInputs(database, session.id).map(({ at, instants }) => ({ at: Date.parse(at), instants }));
    if (taken.length !== edits + 1) throw new Error(`${edits} edits, and ${taken.length - 1} were taken`);
    const [first, last] = [taken[1]!, taken.at(-1)!];
    if ((lastSlices(database, session.id, 1)[0]?.instants ?? 0) <= last.instants)
      throw new Error('no bar was decided by the last edit');
    return {
      waits: taken.slice(1).map(({ at }, n) => at - saves[n]!),
      barsPerSecond: ((last.instants - first.instants) / (last.at - first.at)) * 1_000,
    };
  } finally {
    database.close();
  }
}
