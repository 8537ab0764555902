import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bars } from '../engine/market/bars.ts';
import type { RunResult } from '../engine/runtime/result.ts';
import { conditionNanoseconds } from './conditions.ts';
import type { Figure } from './figure.ts';
import { gradeBars, gradeBarsFromCsv, gradeW1 } from './grademark.ts';
import { type HandResult, w1, w2, w3 } from './hand-loop.ts';
import { liveFigures } from './live.ts';
import { csvOf } from './market.ts';
import { engine, median, ROOT, scratchPath, time, watch } from './measure.ts';
import { reloadFigures } from './reload.ts';
import { socketFigures } from './socket.ts';
import { swapFigures } from './swap.ts';
import { wireFigures } from './wire.ts';
import { backtest, marketData, oneSymbol, ruleset, twentySymbols } from './workload.ts';

export const SECTIONS = [
  'w1',
  'w2',
  'w3',
  'validate',
  'cold',
  'condition',
  'dry',
  'journal',
  'swap',
  'reload',
  'live',
  'wire',
] as const;
export type Section = (typeof SECTIONS)[number];

const MILLION = 1_000_000;
const speed = (bars: number, ms: number): number => bars / ms / 1_000;

async function writeCsv(folder: string, bars: readonly Bars[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const one of bars) {
    const file = await open(join(folder, `${one.symbol}.csv`), 'w');
    for (const piece of csvOf(one)) await file.write(piece);
    await file.close();
  }
}

const COSTLESS = ['--slippage', '0', '--commission', '0', '--risk', 'none'] as const;
const strategyFile = (name: string): string => join(ROOT, 'bench', 'strategies', `${name}.yaml`);

/** A speed counts only if the work was done: the engine's trades must be the hand loop's, in number and in profit. */
function mustAgree(result: RunResult, hand: HandResult): void {
  const profit = result.metrics.endEquity - result.metrics.startEquity;
  if (result.trades.length === hand.trades.length && Math.abs(profit - hand.profitCents / 100) < 0.005) return;
  throw new Error(
    `engine ${result.trades.length} trades, $${profit.toFixed(2)}; by hand ${hand.trades.length} trades, $${(hand.profitCents / 100).toFixed(2)}`,
  );
}

/** W1 or W2: one symbol, a million bars; as a process over CSV and in memory. */
async function single(name: 'w1' | 'w2', title: string, runs: number): Promise<Figure[]> {
  const bars = oneSymbol(MILLION);
  const folder = scratchPath(name);
  await writeCsv(folder, [bars]);
  const rules = await ruleset(ROOT, join('bench', 'strategies', `${name}.yaml`));
  const data = marketData([bars]);
  const byHand = (): HandResult => (name === 'w1' ? w1(bars) : w2(bars));
  mustAgree(await backtest(rules, data), byHand());
  const hand = await time(runs, 1, byHand);
  const memory = await time(runs, 1, () => backtest(rules, data));
  const whole = engine(['backtest', strategyFile(name), '--data', folder, ...COSTLESS], runs);
  const besideCsv = [];
  const besideMemory = [{ name: 'hand loop', value: speed(MILLION, hand) }];
  if (name === 'w1') {
    const objects = gradeBars(bars);
    const csv = join(folder, 'BENCH.csv');
    besideCsv.push({
      name: 'grademark',
      value: speed(MILLION, await time(2, 0, () => gradeW1(gradeBarsFromCsv(csv)))),
    });
    besideMemory.push({ name: 'grademark', value: speed(MILLION, await time(2, 1, () => gradeW1(objects))) });
  }
  const marks =
    name === 'w1' ? { csv: { floor: 2.5, goal: 4 }, memory: { floor: 5, goal: 10 } } : { csv: {}, memory: {} };
  const section = `${name.toUpperCase()}  ${title}; 1,000,000 one-minute bars`;
  return [
    {
      section,
      name: 'CSV to trades, equity and metrics, whole process',
      value: speed(MILLION, whole.ms),
      unit: 'M bars/s',
      ...marks.csv,
      beside: besideCsv,
    },
    {
      section,
      name: 'in memory',
      value: speed(MILLION, memory),
      unit: 'M bars/s',
      ...marks.memory,
      beside: besideMemory,
    },
    { section, name: 'peak memory of the process', value: whole.peakMb, unit: 'MB', floor: 250, goal: 150 },
  ];
}

async function portfolio(runs: number): Promise<Figure[]> {
  const bars = twentySymbols(50_000);
  const folder = scratchPath('w3');
  await writeCsv(folder, bars);
  const rules = await ruleset(ROOT, join('bench', 'strategies', 'w3.yaml'));
  const data = marketData(bars);
  mustAgree(await backtest(rules, data), w3(bars));
  const guarded = await ruleset(
    ROOT,
    join('bench', 'strategies', 'w3.yaml'),
    join('bench', 'strategies', 'w3-risk.yaml'),
  );
  mustAgree(await backtest(guarded, data), w3(bars));
  const hand = await time(runs, 1, () => w3(bars));
  const memory = await time(runs, 1, () => backtest(rules, data));
  const underGuard = await time(runs, 1, () => backtest(guarded, data));
  const whole = engine(['backtest', strategyFile('w3'), '--data', folder, ...COSTLESS], runs);
  const section = 'W3  four indicators, 20 symbols x 50,000 bars, one portfolio in time order';
  return [
    {
      section,
      name: 'in memory',
      value: speed(MILLION, memory),
      unit: 'M bars/s',
      floor: 2,
      goal: 4,
      beside: [{ name: 'hand loop', value: speed(MILLION, hand) }],
    },
    {
      section,
      name: 'in memory, breakers and limits on',
      value: speed(MILLION, underGuard),
      unit: 'M bars/s',
      floor: 1.5,
      goal: 3,
    },
    {
      section,
      name: 'CSV to trades, equity and metrics, whole process',
      value: speed(MILLION, whole.ms),
      unit: 'M bars/s',
    },
    { section, name: 'peak memory of the process', value: whole.peakMb, unit: 'MB' },
  ];
}

