import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHAT_COMMANDS, readCommand } from '../../engine/notify/commands.ts';
import { CONFIRM_MS, createDesk, type Desk, type DeskOptions } from '../../engine/notify/desk.ts';
import { textOf } from '../../engine/notify/html.ts';
import type { Buttons } from '../../engine/notify/queue.ts';
import type { ReloadResult } from '../../engine/runtime/control/results.ts';
import { type ControlHandlers, type ControlServer, serveControl } from '../../engine/runtime/control/server.ts';
import { fakeHandlers, STATUS, stateFolder } from '../runtime/control/raw.ts';
import { wrongHtml } from './telegram-server.ts';

let place: ReturnType<typeof stateFolder>;
let server: ControlServer | undefined;
let loop: NodeJS.Timeout | undefined;
let said: { readonly text: string; readonly buttons: Buttons | undefined }[] = [];
let pressed: string[] = [];
let clock = 0;

beforeEach(() => {
  place = stateFolder();
  [said, pressed, clock] = [[], [], 1_000_000];
});
afterEach(async () => {
  clearInterval(loop);
  await server?.close();
  server = undefined;
  place.remove();
});

const RELOADED: ReloadResult = {
  outcome: 'unchanged',
  revision: 'abcdef0123',
  pending: null,
  losses: [],
  lines: ['nothing'],
};

/** A desk on the queue of a control socket whose run looks at it all the time. */
async function desk(more: Partial<DeskOptions> = {}, handlers: ControlHandlers = fakeHandlers()): Promise<Desk> {
  const control = await serveControl({
    folder: place.path,
    handlers: { reload: () => Promise.resolve(RELOADED), ...handlers },
    since: STATUS.since,
  });
  server = control;
  loop = setInterval(() => void control.carryOut(), 1);
  let nonces = 0;
  return createDesk({
    ask: () => (request) =>
      control.ask({ ...request, ...(request.until === undefined ? {} : { until: Date.now() + 5_000 }) }),
    why: (strategy, symbol) =>
      Promise.resolve([{ title: `${strategy ?? 'all'} on ${symbol}`, sentences: ['No order: a < b.'] }]),
    offer(message, { buttons }) {
      expect(wrongHtml(message)).toBeUndefined();
      said.push({ text: textOf(message), buttons });
    },
    pressed: (_, text) => pressed.push(text),
    counts: () => ({ sent: 3, dropped: 0, strangers: 2, stale: 1 }),
    bot: () => 'made_up_bot',
    now: () => clock,
    acting: () => undefined,
    nonce: () => `n${++nonces}`,
    ...more,
  });
}

const say = async (one: Desk, ...texts: readonly string[]): Promise<string[]> => {
  const before = said.length;
  for (const text of texts) one.take({ kind: 'message', text });
  await one.done;
  return said.slice(before).map(({ text }) => text);
};
const press = async (one: Desk, data: string): Promise<string[]> => {
  const before = said.length;
  one.take({ kind: 'button', id: 'p', data });
  await one.done;
  return said.slice(before).map(({ text }) => text);
};

describe('a message', () => {
  it.each([
    ['/status', { name: 'status', words: [] }],
    ['  /PAUSE  rsi   earnings tonight ', { name: 'pause', words: ['rsi', 'earnings', 'tonight'] }],
    ['/status@Made_Up_Bot', { name: 'status', words: [] }],
    ['/status@another_bot', undefined],
    ['/start', { name: 'help', words: [] }],
    ['/sell', { name: 'unknown', said: '/sell' }],
    ['/', { name: 'unknown', said: '/' }],
    ['what is /status', undefined],
    ['', undefined],
  ])('%j is read', (text, expected) => {
    expect(readCommand(text, 'made_up_bot')).toEqual(expected);
  });
});

