import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scriptOf, type WrittenBar, writtenBars } from '../alpaca/simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from '../alpaca/simulator/simulator.ts';
import { driveByWall } from '../alpaca/simulator/wall-drive.ts';
import { engine, folder } from './engine.ts';

const RULES = `id: one
symbols: [SPY]
timeframe: 1m
capital: 20000
entry:
  long:
    when: close > sma(close, 3)
    trigger: while_true
    size: {shares: 20}
exit:
  when: close < sma(close, 3)
  stop_loss: {pct: 1}
`;

const SPEED = 60;

/** The last hour of Monday 2024-01-08 in waves: the average is crossed every three minutes or so. */
const hour = (): WrittenBar[] =>
  Array.from({ length: 60 }, (_, n) => {
    const at = (k: number): number => Math.round((100 + 0.4 * Math.sin(k)) * 100) / 100;
    const [open, close] = [at(n), at(n + 1)];
    return [open, Math.max(open, close), Math.min(open, close), close];
  });

let place: ReturnType<typeof folder>;
let alpaca: AlpacaSimulator;
let drive: ReturnType<typeof driveByWall>;
beforeEach(async () => {
  place = folder();
  mkdirSync(join(place.path, 'strategies.d'));
  writeFileSync(join(place.path, 'strategies.d', 'one.yaml'), RULES);
  writeFileSync(join(place.path, 'risk.yaml'), 'limits: {max_position_pct: 100}\ncircuit_breakers: []\n');
  const start = '2024-01-08T20:45:30Z';
  alpaca = await startAlpaca({
    script: scriptOf([writtenBars('SPY', '2024-01-08T20:00:00Z', hour())]),
    start,
    speed: SPEED,
    validate: false,
  });
  const { urls } = alpaca;
  writeFileSync(
    join(place.path, '.env'),
    [
      'ALPACA_API_KEY=PK-CANARY-CANARY-CAN',
      'ALPACA_SECRET_KEY=canary/s3cr3t+canary',
      `ALPACA_BASE_URL=${urls.trading}`,
      `ALPACA_DATA_URL=${urls.data}`,
      `ALPACA_STREAM_URL=${urls.stream}`,
      `ALPACA_TRADING_STREAM_URL=${urls.tradingStream}`,
      `ENGINE_CLOCK=${start}@${new Date().toISOString()}*${SPEED}`,
      '',
    ].join('\n'),
  );
  drive = driveByWall(alpaca.clock, SPEED, Date.parse('2024-01-08T23:00:00Z'));
});
afterEach(async () => {
  drive.stop();
  await drive.done;
  await alpaca.close();
  place.remove();
});

interface ReceiptMember {
  readonly day: string;
  readonly decisions: number;
  readonly equal: number;
  readonly differences: readonly { readonly cause: string; readonly words: string }[];
  readonly fills: { readonly count: number; readonly cost: string };
}

describe('a run on live bars that traded', () => {
  it('is told of at its session’s close, and answers every question from its journal', {
    timeout: 120_000,
  }, async () => {
    const env = { ENGINE_STATE: join(place.path, 'state'), ENGINE_LOG: join(place.path, 'logs') };
    const on = (...words: string[]) => engine(words, { cwd: place.path, env });
    let asked = false;
    const ended = await engine(['run', '--format', 'jsonl'], {
      cwd: place.path,
      env,
      watch(child, seen) {
        if (asked || !seen.includes('"event":"receipt"')) return;
        asked = true;
        child.kill('SIGINT');
      },
    });
    const lines = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string });
    const told = lines.find(({ event }) => event === 'receipt') as unknown as ReceiptMember;
    expect(told.day).toBe('2024-01-08');
    expect(told.decisions).toBeGreaterThan(2);
    expect(told.decisions).toBe(told.equal + told.differences.length);
    for (const { words } of told.differences) expect(words).not.toBe('');
    expect(ended.stderr).toContain(`receipt of 2024-01-08: ${told.equal} of ${told.decisions} decisions equal`);

    const logs = join(place.path, 'logs');
    const logged = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
    expect(logged.some((text) => text.includes('"event":"receipt"'))).toBe(true);

    const replayed = JSON.parse((await on('replay', 'last', '--format', 'json')).stdout) as Record<string, unknown>;
    expect(replayed).toMatchObject({ same: true, difference: null });
    const report = JSON.parse((await on('report', '--format', 'json')).stdout) as {
      readonly trades: readonly unknown[];
      readonly receipts: readonly ReceiptMember[];
    };
    expect(report.receipts).toHaveLength(1);
    const [again] = report.receipts;
    expect([again!.decisions, again!.equal]).toEqual([told.decisions, told.equal]);
    expect((await on('report', '--receipts', 'all')).stdout).toMatch(/Receipt \(1 day\)/);
    expect((await on('report', '--receipts', '0')).stdout).not.toContain('Receipt');
    expect((await on('report', '--receipts', 'some')).code).toBe(2);
    expect((await on('blockers', '--session', 'last')).stdout).toContain('one entry.long');
    const orders = JSON.parse((await on('export', '--what', 'orders')).stdout) as { readonly rows: readonly unknown[] };
    expect(orders.rows.length).toBeGreaterThan(0);
    expect((await on('why', 'one', 'SPY', '--session', 'last')).stdout).toContain('one on SPY');
    const otherwise = await on('replay', 'last', '--revision', '.');
    expect(otherwise.code).toBe(2);
    expect(otherwise.stderr).toContain('ran on live bars');
    for (const text of [ended.stdout, ended.stderr, ...logged]) expect(text).not.toMatch(/canary/i);
  });
});
