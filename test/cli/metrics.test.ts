import type { spawn } from 'node:child_process';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../engine/ledger/order.ts';
import { countOrders, createOrderLog, fileOrder, openOrder } from '../../engine/ledger/order-log.ts';
import { type ParsedFamily, parseExposition } from '../report/metrics/parse-exposition.ts';
import { engine, folder } from './engine.ts';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const get = (url: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: String(response.headers['content-type']), text }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });

const sampleValue = (
  families: readonly ParsedFamily[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number =>
  families
    .flatMap(({ samples }) => samples)
    .find(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )!.value;

describe('engine run --metrics', () => {
  const state = folder();
  let child: ReturnType<typeof spawn>;
  const seen = { url: '', stdout: '' };
  let ended: Promise<number | null>;
  beforeAll(async () => {
    await new Promise<void>((found) => {
      // It goes on until it is told to end.
      ended = engine(['run', '--dry', '--metrics', '0', '--format', 'jsonl', '--speed', '6000x'], {
        env: { ENGINE_STATE: state.path },
        started: (one) => {
          child = one;
        },
        watch: (_, text) => {
          const url = /Metrics: (http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(text)?.[1];
          if (url === undefined) return;
          seen.url = url;
          found();
        },
      }).then(({ code, stdout }) => {
        seen.stdout = stdout;
        return code;
      });
    });
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await ended;
    state.remove();
  });

  it('answers scrapes in the text format, with what the run is', async () => {
    let families: ParsedFamily[] = [];
    // Its first bars come in a moment.
    for (let scrapes = 0; !families.some(({ name }) => name === 'engine_last_bar_age_seconds'); scrapes++) {
      expect(scrapes).toBeLessThan(2_000);
      const answer = await get(seen.url);
      expect(answer).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
      families = parseExposition(answer.text);
    }
    const [pnl, equity] = [sampleValue(families, 'engine_pnl_dollars'), sampleValue(families, 'engine_equity_dollars')];
    expect(equity - pnl).toBeCloseTo(100_000, 6);
    const purses = families.find(({ name }) => name === 'engine_strategy_equity_dollars')!.samples;
    expect(purses.map(({ labels }) => labels.strategy ?? '').toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'breakout',
      'macd_advanced',
      'mean_reversion',
      'moving_average',
      'rsi',
    ]);
    expect(purses.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(equity, 6);
    expect(sampleValue(families, 'engine_breakers', { state: 'armed' })).toBe(6);
    expect(sampleValue(families, 'engine_rules_stale')).toBe(0);
    expect(sampleValue(families, 'engine_journal_bytes')).toBeGreaterThan(0);
    for (const name of [
      'engine_loop_lag_seconds_count',
      'engine_last_bar_age_seconds',
      'process_resident_memory_bytes',
    ]) {
      expect(sampleValue(families, name)).toBeGreaterThanOrEqual(0);
    }
    const later = parseExposition((await get(seen.url)).text);
    for (const { name, type, samples } of families) {
      // Names and units as Prometheus wants them.
      expect(name).toMatch(/^(engine|process)_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      if (type !== 'counter') continue;
      for (const { labels, value } of samples) expect(sampleValue(later, name, labels)).toBeGreaterThanOrEqual(value);
    }
  });

  it('answers nobody who means another host, and nothing else', async () => {
    expect((await get(seen.url, { host: 'evil.example' })).status).toBe(403);
    expect((await get(seen.url.replace('/metrics', '/'))).status).toBe(404);
    expect((await get(seen.url, {}, 'POST')).status).toBe(405);
    expect(await get(seen.url, {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it('keeps no run from ending', async () => {
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await expect(get(seen.url)).rejects.toThrow();
    // Stdout stays what it was.
    expect(
      seen.stdout
        .split('\n')
        .filter(Boolean)
        .every((line) => line.startsWith('{')),
    ).toBe(true);
  });
});

it('a port that is taken, or none, is said before anything runs', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => {
    taken.listen(0, '127.0.0.1', resolve);
  });
  const { port } = taken.address() as { port: number };
  const ended = await engine(['run', '--dry', '--once', '--metrics', String(port)]);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/another program listens on that port/);
  taken.close();
  expect((await engine(['run', '--dry', '--once', '--metrics', '70000'])).stderr).toMatch(/--metrics cannot be/);
});

it('orders are counted by their status, at work or ended, in columns or whole', () => {
  const log = createOrderLog();
  const statuses = ['filled', 'refused', 'working', 'cancelled', 'filled'] as const;
  // A quantity beyond 64 bits is kept whole.
  const orders = statuses.map(
    (status, i) =>
      ({ seq: i + 1, status, qty: i === 4 ? 1n << 70n : 1n, filled: 0n, fills: [], rule: 'r' }) as unknown as Order,
  );
  for (const order of orders) openOrder(log, 0, order);
  for (const order of orders) if (order.status !== 'working') fileOrder(log, order);
  expect(countOrders(log)).toEqual({ working: 1, filled: 2, cancelled: 1, refused: 1 });
});
