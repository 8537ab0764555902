import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine, folder, ROOT } from './engine.ts';
import { waves } from './waves.ts';

interface Report {
  readonly schemaVersion: number;
  readonly interrupted: boolean;
  readonly data: {
    readonly synthetic: boolean;
    readonly source: string;
    readonly from: string;
    readonly barsUsed: number;
  };
  readonly metrics: { readonly startEquity: number; readonly endEquity: number; readonly trades: number };
  readonly strategies: Readonly<
    Record<string, { readonly capital: number; readonly metrics: { readonly endEquity: number } }>
  >;
  readonly trades: readonly {
    readonly pnl: string;
    readonly entryTime: string;
    readonly exitTime: string;
    readonly legs: readonly { readonly pnl: string }[];
  }[];
  readonly openPositions: readonly { readonly unrealized: string }[];
  readonly orders: readonly { readonly status: string; readonly fills: readonly unknown[] }[];
  readonly equity: readonly { readonly time: string; readonly equity: string }[];
}

let place: ReturnType<typeof folder>;
let cwd = '';

const STRATEGY = `id: wave
description: Crosses an average of ten bars.
symbols:
  - WAVE
timeframe: 1h
capital: 10000
indicators:
  average: sma(close, 10)
entry:
  long:
    when: crosses_above(close, average)
    size:
      purse_pct: 50   # engine-ignore W388: the account is this strategy alone
exit:
  when: crosses_below(close, average)
`;

beforeAll(() => {
  place = folder();
  cwd = place.path;
  mkdirSync(join(cwd, 'strategies.d'));
  mkdirSync(join(cwd, 'bars'));
  cpSync(join(ROOT, 'risk.yaml'), join(cwd, 'risk.yaml'));
  writeFileSync(join(cwd, 'strategies.d', 'wave.yaml'), STRATEGY);
  writeFileSync(join(cwd, 'bars', 'WAVE.csv'), waves(60));
});
afterAll(() => place.remove());

const report = (text: string): Report => JSON.parse(text) as Report;
const sum = (texts: readonly string[]): number => texts.reduce((total, text) => total + Number(text), 0);

describe('engine validate', () => {
  const broken = STRATEGY.replace('crosses_above(close, average)', 'crosses_above(close, averge)');
  const line = broken.split('\n').findIndex((text) => text.includes('averge')) + 1;
  const column = broken.split('\n')[line - 1]!.indexOf('averge') + 1;

  it('is quiet and fine about rules without a fault', async () => {
    const ended = await engine(['validate'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toBe('0 errors, 0 warnings in 2 files (1 strategy, 6 breakers)\n');
  });

  it('points a caret at a mistake on stdin, under the name it was given', async () => {
    const ended = await engine(['validate', '-', '--stdin-filename', 'strategies.d/wave.yaml'], { cwd, input: broken });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain(`--> strategies.d/wave.yaml:${line}:${column} `);
    expect(ended.stdout).toContain('^^^^^^');
    expect(ended.stdout).toContain('did you mean `average`?');
  });

  it('says the same as data, in one line, and to GitHub', async () => {
    const [asJson, compact, github] = await Promise.all(
      ['json', 'compact', 'github'].map((format) =>
        engine(['validate', '-', '--stdin-filename', 'w.yaml', '--format', format], { cwd, input: broken }),
      ),
    );
    const { schemaVersion, findings } = JSON.parse(asJson!.stdout) as {
      schemaVersion: number;
      findings: readonly { file: string; line: number; column: number; code: string }[];
    };
    expect(schemaVersion).toBe(1);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ file: 'w.yaml', line, column, code: 'E201' });
    expect(compact!.stdout).toContain(`w.yaml:${line}:${column}: error[E201]:`);
    expect(github!.stdout).toMatch(new RegExp(`^::error file=w\\.yaml,line=${line},.*col=${column}`));
    for (const ended of [asJson, compact, github]) expect(ended!.code).toBe(1);
  });

  it('ends with 3 on warnings under --strict, with 0 without', async () => {
    const input = STRATEGY.replace('entry:', '  unused: ema(close, 5)\nentry:');
    const strict = await engine(['validate', '-', '--strict'], { cwd, input });
    const easy = await engine(['validate', '-'], { cwd, input });
    expect(strict.stdout).toContain('1 warning');
    expect([strict.code, easy.code]).toEqual([3, 0]);
  });

  it('ends with 2 when nothing is there to check, and names the folder', async () => {
    const empty = folder();
    const ended = await engine(['validate'], { cwd: empty.path });
    empty.remove();
    expect(ended.code).toBe(2);
    expect(ended.stdout).toContain('strategies.d/*.yaml');
  });
});

