import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBotApi, type Trouble } from '../../engine/notify/bot-api.ts';
import { escaped, type Html } from '../../engine/notify/html.ts';
import { createOutbox, type Outbox, type OutboxOptions } from '../../engine/notify/outbox.ts';
import { secret } from '../../engine/secrets/secret.ts';
import { CHAT, startTelegram, type TelegramServer, TOKEN } from './telegram-server.ts';

/** No waiting where nothing but order is looked at. */
const AT_ONCE = { gapMs: 0, most: 1_000, windowMs: 1 };

let server: TelegramServer;
let failures: Trouble[] = [];
let recoveries = 0;
const open: Outbox[] = [];

beforeEach(async () => {
  server = await startTelegram();
  failures = [];
  recoveries = 0;
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close(0);
  await server.close();
});

const outbox = (more: Partial<OutboxOptions> = {}, root = server.root): Outbox => {
  const one = createOutbox({
    bot: createBotApi({ root, token: secret(TOKEN), now: Date.now }),
    chat: String(CHAT),
    gatherMs: 0,
    limits: { pace: AT_ONCE },
    now: () => performance.now(),
    failing: (trouble) => failures.push(trouble),
    going: () => recoveries++,
    backoff: { first: 5, longest: 20 },
    ...more,
  });
  open.push(one);
  return one;
};

const urgent = { urgent: true };

describe('the way out', () => {
  it('sends in order, one after the other, and the rest at the close', async () => {
    const box = outbox({ gatherMs: 60_000 });
    box.offer(escaped('one'), urgent);
    await server.until(({ texts }) => texts.length === 1);
    box.offer(escaped('two'));
    box.offer(escaped('three & <four>'));
    expect(await box.close(5_000)).toBe(0);
    expect(server.texts).toEqual(['one', 'two\nthree &amp; &lt;four&gt;']);
    expect(server.calls.map(({ body }) => body)).toEqual([
      { chat_id: '4242', text: 'one', parse_mode: 'HTML', link_preview_options: { is_disabled: true } },
      expect.objectContaining({ text: 'two\nthree &amp; &lt;four&gt;' }),
    ]);
    box.offer(escaped('too late'));
    expect(server.texts).toHaveLength(2);
    expect([box.sent, box.dropped, failures]).toEqual([2, 0, []]);
  });

  it('cuts what is too long for one message', async () => {
    const box = outbox();
    const rows = Array.from({ length: 400 }, (_, n) => `row ${n} of a long message`);
    box.offer(escaped(rows.join('\n')), urgent);
    await box.close(5_000);
    expect(server.texts.length).toBe(Math.ceil(rows.join('\n').length / 4096));
    expect(server.texts.join('\n').split('\n')).toEqual(rows);
  });

  it('puts buttons below a question', async () => {
    const box = outbox();
    box.offer(escaped('sure?'), { urgent: true, buttons: [{ text: 'Yes', data: 'a:1' }] });
    await box.close(5_000);
    expect(server.calls[0]?.body.reply_markup).toEqual({ inline_keyboard: [[{ text: 'Yes', callback_data: 'a:1' }]] });
  });

  it('sends again after a 429, without a word', async () => {
    const box = outbox();
    const busy = {
      kind: 'error',
      code: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: 0.01 },
    } as const;
    server.behave('sendMessage', busy, busy);
    box.offer(escaped('one'), urgent);
    await server.until(({ texts }) => texts.length === 1);
    expect(server.calls).toHaveLength(3);
    expect([failures, recoveries, box.sent <= 1]).toEqual([[], 0, true]);
  });

  it('tries again when the server is down or at fault, and tells once of each kind', async () => {
    const box = outbox();
    server.behave(
      'sendMessage',
      { kind: 'cut' },
      { kind: 'cut' },
      { kind: 'error', code: 502, description: 'Bad Gateway' },
      { kind: 'raw', status: 503, text: '<html>down</html>' },
    );
    box.offer(escaped('one'), urgent);
    await server.until(({ texts }) => texts.length === 1);
    box.offer(escaped('two'), urgent);
    await box.close(5_000);
    expect(server.texts).toEqual(['one', 'two']);
    expect(failures.map(({ kind }) => kind)).toEqual(['network', 'server']);
    expect(recoveries).toBe(1);
  });

  it('waits for a slow server no longer than it has to, and tries again', async () => {
    const box = outbox({ timeoutMs: 30 });
    server.always('sendMessage', { kind: 'mute' });
    box.offer(escaped('one'), urgent);
    await server.until(() => failures.length > 0);
    expect(failures[0]).toEqual({ kind: 'timeout', milliseconds: 30 });
    server.always('sendMessage', undefined);
    await server.until(({ texts }) => texts.length > 0);
    expect(server.texts[0]).toBe('one');
  });

  it('keeps what is offered while nobody answers, within its bound, and tells what was dropped', async () => {
    const box = outbox({ limits: { pace: AT_ONCE, most: 5 } });
    server.always('sendMessage', { kind: 'cut' });
    for (let n = 0; n < 1_000; n++) box.offer(escaped(`trade ${n}`));
    await server.until(({ calls }) => calls.length > 2);
    server.always('sendMessage', undefined);
    await server.until(({ texts }) => texts.length > 0);
    await box.close(5_000);
    expect(box.dropped).toBe(995);
    const lines = server.texts.join('\n').split('\n');
    expect(lines).toContain('<b>995 messages were dropped: too many waited.</b>');
    expect(lines.filter((line) => line.startsWith('trade'))).toHaveLength(5);
  });

  it('sends a message without its tags when the server does not understand them, and gives one up that it never takes', async () => {
    const box = outbox();
    box.offer('<b>torn' as Html, urgent);
    await server.until(({ texts }) => texts.length === 1);
    expect(server.texts).toEqual(['torn']);
    const refusal = { kind: 'error', code: 400, description: 'Bad Request: nonsense' } as const;
    server.behave('sendMessage', refusal, refusal);
    box.offer(escaped('never'), urgent);
    await server.until(() => box.refused === 1);
    box.offer(escaped('next'), urgent);
    await box.close(5_000);
    expect(server.texts).toEqual(['torn', 'next']);
    expect(failures).toEqual([{ kind: 'message', says: 'nonsense' }]);
  });

  it.each([
    ['a wrong token', { kind: 'error', code: 401, description: 'Unauthorized' }, 'token'],
    ['a wrong chat', { kind: 'error', code: 400, description: 'Bad Request: chat not found' }, 'chat'],
    [
      'a chat that has thrown it out',
      { kind: 'error', code: 403, description: 'Forbidden: bot was blocked by the user' },
      'chat',
    ],
  ] as const)('goes on trying after %s, slowly, and goes again once it is mended', async (_, behaviour, kind) => {
    const box = outbox();
    server.always('sendMessage', behaviour);
    box.offer(escaped('one'), urgent);
    await server.until(({ calls }) => calls.length >= 2);
    server.always('sendMessage', undefined);
    await server.until(() => recoveries === 1);
    expect(failures.map((trouble) => trouble.kind)).toEqual([kind]);
    expect(server.texts).toEqual(['one']);
  });

  it('does not hold up a stop when nobody answers', async () => {
    const silent = await startTelegram();
    await silent.close();
    const box = outbox({}, silent.root);
    box.offer(escaped('one'), urgent);
    box.offer(escaped('two'), urgent);
    expect(await box.close(60_000)).toBeGreaterThan(0);
    server.always('sendMessage', { kind: 'mute' });
    const slow = outbox();
    slow.offer(escaped('one'), urgent);
    expect(await slow.close(50)).toBe(1);
  });
});
