import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBotApi, type Trouble } from '../../engine/notify/bot-api.ts';
import { createInbox, type Inbox, type InboxOptions, type Received } from '../../engine/notify/inbox.ts';
import { secret } from '../../engine/secrets/secret.ts';
import { CHAT, startTelegram, type TelegramServer, TOKEN } from './telegram-server.ts';

let server: TelegramServer;
let received: Received[] = [];
let stale: string[] = [];
let failures: Trouble[] = [];
const open: Inbox[] = [];

beforeEach(async () => {
  server = await startTelegram();
  [received, stale, failures] = [[], [], []];
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close(100);
  await server.close();
});

const inbox = (more: Partial<InboxOptions> = {}): Inbox => {
  const one = createInbox({
    bot: createBotApi({ root: server.root, token: secret(TOKEN), now: Date.now }),
    chat: String(CHAT),
    now: Date.now,
    take: (one) => received.push(one),
    stale: (texts) => stale.push(...texts),
    failing: (trouble) => failures.push(trouble),
    going: () => undefined,
    backoff: { first: 5, longest: 20 },
    ...more,
  });
  open.push(one);
  return one;
};

const polls = (): TelegramServer['calls'] => server.calls.filter(({ method }) => method === 'getUpdates');
const seconds = (ms: number): number => Math.floor(ms / 1_000);

describe('the way in', () => {
  it('takes messages and buttons of the chat, each once, and tells the server what it has seen', async () => {
    const box = inbox();
    server.say('/status');
    server.press('flatten:abc');
    const last = server.say('/help');
    await server.until(() => received.length === 3);
    expect(received).toEqual([
      { kind: 'message', text: '/status' },
      { kind: 'button', id: expect.stringMatching(/^press-/), data: 'flatten:abc' },
      { kind: 'message', text: '/help' },
    ]);
    await box.close(1_000);
    expect(polls().at(-1)?.body.offset).toBe(last + 1);
    expect(polls()[0]?.body).toEqual({ timeout: 50, limit: 100, allowed_updates: ['message', 'callback_query'] });
  });

  it('leaves and counts what strangers say or press', async () => {
    const box = inbox();
    server.say('/flatten yes', { chat: 666 });
    server.say('/halt', { chat: -CHAT });
    server.press('flatten:abc', { chat: 666 });
    server.say('/help');
    await server.until(() => received.length === 1);
    expect(box.strangers).toBe(3);
    expect(received).toEqual([{ kind: 'message', text: '/help' }]);
  });

  it('knows a channel by its name', async () => {
    inbox({ chat: '@My_Channel' });
    server.say('/no', { chat: -1, username: 'other' });
    server.say('/yes', { chat: -2, username: 'my_channel' });
    await server.until(() => received.length === 1);
    expect(received).toEqual([{ kind: 'message', text: '/yes' }]);
  });

  it('does nothing of what was sent a day ago, or before it began, and says which', async () => {
    server.say('/flatten yes', { date: seconds(Date.now()) - 86_400 });
    server.say('good morning', { date: seconds(Date.now()) - 86_000 });
    server.say('/halt', { date: seconds(Date.now()) - 30 });
    const box = inbox();
    server.say('/help');
    await server.until(() => received.length === 1);
    expect(received).toEqual([{ kind: 'message', text: '/help' }]);
    expect(stale).toEqual(['/flatten yes', '/halt']);
    expect(box.stale).toBe(3);
  });

  it('does nothing of what was sent more than a minute ago while the network was gone', async () => {
    let ahead = 0;
    inbox({ now: () => Date.now() + ahead });
    server.say('/status');
    await server.until(() => received.length === 1);
    ahead = 61_000;
    server.say('/flatten yes', { date: seconds(Date.now()) });
    await server.until(() => stale.length === 1);
    expect(received).toHaveLength(1);
  });

  it.each([-7_200_000, 7_200_000])('counts age by the clock of the server, which is %i ms ahead', async (skewMs) => {
    server.skewMs = skewMs;
    server.say('/halt', { date: seconds(Date.now() + skewMs) - 30 });
    inbox();
    server.say('/status');
    await server.until(() => received.length === 1);
    expect(received).toEqual([{ kind: 'message', text: '/status' }]);
    expect(stale).toEqual(['/halt']);
  });

  it('goes on after faults, and tells of each kind once', async () => {
    inbox();
    server.behave(
      'getUpdates',
      { kind: 'error', code: 409, description: 'Conflict: terminated by other getUpdates request' },
      { kind: 'error', code: 409, description: 'Conflict: terminated by other getUpdates request' },
      { kind: 'cut' },
      { kind: 'error', code: 429, description: 'Too Many Requests: retry after 1', parameters: { retry_after: 0.01 } },
    );
    await server.until(() => polls().length >= 5);
    server.say('/status');
    await server.until(() => received.length === 1);
    expect(failures).toEqual([
      { kind: 'conflict', webhook: false },
      { kind: 'network', code: expect.stringMatching(/^[A-Z_]+$/) },
    ]);
  });

  it('is not upset by answers of any kind', async () => {
    const strange = [null, 5, 'x', {}, { update_id: 'x' }, { update_id: 1.5 }, { update_id: 2_000 }];
    const shapes = [
      null,
      'x',
      { chat: null },
      { chat: { id: {} } },
      { chat: { id: CHAT } },
      { chat: { id: CHAT }, text: '/x', date: 'now' },
    ];
    const updates = [
      ...strange,
      ...shapes.map((message, n) => ({ update_id: 2_001 + n, message })),
      ...shapes.map((message, n) => ({ update_id: 2_101 + n, callback_query: { message, data: 5 } })),
      { update_id: 2_200, callback_query: null },
    ];
    server.behave('getUpdates', { kind: 'raw', status: 200, text: JSON.stringify({ ok: true, result: updates }) });
    server.behave('getUpdates', { kind: 'raw', status: 200, text: '{"ok":true,"result":7}' });
    server.behave('getUpdates', { kind: 'raw', status: 200, text: 'no JSON' });
    const box = inbox();
    await server.until(() => polls().length >= 4);
    server.push({ update_id: 2_201, message: { chat: { id: CHAT }, date: seconds(Date.now()), text: '/status' } });
    await server.until(() => received.length === 1);
    expect(received).toEqual([{ kind: 'message', text: '/status' }]);
    // A message without a date is of no known age.
    expect([box.strangers > 0, stale]).toEqual([true, ['/x']]);
  });

  it('ends at once while the server holds its question', async () => {
    const box = inbox();
    await server.until(() => polls().length === 1);
    await box.close(1_000);
    expect(polls()).toHaveLength(1);
  });
});
