import type { Row } from '../../feeds/test-rows.ts';
import type { Timeframe } from '../../market/timeframe.ts';

/** A market and a way of trading that provoke something: what a breaker watches for should happen here, or nowhere. */
export interface DrillPath {
  readonly name: string;
  readonly timeframe: Timeframe;
  /** Bars of the provocation, in dollars. */
  readonly rows: readonly Row[];
  /** Entry and exit of the strategy that is led through it. */
  readonly rules: string;
}

const VOLUME = 1_000_000;

/** Rows that each open where the last one closed, moving by a percent a bar. */
export function moving(count: number, pct: number, start = 100): Row[] {
  const rows: Row[] = [];
  let open = start;
  for (let k = 0; k < count; k++) {
    const close = Math.max(0.05, Math.round(open * (1 + pct / 100) * 100) / 100);
    rows.push([open, Math.max(open, close), Math.min(open, close), close, VOLUME]);
    open = close;
  }
  return rows;
}

/** Days that end 25 % higher and 20 % lower in turn, seven hourly bars each. */
function swinging(days: number): Row[] {
  const rows: Row[] = [];
  for (let day = 0; day < days; day++) {
    const [from, to] = day % 2 === 0 ? [100, 125] : [125, 100];
    rows.push([from, Math.max(from, to), Math.min(from, to), to, VOLUME]);
    for (let bar = 1; bar < 7; bar++) rows.push([to, to, to, to, VOLUME]);
  }
  return rows;
}

const repeated = (count: number, rows: readonly Row[]): Row[] => Array.from({ length: count }, () => rows).flat();

const always = (size: string): string =>
  `entry:\n  long:\n    when: close > 0\n    trigger: while_true\n    size:\n      ${size}\n`;

/** Tried one after the other; the first on which a breaker trips is its drill. */
export const DRILL_PATHS: readonly DrillPath[] = [
  {
    name: 'prices fall by 1 % a bar',
    timeframe: '1h',
    rows: moving(140, -1),
    rules: `${always('purse_pct: 95')}exit:\n  when: close < 0.01\n`,
  },
  {
    name: 'prices crash by 10 % a bar',
    timeframe: '1h',
    rows: moving(30, -10),
    rules: `${always('purse_pct: 95')}exit:\n  when: close < 0.01\n`,
  },
  {
    name: 'every trade loses',
    timeframe: '1m',
    // Bought at 101, sold at 100.
    rows: repeated(390, [
      [100, 101, 100, 101, VOLUME],
      [101, 101, 100, 100, VOLUME],
    ]),
    rules: `${always('purse_pct: 90').replace('close > 0', 'close > 100.5')}exit:\n  when: close < 100.5\n`,
  },
  {
    name: 'every stop is hit',
    timeframe: '1m',
    rows: repeated(390, [
      [100, 100, 100, 100, VOLUME],
      [100, 100, 95, 96, VOLUME],
    ]),
    rules: `${always('purse_pct: 90').replace('close > 0', 'close > 99')}exit:\n  stop_loss:\n    pct: 2\n`,
  },
  {
    name: 'the broker refuses every order',
    timeframe: '1m',
    // One share decided at 9,000 would fill at 12,000: more than is there, so it comes back.
    rows: repeated(780, [[12_000, 12_000, 9_000, 9_000, VOLUME]]),
    rules: `${always('shares: 1')}exit:\n  when: close < 0.01\n`,
  },
  {
    name: 'prices swing from day to day for a year',
    timeframe: '1h',
    rows: swinging(252 + 8),
    rules: `${always('purse_pct: 95')}exit:\n  when: close < 0.01\n`,
  },
  {
    name: 'prices rise by 1 % a bar',
    timeframe: '1h',
    rows: moving(140, 1),
    rules: `${always('purse_pct: 95')}exit:\n  when: close < 0.01\n`,
  },
  {
    name: 'every trade wins',
    timeframe: '1m',
    rows: repeated(390, [
      [101, 101, 100, 100, VOLUME],
      [100, 101, 100, 101, VOLUME],
    ]),
    rules: `${always('purse_pct: 90').replace('close > 0', 'close < 100.5')}exit:\n  when: close > 100.5\n`,
  },
];
