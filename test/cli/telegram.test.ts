import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands, shellLines } from '../house/command-lines.ts';
import { CHAT, startTelegram, type TelegramServer, TOKEN } from '../notify/telegram-server.ts';
import { BIN, engine, wordsOf } from './engine.ts';
import { outcome, type Place, smallWorkspace } from './killed.ts';

let server: TelegramServer;
let place: Place;
const running: ChildProcess[] = [];

beforeEach(async () => {
  server = await startTelegram();
  place = smallWorkspace();
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await server.close();
  place.remove();
});

const settings = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  TELEGRAM_ENABLED: 'true',
  TELEGRAM_BOT_TOKEN: TOKEN,
  TELEGRAM_CHAT_ID: String(CHAT),
  TELEGRAM_API_ROOT: server.root,
  ...more,
});

const env = (values: Readonly<Record<string, string>>): void =>
  writeFileSync(
    join(place.cwd, '.env'),
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );

const state = (): string => join(place.cwd, 'data_cache');
const on = (words: readonly string[], more: Readonly<Record<string, string>> = {}): ReturnType<typeof engine> =>
  engine(words, { cwd: place.cwd, env: { ENGINE_STATE: state(), ...more } });

/** Stands for an address at which nobody listens. */
const NOBODY = 'nobody';
const nobody = async (): Promise<string> => {
  const gone = await startTelegram();
  await gone.close();
  return gone.root;
};

const titles = (): string[] => server.texts.map((text) => text.split('\n')[0]!);

