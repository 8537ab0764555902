import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine, folder } from './engine.ts';
import { waves } from './waves.ts';

let place: ReturnType<typeof folder>;
let cwd = '';
const KEY = 'CANARY-api+key/0001';

beforeAll(() => {
  place = folder();
  cwd = place.path;
  mkdirSync(join(cwd, 'strategies.d'));
  mkdirSync(join(cwd, 'bars'));
  writeFileSync(
    join(cwd, 'strategies.d', 'wave.yaml'),
    `id: wave
symbols: [WAVE]
timeframe: 1h
capital: 10000
entry:
  long:
    when: crosses_above(close, sma(close, 10))
    size: {shares: 20}
exit:
  when: crosses_below(close, sma(close, 10))
`,
  );
  writeFileSync(
    join(cwd, 'risk.yaml'),
    `limits: {max_position_pct: 100}
circuit_breakers:
  - {id: one_trade, when: 'closed_trades("1d") >= 1', scope: strategy, action: pause_entries, until: 5 bars}
`,
  );
  writeFileSync(join(cwd, 'bars', 'WAVE.csv'), waves(60));
});
afterAll(() => place.remove());

const DRY = ['run', '--dry', '--once', '--feed', 'csv:bars'];
type Line = Readonly<Record<string, unknown>>;
const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('engine run --format jsonl', () => {
  it('is a line for each event, the last one what --format json gives', async () => {
    const [stream, whole] = await Promise.all([
      engine([...DRY, '--format', 'jsonl'], { cwd }),
      engine([...DRY, '--format', 'json'], { cwd }),
    ]);
    expect(stream.code).toBe(0);
    const lines = linesOf(stream.stdout);
    expect(lines.every(({ schemaVersion }) => schemaVersion === 1)).toBe(true);
    expect(lines[0]).toMatchObject({
      event: 'started',
      mode: 'dry',
      synthetic: false,
      feed: 'bars',
      strategies: ['wave'],
    });
    const { event, seconds: _, ...summary } = lines.at(-1)!;
    const { seconds: __, ...report } = JSON.parse(whole.stdout) as Line;
    expect(event).toBe('summary');
    expect(summary).toEqual(report);
    const of = (name: string): Line[] => lines.filter((line) => line.event === name);
    const trades = report.trades as Line[];
    expect(trades.length).toBeGreaterThan(5);
    expect(of('trade').map(({ event: ___, schemaVersion: ____, ...trade }) => trade)).toEqual(trades);
    const fills = (report.orders as { fills: unknown[] }[]).reduce((sum, order) => sum + order.fills.length, 0);
    expect(of('fill')).toHaveLength(fills);
    const trips = report.breakers as { clearedAt: string | null }[];
    expect(trips.length).toBeGreaterThan(0);
    expect(of('trip')).toHaveLength(trips.length);
    expect(of('clear')).toHaveLength(trips.filter(({ clearedAt }) => clearedAt !== null).length);
    expect(of('order')).toEqual([]);
  });

  it('has every order with its condition under --verbose', async () => {
    const ended = await engine([...DRY, '--format', 'jsonl', '--verbose'], { cwd });
    const orders = linesOf(ended.stdout).filter(({ event }) => event === 'order');
    expect(orders.length).toBeGreaterThan(10);
    expect(orders[0]).toMatchObject({
      strategy: 'wave',
      rule: 'entry.long',
      why: 'crosses_above(close, sma(close, 10))',
    });
  });

  it('tells how the run stands every so often', async () => {
    const ended = await engine([...DRY, '--format', 'jsonl', '--status-every', '1s', '--speed', '144000x'], { cwd });
    const standings = linesOf(ended.stdout).filter(({ event }) => event === 'status');
    expect(standings.length).toBeGreaterThan(2);
    for (const standing of standings) {
      const { account, strategies } = standing as unknown as {
        account: { equity: number; pnl: number };
        strategies: { pnl: number }[];
      };
      expect(account.equity).toBeCloseTo(10_000 + account.pnl, 6);
      expect(strategies.reduce((sum, { pnl }) => sum + pnl, 0)).toBeCloseTo(account.pnl, 6);
    }
  });

  it('is one line of JSON when it cannot run', async () => {
    writeFileSync(join(cwd, 'faulty.yaml'), 'id: faulty\n');
    const faulty = await engine(['run', 'faulty.yaml', '--dry', '--format', 'jsonl'], { cwd });
    expect(faulty.code).toBe(1);
    const [line, ...others] = linesOf(faulty.stdout);
    expect(others).toEqual([]);
    expect(line).toMatchObject({ schemaVersion: 1, event: 'error' });
    expect((line!.findings as unknown[]).length).toBeGreaterThan(0);
    const misspelt = await engine([...DRY, '--format', 'jsonl', '--speed', 'warp'], { cwd });
    expect(linesOf(misspelt.stdout)).toEqual([
      { schemaVersion: 1, event: 'error', error: expect.objectContaining({ exitCode: 2 }) },
    ]);
  });
});

