import { randomBytes } from 'node:crypto';
import type { LocalAnswer, LocalRequest } from '../runtime/control/server.ts';
import type { Session } from '../runtime/session.ts';
import type { Secret } from '../secrets/secret.ts';
import { createBotApi, type Trouble } from './bot-api.ts';
import { CHAT_COMMANDS } from './commands.ts';
import { createDesk, type WhyAnswer } from './desk.ts';
import { type Html, html, lines, plain } from './html.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { createNews, type News } from './news.ts';
import { createOutbox } from './outbox.ts';
import { type TroubleWords, troubleWords } from './trouble-words.ts';

export interface TelegramOptions {
  /** `https://api.telegram.org`. */
  readonly root: string;
  readonly token: Secret;
  readonly chat: string;
  readonly synthetic: boolean;
  /** The market goes by as fast as it can. */
  readonly rushes: boolean;
  /** Milliseconds that what is not urgent waits for company. */
  readonly gatherMs: number;
  /** Takes secrets out of a text, before it leaves. */
  readonly scrub: (text: string) => string;
  readonly log: (level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Tells the person at the terminal that messages do not go, or commands do not come. */
  readonly warn: (trouble: TroubleWords) => void;
  /** They do again. */
  readonly going: () => void;
  readonly why: (strategy: string | undefined, symbol: string) => Promise<readonly WhyAnswer[]>;
}

/** What a run gives to the chat: itself, and the queue of its commands. */
export interface Attached {
  readonly session: () => Session | undefined;
  /** Undefined: it takes no commands. */
  readonly ask: ((request: LocalRequest) => Promise<LocalAnswer>) | undefined;
}

export interface Telegram {
  readonly news: News;
  /** From here on the run's commands come from the chat too. */
  attach(run: Attached): void;
  /** Sends what waits, for so many milliseconds at most. */
  close(ms: number): Promise<void>;
}

type Way = 'sending' | 'listening';

/** What the desk may still be at when the engine stops. */
const LAST_WORDS_MS = 500;

/** The name of the API's host: nothing of its address but that. */
export const hostOf = (root: string): string => {
  try {
    return new URL(root).host;
  } catch {
    return 'the Bot API';
  }
};

/**
 * Tells one chat what happens in a run, and takes its commands. All of it goes on beside the run: nothing here is waited for, and
 * nothing throws into it.
 */
export const openTelegram = (options: TelegramOptions): Telegram => {
  const { chat, scrub, log } = options;
  const wall = (): number => Date.now();
  const host = hostOf(options.root);
  const bot = createBotApi({ root: options.root, token: options.token, now: wall });
  const state = {
    run: undefined as Attached | undefined,
    inbox: undefined as Inbox | undefined,
    name: undefined as string | undefined,
  };

  /** What fails now, and how. */
  const failing = new Map<Way, Trouble['kind']>();
  const trouble = (way: Way) => (problem: Trouble) => {
    const { code, message, help } = troubleWords(problem, host);
    const words = { code, message: scrub(message), help };
    log('warn', 'telegram_failing', { what: way, ...words });
    // Both ways fail together when the network does: that is one thing to be told.
    if (![...failing.values()].includes(problem.kind)) options.warn(words);
    // A message that is refused for what it is does not stop the others.
    if (problem.kind !== 'message') failing.set(way, problem.kind);
  };
  const going = (way: Way) => () => {
    log('info', 'telegram_going', { what: way });
    if (failing.delete(way) && failing.size === 0) options.going();
  };

  const outbox = createOutbox({
    bot,
    chat,
    gatherMs: options.gatherMs,
    now: () => performance.now(),
    failing: trouble('sending'),
    going: going('sending'),
  });
  const offer = (message: Html, how: Parameters<typeof outbox.offer>[1]): void =>
    outbox.offer(scrub(message) as Html, how);

  const news = createNews({
    offer,
    session: () => state.run?.session(),
    synthetic: options.synthetic,
    rushes: options.rushes,
    now: wall,
  });

  const desk = createDesk({
    ask: () => state.run?.ask,
    why: options.why,
    offer,
    pressed: (id, text) => void bot.call('answerCallbackQuery', { callback_query_id: id, text }),
    counts: () => ({
      sent: outbox.sent,
      dropped: outbox.dropped,
      strangers: state.inbox?.strangers ?? 0,
      stale: state.inbox?.stale ?? 0,
    }),
    bot: () => state.name,
    now: wall,
    acting: (on) => news.acting(on),
    nonce: () => randomBytes(6).toString('hex'),
  });

  /** The bot's own name, to know what is meant for it in a group; and its commands, for the menu of the chat. */
  async function introduce(): Promise<void> {
    const me = await bot.call<{ readonly username?: unknown }>('getMe', {});
    if (!me.ok) return;
    if (typeof me.result.username === 'string') state.name = me.result.username;
    await bot.call('setMyCommands', {
      commands: CHAT_COMMANDS.map(({ name, summary }) => ({ command: name, description: summary })),
      scope: { type: 'chat', chat_id: chat },
    });
  }

  return {
    news,
    attach(run) {
      state.run = run;
      if (state.inbox !== undefined) return;
      void introduce();
      state.inbox = createInbox({
        bot,
        chat,
        now: wall,
        take: (received) => {
          log('info', 'telegram_command', {
            text: received.kind === 'message' ? received.text.slice(0, 200) : received.data,
          });
          desk.take(received);
        },
        stale(texts) {
          log('warn', 'telegram_stale', { commands: texts });
          const [first, more] = [texts[0]!, texts.length - 1];
          offer(
            lines(
              html`<b>Not done</b>: ${plain(first)}${plain(more > 0 ? ` and ${more} more` : '')}`,
              html`Older than 60 s, or sent before this run began. Send it again if it is still meant.`,
            ),
            { urgent: true },
          );
        },
        failing: trouble('listening'),
        going: going('listening'),
      });
    },
    async close(ms) {
      const until = performance.now() + ms;
      await state.inbox?.close(Math.min(ms, 1_000));
      await Promise.race([desk.done, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
      const unsent = await outbox.close(Math.max(0, until - performance.now()));
      const { sent, dropped, refused } = outbox;
      log(unsent + dropped + refused > 0 ? 'warn' : 'info', 'telegram_closed', {
        sent,
        dropped,
        refused,
        unsent,
        strangers: state.inbox?.strangers ?? 0,
        stale: state.inbox?.stale ?? 0,
      });
    },
  };
};
