import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine, folder, ROOT } from './engine.ts';
import { waves } from './waves.ts';

let place: ReturnType<typeof folder>;
let cwd = '';

const strategy = (changes: { readonly [part: string]: string } = {}): string => `id: a
symbols:
  - SPY
timeframe: ${changes.timeframe ?? '1d'}
capital: 20000
${changes.more ?? ''}entry:
  long:
    when: ${changes.when ?? 'close > open'}
    size:
      ${changes.size ?? 'shares: 10'}
exit:
  ${changes.exit ?? 'when: close < open'}
`;

const write = (text: string): void => writeFileSync(join(cwd, 'strategies.d', 'a.yaml'), text);
const found = async (text: string): Promise<readonly string[]> => {
  write(text);
  const ended = await engine(['validate', '--format', 'json'], { cwd });
  return (JSON.parse(ended.stdout) as { findings: { code: string }[] }).findings.map(({ code }) => code);
};

beforeAll(() => {
  place = folder();
  cwd = place.path;
  for (const name of ['strategies.d', 'bars']) mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, 'bars', 'SPY.csv'), waves(60));
});
afterAll(() => place.remove());

describe('the same year', () => {
  it('has the same figures in a dry run and in a backtest of the sample market', async () => {
    const read = async (words: readonly string[]): Promise<{ metrics: unknown; equity: unknown }> =>
      JSON.parse((await engine([...words, '--format', 'json'], { cwd: ROOT })).stdout) as never;
    const tried = await read(['backtest']);
    const ran = await read(['run', '--dry', '--once']);
    expect(ran.equity).toEqual(tried.equity);
    expect(ran.metrics).toEqual(tried.metrics);
  });
});

describe('what the checker should say', () => {
  it.each([
    ['a stop of -1 % by way of a parameter', { more: 'params:\n  n: -1\n', exit: 'stop_loss:\n    pct: n' }],
    ['a stop of 150 % by way of a parameter', { more: 'params:\n  n: 150\n', exit: 'stop_loss:\n    pct: n' }],
    ['a size of -3 by way of a parameter', { more: 'params:\n  n: -3\n', size: 'shares: n' }],
    ['a size of half a share', { size: 'shares: 0.5' }],
    ['what can never be: contrary bounds', { when: 'rsi(14) < 30 and rsi(14) > 70' }],
    ['what can never be: beyond the range', { when: 'rsi(14) > 120' }],
    ['what always is', { when: '2 > 1' }],
    ['an entry that is its own exit', { exit: 'when: close > open' }],
    ['an opening range on daily bars', { when: 'close > opening_high("30m")' }],
    ['minutes since the open on daily bars', { when: 'minutes_since_open < 30' }],
    [
      'an entry window that ends before it begins',
      { timeframe: '1h', more: 'session:\n  entries_from: 60m before close\n  entries_until: 60m after open\n' },
    ],
  ])('%s', async (_, changes) => {
    expect(await found(strategy(changes))).not.toEqual([]);
  });
});

describe('commands', () => {
  it('a backtest says when the bars are coarser than the strategy', async () => {
    write(strategy({ timeframe: '1h' }));
    const bars = ['timestamp,open,high,low,close,volume'];
    for (let day = 2; day < 30; day++) bars.push(`2024-01-${String(day).padStart(2, '0')},10,11,9,10.5,100`);
    mkdirSync(join(cwd, 'daily'), { recursive: true });
    writeFileSync(join(cwd, 'daily', 'SPY.csv'), `${bars.join('\n')}\n`);
    const ended = await engine(['backtest', '--data', 'daily'], { cwd });
    expect(ended.stdout + ended.stderr).toMatch(/1d bars .*1h|coarser|finer/);
  });

  it('a split dated on a Saturday, which is applied, is not asked for once more', async () => {
    write(strategy());
    const raw = ['timestamp,open,high,low,close,volume'];
    for (const day of [2, 3, 4, 5]) raw.push(`2024-01-0${day},100,101,99,100,100`);
    for (const day of ['08', '09', '10']) raw.push(`2024-01-${day},50,50.5,49.5,50,200`);
    mkdirSync(join(cwd, 'split'), { recursive: true });
    writeFileSync(join(cwd, 'split', 'SPY.csv'), `${raw.join('\n')}\n`);
    writeFileSync(join(cwd, 'split', 'actions.csv'), 'date,symbol,split,dividend\n2024-01-06,SPY,2:1,0\n');
    const ended = await engine(['backtest', '--data', 'split'], { cwd });
    expect(ended.stdout).toContain('Backtest: 1 strategy');
    expect(ended.stdout + ended.stderr).not.toMatch(/looks\s+like\s+a\s+2:1\s+split/);
  });

  it('a full disk is no fault of the engine', async () => {
    write(strategy());
    const ended = await engine(['backtest', '--data', 'bars', '--format', 'json', '--out', '/dev/full'], { cwd });
    expect(ended.code).toBe(2);
  });

  it('`new risk` does not make a file that no command can read', async () => {
    const made = await engine(['new', 'risk'], { cwd });
    const ended = await engine(['validate', 'strategies.d/risk.yaml'], { cwd });
    rmSync(join(cwd, 'strategies.d', 'risk.yaml'), { force: true });
    expect(made.code === 2 || ended.code === 0).toBe(true);
  });

  it('one strategy that is switched off is named as the cause, not --from and --to', async () => {
    write(`enabled: false\n${strategy()}`);
    const ended = await engine(['backtest', 'strategies.d/a.yaml'], { cwd });
    expect(ended.stderr).not.toContain('--from');
  });

  it('--from after --to is called that', async () => {
    write(strategy());
    const ended = await engine(['backtest', '--data', 'bars', '--from', '2024-02-01', '--to', '2024-01-01'], { cwd });
    expect(ended.stderr).toMatch(/after|before/);
  });

  it('fmt keeps a link a link', async () => {
    rmSync(join(cwd, 'strategies.d', 'a.yaml'), { force: true });
    writeFileSync(join(cwd, 'strategies.d', 'real.txt'), strategy().replace('id: a', 'id:    a'));
    symlinkSync('real.txt', join(cwd, 'strategies.d', 'a.yaml'));
    await engine(['fmt', 'strategies.d/a.yaml'], { cwd });
    const link = lstatSync(join(cwd, 'strategies.d', 'a.yaml')).isSymbolicLink();
    rmSync(join(cwd, 'strategies.d', 'a.yaml'));
    expect(link).toBe(true);
    expect(readFileSync(join(cwd, 'strategies.d', 'real.txt'), 'utf8')).toContain('id: a\n');
  });
});