describe('the desk', () => {
  it('answers what is asked, with what the run says', async () => {
    const one = await desk();
    expect(await say(one, '/status', '/positions', '/profit', '/breakers')).toMatchInlineSnapshot(`
      [
        "Dry run on the sample market, SYNTHETIC
      2024-01-03 10:21 New York, 4,231 bars
      Equity $99,243.11, today +$12.10, in all -$756.89
      329 trades, 1 position open
      Entries ACTIVE; 1 breaker tripped: operator of ema
      Rules 8a01b77
      STALE: strategies.d/ema.yaml:9:19 E201 unknown name \`slwo\`
      3f9c1d2 waits for engine approve
      Telegram: 2 messages of other chats ignored, 1 late command ignored",
        "1 position, 2024-01-03 10:21 New York
      SPY long 19 (rsi): +$28.69
      471.49 → 473.00; stop 462.06, target 490.35",
        "P&L, 2024-01-03 10:21 New York
      today +$12.10, in all -$756.89 of $100,000.00, 329 trades
      ema: today $0.00, in all -$1,000.00, PAUSED
      rsi: today +$12.10, in all +$243.11",
        "max_daily_loss: ready, daily_loss_pct > 5

      operator holds strategy ema since 2024-01-03 10:20 (by hand: earnings tonight); held back 2",
      ]
    `);
  });

  it('lists its commands, and knows no others', async () => {
    const one = await desk();
    const [help = '', unknown, ...rest] = await say(one, '/help', '/sell everything', 'hello');
    for (const { name } of CHAT_COMMANDS) expect(help).toContain(`/${name}`);
    expect([unknown, rest]).toEqual(['There is no command /sell. /help lists them.', []]);
  });

  it('gives the run its commands as the socket does, with where they came from', async () => {
    const handlers = fakeHandlers();
    const one = await desk({}, handlers);
    await say(
      one,
      '/pause',
      '/pause RSI earnings tonight',
      '/pause spy',
      '/halt prices look wrong',
      '/resume',
      '/resume account fine',
    );
    expect(handlers.asked).toEqual([
      { kind: 'operate', act: 'pause', place: { scope: 'account', name: 'account' }, reason: 'Telegram' },
      {
        kind: 'operate',
        act: 'pause',
        place: { scope: 'strategy', name: 'rsi' },
        reason: 'earnings tonight (Telegram)',
      },
      { kind: 'operate', act: 'pause', place: { scope: 'symbol', name: 'SPY' }, reason: 'Telegram' },
      {
        kind: 'operate',
        act: 'halt',
        place: { scope: 'account', name: 'account' },
        reason: 'prices look wrong (Telegram)',
      },
      { kind: 'operate', act: 'resume', place: { scope: 'account', name: 'account' }, reason: undefined },
      { kind: 'operate', act: 'resume', place: { scope: 'account', name: 'account' }, reason: 'fine (Telegram)' },
    ]);
  });

  it('does nothing to the account when a name was mistyped', async () => {
    const handlers = fakeHandlers();
    const one = await desk({}, handlers);
    expect(await say(one, '/resume rsii', '/flatten appl', '/flatten nonsense')).toEqual([
      'Not done: did you mean /resume rsi? For the whole account: /resume account rsii',
      'There is no strategy or symbol appl: did you mean AAPL?',
      'There is no strategy or symbol nonsense: /flatten alone closes all of the account',
    ]);
    expect(handlers.asked).toEqual([]);
  });

  it('says what the run refuses, in the words of the chat', async () => {
    const refusal = {
      kind: 'refused',
      message: 'the account is halted: to go on takes a reason',
      help: 'engine resume --reason TEXT',
    } as const;
    const one = await desk({}, fakeHandlers({ command: () => refusal }));
    expect(await say(one, '/resume')).toEqual([
      'Not done: the account is halted: to go on takes a reason\n/resume REASON',
    ]);
  });

  it('reloads, and explains', async () => {
    const one = await desk();
    expect(await say(one, '/reload', '/why spy', '/why rsi AAPL', '/why', '/why tsla', '/why x SPY')).toEqual([
      'The files are what runs: abcdef0.',
      'all on SPY\nNo order: a < b.',
      'rsi on AAPL\nNo order: a < b.',
      ...Array.from({ length: 3 }, () => '/why SYMBOL, or /why STRATEGY SYMBOL. The symbols are SPY AAPL.'),
    ]);
  });

  it('says that a run takes no commands, that it did not take one in time, and what broke', async () => {
    const deaf = await desk({ ask: () => undefined });
    expect(await say(deaf, '/pause')).toEqual([
      'This run takes no commands: it keeps no state that they could be recorded in.',
    ]);
    await server?.close();
    const late = await desk({ ask: () => () => new Promise(() => undefined), patienceMs: 5 });
    expect(await say(late, '/status')).toEqual(['The run did not take it within 0.005 s: it is withdrawn. Ask again.']);
    await server?.close();
    const broken = await desk({ why: () => Promise.reject(new Error('engine why gave no answer')) });
    expect(await say(broken, '/why SPY', '/help')).toEqual([
      'That did not work: engine why gave no answer',
      expect.any(String),
    ]);
  });

  it('turns commands away when too many wait', async () => {
    const one = await desk();
    const answers = await say(one, ...Array.from({ length: 50 }, () => '/help'));
    expect(answers.filter((text) => text.startsWith('Too many'))).toHaveLength(30);
  });
});

