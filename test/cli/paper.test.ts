import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleScript } from '../alpaca/simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from '../alpaca/simulator/simulator.ts';
import { driveByWall, type WallDrive } from '../alpaca/simulator/wall-drive.ts';
import { commands, shellLines } from '../house/command-lines.ts';
import { type Ended, engine, folder, ROOT, wordsOf } from './engine.ts';

const SPEED = 60;
const RULES = `id: quick
symbols: [SPY]
timeframe: 1m
capital: 20000
entry:
  long:
    when: close > sma(close, 3)
    trigger: while_true
    size:
      shares: 20
exit:
  when: close < sma(close, 3)
  stop_loss: { pct: 1 }
  take_profit: { pct: 1 }
`;
const KEYS = { id: 'PK-CANARY-IN-PAPER', secret: 'canary-paper-secret-94' };

interface Report {
  readonly metrics: { readonly endEquity: number };
  readonly openPositions: readonly { readonly qty: string; readonly lastPrice: string }[];
}

describe('paper trading, a real engine against the simulator', () => {
  const place = folder();
  let simulator: AlpacaSimulator;
  let drive: WallDrive | undefined;
  let env: Record<string, string> = {};

  beforeEach(async () => {
    mkdirSync(join(place.path, 'strategies.d'), { recursive: true });
    writeFileSync(join(place.path, 'strategies.d', 'quick.yaml'), RULES);
    writeFileSync(join(place.path, 'risk.yaml'), readFileSync(join(ROOT, 'risk.yaml')));
    const script = sampleScript(['SPY'], 3);
    const { start, length } = script.bars.get('SPY')!;
    simulator = await startAlpaca({ script, start: start[length - 380]!, keys: KEYS, validate: true });
    env = {
      ALPACA_API_KEY: KEYS.id,
      ALPACA_SECRET_KEY: KEYS.secret,
      ALPACA_BASE_URL: simulator.urls.trading,
      ALPACA_DATA_URL: simulator.urls.data,
      ALPACA_STREAM_URL: simulator.urls.stream,
      ALPACA_TRADING_STREAM_URL: simulator.urls.tradingStream,
      ENGINE_STATE: join(place.path, 'data_cache'),
    };
  });
  afterEach(async () => {
    drive?.stop();
    await drive?.done;
    await simulator.close();
    place.remove();
  });

  const play = (): void => {
    env.ENGINE_CLOCK = `${new Date(simulator.clock.now()).toISOString()}@${new Date().toISOString()}*${SPEED}`;
    drive = driveByWall(simulator.clock, SPEED, Number.POSITIVE_INFINITY);
  };

  /** Runs the engine until `enough`, then ends it by a signal. */
  const run = (signal: NodeJS.Signals, enough: () => boolean, words: readonly string[] = []): Promise<Ended> => {
    let timer: NodeJS.Timeout | undefined;
    return engine(['run', '--format', 'json', ...words], {
      cwd: place.path,
      env,
      started(child) {
        timer = setInterval(() => {
          if (!enough()) return;
          clearInterval(timer);
          child.kill(signal);
        }, 20);
      },
    }).finally(() => clearInterval(timer));
  };
  const fills = (): number => simulator.book.executions.length;

  it("goes on after kills at any moment, and its ledger is the broker's book to the cent", {
    timeout: 240_000,
  }, async () => {
    play();
    for (let kill = 1; kill <= 4; kill++) {
      const before = fills();
      const until = Date.now() + 2_500 + kill * 400;
      const ended = await run('SIGKILL', () => fills() > before && Date.now() > until);
      expect(ended.signal, ended.stderr).toBe('SIGKILL');
    }
    const before = fills();
    const ended = await run('SIGINT', () => fills() >= before + 2);
    expect(ended.stderr).not.toMatch(/fault|not as the ledger/);
    expect(ended.code).toBe(130);
    drive!.stop();
    await drive!.done;
    const report = JSON.parse(ended.stdout) as Report;
    const { cash, positions } = simulator.book;
    const held = report.openPositions.reduce((sum, { qty }) => sum + Number(qty), 0);
    expect(Number(positions.get('SPY')?.qty ?? 0n) / 1e9).toBe(held);
    const marked = report.openPositions.reduce((sum, { qty, lastPrice }) => sum + Number(qty) * Number(lastPrice), 0);
    expect(report.metrics.endEquity).toBeCloseTo(Number(cash) / 1e18 + marked, 2);
    for (const [id, times] of simulator.posts()) {
      const there = [...simulator.book.orders.values()].filter((order) => order.clientOrderId === id);
      expect(there.length, `${id}, posted ${times} times`).toBeLessThanOrEqual(1);
    }
    expect(ended.stdout + ended.stderr).not.toContain('CANARY');
    expect(ended.stdout + ended.stderr).not.toContain('canary');
  });

  it.each(commands(shellLines('README.md', 'account')))('%s', { timeout: 120_000 }, async (line) => {
    play();
    const words = wordsOf(line).slice(2);
    if (words[0] !== 'run') {
      const ended = await engine(words, { cwd: place.path, env });
      expect(ended.stdout).toContain('ACTIVE');
      return;
    }
    let ending = false;
    const ended = await engine(words, {
      cwd: place.path,
      env,
      watch(child, seen) {
        if (ending || !/bars live/.test(seen)) return;
        ending = true;
        void sleep(1500).then(() => child.kill('SIGINT'));
      },
    });
    expect(ended.code, ended.stderr).toBe(130);
    expect(ended.stdout).toContain('By strategy');
    const sent = simulator.requests.filter(({ method }) => method === 'POST').length;
    if (words.includes('--dry')) expect(sent).toBe(0);
  });

  it('refuses keys that the account does not take, and another address than the paper account', async () => {
    const wrong = await engine(['run'], { cwd: place.path, env: { ...env, ALPACA_SECRET_KEY: 'another' } });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/does not accept the keys/);
    const live = await engine(['run'], {
      cwd: place.path,
      env: { ...env, ALPACA_BASE_URL: 'https://api.alpaca.markets' },
    });
    expect(live.code).toBe(2);
    expect(live.stderr).toMatch(/is not the paper account[\s\S]*--live/);
    const money = await engine(['run', '--live'], {
      cwd: place.path,
      env: { ...env, ALPACA_BASE_URL: 'https://paper-api.alpaca.markets' },
    });
    expect(money.code).toBe(2);
    expect(money.stderr).toMatch(/--live is for real money/);
  });
});
