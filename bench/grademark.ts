import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Bars } from '../engine/market/bars.ts';

interface GradeBar {
  readonly time: Date;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  up?: boolean;
  down?: boolean;
}

type GradeRule = (act: () => void, args: { readonly bar: GradeBar }) => void;

interface Grademark {
  readonly backtest: (
    strategy: { readonly entryRule: GradeRule; readonly exitRule: GradeRule },
    series: unknown,
  ) => readonly unknown[];
}

interface DataForge {
  readonly DataFrame: new (rows: readonly GradeBar[]) => unknown;
}

const ENTER: GradeRule = (enter, { bar }) => {
  if (bar.up === true) enter();
};

const LEAVE: GradeRule = (exit, { bar }) => {
  if (bar.down === true) exit();
};

const load = createRequire(import.meta.url);

/** Bars as the objects that grademark takes. */
export function gradeBars(bars: Bars): GradeBar[] {
  return Array.from(bars.close, (close, i) => ({
    time: new Date(bars.start[i]!),
    open: bars.open[i]!,
    high: bars.high[i]!,
    low: bars.low[i]!,
    close,
    volume: bars.volume[i]!,
  }));
}

/** The same from a CSV file, by the plainest reader there is: its own is slower. */
export function gradeBarsFromCsv(path: string): GradeBar[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.slice(1).map((line) => {
    const cells = line.split(',');
    return {
      time: new Date(cells[0]!),
      open: Number(cells[1]),
      high: Number(cells[2]),
      low: Number(cells[3]),
      close: Number(cells[4]),
      volume: Number(cells[5]),
    };
  });
}

/** W1 by grademark, its averages made ready beforehand by running sums; gives the number of trades. */
export function gradeW1(bars: GradeBar[]): number {
  const { backtest } = load('grademark') as Grademark;
  const { DataFrame } = load('data-forge') as DataForge;
  let fast = 0;
  let slow = 0;
  let last = 0;
  for (let i = 0; i < bars.length; i++) {
    const bar = bars[i]!;
    fast += bar.close;
    slow += bar.close;
    if (i >= 10) fast -= bars[i - 10]!.close;
    if (i >= 30) slow -= bars[i - 30]!.close;
    const difference = i < 29 ? 0 : fast / 10 - slow / 30;
    bar.up = last < 0 && difference > 0;
    bar.down = last > 0 && difference < 0;
    if (Math.abs(difference) > 1e-9 * bar.close) last = difference;
  }
  const strategy = {
    entryRule: ENTER,
    exitRule: LEAVE,
  };
  return backtest(strategy, new DataFrame(bars)).length;
}
