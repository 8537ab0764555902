import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine, folder } from './engine.ts';
import { waves } from './waves.ts';

const CROSS = `# a comment
id: cross
symbols: [SPY]
timeframe: 1h
capital: 10000
params:
  length: 5
entry:
  long:
    when: crosses_above(close, sma(close, length))
    size:
      shares: 5
exit:
  rules:
    - id: back
      when: crosses_below(close, sma(close, 5))
  stop_loss:
    pct: 2
`;
const RISK = `limits:
  max_open_positions: 3
circuit_breakers:
  - id: loss
    when: daily_loss_pct > 5
    scope: account
    action: pause_entries
    until: next_session
`;

let place: ReturnType<typeof folder>;
let cwd = '';
const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');

beforeAll(() => {
  place = folder();
  cwd = place.path;
  for (const name of ['old/strategies.d', 'bars']) mkdirSync(join(cwd, name), { recursive: true });
  write('old/strategies.d/cross.yaml', CROSS);
  write('old/risk.yaml', RISK);
  for (const name of ['same', 'new', 'bad']) cpSync(join(cwd, 'old'), join(cwd, name), { recursive: true });
  write('same/strategies.d/cross.yaml', CROSS.replace('# a comment\n', '').replace('shares: 5', 'shares: 5 # few'));
  write('new/strategies.d/cross.yaml', CROSS.replace('length: 5', 'length: 9').replace('pct: 2', 'pct: 4'));
  write('new/risk.yaml', RISK.replace('> 5', '> 8'));
  write('bad/strategies.d/cross.yaml', CROSS.replace('sma(close, length)', 'sma(close, lenght)'));
  write('bars/SPY.csv', waves(60));
});
afterAll(() => place.remove());

const diff = (...words: string[]) => engine(['diff', ...words], { cwd });

interface Json {
  readonly schemaVersion: number;
  readonly changes: readonly {
    kind: string;
    subject: string;
    path: string;
    before: string | null;
    after: string | null;
  }[];
  readonly losses: readonly { path: string; certain: boolean }[];
  readonly unchanged: Record<string, number>;
  readonly data: { source: string; synthetic: boolean };
  readonly impact: {
    added: { symbol: string; decidedAt: string; price: string | null }[];
    removed: { decidedAt: string }[];
    before: { trades: number; pnl: number };
    after: { trades: number; pnl: number };
  };
}
const parsed = (text: string): Json => JSON.parse(text) as Json;

