import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../engine/alpaca/answers.ts';
import { endpointsOf } from '../../engine/alpaca/endpoints.ts';
import { accountItems, clockItem, keysItem } from '../../engine/cli/check/alpaca.ts';
import type { Item } from '../../engine/cli/check/item.ts';
import { diskItem, nodeItem } from '../../engine/cli/check/machine.ts';
import { readEnvironment } from '../../engine/cli/environment.ts';
import { type AlpacaSimulator, startAlpaca } from '../alpaca/simulator/simulator.ts';
import { CHAT, startTelegram, type TelegramServer, TOKEN } from '../notify/telegram-server.ts';
import { engine, folder, type How } from './engine.ts';

interface Answer {
  readonly schemaVersion: number;
  readonly ok: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly items: readonly (Omit<Item, 'help'> & { readonly help: string | null })[];
}

const RULES = `id: cross
symbols: [SPY, AAPL]
timeframe: 1h
capital: 20000
entry:
  long:
    when: close > sma(10)
    size: { shares: 10 }
  short:
    when: close < sma(30)
    size: { shares: 10 }
exit:
  long:
    when: close < sma(20)
  short:
    when: close > sma(20)
`;

const workspace = folder();
const state = folder();
beforeAll(() => {
  mkdirSync(join(workspace.path, 'strategies.d'));
  writeFileSync(join(workspace.path, 'strategies.d', 'cross.yaml'), RULES);
});
afterAll(() => {
  workspace.remove();
  state.remove();
});

const simulators: AlpacaSimulator[] = [];
const timers: NodeJS.Timeout[] = [];
afterEach(async () => {
  for (const timer of timers.splice(0)) clearInterval(timer);
  for (const one of simulators.splice(0)) await one.close();
});

const KEYS = { id: 'PKCANARYCANARYCANARY', secret: 'canary/s3cr3t+canary' };
const ASSETS = { SPY: {}, AAPL: {} };

const simulator = async (options: Parameters<typeof startAlpaca>[0] = {}): Promise<AlpacaSimulator> => {
  const one = await startAlpaca({ start: Date.now(), keys: KEYS, assets: ASSETS, ...options });
  simulators.push(one);
  // Its clock goes with ours, which the check compares it with.
  const timer = setInterval(() => void one.clock.advanceTo(Date.now()), 20);
  timers.push(timer);
  return one;
};

const check = async (
  words: readonly string[] = [],
  how: How = {},
): Promise<Answer & { readonly code: number | null }> => {
  const ended = await engine(['check', '--format', 'json', ...words], {
    cwd: workspace.path,
    ...how,
    env: { ENGINE_STATE: state.path, ...how.env },
  });
  expect(ended.stderr).toBe('');
  expect(ended.stdout).not.toMatch(/canary/i);
  return { ...(JSON.parse(ended.stdout) as Answer), code: ended.code };
};

const withSimulator = (one: AlpacaSimulator, more: Readonly<Record<string, string>> = {}): How => ({
  env: {
    ALPACA_API_KEY: KEYS.id,
    ALPACA_SECRET_KEY: KEYS.secret,
    ALPACA_BASE_URL: one.urls.trading,
    ALPACA_DATA_URL: one.urls.data,
    ...more,
  },
});

/** State and words of one item. */
const of = ({ items }: Answer, id: string): string[] =>
  items.filter((item) => item.id === id).map((item) => `${item.state}: ${item.says}`);

