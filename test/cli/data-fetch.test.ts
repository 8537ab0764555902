import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../engine/cli/commands.ts';
import { type HistoryServer, startHistoryServer } from '../alpaca/history-server.ts';
import { commands, shellLines } from '../house/command-lines.ts';
import { type Ended, engine, folder, type How, ROOT, wordsOf } from './engine.ts';

let server: HistoryServer;
beforeAll(async () => {
  server = await startHistoryServer();
});
afterAll(() => server.close());
beforeEach(() => {
  Object.assign(server, { over: undefined, divisor: 1, page: 10_000 });
  server.asked.length = 0;
});

const KEYS = { ALPACA_API_KEY: 'PKCANARYCANARY', ALPACA_SECRET_KEY: 'canary-s3cr3t-canary' };

const fetch = (words: readonly string[], how: How = {}): Promise<Ended> =>
  engine(['data', 'fetch', ...words], {
    ...how,
    env: { ...KEYS, ALPACA_BASE_URL: server.url, ALPACA_DATA_URL: server.url, ...how.env },
  });

const WEEK = ['--from', '2024-03-04', '--to', '2024-03-08'];

const rows = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

describe('engine data fetch', () => {
  it('writes bars that a backtest reads, and goes on where it stopped', async () => {
    const place = folder();
    const out = join(place.path, 'bars');
    const ended = await fetch(['SPY', 'aapl', ...WEEK, '--out', out]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^SPY {3}\+1,8\d\d bars {2}to 2024-03-08 15:59 New York {2}/m);
    const spy = rows(join(out, 'SPY.csv'));
    expect(spy[0]).toBe('timestamp,open,high,low,close,volume');
    expect(spy[1]).toMatch(/^2024-03-04T14:3\d:00Z,\d+\.\d+,/);
    expect(new Set(spy).size).toBe(spy.length);

    const tested = await engine(
      [
        'backtest',
        join(ROOT, 'strategies.d/moving_average.yaml'),
        '--data',
        out,
        '--symbols',
        'SPY,AAPL',
        '--format',
        'json',
      ],
      { cwd: ROOT },
    );
    expect(tested.code, tested.stderr).toBe(0);
    const { data } = JSON.parse(tested.stdout) as {
      data: { rowsRead: number; quarantined: number; timeframe: string };
    };
    expect(data.quarantined).toBe(0);
    expect(data.rowsRead).toBe(spy.length - 1 + rows(join(out, 'AAPL.csv')).length - 1);

    server.asked.length = 0;
    const again = await fetch(['SPY', 'AAPL', '--from', '2024-03-04', '--to', '2024-03-12', '--out', out]);
    expect(again.code).toBe(0);
    // From the last row on, which is asked for again.
    expect(server.asked[0]!.query.get('start')).toBe(`${spy.at(-1)!.slice(0, 19)}.000Z`);
    const longer = rows(join(out, 'SPY.csv'));
    expect(longer.slice(0, spy.length)).toEqual(spy);
    expect(longer.length).toBeGreaterThan(spy.length + 700);
    expect(new Set(longer).size).toBe(longer.length);

    const nothing = await fetch(['SPY', '--from', '2024-03-04', '--to', '2024-03-12', '--out', out]);
    expect(nothing.stdout).toMatch(/^SPY {2}nothing new/);
    expect(rows(join(out, 'SPY.csv'))).toEqual(longer);
    place.remove();
  });

  it('leaves whole rows when it is killed at any page, cuts half a row, and comes to the same file', async () => {
    const place = folder();
    const whole = join(place.path, 'whole');
    await fetch(['SPY', ...WEEK, '--out', whole]);
    const wanted = readFileSync(join(whole, 'SPY.csv'), 'utf8');
    server.page = 100;
    const out = join(place.path, 'killed');
    const path = join(out, 'SPY.csv');
    for (let pages = 2; pages <= 10; pages += 4) {
      let nth = 0;
      server.over = () => (++nth > pages ? 'hang' : undefined);
      let killed = false;
      const dead = await fetch(['SPY', ...WEEK, '--out', out], {
        ...onceWritten(
          () => nth > pages,
          () => (killed = true),
        ),
      });
      expect(killed && dead.signal).toBe('SIGKILL');
      expect(wanted.startsWith(readFileSync(path, 'utf8'))).toBe(true);
      expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
      // What a power failure may leave besides.
      if (pages === 2) appendFileSync(path, '2024-03-05T14:31:00Z,400.1,40');
      if (pages === 6) truncateSync(path, statSync(path).size - 20);
    }
    server.over = undefined;
    const ended = await fetch(['SPY', ...WEEK, '--out', out]);
    expect(ended.code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(wanted);
    place.remove();
  });

  it('writes coins to a file of their name, however small their prices', async () => {
    const place = folder();
    expect(await fetch(['SHIB/USD', ...WEEK, '--out', place.path])).toMatchObject({ code: 0 });
    expect(rows(join(place.path, 'SHIB-USD.csv')).slice(1)).toEqual([
      '2024-03-04T00:00:00Z,0.0000003,0.0000003,0.0000003,0.0000003,1.5',
      '2024-03-04T00:01:00Z,0.0000006,0.0000006,0.0000006,0.0000006,1.5',
      expect.stringMatching(/^2024-03-04T00:02:00Z,0\.0000009/) as string,
    ]);
    place.remove();
  });

  it('stops at Ctrl-C with whole files', async () => {
    const place = folder();
    server.page = 100;
    let nth = 0;
    server.over = () => (++nth > 3 ? 'hang' : undefined);
    const ended = await fetch(['SPY', ...WEEK, '--out', place.path], {
      ...onceWritten(
        () => nth > 3,
        () => undefined,
        'SIGINT',
      ),
    });
    expect(ended).toMatchObject({ code: 130 });
    expect(ended.stderr).toMatch(/Stopped\. The files hold whole rows/);
    expect(rows(join(place.path, 'SPY.csv'))).toHaveLength(301);
    place.remove();
  });

  it('begins adjusted bars anew when a split has changed what they rest on', async () => {
    const place = folder();
    const words = ['AAPL', '--from', '2024-03-04', '--adjustment', 'split', '--out', place.path];
    await fetch([...words, '--to', '2024-03-06']);
    const path = join(place.path, 'AAPL.csv');
    const first = rows(path)[1]!.split(',').map(Number)[1]!;
    server.divisor = 2;
    const ended = await fetch([...words, '--to', '2024-03-08']);
    expect(ended.stdout).toMatch(/begun anew/);
    expect(rows(path)[1]!.split(',').map(Number)[1]).toBe(first / 2);
    expect(new Set(rows(path)).size).toBe(rows(path).length);
    place.remove();
  });

  it('mixes no bars of two kinds, and touches no file of somebody else', async () => {
    const place = folder();
    await fetch(['SPY', ...WEEK, '--out', place.path]);
    const before = readFileSync(join(place.path, 'SPY.csv'), 'utf8');
    const mixed = await fetch(['SPY', ...WEEK, '--adjustment', 'all', '--out', place.path]);
    expect(mixed).toMatchObject({ code: 2 });
    expect(mixed.stderr).toMatch(/SPY\.csv was fetched with --adjustment raw[\s\S]*--fresh/);
    expect(readFileSync(join(place.path, 'SPY.csv'), 'utf8')).toBe(before);
    expect((await fetch(['SPY', ...WEEK, '--adjustment', 'all', '--fresh', '--out', place.path])).code).toBe(0);
    writeFileSync(join(place.path, 'AAPL.csv'), 'Date,Close\n2024-01-02,1\n');
    const foreign = await fetch(['AAPL', ...WEEK, '--out', place.path]);
    expect(foreign).toMatchObject({ code: 2 });
    expect(foreign.stderr).toMatch(/AAPL\.csv was not made by this command/);
    const forced = await fetch(['AAPL', ...WEEK, '--fresh', '--out', place.path]);
    expect(forced.stderr).toMatch(/another header/);
    expect(readFileSync(join(place.path, 'AAPL.csv'), 'utf8')).toMatch(/^Date,Close/);
    place.remove();
  });

  it('leaves out the last quarter of an hour that the free plan does not hold', async () => {
    const place = folder();
    const from = new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10);
    const ended = await fetch(['SPY', '--from', from, '--feed', 'sip', '--out', place.path]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stderr).toMatch(/SIP bars of the last 15 minutes need a paid plan: these end at/);
    server.over = () => ({ status: 403, json: { message: 'subscription does not permit this' } });
    const never = await fetch(['AAPL', ...WEEK, '--feed', 'sip', '--out', place.path]);
    expect(never).toMatchObject({ code: 2 });
    expect(never.stderr).toMatch(/does not hold SIP bars of AAPL[\s\S]*--feed iex/);
    place.remove();
  });

  it('says which symbols have no bars', async () => {
    const place = folder();
    const ended = await fetch(['SPY', 'ZZZZ', ...WEEK, '--out', place.path]);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toMatch(/No bars of ZZZZ between 2024-03-04 and 2024-03-08/);
    place.remove();
  });

  it('says what is missing, and shows no key', async () => {
    const place = folder();
    const none = await engine(['data', 'fetch', 'SPY', ...WEEK, '--out', place.path]);
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toMatch(/needs ALPACA_API_KEY and ALPACA_SECRET_KEY[\s\S]*\.env/);
    server.over = ({ headers }) => ({
      status: 401,
      json: {
        message: `not authorized: ${String(headers['apca-api-key-id'])} ${String(headers['apca-api-secret-key'])}`,
      },
    });
    const refused = await fetch(['SPY', ...WEEK, '--out', place.path]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/Alpaca does not accept the keys/);
    expect(refused.stderr + refused.stdout).not.toMatch(/canary|CANARY/);
    for (const words of [['SPY'], ['SPY', '--from', '2024-13-01'], ['$PY', ...WEEK], ['SPY', '--from', '2999-01-01']]) {
      expect(await fetch([...words, '--out', place.path])).toMatchObject({ code: 2 });
    }
    expect(existsSync(join(place.path, '$PY.csv'))).toBe(false);
    place.remove();
  });

  it.each([
    ...COMMANDS.find(({ name }) => name === 'data')!.examples.map(({ line }) => line),
    ...commands(shellLines('README.md', 'alpaca')),
  ])(
    '%s',
    async (line) => {
      const place = folder();
      await engine(['init', place.path]);
      const words = wordsOf(line.replace(/^npx /, '')).slice(3);
      const ended = await fetch(words, { cwd: place.path });
      // The made-up market has two symbols only.
      expect(ended.code, ended.stderr).toBe(words[0] === 'SPY' ? 0 : 1);
      place.remove();
    },
    60_000,
  );
});

/** Ends the process with a signal once the server has seen enough; no time is measured. */
function onceWritten(seen: () => boolean, then: () => void, name: NodeJS.Signals = 'SIGKILL'): Pick<How, 'started'> {
  return {
    started(child) {
      const timer = setInterval(() => {
        if (!seen()) return;
        clearInterval(timer);
        then();
        child.kill(name);
      }, 5);
      child.on('close', () => clearInterval(timer));
    },
  };
}