describe('engine telegram test', () => {
  it('sends one message and says where it went', async () => {
    env(settings({ TELEGRAM_ENABLED: 'false' }));
    const text = await on(['telegram', 'test']);
    expect(text).toEqual({
      code: 0,
      signal: null,
      stderr: '',
      stdout:
        'Sent to chat 4242 by @made_up_bot: look at your phone.\nSwitched off: engine run sends nothing until .env says TELEGRAM_ENABLED=true.\n',
    });
    env(settings());
    const json = await on(['telegram', 'test', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toEqual({
      schemaVersion: 1,
      ok: true,
      enabled: true,
      chat: '4242',
      bot: '@made_up_bot',
    });
    expect(server.texts).toEqual(
      Array.from(
        { length: 2 },
        () => expect.stringMatching(/^<b>It works\.<\/b> This is the trading engine \d/) as string,
      ),
    );
  });

  it.each([
    ['no token', { TELEGRAM_BOT_TOKEN: '' }, 'TELEGRAM_BOT_TOKEN is not set', '@BotFather', 'missing'],
    ['no chat', { TELEGRAM_CHAT_ID: '' }, 'TELEGRAM_CHAT_ID is not set', '@userinfobot', 'missing'],
    [
      'a wrong token',
      { TELEGRAM_BOT_TOKEN: `1234567:${'CANARY'}_another` },
      'Telegram does not know this bot',
      '@BotFather',
      'token',
    ],
    [
      'a wrong chat',
      { TELEGRAM_CHAT_ID: '41' },
      'the bot cannot write to that chat: chat not found',
      'press Start',
      'chat',
    ],
    ['no network', { TELEGRAM_API_ROOT: NOBODY }, ' cannot be reached: nothing listens there', 'network', 'network'],
  ])('says of %s what is wrong and what to do', async (_, wrong, message, help, code) => {
    const root = 'TELEGRAM_API_ROOT' in wrong ? { TELEGRAM_API_ROOT: await nobody() } : {};
    env(settings({ ...wrong, ...root }));
    const text = await on(['telegram', 'test']);
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toMatch(/^Telegram does not work: /);
    expect(text.stderr).toContain(message);
    expect(text.stderr).toMatch(new RegExp(`= help: .*${help}`));
    const json = await on(['telegram', 'test', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      error: { code, help: expect.stringContaining(help) as string },
    });
    expect(JSON.stringify([text, json])).not.toContain('CANARY');
  });

  it('points at a setting that cannot be meant, without showing a secret', async () => {
    env(settings({ TELEGRAM_BOT_TOKEN: 'CANARY', TELEGRAM_CHAT_ID: 'my phone' }));
    const text = await on(['telegram', 'test']);
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toContain('error[E504]: TELEGRAM_BOT_TOKEN is no token of a bot\n  --> .env:2:1 ');
    expect(text.stderr).toContain('2 | TELEGRAM_BOT_TOKEN=***\n');
    expect(text.stderr).toContain('error[E504]: TELEGRAM_CHAT_ID is `my phone`, no chat\n  --> .env:3:1 ');
    const json = await on(['telegram', 'test', '--format', 'json']);
    const { findings } = JSON.parse(json.stdout) as { findings: { file: string; line: number; code: string }[] };
    expect(findings.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual(['.env:2 E504', '.env:3 E504']);
    expect(JSON.stringify([text, json])).not.toContain('CANARY');
  });

  it('is the only thing that engine telegram does', async () => {
    expect(await on(['telegram'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs a word: test') as string,
    });
    expect(await on(['telegram', 'tset'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean `test`?') as string,
    });
  });

  it('stands in the README, and works as it does there', async () => {
    const shown = commands(shellLines('README.md', 'telegram'));
    expect(shown).toEqual(['npx engine telegram test']);
    env(settings());
    for (const line of shown) expect(await on(wordsOf(line).slice(2))).toMatchObject({ code: 0, stderr: '' });
  });
});

const RUN = ['run', '--dry', '--feed', 'csv:bars', '--risk', 'none', '--format', 'json'];

describe('a run at full speed', () => {
  it('sends its start and its end, and is the same as one without', async () => {
    const without = await on([...RUN, '--fresh']);
    env(settings());
    const ended = await on([...RUN, '--fresh']);
    expect([ended.code, without.code]).toEqual([0, 0]);
    expect(outcome(ended.stdout)).toEqual(outcome(without.stdout));
    expect(titles()).toEqual([
      '<b>Dry run started</b> on CSV bars from bars',
      '<b>Dry run stopped</b>: its bars are over',
    ]);
    expect(server.texts[1]).toMatch(
      /Equity <b>\$[\d,.]+<\/b>, in all [+-]\$[\d.,]+ \(.*\)\n\d+ trades, 0 positions open\nwave: /,
    );
  });

  it('does not send anything when it is switched off', async () => {
    env(settings({ TELEGRAM_ENABLED: 'false', TELEGRAM_CHAT_ID: 'nonsense' }));
    expect((await on([...RUN, '--fresh'])).code).toBe(0);
    expect(server.calls).toEqual([]);
  });

  it.each([
    ['is down', NOBODY, undefined],
    ['is at fault', undefined, { kind: 'error', code: 500, description: 'Internal Server Error' }],
    ['does not know the bot', undefined, { kind: 'error', code: 401, description: 'Unauthorized' }],
    [
      'asks for half an hour',
      undefined,
      { kind: 'error', code: 429, description: 'Too Many Requests', parameters: { retry_after: 1_800 } },
    ],
  ] as const)('is the same when Telegram %s, and says so', async (_, root, behaviour) => {
    const without = await on([...RUN, '--fresh']);
    env(settings(root === undefined ? {} : { TELEGRAM_API_ROOT: await nobody() }));
    if (behaviour !== undefined) server.always('sendMessage', behaviour);
    const ended = await on([...RUN, '--fresh'], { ENGINE_LOG: join(place.cwd, 'logs') });
    expect(ended.code).toBe(0);
    expect(outcome(ended.stdout)).toEqual(outcome(without.stdout));
    if (behaviour?.code !== 429) expect(ended.stderr).toMatch(/^Telegram: .*\. The run goes on\.\n {2}= help: /m);
    const log = readFileSync(join(place.cwd, 'logs', 'paper_engine.log'), 'utf8');
    expect(log).toMatch(/"event":"telegram_closed","sent":0,.*"unsent":[12]\b/);
    expect(log + ended.stderr).not.toContain('CANARY');
  });

  it('refuses to begin when nobody can tell whether messages were meant', async () => {
    env(settings({ TELEGRAM_ENABLED: 'maybe' }));
    const text = await on(['run', '--dry', '--feed', 'csv:bars']);
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toContain('error[E502]: TELEGRAM_ENABLED is `maybe`, neither true nor false\n  --> .env:1:1 ');
    env({ TELEGRAM_ENABLED: 'true', TELEGRAM_CHAT_ID: '1' });
    expect((await on(['run', '--dry'])).stderr).toContain(
      'error[E508]: TELEGRAM_ENABLED is true, but TELEGRAM_BOT_TOKEN is not set',
    );
  });

  it('warns of a setting that there is not, and goes on', async () => {
    env({ TELEGRAM_BOT_TOKE: 'CANARY' });
    const ended = await on([...RUN, '--fresh']);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('warning[E507]: there is no setting `TELEGRAM_BOT_TOKE`');
    expect(ended.stderr).not.toContain('CANARY');
  });
});

describe('a run that goes on', () => {
  const start = (): ChildProcess => {
    const child = spawn(
      process.execPath,
      [BIN, 'run', '--dry', '--feed', 'csv:bars', '--risk', 'none', '--format', 'jsonl', '--speed', '3600x'],
      {
        cwd: place.cwd,
        env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ENGINE_LOG: join(place.cwd, 'logs') },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    running.push(child);
    return child;
  };

  /** Says something, and waits for an answer of which this is a part. */
  const ask = async (text: string, answer: string): Promise<string> => {
    const seen = server.texts.length;
    const found = (): string | undefined => server.texts.slice(seen).find((one) => one.includes(answer));
    server.say(text);
    await server.until(() => found() !== undefined);
    return found()!;
  };

  /** Everything that a run has left on the disk. */
  const written = (): string =>
    readdirSync(place.cwd, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== '.env')
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('\n');

  it('does what its chat asks, journalled as the commands of the shell are, and nobody else', {
    timeout: 120_000,
  }, async () => {
    env(settings());
    server.say('/flatten yes', { date: Math.floor(Date.now() / 1_000) - 86_400 });
    const child = start();
    let shown = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
      });
    }
    await server.until(({ texts }) => texts.some((text) => text.includes('Not done')));
    expect(server.texts.join('\n')).toContain('<b>Not done</b>: /flatten yes');
    server.say('/halt', { chat: 666 });
    await ask('/status', '1 message of other chats ignored');
    expect(await ask('/pause wave lunch', 'takes it back')).toContain('Paused: strategy wave enters no more');
    const paused = await on(['status', '--format', 'json']);
    const status = JSON.parse(paused.stdout) as {
      strategies: { id: string; entries: string }[];
      breakers: { tripped: unknown[] };
    };
    expect(status.strategies).toMatchObject([{ id: 'wave', entries: 'paused' }]);
    expect(status.breakers.tripped).toMatchObject([{ id: 'operator', reason: 'lunch (Telegram)' }]);
    await ask('/resume wave', 'Cleared');
    expect(await ask('/why WAVE', 'wave on WAVE')).toMatch(/<b>wave on WAVE, 2023-.*<\/b>\n\w+.*entry\.long/);
    await ask('/reload', 'The files are what runs');
    const question = await ask('/flatten', 'enter no more?');
    expect(question).toContain('/flatten yes');
    const [flatten] = (
      server.calls.findLast(({ body }) => body.reply_markup !== undefined)!.body.reply_markup as {
        inline_keyboard: { callback_data: string }[][];
      }
    ).inline_keyboard[0]!;
    server.press(flatten!.callback_data);
    await server.until(({ texts }) => texts.some((text) => text.includes('Closing: the account')));
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    expect(titles().at(-1)).toBe('<b>Dry run stopped</b>: by SIGTERM');

    const log = readFileSync(join(place.cwd, 'logs', 'paper_engine.log'), 'utf8');
    expect(log).toMatch(/"event":"telegram_stale","commands":\["\/flatten yes"\]/);
    expect(log).toMatch(/"event":"telegram_closed",.*"strangers":1,"stale":1/);
    // The journal holds the commands, and the run comes out the same with them.
    const replayed = await engine(['replay', 'last'], { cwd: place.cwd, env: { ENGINE_STATE: state() } });
    expect(replayed).toMatchObject({ code: 0 });
    // What was done is not called left undone by the next start.
    const before = server.texts.length;
    const again = start();
    await server.until(({ texts }) => texts.slice(before).some((text) => text.includes('Goes on with session')));
    await ask('/breakers', 'operator');
    again.kill('SIGKILL');
    await once(again, 'exit');
    expect(server.texts.slice(before).some((text) => text.includes('Not done'))).toBe(false);

    // Nothing anywhere holds the token.
    const sent = server.calls.map(({ body }) => JSON.stringify(body)).join('\n');
    for (const text of [shown, written(), sent]) {
      expect(text.length).toBeGreaterThan(100);
      expect(text).not.toContain('CANARY');
      expect(text).not.toContain(TOKEN.slice(10));
    }
  });

  it('does nothing after a restart of what was sent while nobody listened', { timeout: 60_000 }, async () => {
    env(settings());
    const child = start();
    await ask('/status', 'Entries active');
    child.kill('SIGKILL');
    await once(child, 'exit');
    server.say('/halt', { date: Math.floor(Date.now() / 1_000) - 5 });
    start();
    await server.until(({ texts }) => texts.some((text) => text.includes('<b>Not done</b>: /')));
    await ask('/status', 'Entries active');
  });
});