describe('engine run in a pipe', () => {
  it('tells how it stands in a block on stderr, as often as it is told to', async () => {
    const words = [...DRY, '--speed', '144000x', '--status-every'];
    const [often, off, usual] = await Promise.all([
      engine([...words, '1s'], { cwd }),
      engine([...words, 'off'], { cwd }),
      engine(DRY, { cwd }),
    ]);
    const blocks = often.stderr.split('\n').filter((line) => /^status \d\d:\d\d:\d\dZ$/.test(line));
    expect(blocks.length).toBeGreaterThan(2);
    expect(often.stderr).toMatch(/\n strategy +equity +P&L +% +trades +won +position\n wave +\$/);
    expect(often.stderr).toContain('1 breaker, ');
    for (const ended of [off, usual]) expect(ended.stderr).not.toMatch(/^status/m);
    expect(often.stdout.replace(/made by.*/, '')).toBe(usual.stdout.replace(/made by.*/, ''));
  });

  it('is nothing but breakers and the summary under --quiet', async () => {
    const [quiet, usual] = await Promise.all([engine([...DRY, '--quiet'], { cwd }), engine(DRY, { cwd })]);
    expect(quiet).toMatchObject({ code: 0, stderr: '' });
    const [before, summary] = quiet.stdout.split('\nDry run: ');
    for (const line of before!.trim().split('\n')) expect(line).toMatch(/breaker one_trade (tripped|let go)/);
    expect(summary!.replace(/made by.*/, '')).toBe(usual.stdout.split('\nDry run: ')[1]!.replace(/made by.*/, ''));
  });

  it('has every order and its condition under --verbose', async () => {
    const ended = await engine([...DRY, '--verbose'], { cwd });
    expect(ended.stdout).toMatch(
      /wave +WAVE +order buy 20 at market\n +entry\.long: crosses_above\(close, sma\(close, 10\)\)\n/,
    );
    expect(ended.stdout).toMatch(
      /order sell 20 at market\n +exit\.when: crosses_below|order sell 20 at market\n +exit.*: crosses_below/,
    );
  });

  it.each([
    [['--status-every', 'soon'], /--status-every cannot be `soon`/],
    [['--status-every', '0s'], /--status-every cannot be `0s`/],
    [['--quiet', '--verbose'], /--quiet and --verbose go against each other/],
    [['--log-level', 'loud'], /--log-level/],
    [['--format', 'xml'], /--format/],
  ])('refuses %j with one plain cause', async (words, cause) => {
    const ended = await engine([...DRY, ...words], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(cause);
  });
});

describe('the logs of engine run', () => {
  const logsIn = (path: string): string[] => (existsSync(path) ? readdirSync(path).sort() : []);

  it('lie in logs/ of the workspace, for their owner alone, and tell what happened', async () => {
    const ended = await engine(DRY, { cwd, env: { ENGINE_LOG: '' } });
    expect(ended.code).toBe(0);
    expect(logsIn(join(cwd, 'logs'))).toEqual(['circuit_breaker.log', 'paper_engine.log']);
    for (const name of logsIn(join(cwd, 'logs'))) expect(statSync(join(cwd, 'logs', name)).mode & 0o777).toBe(0o600);
    const lines = linesOf(readFileSync(join(cwd, 'logs', 'paper_engine.log'), 'utf8'));
    expect(lines[0]).toMatchObject({ event: 'run_started' });
    expect(lines.at(-1)).toMatchObject({ event: 'run_ended', interrupted: false });
    const sales = ended.stdout.split('\n').filter((line) => / WAVE +sell .*[+-]\$/.test(line)).length;
    expect(lines.filter(({ event }) => event === 'trade_closed').length).toBeGreaterThanOrEqual(sales);
    expect(lines.filter(({ event }) => event === 'order_placed').every(({ why }) => typeof why === 'string')).toBe(
      true,
    );
    expect(new Set(lines.map(({ revision }) => revision)).size).toBe(1);
    // Events, not bars.
    expect(lines.length).toBeLessThan(200);
    const trips = linesOf(readFileSync(join(cwd, 'logs', 'circuit_breaker.log'), 'utf8'));
    expect(new Set(trips.map(({ event }) => event))).toEqual(new Set(['breaker_tripped', 'breaker_cleared']));
  });

  it('lie where they are told to, or nowhere', async () => {
    await engine([...DRY, '--log', 'elsewhere', '--log-level', 'warn'], { cwd });
    expect(
      linesOf(readFileSync(join(cwd, 'elsewhere', 'paper_engine.log'), 'utf8')).every(({ level }) => level === 'warn'),
    ).toBe(true);
    await engine(DRY, { cwd, env: { ENGINE_LOG: 'by-environment' } });
    expect(logsIn(join(cwd, 'by-environment'))).toContain('paper_engine.log');
    const before = readdirSync(cwd).sort();
    await engine([...DRY, '--log', 'off'], { cwd, env: { ENGINE_LOG: 'nor-here' } });
    expect(readdirSync(cwd).sort()).toEqual(before);
  });

  it('that cannot be written are one warning, and the run goes on', async () => {
    writeFileSync(join(cwd, 'a-file'), '');
    const ended = await engine([...DRY, '--log', 'a-file/logs'], { cwd });
    expect(ended.code).toBe(0);
    expect(ended.stderr.match(/warning/g)).toHaveLength(1);
    expect(ended.stderr).toMatch(/no log: .*a-file\/logs\/paper_engine\.log: .*The run goes on/);
    expect(ended.stdout).toContain('By strategy');
  });

  it('hold no key, though a path and an error have it', async () => {
    const odd = join(cwd, encodeURIComponent(KEY));
    mkdirSync(odd);
    writeFileSync(join(odd, 'WAVE.csv'), waves(60));
    const env = { ALPACA_API_KEY: KEY, ALPACA_SECRET_KEY: 'CANARY-secret-02', ENGINE_LOG: join(cwd, 'scrubbed') };
    const ended = await engine(['run', '--dry', '--once', '--feed', `csv:${encodeURIComponent(KEY)}`], { cwd, env });
    expect(ended.code, ended.stderr).toBe(0);
    const text = readFileSync(join(cwd, 'scrubbed', 'paper_engine.log'), 'utf8');
    expect(text).toContain('"feed":"***"');
    expect(text).not.toContain('CANARY');
    const failed = await engine(['run', '--dry', '--feed', `csv:${KEY}`], { cwd, env });
    expect(failed.code).toBe(2);
    expect(failed.stderr).not.toContain('CANARY');
  });
});