describe('a flatten', () => {
  const FLATTEN = { kind: 'operate', act: 'flatten', place: { scope: 'account', name: 'account' }, reason: 'Telegram' };

  it('asks once, and closes on a yes', async () => {
    const handlers = fakeHandlers();
    const one = await desk({}, handlers);
    expect(await say(one, '/flatten')).toEqual([
      'Close 1 position of the account at the next open, and enter no more?\nSPY long 19 (rsi): +$28.69\nWithin 60 s: /flatten yes, or the button.',
    ]);
    expect(said[0]?.buttons).toEqual([
      { text: 'Flatten', data: 'flatten:n1' },
      { text: 'Leave it', data: 'leave:n1' },
    ]);
    expect(handlers.asked).toEqual([]);
    await say(one, '/flatten YES');
    expect(handlers.asked).toEqual([FLATTEN]);
    // A second yes is a new question.
    await say(one, '/flatten yes');
    expect(handlers.asked).toHaveLength(1);
  });

  it('closes on a press of its button, once, and not of another one', async () => {
    const handlers = fakeHandlers();
    const one = await desk({}, handlers);
    await say(one, '/flatten', '/flatten rsi');
    await press(one, 'flatten:n1');
    expect([handlers.asked, pressed]).toEqual([[], ['Too late: /flatten asks again.']]);
    await press(one, 'flatten:n2');
    await press(one, 'flatten:n2');
    expect(handlers.asked).toEqual([{ ...FLATTEN, place: { scope: 'strategy', name: 'rsi' } }]);
    expect(pressed.slice(1)).toEqual(['Flattening', 'Too late: /flatten asks again.']);
  });

  it('is left by the other button, and by strange ones', async () => {
    const handlers = fakeHandlers();
    const one = await desk({}, handlers);
    await say(one, '/flatten');
    await press(one, 'flatten');
    await press(one, '');
    expect(await press(one, 'leave:n1')).toEqual(['Nothing was changed.']);
    await say(one, '/flatten yes');
    await press(one, 'flatten:n1');
    expect(handlers.asked).toEqual([]);
  });

  it('forgets its question after a minute', async () => {
    const handlers = fakeHandlers();
    const one = await desk({}, handlers);
    await say(one, '/flatten');
    clock += CONFIRM_MS + 1;
    await press(one, 'flatten:n1');
    expect((await say(one, '/flatten yes'))[0]).toContain('A yes counts within 60 s of the question: /flatten yes');
    expect(handlers.asked).toEqual([]);
    clock += CONFIRM_MS;
    await say(one, '/flatten yes');
    expect(handlers.asked).toEqual([FLATTEN]);
  });

  it('takes no yes for another place than it asked about', async () => {
    const handlers = fakeHandlers();
    const one = await desk({}, handlers);
    await say(one, '/flatten rsi', '/flatten yes');
    expect(handlers.asked).toEqual([]);
    await say(one, '/flatten yes');
    expect(handlers.asked).toEqual([FLATTEN]);
  });
});
