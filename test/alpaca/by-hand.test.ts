import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../house/sources.ts';
import { runByHand } from './simulator/by-hand.ts';

let folder = '';
let running: ChildProcess | undefined;

/** Six minutes of a morning, and as many of the morning after. */
function csv(price: number): string {
  const rows = ['2024-06-03T13:30:00Z', '2024-06-04T13:30:00Z'].flatMap((day) =>
    Array.from({ length: 6 }, (_, i) => {
      const time = new Date(Date.parse(day) + i * 60_000).toISOString().replace('.000', '');
      return `${time},${price + i},${price + i + 1},${price + i - 1},${price + i},1000`;
    }),
  );
  return `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alpaca-sim-'));
  writeFileSync(join(folder, 'SPY.csv'), csv(100));
  writeFileSync(join(folder, 'AAPL.csv'), csv(200));
});
afterEach(async () => {
  if (running !== undefined && running.exitCode === null && running.signalCode === null) {
    running.kill('SIGTERM');
    await once(running, 'exit');
  }
  running = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Started {
  readonly process: ChildProcess;
  readonly text: () => string;
  readonly errors: () => string;
  /** What a line of the .env says. */
  value(name: string): string;
  /** Waits for a text on stdout. */
  says(text: string): Promise<void>;
}

/** The command that `npm run alpaca-sim --` runs. */
function start(args: readonly string[]): Started {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'alpaca-sim.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let text = '';
  let errors = '';
  let wake = (): void => {};
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
    wake();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  child.on('exit', () => wake());
  return {
    process: child,
    text: () => text,
    errors: () => errors,
    value: (name) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '',
    async says(part) {
      while (!text.includes(part)) {
        if (child.exitCode !== null) throw new Error(`it ended without "${part}": ${text}${errors}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** The command within this process, for what ends at once. */
async function here(
  args: readonly string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const code = await runByHand(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

async function end(started: Started): Promise<number | null> {
  if (started.process.exitCode === null) await once(started.process, 'exit');
  return started.process.exitCode;
}

describe('the simulator by hand', () => {
  it('says what to put into .env, plays the last session and ends with what came of it', async () => {
    const started = start(['--bars', folder, '--speed', 'max', '--once', '--cash', '5000']);
    expect(await end(started)).toBe(0);
    expect(started.text()).toContain("Alpaca's simulator: AAPL, SPY, from 2024-06-04T09:29:00-04:00");
    for (const name of [
      'ALPACA_API_KEY',
      'ALPACA_SECRET_KEY',
      'ALPACA_BASE_URL',
      'ALPACA_DATA_URL',
      'ALPACA_STREAM_URL',
      'ALPACA_TRADING_STREAM_URL',
    ])
      expect(started.value(name)).not.toBe('');
    expect(started.text()).toContain('Equity 5000, cash 5000, positions: none.');
    expect(started.errors()).toBe('');
  });

  it('trades with whoever comes, shows each event, and ends at Ctrl-C', async () => {
    const started = start([
      '--bars',
      join(folder, 'SPY.csv'),
      '--at',
      '2024-06-03T13:31:00Z',
      '--speed',
      '600x',
      '--seed',
      '4',
    ]);
    await started.says('ALPACA_TRADING_STREAM_URL');
    const headers = {
      'APCA-API-KEY-ID': started.value('ALPACA_API_KEY'),
      'APCA-API-SECRET-KEY': started.value('ALPACA_SECRET_KEY'),
    };
    const order = {
      symbol: 'SPY',
      qty: '2',
      side: 'buy',
      type: 'market',
      time_in_force: 'day',
      client_order_id: 'hand',
    };
    const posted = await fetch(`${started.value('ALPACA_BASE_URL')}/v2/orders`, {
      method: 'POST',
      headers,
      body: JSON.stringify(order),
    });
    expect(posted.status).toBe(200);
    await started.says(' fill ');
    expect(started.text()).toMatch(/2024-06-0\d 09:3\d:\d\d {2}fill +buy 2 SPY {2}2 at 1\d\d, holds 2 {2}hand/);
    started.process.kill('SIGINT');
    expect(await end(started)).toBe(130);
  });

  it('plays the sample market when it is given no bars', async () => {
    const started = start(['--symbols', 'SPY,BTC/USD', '--speed', 'max']);
    await started.says('It goes on answering until Ctrl-C.');
    expect(started.text()).toContain('SPY, BTC/USD, from 2024-12-2');
    const clock = await fetch(`${started.value('ALPACA_BASE_URL')}/_sim/clock`);
    expect(await clock.json()).toMatchObject({ speed: null });
  });

  it('shows its help', async () => {
    const { code, out } = await here(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('npm run alpaca-sim -- --bars ../shared/data/minute/SPY.csv');
  });

  it.each<[string[], string]>([
    [['--bars', 'nowhere.csv'], 'nowhere.csv: no such file or folder'],
    [['--speed', 'fast'], '--speed fast: say 1x, 60x, realtime or max'],
    [['--at', 'noon'], '--at noon: say an instant, as 2013-10-04T13:29:00Z'],
    [['--cash', 'lots'], '--cash lots: say dollars, as 100000 or 0.02'],
    [['--split', 'AAPL'], '--split AAPL: say SYMBOL:DATE:RATIO, as AAPL:2014-06-09:7'],
    [['--port', '99999'], '--port 99999: no such number'],
    [['--fast'], "Unknown option '--fast'"],
    [['--at', '2030-01-01T00:00:00Z'], '--at 2030-01-01T00:00:00Z: the bars end at'],
  ])('%j is a mistake, in one line', async (args, message) => {
    const { code, out, err } = await here(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`^alpaca-sim: ${message.replace(/[.*]/g, '\\$&')}`));
    expect(err).toMatch(/\n {2}npm run alpaca-sim -- --help\n$/);
  });
});
