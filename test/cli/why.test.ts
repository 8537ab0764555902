import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine, folder } from './engine.ts';
import { waves } from './waves.ts';

let place: ReturnType<typeof folder>;
let cwd = '';

const CROSS = `id: cross
symbols: [SPY, QQQ]
timeframe: 1h
capital: 10000
indicators:
  average: sma(close, 5)
entry:
  long:
    when: crosses_above(close, average)
    size:
      shares: 5
exit:
  rules:
    - id: back
      when: crosses_below(close, average)
`;
/** The wave always reaches it before the average crosses back. */
const TARGET = CROSS.replace('id: cross', 'id: target').replace(/exit:[\s\S]*/, 'exit:\n  take_profit:\n    pct: 2\n');

beforeAll(() => {
  place = folder();
  cwd = place.path;
  for (const name of ['strategies.d', 'bars']) mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, 'strategies.d', 'cross.yaml'), CROSS);
  writeFileSync(join(cwd, 'strategies.d', 'target.yaml'), TARGET);
  writeFileSync(join(cwd, 'risk.yaml'), 'circuit_breakers: []\n');
  for (const symbol of ['SPY', 'QQQ']) writeFileSync(join(cwd, 'bars', `${symbol}.csv`), waves(60));
});
afterAll(() => place.remove());

const DATA = ['--data', 'bars'];
const asked = (...words: string[]) => engine(['why', ...words, ...DATA], { cwd });
type Json = Record<string, unknown>;
const parsed = (text: string): Json => JSON.parse(text) as Json;

interface BacktestJson {
  readonly orders: readonly { id: string; strategy: string; rule: string; decidedAt: string; symbol: string }[];
  readonly trades: readonly { exitReason: string; exitRule: string | null }[];
}
const backtest = async (): Promise<BacktestJson> =>
  JSON.parse((await engine(['backtest', ...DATA, '--format', 'json'], { cwd })).stdout) as BacktestJson;

describe('engine why', () => {
  it('draws the decision that made an order, by time, by number and by client order id', async () => {
    const { orders } = await backtest();
    const index = orders.findIndex(({ strategy, rule }) => strategy === 'cross' && rule === 'entry.long');
    const order = orders[index]!;
    const screens = await Promise.all([
      asked('cross', order.symbol, '--at', order.decidedAt),
      asked(String(index + 1)),
      asked(order.id),
    ]);
    for (const { code, stdout } of screens) {
      expect(code).toBe(0);
      expect(stdout).toContain('when: crosses_above(close, average)');
      expect(stdout).toContain(
        `entry.long is true, and made order ${index + 1}: buy 5 ${order.symbol} at market, filled`,
      );
      expect(stdout.replace(/\s/g, '')).toContain(order.id);
    }
  });

  it('says of a trade what opened and what closed it, also when a resting order did', async () => {
    const { trades } = await backtest();
    expect(new Set(trades.map(({ exitReason }) => exitReason))).toEqual(new Set(['exit_rule', 'take_profit']));
    for (const reason of ['exit_rule', 'take_profit']) {
      const number = trades.findIndex(({ exitReason }) => exitReason === reason) + 1;
      const { code, stdout } = await asked('--trade', String(number));
      expect(code).toBe(0);
      expect(stdout).toContain(`Trade ${number}, ${reason === 'exit_rule' ? 'cross' : 'target'}: long 5`);
      expect(stdout).toContain('entry.long is true, and made order');
      expect(stdout).toContain(
        reason === 'exit_rule' ? 'exit.back is true, and made order' : 'exit.take_profit, order',
      );
    }
  });

  it('takes the last bar at or before a time, and says so', async () => {
    const exact = parsed((await asked('cross', 'SPY', '--format', 'json')).stdout) as {
      schemaVersion: number;
      answers: { sentence: string | null; decision: { at: string } }[];
    };
    expect(exact.schemaVersion).toBe(1);
    expect(exact.answers[0]!.sentence).toBeNull();
    const { at } = exact.answers[0]!.decision;
    const later = new Date(Date.parse(at) + 17 * 60_000).toISOString();
    const { stdout } = await asked('cross', 'SPY', '--at', later);
    expect(stdout).toMatch(
      /^No bar was decided at .*: this is the last one before it; it is\s+the last\s+one there is\./,
    );
  });

  it.each([
    [['cros', 'SPY'], /no enabled strategy is called `cros`\n.*did you mean `cross`\?/],
    [['cross', 'SPYY'], /cross does not trade `SPYY`\n.*did you mean `SPY`\?/],
    [['cross'], /needs a symbol\n.*cross trades SPY and QQQ/],
    [['cross', 'SPY', '--at', 'noon'], /--at cannot be `noon`/],
    [['cross', 'SPY', '--at', '1999-01-04'], /no bar of SPY was decided by .*\n.*its bars begin/],
    [['--trade', '9999'], /there is no trade 9999\n.*the run closed trades 1 to/],
    [['--trade', 'x'], /--trade cannot be `x`/],
    [['--trade', '1', 'cross'], /--trade stands alone/],
    [['99999'], /there is no order 99999/],
    [['te1-nothing'], /there is no order `te1-nothing`/],
    [['1', '--at', '2024-01-08'], /--at goes with a strategy/],
  ])('%j is a clear mistake', async (words, message) => {
    const ended = await asked(...words);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
  });
});

describe('engine blockers', () => {
  it('counts every bar once, in text and as JSON', async () => {
    const text = await engine(['blockers', ...DATA], { cwd });
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('cross entry.long');
    const answer = parsed((await engine(['blockers', ...DATA, '--format', 'json'], { cwd })).stdout);
    expect(answer).toMatchObject({ schemaVersion: 1 });
    const [entry] = answer.blockers as { bars: number; true: number; false: number; unknown: number; orders: number }[];
    expect(entry!.true + entry!.false + entry!.unknown).toBe(entry!.bars);
    const { orders } = await backtest();
    expect(entry!.orders).toBe(
      orders.filter(({ strategy, rule }) => strategy === 'cross' && rule === 'entry.long').length,
    );
  });

  it('is a part of a backtest that explains itself, and changes nothing else of it', async () => {
    const run = async (...more: string[]) =>
      parsed((await engine(['backtest', ...DATA, '--format', 'json', ...more], { cwd })).stdout);
    const [plain, explained] = await Promise.all([run(), run('--explain')]);
    expect(explained.blockers).toMatchObject([
      { strategy: 'cross', rule: 'entry.long' },
      { strategy: 'target', rule: 'entry.long' },
    ]);
    expect({ ...explained, blockers: undefined, seconds: 0 }).toEqual({ ...plain, blockers: undefined, seconds: 0 });
    expect(plain).not.toHaveProperty('blockers');
    const text = await engine(['backtest', ...DATA, '--explain'], { cwd });
    expect(text.stdout).toContain('\nWhat held entries back\n');
  });
});