describe('engine check', () => {
  it('without keys is a warning that says what it takes', async () => {
    const answer = await check();
    expect(answer).toMatchObject({ schemaVersion: 1, ok: true, code: 0 });
    expect(answer.items.find(({ id }) => id === 'keys')).toMatchObject({
      state: 'warn',
      help: expect.stringMatching(/alpaca\.markets.*\.env/) as string,
    });
    expect(of(answer, 'documents')).toEqual(['ok: 1 strategy, 0 breakers']);
    expect(of(answer, 'telegram')[0]).toMatch(/^skipped: switched off/);
    for (const { state: how, help } of answer.items) {
      if (how === 'warn' || how === 'fail') expect(help).not.toBeNull();
    }
  });

  it('finds everything in order at a broker in order, and disturbs no socket and no order', async () => {
    const one = await simulator();
    const answer = await check([], withSimulator(one));
    expect(answer, JSON.stringify(answer.items, undefined, 1)).toMatchObject({ ok: true, code: 0 });
    expect(of(answer, 'account')[0]).toMatch(/^ok: \S+, ACTIVE; equity \$100,000\.00, cash \$100,000\.00/);
    expect(of(answer, 'clock')[0]).toMatch(/^ok: agrees with Alpaca's/);
    expect(of(answer, 'calendar')[0]).toMatch(/^ok: \d+ sessions up to/);
    expect(of(answer, 'feed')[0]).toMatch(/^ok: iex/);
    expect(of(answer, 'symbols')).toEqual(['ok: 2 symbols, all there and tradable as the rules trade them']);
    expect(one.sockets()).toEqual({ market: 0, trading: 0 });
    expect(one.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('names what the rules cannot trade', async () => {
    const one = await simulator({ assets: { SPY: { shortable: false } }, shorting: false, cash: 15_000 });
    const answer = await check([], withSimulator(one));
    expect(answer).toMatchObject({ ok: false, code: 1 });
    expect(of(answer, 'symbols')).toEqual(['fail: Alpaca knows no asset AAPL', 'fail: SPY cannot be sold short']);
    expect(of(answer, 'shorting')[0]).toMatch(/^fail: strategy cross sells short/);
    expect(of(answer, 'purses')[0]).toMatch(/^warn: .*\$20,000\.00.*\$15,000\.00/);
  });

  it('notices a clock that is off, a plan without the feed and keys that are revoked', async () => {
    const one = await simulator();
    one.faults.add({ on: 'instant', do: { kind: 'skew', ms: 10_000 } });
    const skewed = await check([], withSimulator(one, { ALPACA_FEED: 'sip' }));
    expect(of(skewed, 'clock')[0]).toMatch(/^warn: (8|9|10|11)\.\d s behind Alpaca's/);
    expect(of(skewed, 'feed')[0]).toMatch(/^fail: the plan of the account does not hold sip/);
    one.faults.add({ on: 'instant', do: { kind: 'revoke_keys', status: 403 } });
    const revoked = await check([], withSimulator(one));
    expect(revoked.code).toBe(1);
    expect(of(revoked, 'account')[0]).toMatch(/^fail: Alpaca does not accept the keys/);
  });

  it('asks nobody when it is told not to', async () => {
    const one = await simulator();
    const answer = await check(
      ['--offline'],
      withSimulator(one, {
        TELEGRAM_ENABLED: 'true',
        TELEGRAM_BOT_TOKEN: '12345:canary-canary',
        TELEGRAM_CHAT_ID: '1',
      }),
    );
    expect(answer.ok).toBe(true);
    expect(one.requests).toEqual([]);
    expect(of(answer, 'telegram')).toEqual(['skipped: not asked (--offline)']);
  });

  it('says that nobody is there', async () => {
    const one = await simulator();
    const how = withSimulator(one);
    for (const timer of timers.splice(0)) clearInterval(timer);
    await simulators.splice(0)[0]!.close();
    const answer = await check([], how);
    expect(of(answer, 'account')[0]).toMatch(/^fail: the server cannot be reached/);
  });

  it('finds rules that are wrong, settings that are wrong, and a file of secrets that others read', async () => {
    const place = folder();
    mkdirSync(join(place.path, 'strategies.d'));
    writeFileSync(join(place.path, 'strategies.d', 'cross.yaml'), RULES.replace('sma(10)', 'smaa(10)'));
    writeFileSync(join(place.path, '.env'), 'ALPACA_FEED=iex\n');
    chmodSync(join(place.path, '.env'), 0o644);
    const answer = await check([], { cwd: place.path });
    expect(of(answer, 'documents')[0]).toMatch(/^fail: 1 error; .*cross\.yaml:7: /);
    expect(of(answer, 'settings')[0]).toMatch(/^warn: other users/);
    writeFileSync(join(place.path, '.env'), 'ALPACA_FEED=nasdaq\n');
    expect(of(await check([], { cwd: place.path }), 'settings')[0]).toMatch(/^fail: ALPACA_FEED is `nasdaq`/);
    place.remove();
  });

  it('finds a journal that is none, and a state folder that cannot be one', async () => {
    const place = folder();
    writeFileSync(join(place.path, 'journal.sqlite'), 'this is a text and no database at all');
    expect(of(await check([], { env: { ENGINE_STATE: place.path } }), 'journal')[0]).toMatch(/^fail: .*cannot be read/);
    rmSync(join(place.path, 'journal.sqlite'));
    const file = join(place.path, 'file');
    writeFileSync(file, '');
    expect(of(await check([], { env: { ENGINE_STATE: file } }), 'state')[0]).toMatch(
      /^fail: .*a file stands in its place/,
    );
    place.remove();
  });

  it('reads well in 80 columns', async () => {
    const ended = await engine(['check'], { cwd: workspace.path });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^This machine\n {2}✓ Node\.js/);
    expect(ended.stdout).toMatch(/\d+ ok, 1 warning, 0 failures\n$/);
    for (const line of ended.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('Telegram', () => {
  let server: TelegramServer;
  beforeAll(async () => {
    server = await startTelegram();
  });
  afterAll(() => server.close());

  it('is asked who the bot is and whether it sees the chat, and sends nothing', async () => {
    const settings = { TELEGRAM_ENABLED: 'true', TELEGRAM_CHAT_ID: String(CHAT), TELEGRAM_API_ROOT: server.root };
    const asked = async (token: string): Promise<string> => {
      const answer = await check([], { env: { ...settings, TELEGRAM_BOT_TOKEN: token } });
      return of(answer, 'telegram')[0]!;
    };
    server.always('getChat', { kind: 'raw', status: 200, text: `{"ok":true,"result":{"id":${CHAT}}}` });
    expect(await asked(TOKEN)).toMatch(/^ok: @\w+ sees chat 4242/);
    server.always('getChat', { kind: 'error', code: 400, description: 'Bad Request: chat not found' });
    expect(await asked(TOKEN)).toMatch(/^fail: the bot cannot write to that chat/);
    expect(await asked('12345:wrong-wrong')).toMatch(/^fail: Telegram does not know this bot/);
    expect(server.texts).toEqual([]);
  });
});

describe('judgements', () => {
  it('of Node', () => {
    expect(
      ['18.20.0', '20.18.9', '20.19.0', '22.1.0', '24.0.1', '26.0.0'].map((version) => nodeItem(version).state),
    ).toEqual(['fail', 'fail', 'ok', 'ok', 'ok', 'warn']);
  });

  it('of the disk', () => {
    const GB = 1024 ** 3;
    expect([GB / 20, GB / 2, 2 * GB].map((free) => diskItem(free, 'here').state)).toEqual(['fail', 'warn', 'ok']);
  });

  it('of clocks', () => {
    expect([100, -2_400, 2_700, -45_000].map((ahead) => clockItem(ahead, 520).state)).toEqual([
      'ok',
      'ok',
      'warn',
      'fail',
    ]);
    expect(clockItem(-45_000, 520).says).toBe("45.0 s behind Alpaca's");
  });

  it('of keys: a key of the other kind is noticed', () => {
    const place = folder();
    const judged = (key: string, trading: string): string =>
      keysItem(
        readEnvironment(place.path, { ALPACA_API_KEY: key, ALPACA_SECRET_KEY: 'x'.repeat(40) }),
        endpointsOf({ feed: 'iex', trading }),
      ).state;
    expect(judged('PKAAAAAAAAAA', 'https://paper-api.alpaca.markets')).toBe('ok');
    expect(judged('PKAAAAAAAAAA', 'https://api.alpaca.markets')).toBe('fail');
    expect(judged('AKAAAAAAAAAA', 'https://paper-api.alpaca.markets')).toBe('fail');
    expect(judged('AKAAAAAAAAAA', 'https://api.alpaca.markets')).toBe('warn');
    expect(judged('anything', 'http://127.0.0.1:1')).toBe('ok');
    place.remove();
  });

  it('of accounts', () => {
    const account: Account = {
      id: 'x',
      number: 'PA1',
      status: 'ACTIVE',
      cryptoStatus: undefined,
      currency: 'USD',
      cash: '1',
      equity: '1',
      lastEquity: '1',
      buyingPower: '1',
      multiplier: '1',
      accountBlocked: false,
      tradingBlocked: false,
      suspendedByUser: false,
      shortingEnabled: true,
    };
    const state = (change: Partial<Account>): string => accountItems({ ...account, ...change }, undefined)[0]!.state;
    expect(state({})).toBe('ok');
    for (const change of [
      { status: 'ACCOUNT_UPDATED' },
      { accountBlocked: true },
      { tradingBlocked: true },
      { suspendedByUser: true },
    ]) {
      expect(state(change)).toBe('fail');
    }
  });
});
