import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, createBotApi } from '../../engine/notify/bot-api.ts';
import { troubleWords } from '../../engine/notify/trouble-words.ts';
import { secret } from '../../engine/secrets/secret.ts';
import { type Behaviour, startTelegram, type TelegramServer, TOKEN } from './telegram-server.ts';

let server: TelegramServer;
beforeEach(async () => {
  server = await startTelegram();
});
afterEach(() => server.close());

const call = (root = server.root, timeoutMs = 30_000, signal?: AbortSignal): Promise<Answer<unknown>> =>
  createBotApi({ root, token: secret(TOKEN), now: Date.now }).call('getMe', {}, { timeoutMs, signal });

const troubleOf = async (answer: Promise<Answer<unknown>>): Promise<Record<string, unknown>> => {
  const given = await answer;
  if (given.ok) throw new Error('it worked');
  return given.trouble;
};

const error = (code: number, description: string, parameters?: object): Behaviour => ({
  kind: 'error',
  code,
  description,
  ...(parameters === undefined ? {} : { parameters }),
});

/** Everything that may go wrong, and what is made of it. */
const FAULTS: readonly (readonly [string, Behaviour, Record<string, unknown>])[] = [
  ['a wrong token', error(401, 'Unauthorized'), { kind: 'token' }],
  ['a token of another form', error(404, 'Not Found'), { kind: 'token' }],
  ['an unknown chat', error(400, 'Bad Request: chat not found'), { kind: 'chat', says: 'chat not found' }],
  [
    'a blocked bot',
    error(403, 'Forbidden: bot was blocked by the user'),
    { kind: 'chat', says: 'bot was blocked by the user' },
  ],
  [
    'a group that moved',
    error(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -1001 }),
    { kind: 'chat', movedTo: '-1001' },
  ],
  [
    'too many messages',
    error(429, 'Too Many Requests: retry after 7', { retry_after: 7 }),
    { kind: 'busy', seconds: 7 },
  ],
  ['too many, for no known time', error(429, 'Too Many Requests'), { kind: 'busy', seconds: 1 }],
  [
    'another listener',
    error(409, 'Conflict: terminated by other getUpdates request'),
    { kind: 'conflict', webhook: false },
  ],
  [
    'a webhook',
    error(409, "Conflict: can't use getUpdates method while webhook is active"),
    { kind: 'conflict', webhook: true },
  ],
  [
    'a message that is wrong',
    error(400, "Bad Request: can't parse entities"),
    { kind: 'message', says: "can't parse entities" },
  ],
  ['a fault of the server', error(500, 'Internal Server Error'), { kind: 'server', status: 500 }],
  ['a proxy before it', { kind: 'raw', status: 502, text: '<html>' }, { kind: 'server', status: 502 }],
  ['another server', { kind: 'raw', status: 200, text: '<html>hello' }, { kind: 'stranger', status: 200 }],
  ['no answer', { kind: 'mute' }, { kind: 'timeout', milliseconds: 60 }],
  ['a cut', { kind: 'cut' }, { kind: 'network' }],
  ['a way to somebody else', { kind: 'elsewhere', to: 'http://127.0.0.1:1/' }, { kind: 'network' }],
];

describe('the Bot API', () => {
  it('gives the result, and how far its clock is ahead', async () => {
    server.skewMs = 3_600_000;
    const answer = await call();
    expect(answer).toMatchObject({ ok: true, result: { username: 'made_up_bot' } });
    expect(Math.round((answer as { skewMs: number }).skewMs / 60_000)).toBe(60);
  });

  it.each(FAULTS)(
    'says of %s what it is, in plain words with a way out, and never the token',
    async (_, behaviour, expected) => {
      server.always('getMe', behaviour);
      const trouble = await troubleOf(call(server.root, behaviour.kind === 'mute' ? 60 : 30_000));
      expect(trouble).toMatchObject(expected);
      const words = troubleWords(trouble as Parameters<typeof troubleWords>[0], 'api.telegram.org');
      expect(words.code).toBe(expected.kind);
      expect(words.message.length).toBeGreaterThan(20);
      expect(words.help.length).toBeGreaterThan(15);
      for (const text of [inspect(trouble, { depth: 9 }), JSON.stringify(words)]) expect(text).not.toContain('CANARY');
    },
  );

  it('says that nothing listens, that a name is unknown, and that the address is none', async () => {
    const closed = await startTelegram();
    await closed.close();
    const refused = await troubleOf(call(closed.root));
    expect(refused).toEqual({ kind: 'network', code: 'ECONNREFUSED' });
    expect(troubleWords(refused as Parameters<typeof troubleWords>[0], '127.0.0.1').message).toBe(
      '127.0.0.1 cannot be reached: nothing listens there',
    );
    expect(await troubleOf(call('no address'))).toEqual({ kind: 'network', code: 'ERR_INVALID_URL' });
  });

  it('is broken off when the caller gives up', async () => {
    server.always('getMe', { kind: 'mute' });
    expect(await troubleOf(call(server.root, 30_000, AbortSignal.abort()))).toEqual({ kind: 'aborted' });
  });
});