describe('engine backtest', () => {
  it('gives figures that add up', async () => {
    const ended = await engine(['backtest', '--data', 'bars', '--format', 'json'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const json = report(ended.stdout);
    expect(json.trades.length).toBeGreaterThan(2);
    expect(json.metrics.trades).toBe(json.trades.length);
    expect(json.data).toMatchObject({ synthetic: false, source: 'bars' });
    const gained = sum(json.trades.map(({ pnl }) => pnl)) + sum(json.openPositions.map(({ unrealized }) => unrealized));
    expect(json.metrics.startEquity).toBe(10_000);
    expect(json.metrics.endEquity).toBeCloseTo(10_000 + gained, 6);
    expect(json.strategies.wave!.metrics.endEquity).toBeCloseTo(json.metrics.endEquity, 6);
    expect(Number(json.equity.at(-1)!.equity)).toBeCloseTo(json.metrics.endEquity, 2);
    for (const trade of json.trades) {
      expect(Date.parse(trade.exitTime)).toBeGreaterThan(Date.parse(trade.entryTime));
      expect(sum(trade.legs.map(({ pnl }) => pnl))).toBeCloseTo(Number(trade.pnl), 9);
    }
    for (const order of json.orders) if (order.status === 'filled') expect(order.fills.length).toBeGreaterThan(0);
  });

  it('writes the same report into a file, and nothing on stdout', async () => {
    const words = ['backtest', '--data', 'bars', '--cash', '50000'];
    const shown = await engine(words, { cwd });
    const written = await engine([...words, '--out', 'report.txt'], { cwd, env: { FORCE_COLOR: '1' } });
    expect(written).toMatchObject({ code: 0, stdout: '' });
    const spent = /in [\d.]+ s$/m;
    const file = readFileSync(join(cwd, 'report.txt'), 'utf8');
    expect(file.replace(spent, '')).toBe(shown.stdout.replace(spent, ''));
    expect(file).toMatch(/started with +\$50,000\.00/);
    expect(file).not.toContain('SYNTHETIC');
  });

  it('begins and ends where it is told', async () => {
    const words = ['backtest', '--data', 'bars', '--format', 'json', '--from', '2023-06-12', '--to', '2023-06-14'];
    const json = report((await engine(words, { cwd })).stdout);
    expect(json.equity.map(({ time }) => time.slice(0, 10))).toEqual(['2023-06-12', '2023-06-13', '2023-06-14']);
  });

  it('refuses dates that the bars do not cover, and says what they cover', async () => {
    const early = await engine(['backtest', '--data', 'bars', '--to', '2020-01-01'], { cwd });
    expect([early.code, early.stdout]).toEqual([2, '']);
    expect(early.stderr).toContain('no bar ends by --to 2020-01-01');
    const late = await engine(['backtest', '--data', 'bars', '--from', '2030-01-01'], { cwd });
    expect([late.code, late.stdout]).toEqual([2, '']);
    expect(late.stderr).toContain('they run from 2023-06-01 to 2023-');
  });

  it('calls dates that stand the wrong way round by that name', async () => {
    const words = ['backtest', '--data', 'bars', '--from', '2023-06-14', '--to', '2023-06-12'];
    const ended = await engine(words, { cwd });
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain('--from 2023-06-14 lies after --to 2023-06-12');
  });

  it('says which rows it did not use', async () => {
    mkdirSync(join(cwd, 'dirty'));
    writeFileSync(join(cwd, 'dirty', 'WAVE.csv'), `${waves(60)}2030-01-02T15:00:00Z,1,2,nonsense,4,5\n`);
    const ended = await engine(['backtest', '--data', 'dirty'], { cwd });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('dirty/WAVE.csv');
    expect(ended.stdout).toMatch(/1\s+quarantined/);
  });

  it('trades other symbols when told, and names those without a file', async () => {
    const other = await engine(['backtest', '--data', 'bars', '--symbols', 'NONE'], { cwd });
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('error[E401]');
    expect(other.stderr).toContain('NONE');
    const file = await engine(['backtest', '--data', 'bars/WAVE.csv', '--symbols', 'SPY', '--format', 'json'], { cwd });
    expect(file.code).toBe(0);
    expect(report(file.stdout).trades.length).toBeGreaterThan(2);
  });

  it('costs more with costs', async () => {
    const end = async (...words: string[]): Promise<number> =>
      report((await engine(['backtest', '--data', 'bars', '--format', 'json', ...words], { cwd })).stdout).metrics
        .endEquity;
    const free = await end('--slippage', '0');
    expect(await end('--slippage', '2ticks')).toBeLessThan(free);
    expect(await end('--slippage', '0', '--commission', '1/order')).toBeLessThan(free);
  });

  it('refuses broken rules as findings on stderr, as JSON on stdout', async () => {
    const rules = join(cwd, 'broken.yaml');
    writeFileSync(rules, STRATEGY.replace('close, 10', 'close, 0'));
    const text = await engine(['backtest', 'broken.yaml', '--data', 'bars'], { cwd });
    const asJson = await engine(['backtest', 'broken.yaml', '--data', 'bars', '--format', 'json'], { cwd });
    expect([text.code, text.stdout]).toEqual([1, '']);
    expect(text.stderr).toContain('broken.yaml:8:');
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ schemaVersion: 1, findings: [{ file: 'broken.yaml', line: 8 }] });
  });
});

