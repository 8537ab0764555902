import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logObserver } from '../../engine/logging/log-observer.ts';
import { openRunLogs } from '../../engine/logging/run-logs.ts';
import { createScrubber } from '../../engine/secrets/scrub.ts';
import { order, refused, result, trade } from '../report/hand-made.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'CANARY-secret/0+1';

const open = (level: 'debug' | 'info' = 'info') => {
  const revision = { now: 'aaaa111' };
  const warnings: string[] = [];
  const logs = openRunLogs({
    folder,
    level,
    session: '2024-03-05-1',
    revision: () => revision.now,
    scrub: createScrubber([SECRET]),
    warn: (sentence) => warnings.push(sentence),
    trouble: (code) => (code === 'ENOTDIR' ? 'stands below something that is no folder' : undefined),
    now: () => Date.now(),
  });
  return { logs, revision, warnings };
};
const linesOf = (name: string): Record<string, unknown>[] =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the logs of a run', () => {
  it('carry time, level, event, session and the revision of that moment', () => {
    const { logs, revision } = open();
    logs.event('info', 'run_started', { feed: 'sample' });
    revision.now = 'bbbb222';
    logs.event('warn', 'rules_waiting');
    const [first, second] = linesOf('paper_engine.log');
    expect(first).toMatchObject({
      level: 'info',
      event: 'run_started',
      session: '2024-03-05-1',
      revision: 'aaaa111',
      feed: 'sample',
    });
    expect(Math.abs(Date.parse(String(first!.time)) - Date.now())).toBeLessThan(60_000);
    expect(second).toMatchObject({ level: 'warn', revision: 'bbbb222' });
    expect(statSync(join(folder, 'paper_engine.log')).mode & 0o777).toBe(0o600);
  });

  it('have breakers in a file of their own as well, and no file that is empty', () => {
    const { logs } = open();
    logs.event('info', 'run_started');
    expect(existsSync(join(folder, 'circuit_breaker.log'))).toBe(false);
    const observer = logObserver(logs, () => []);
    observer.tripped?.(result.breakers[1]!);
    observer.cleared?.(result.breakers[0]!);
    expect(linesOf('circuit_breaker.log').map(({ event, id }) => [event, id])).toEqual([
      ['breaker_tripped', 'five_losses'],
      ['breaker_cleared', 'max_daily_loss'],
    ]);
    expect(linesOf('paper_engine.log')).toHaveLength(3);
    expect(existsSync(join(folder, 'alpaca_store.log'))).toBe(false);
  });

  it('tell orders, fills, trades and refusals, each key once a line', () => {
    const { logs } = open('debug');
    const observer = logObserver(logs, () => []);
    observer.placed?.(order);
    observer.filled?.(order, order.fills[0]!);
    observer.refused?.(refused, 'size_zero');
    observer.traded?.(trade);
    observer.heard?.({
      kind: 'cancelled',
      order: { ...order, status: 'working' },
      reason: 'expired',
      time: order.decidedAt,
    });
    const lines = linesOf('paper_engine.log');
    expect(lines.map(({ event }) => event)).toEqual([
      'order_placed',
      'order_filled',
      'order_refused',
      'trade_closed',
      'order_cancelled',
    ]);
    expect(lines[1]).toMatchObject({
      symbol: 'AAPL',
      price: '178.21',
      qty: '112',
      filledAt: '2024-03-05T15:00:00.000Z',
    });
    expect(lines[2]).toMatchObject({ level: 'warn', reason: 'size_zero' });
    expect(lines[3]).toMatchObject({ pnl: '318.08', exitReason: 'exit_rule' });
    expect(lines[4]).toMatchObject({ status: 'cancelled', reason: 'expired' });
    for (const line of readFileSync(join(folder, 'paper_engine.log'), 'utf8').trimEnd().split('\n')) {
      const own = line.replace(/"legs":\[.*?\]/, '');
      const keys = [...own.matchAll(/"(time|level|event|session|revision)":/g)].map((match) => match[1]);
      expect(new Set(keys)).toEqual(new Set(['event', 'level', 'revision', 'session', 'time']));
      expect(keys).toHaveLength(5);
    }
  });

  it('leave out what the level leaves out', () => {
    const { logs } = open('info');
    logObserver(logs, () => []).placed?.({ ...order, role: 'stop_loss', rule: 'exit.stop_loss' });
    logs.event('info', 'run_ended');
    expect(linesOf('paper_engine.log').map(({ event }) => event)).toEqual(['run_ended']);
  });

  it('hold no secret: in fields, messages, nested causes and stacks', () => {
    const { logs } = open();
    const cause = new Error(`GET https://x/${encodeURIComponent(SECRET)}`);
    const error = new Error(`failed with ${SECRET}`, { cause });
    logs.event(
      'error',
      'fault',
      { url: `https://x?k=${SECRET}`, header: Buffer.from(`u:${SECRET}`).toString('base64') },
      error,
    );
    const text = readFileSync(join(folder, 'paper_engine.log'), 'utf8');
    expect(text).toContain('failed with ***');
    expect(text).toContain('run-logs.test.ts');
    expect(text).not.toContain('CANARY');
    expect(text).not.toContain(Buffer.from('CANARY-secret').toString('base64').slice(2, 12));
  });
});