/** A workspace of `count` strategies: the shipped ones over and over, each with an id of its own. */
function crowd(count: number): string {
  const folder = scratchPath(`crowd-${count}`);
  mkdirSync(join(folder, 'strategies.d'), { recursive: true });
  const shipped = readdirSync(join(ROOT, 'strategies.d')).filter((name) => name.endsWith('.yaml'));
  for (let i = 0; i < count; i++) {
    const text = readFileSync(join(ROOT, 'strategies.d', shipped[i % shipped.length]!), 'utf8');
    const own = text.replace(/^id: (.*)$/m, `id: $1_${i}`);
    writeFileSync(join(folder, 'strategies.d', `s${String(i).padStart(5, '0')}.yaml`), own);
  }
  writeFileSync(join(folder, 'risk.yaml'), readFileSync(join(ROOT, 'risk.yaml')));
  return folder;
}

async function validation(runs: number): Promise<Figure[]> {
  const section = 'engine validate';
  const five = engine(['validate', '--workspace', ROOT], runs);
  const thousand = engine(['validate', '--workspace', crowd(1_000)], Math.min(runs, 3));
  return [
    { section, name: '5 strategies and risk.yaml, cold', value: five.ms, unit: 'ms', floor: 250, goal: 150 },
    { section, name: '1,000 strategies', value: thousand.ms, unit: 'ms', floor: 1_500, goal: 1_000 },
    { section, name: 'peak memory, 1,000 strategies', value: thousand.peakMb, unit: 'MB' },
  ];
}

async function cold(runs: number): Promise<Figure[]> {
  const folder = scratchPath('cold');
  await writeCsv(folder, [oneSymbol(10_000)]);
  const whole = engine(['backtest', strategyFile('w1'), '--data', folder, ...COSTLESS], runs);
  const bare = await time(runs, 1, () => engineless());
  const section = 'engine backtest, cold';
  return [
    {
      section,
      name: '10,000 bars of W1, whole process',
      value: whole.ms,
      unit: 'ms',
      floor: 250,
      goal: 120,
      beside: [{ name: 'node doing nothing', value: bare }],
    },
  ];
}

async function engineless(): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  spawnSync(process.execPath, ['-e', '0']);
}

async function condition(runs: number): Promise<Figure[]> {
  const value = median(Array.from({ length: runs }, conditionNanoseconds));
  return [
    { section: 'conditions', name: 'one condition, 60 strategies interleaved', value, unit: 'ns', floor: 40, goal: 17 },
  ];
}

/** A fill or a trade in the run's lines: `buy   85 @ 175.76`. */
const TRADE_LINE = /\b(?:buy|sell|short|cover) +\S+ @ ?\d/;

async function dry(): Promise<Figure[]> {
  const { first, matched, done } = await watch(['run', '--dry', '--once', '--workspace', ROOT], TRADE_LINE);
  const section = 'engine run --dry, the sample year';
  return [
    { section, name: 'first line on the screen', value: first / 1_000, unit: 's', floor: 1, goal: 0.3 },
    { section, name: 'first trade', value: matched / 1_000, unit: 's', floor: 5, goal: 2 },
    { section, name: 'year done', value: done / 1_000, unit: 's', floor: 60, goal: 20 },
  ];
}

/** What keeping a run costs: whole processes with and without a journal, in turns. */
async function journal(runs: number): Promise<Figure[]> {
  const folder = scratchPath('journal');
  await writeCsv(folder, [oneSymbol(MILLION)]);
  const section = 'journal: a dry run with it, as against without';
  const compare = (name: string, words: readonly string[]): Figure => {
    const kept: number[] = [];
    const bare: number[] = [];
    // In turns, so that what else the machine does falls on both.
    for (let run = 0; run < runs; run++) {
      kept.push(engine([...words, '--fresh'], 1, false).ms);
      bare.push(engine([...words, '--no-journal'], 1, false).ms);
    }
    return { section, name, value: median(kept) / median(bare), unit: 'times', floor: 2, goal: 1.3 };
  };
  const json = ['--once', '--format', 'json'];
  return [
    compare('the sample year', ['run', '--dry', '--workspace', ROOT, ...json]),
    compare('W1: a million bars of CSV', [
      'run',
      '--dry',
      strategyFile('w1'),
      '--feed',
      `csv:${folder}`,
      '--risk',
      'none',
      ...json,
    ]),
  ];
}

/** Measures one section; `runs` is how often each thing is done before the median is taken. */
export async function measure(section: Section, runs: number): Promise<Figure[]> {
  switch (section) {
    case 'w1':
      return single('w1', 'SMA(10) crosses SMA(30)', runs);
    case 'w2':
      return single('w2', 'RSI(14) below 30 in, above 70 or 2 % down out', runs);
    case 'w3':
      return portfolio(runs);
    case 'validate':
      return validation(runs);
    case 'cold':
      return cold(runs);
    case 'condition':
      return condition(runs);
    case 'dry':
      return dry();
    case 'journal':
      return journal(runs);
    case 'swap':
      return swapFigures();
    case 'reload':
      return reloadFigures(runs);
    case 'live':
      return liveFigures();
    case 'wire':
      return [...(await wireFigures()), ...(await socketFigures())];
  }
}