describe('engine run --dry', () => {
  it('says first what runs, then a line for each trade, then the summary', async () => {
    const ended = await engine(['run', '--dry', '--once', '--feed', 'csv:bars'], { cwd });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^Dry run of 1 strategy on CSV bars from bars\. Nothing is sent anywhere\.\n/);
    expect(ended.stderr).toContain('not acting yet: ');
    // The journal takes a person's commands; at full speed nobody gives one.
    expect(ended.stderr).toMatch(/let go at the next\s+session, since nobody is asked here/);
    const told = async (...words: string[]) =>
      (await engine(['run', '--dry', '--once', '--fresh', '--feed', 'csv:bars', ...words], { cwd })).stderr.replace(
        /\s+/g,
        ' ',
      );
    expect(await told('--operator', 'never')).toContain('hold until you clear them: engine breakers reset ID');
    expect(await told('--speed', '10000000x')).toContain('hold until you clear them');
    expect(await told('--risk', 'none')).not.toContain('wait for a person');
    expect(ended.stdout).not.toContain('does not act yet');
    const lines = ended.stdout.split('\n');
    const summary = lines.findIndex((text) => text.startsWith('Dry run: 1 strategy'));
    const bought = lines.slice(0, summary).filter((text) => / wave +WAVE +buy +\d+ @/.test(text));
    const sold = lines.slice(0, summary).filter((text) => / wave +WAVE +sell +\d+ @.*[+-]\$\d/.test(text));
    expect(sold.length).toBeGreaterThan(2);
    expect(bought.length - sold.length).toBeLessThanOrEqual(1);
    expect(ended.stdout).toMatch(new RegExp(`trades +${sold.length}\n`));
  });

  it('gives the trades of a backtest on the same bars', async () => {
    const [dry, back] = await Promise.all([
      engine(['run', '--dry', '--once', '--feed', 'csv:bars', '--format', 'json'], { cwd }),
      engine(['backtest', '--data', 'bars', '--format', 'json'], { cwd }),
    ]);
    expect(report(dry.stdout).trades).toEqual(report(back.stdout).trades);
    expect(report(back.stdout).trades.length).toBeGreaterThan(2);
  });

  it('trades other symbols when told', async () => {
    const words = ['run', '--dry', '--once', '--feed', 'csv:bars/WAVE.csv', '--symbols', 'SPY', '--format', 'json'];
    const ended = await engine(words, { cwd });
    expect(ended.code).toBe(0);
    expect(report(ended.stdout).trades.length).toBeGreaterThan(2);
  });

  it('says SYNTHETIC of the sample market, at the start and in the summary', async () => {
    const ended = await engine(['run', '--dry', '--once'], { cwd });
    expect(ended.stderr.split('\n')[0]).toContain('SYNTHETIC');
    expect(ended.stdout).toContain('SYNTHETIC MARKET');
    expect(ended.code).toBe(0);
  }, 60_000);

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)(
    'ends cleanly on %s with the same summary and %i',
    async (signal, code) => {
      let sent = false;
      const ended = await engine(['run', '--dry', '--speed', '60x'], {
        cwd,
        watch(child, seen) {
          if (sent || !seen.includes('not acting yet')) return;
          sent = true;
          setTimeout(() => child.kill(signal), 700);
        },
      });
      expect(ended).toMatchObject({ code, signal: null });
      expect(ended.stdout).toContain('Dry run: 1 strategy');
      expect(ended.stdout).toMatch(
        /Interrupted before the end of the sample year: the figures end at |stopped before its first bar/,
      );
      expect(ended.stdout).toContain('By strategy');
    },
    60_000,
  );

  it('stops without a word when the reader of its trades goes away', async () => {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'dist', 'engine.js'), 'run', '--dry', '--feed', 'csv:bars', '--speed', '72000x'],
      {
        cwd,
      },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|fault/);
  }, 60_000);
});