describe('engine diff', () => {
  it('says that nothing differs when only the text does', async () => {
    const ended = await diff('old', 'same');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^diff [0-9a-f]{7} → [0-9a-f]{7} {3}nothing differs in meaning\n/);
    expect(ended.stdout).toContain('= 3 unchanged: 1 strategy, 1 breaker and 1 limit');
  });

  it('tells what differs and what is lost', async () => {
    const ended = await diff('old', 'new');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('3 changes, 2 protections lost or loosened');
    expect(ended.stdout).toMatch(/ {2}~ cross {2}params\.length 5 → 9/);
    expect(ended.stdout).toMatch(/ {2}! cross {2}exit\.stop_loss\.pct 2 → 4/);
    expect(ended.stdout).toMatch(/ {2}! loss {3}5 → 8/);
    expect(ended.stdout).toContain('= 1 unchanged: 1 limit');
  });

  it('ends with 3 under --strict when a protection is lost, with 0 when one is won', async () => {
    expect((await diff('old', 'new', '--strict')).code).toBe(3);
    expect((await diff('new', 'old', '--strict')).code).toBe(0);
  });

  it('is JSON as well', async () => {
    const json = parsed((await diff('old', 'new', '--format', 'json')).stdout);
    expect(json.schemaVersion).toBe(1);
    expect(json.changes.map(({ kind, path, before, after }) => [kind, path, before, after])).toEqual([
      ['changed', 'params.length', '5', '9'],
      ['loosened', 'exit.stop_loss.pct', '2', '4'],
      ['loosened', 'circuit_breakers.loss.when', 'daily_loss_pct > 5', 'daily_loss_pct > 8'],
    ]);
    expect(json.losses.map(({ path, certain }) => [path, certain])).toEqual([
      ['exit.stop_loss', true],
      ['circuit_breakers.loss.when', true],
    ]);
    expect(json.unchanged).toEqual({ strategies: 0, breakers: 0, limits: 1 });
    expect(json.impact).toBeUndefined();
  });

  it('with bars, agrees with two backtests', async () => {
    const json = parsed((await diff('old', 'new', '--data', 'bars', '--format', 'json')).stdout);
    for (const [side, figures] of [
      ['old', json.impact.before],
      ['new', json.impact.after],
    ] as const) {
      const ended = await engine(['backtest', '--workspace', side, '--data', 'bars', '--format', 'json'], { cwd });
      const { metrics, orders } = JSON.parse(ended.stdout) as {
        metrics: { trades: number; endEquity: number; startEquity: number };
        orders: { rule: string; decidedAt: string; status: string }[];
      };
      expect(figures.trades).toBe(metrics.trades);
      expect(figures.pnl).toBeCloseTo(metrics.endEquity - metrics.startEquity, 6);
      const entries = orders.filter(({ rule, status }) => rule === 'entry.long' && status === 'filled');
      const times = entries.map(({ decidedAt }) => decidedAt);
      const mine = json.impact[side === 'old' ? 'removed' : 'added'].map(({ decidedAt }) => decidedAt);
      expect(times).toEqual(expect.arrayContaining(mine));
    }
    expect(json.impact.added.length).toBeGreaterThan(0);
    expect(json.impact.removed.length).toBeGreaterThan(0);
    expect(json.data).toEqual({ source: expect.stringContaining('bars'), synthetic: false });
  });

  it('with bars, shows a page that fits the terminal', async () => {
    const ended = await engine(['diff', 'old', 'new', '--data', 'bars'], { cwd, env: { COLUMNS: '80' } });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/would have added \d+ entr/);
    expect(ended.stdout).toContain('Both over bars');
    expect(ended.stdout).toMatch(/account +old +\d+/);
    expect(Math.max(...ended.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('takes two files for one strategy in two states, without limits', async () => {
    write('later.yaml', CROSS.replace('id: cross', 'id: later').replace('shares: 5', 'shares: 6'));
    const json = parsed((await diff('old/strategies.d/cross.yaml', 'later.yaml', '--format', 'json')).stdout);
    expect(json.changes.map(({ path, before, after }) => [path, before, after])).toEqual([
      ['id', 'cross', 'later'],
      ['entry.long.size.shares', '5', '6'],
    ]);
    expect(json.unchanged).toEqual({ strategies: 0, breakers: 0, limits: 0 });
    const risk = parsed((await diff('old/risk.yaml', 'new/risk.yaml', '--format', 'json')).stdout);
    expect(risk.changes.map(({ subject }) => subject)).toEqual(['loss']);
  });

  it('shows the errors of either side, and ends with 1', async () => {
    const ended = await diff('old', 'bad');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('error[E201]: unknown name `lenght`');
    expect(ended.stderr).toContain('bad/strategies.d/cross.yaml');
    const json = await diff('bad', 'old', '--format', 'json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1 });
  });

  it.each<[string[], RegExp]>([
    [[], /two sets of rules are compared: OLD and NEW/],
    [['old'], /two sets of rules are compared: OLD and NEW/],
    [['old', 'nowhere'], /NEW: nowhere does not exist/],
    [['old', 'new/risk.yaml'], /old is a folder and new\/risk\.yaml is a file/],
    [['old', 'new', '--last', '5'], /--last goes with --data or --sample/],
    [['old', 'new', '--data', 'bars', '--last', 'few'], /--last cannot be `few`/],
    [['old', 'new', '--data', 'bars', '--sample'], /--data and --sample name different bars/],
    [['old', 'new', '--data', 'no-bars'], /no-bars/],
  ])('%j is refused in words', async (words, message) => {
    const ended = await diff(...words);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toMatch(/\n {4}at /);
    expect(ended.stdout).toBe('');
  });

  it('changes nothing that it reads', () => {
    expect(read('old/strategies.d/cross.yaml')).toBe(CROSS);
    expect(read('old/risk.yaml')).toBe(RISK);
  });
});
