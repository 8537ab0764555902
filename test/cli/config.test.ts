import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTING_NAMES } from '../../engine/cli/settings.ts';
import { engine, folder, type How, ROOT } from './engine.ts';

interface Row {
  readonly section: string;
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
  readonly place: string | null;
  readonly fault: string | null;
}

const BASE = `timeframe: 1h
capital: 10000
indicators:
  fast: sma(10)
exit:
  stop_loss: { pct: 3 }
`;
const CROSS = `id: cross
extends: _base.yaml
symbols: [SPY, AAPL]
entry:
  long:
    when: close > fast
    size: { shares: 10 }
exit:
  rules:
    - id: under
      when: close < fast
tests: []
`;

const place = folder();
beforeAll(() => {
  mkdirSync(join(place.path, 'strategies.d'));
  writeFileSync(join(place.path, 'strategies.d', '_base.yaml'), BASE);
  writeFileSync(join(place.path, 'strategies.d', 'cross.yaml'), CROSS.replace('tests: []\n', ''));
  cpSync(join(ROOT, 'risk.yaml'), join(place.path, 'risk.yaml'));
  writeFileSync(
    join(place.path, '.env'),
    [
      'ALPACA_API_KEY=PKCANARYCANARYCANARY',
      'ALPACA_SECRET_KEY="canary+s3cr3t"',
      'ALPACA_FEED=sip',
      'ENGINE_LOG=off',
      '',
    ].join('\n'),
  );
});
afterAll(() => place.remove());

const config = async (words: readonly string[] = [], how: How = {}): Promise<{ rows: Row[]; code: number | null }> => {
  const ended = await engine(['config', '--format', 'json', ...words], { cwd: place.path, ...how });
  expect(ended.stdout + ended.stderr).not.toMatch(/canary/i);
  const answer = JSON.parse(ended.stdout) as { schemaVersion: number; settings: Row[] };
  expect(answer.schemaVersion).toBe(1);
  return { rows: answer.settings, code: ended.code };
};

const of = (rows: readonly Row[], key: string): unknown[] => {
  const row = rows.find((one) => one.key === key);
  return row === undefined ? [] : [row.value, row.origin, row.place];
};

describe('engine config', () => {
  it('says where each value comes from, and shows no secret', async () => {
    const { rows, code } = await config(['--state', 'kept'], {
      env: { ENGINE_STATE: 'elsewhere', ALPACA_FEED: 'iex', ENGINE_LOG: '' },
    });
    expect(code).toBe(0);
    expect(of(rows, 'ALPACA_API_KEY')).toEqual(['***', '.env', '.env:1']);
    expect(of(rows, 'ALPACA_SECRET_KEY')).toEqual(['***', '.env', '.env:2']);
    // The environment goes before .env, and a flag before both.
    expect(of(rows, 'ALPACA_FEED')).toEqual(['iex', 'env', 'the environment']);
    expect(of(rows, 'ENGINE_STATE')).toEqual(['kept', 'flag', '--state']);
    expect(of(rows, 'limits.max_position_pct')).toEqual([25, 'file', 'risk.yaml:6']);
    expect(of(rows, 'circuit_breakers.max_drawdown.when')).toEqual(['drawdown_pct > 20', 'file', 'risk.yaml:20']);
    expect(of(rows, 'symbols')).toEqual([['SPY', 'AAPL'], 'file', 'strategies.d/cross.yaml:3']);
    expect(of(rows, 'exit.rules.under.when')).toEqual(['close < fast', 'file', 'strategies.d/cross.yaml:11']);
    // What is taken over stands where it was written.
    expect(of(rows, 'indicators.fast')).toEqual(['sma(10)', 'file', 'strategies.d/_base.yaml:4']);
    expect(of(rows, 'exit.stop_loss.pct')).toEqual([3, 'file', 'strategies.d/_base.yaml:6']);
    expect(rows.filter(({ origin }) => origin === 'default')).toEqual([]);
  });

  it('resolved has every setting there is, and the defaults of the rules', async () => {
    const { rows } = await config(['--resolved']);
    expect(rows.filter(({ section }) => section === 'settings').map(({ key }) => key)).toEqual([
      'workspace',
      ...SETTING_NAMES,
    ]);
    expect(of(rows, 'ALPACA_BASE_URL')).toEqual(['https://paper-api.alpaca.markets', 'default', null]);
    expect(of(rows, 'session.hours')).toEqual(['regular', 'default', null]);
    expect(of(rows, 'entry.long.order.type')).toEqual(['market', 'default', null]);
    expect(of(rows, 'circuit_breakers.max_drawdown.enabled')).toEqual([true, 'default', null]);
    // A side that nobody wrote is not there.
    expect(rows.filter(({ key }) => key.startsWith('entry.short'))).toEqual([]);
    const places = rows.flatMap((row) => (row.origin === 'file' ? [row] : []));
    for (const { key, place: where, value } of places) {
      const [, file, line] = /^(.*):(\d+)$/.exec(where!)!;
      const text = readFileSync(join(place.path, file!), 'utf8').split('\n')[Number(line) - 1]!;
      // The line holds the last step of the key, or the value itself.
      expect(text.includes(key.split('.').at(-1)!) || text.includes(String(value))).toBe(true);
    }
    const limitless = await config(['--resolved', '--risk', 'none']);
    expect(of(limitless.rows, 'limits.max_position_pct')).toEqual([]);
  });

  it('of settings that cannot be meant says why, and of wrong rules nothing', async () => {
    const wrong = await config([], { env: { ALPACA_FEED: 'nasdaq', ALPACA_BASE_URL: 'https://user:canary@host' } });
    expect(wrong.code).toBe(1);
    const feed = wrong.rows.find(({ key }) => key === 'ALPACA_FEED');
    expect(feed).toMatchObject({ value: null, origin: 'env', fault: expect.stringContaining('nasdaq') as string });
    const bad = folder();
    mkdirSync(join(bad.path, 'strategies.d'));
    writeFileSync(join(bad.path, 'strategies.d', 'a.yaml'), CROSS);
    const ended = await engine(['config'], { cwd: bad.path });
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toMatch(/The rules have errors[\s\S]*error\[E/);
    bad.remove();
  });

  it.each([[], ['--resolved']])('reads well in 80 columns %s', async (...words) => {
    const ended = await engine(['config', ...words], { cwd: place.path });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^Settings: flags, environment, \.env\n/);
    expect(ended.stdout).toMatch(/^Strategy cross, strategies\.d\/cross\.yaml$/m);
    expect(ended.stdout).toMatch(/close > fast +line 6$/m);
    for (const line of ended.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(ended.stdout.includes('engine config --resolved shows them')).toBe(words.length === 0);
  });
});
