import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands, freshWorkspace, removeWorkspace, shell, shellLines } from '../house/command-lines.ts';
import { ROOT } from '../house/sources.ts';

interface Findings {
  readonly findings: readonly { readonly code: string; readonly file: string; readonly message: string }[];
}

interface Report {
  readonly data: { readonly barsUsed: number; readonly source: string };
  readonly strategies: Readonly<Record<string, unknown>>;
  readonly trades: readonly {
    readonly strategy: string;
    readonly side: string;
    readonly exitReason: string;
    readonly pnl: string;
  }[];
  readonly orders: readonly { readonly type: string; readonly status: string }[];
}

const files = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.yaml'));
const shown = commands(shellLines('examples/README.md'));

let folder = '';
beforeAll(() => {
  folder = freshWorkspace();
});
afterAll(() => removeWorkspace(folder));

describe('examples', () => {
  it('are at least ten, and each has a command in their README', () => {
    expect(files.length).toBeGreaterThanOrEqual(10);
    for (const file of files)
      expect(
        shown.filter((command) => command.includes(`examples/${file}`)),
        file,
      ).toHaveLength(1);
    expect(shown).toHaveLength(files.length);
  });

  it.each(files)('%s is clean', (file) => {
    const ended = shell(`npx engine validate examples/${file} --risk none --format json`, folder);
    expect((JSON.parse(ended.stdout) as Findings).findings).toEqual([]);
    expect(ended.status).toBe(0);
  });

  const tested = shown.filter((command) => command.startsWith('npx engine test '));

  it.each(tested)('%s passes', (command) => {
    const ended = shell(`${command} --format json`, folder);
    expect(ended.status, ended.stderr).toBe(0);
    const { coverage } = JSON.parse(ended.stdout) as { coverage: { breakers: Record<string, { tripped: boolean }> } };
    expect(coverage.breakers).toMatchObject({
      max_consecutive_losses: { tripped: true },
      max_daily_loss: { tripped: true },
      max_drawdown: { tripped: false },
    });
  });

  it.each(shown.filter((command) => !tested.includes(command)))('%s trades', { timeout: 120_000 }, (command) => {
    const ended = shell(`${command} --format json`, folder);
    expect(ended.status, ended.stderr).toBe(0);
    const report = JSON.parse(ended.stdout) as Report;
    expect(report.data.barsUsed).toBeGreaterThan(1_000);
    expect(report.trades.length).toBeGreaterThan(0);
    expect(new Set(report.trades.map((trade) => trade.strategy))).toEqual(new Set(Object.keys(report.strategies)));
    expect(OWN_IDEA.find(([name]) => command.includes(name))?.[1](report) ?? true).toBe(true);
  });
});

/** What must show in the report when the example's one idea has acted. */
const OWN_IDEA: readonly (readonly [string, (report: Report) => boolean])[] = [
  ['01-limit-entry', (report) => report.orders.some((order) => order.type === 'limit' && order.status === 'filled')],
  ['02-stop-entry', (report) => report.orders.some((order) => order.type === 'stop' && order.status === 'filled')],
  [
    '14-stop-limit',
    (report) => report.orders.some((order) => order.type === 'stop_limit' && order.status === 'filled'),
  ],
  ['03-short', (report) => report.trades.every((trade) => trade.side === 'short')],
  ['04-time-stop', (report) => report.trades.some((trade) => trade.exitReason === 'time_stop')],
  ['09-intraday', (report) => report.trades.some((trade) => trade.exitReason === 'session')],
  ['11-atr-stop', (report) => report.trades.some((trade) => trade.exitReason === 'stop_loss')],
  ['12-daily', (report) => report.data.source.includes('aapl.csv')],
  ['13-risk', (report) => report.trades.some((trade) => trade.exitReason === 'stop_loss')],
  ['15-profit', (report) => report.trades.some((trade) => trade.exitReason === 'take_profit')],
  ['16-long', (report) => new Set(report.trades.map((trade) => trade.side)).size === 2],
];
