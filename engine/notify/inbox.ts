import type { BotApi, Trouble } from './bot-api.ts';

/** Something that the allowed chat sent. */
export type Received =
  | { readonly kind: 'message'; readonly text: string }
  /** A button was pressed; `id` wants an answer. */
  | { readonly kind: 'button'; readonly id: string; readonly data: string };

export interface InboxOptions {
  readonly bot: BotApi;
  /** The only chat that is listened to: its number, or the @name of a channel. */
  readonly chat: string;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  readonly take: (received: Received) => void;
  /** What was sent too long ago, or before this process listened, and is not done: texts, oldest first. */
  readonly stale: (texts: readonly string[]) => void;
  readonly failing: (trouble: Trouble) => void;
  readonly going: () => void;
  /** Seconds that the server holds a question when there is nothing to tell. */
  readonly pollSeconds?: number;
  readonly backoff?: { readonly first: number; readonly longest: number };
}

export interface Inbox {
  /** Messages of other chats, which are not looked at. */
  readonly strangers: number;
  readonly stale: number;
  /** Ends the waiting, and tells the server within `ms` what has been seen. */
  close(ms: number): Promise<void>;
}

/** A command older than this is not done: whoever sent it has long looked elsewhere. */
export const STALE_AFTER_MS = 60_000;

const POLL_SECONDS = 50;
const BACKOFF = { first: 1_000, longest: 60_000 };

/** Of the Bot API's Update, what is read; all of it may be missing or of another kind. */
interface Update {
  readonly update_id?: unknown;
  readonly message?: Message;
  readonly callback_query?: { readonly id?: unknown; readonly data?: unknown; readonly message?: Message };
}

interface Message {
  readonly date?: unknown;
  readonly text?: unknown;
  readonly chat?: { readonly id?: unknown; readonly username?: unknown };
}

/** Listens for messages to the bot by long polling. Everything but the allowed chat's is counted and left. */
export const createInbox = (options: InboxOptions): Inbox => {
  const { bot, chat, now, pollSeconds = POLL_SECONDS } = options;
  const backoff = options.backoff ?? BACKOFF;
  const closing = new AbortController();
  const began = now();
  const counts = { strangers: 0, stale: 0, failures: 0 };
  let offset: number | undefined;
  /** What the server has been told of. */
  let confirmed: number | undefined;
  /** Ms that the server's clock, which dates the messages, is ahead of ours. */
  let skew = 0;
  let failing: Trouble['kind'] | undefined;

  const isAllowed = (message: Message | undefined): boolean => {
    const { id, username } = message?.chat ?? {};
    if (chat.startsWith('@'))
      return typeof username === 'string' && `@${username}`.toLowerCase() === chat.toLowerCase();
    return (typeof id === 'number' || typeof id === 'string') && String(id) === chat;
  };

  function isStale({ date }: Message): boolean {
    if (typeof date !== 'number') return true;
    const sent = date * 1_000 - skew;
    // Dates are whole seconds: what came in the second of the start is let in.
    return sent < now() - STALE_AFTER_MS || sent < began - 1_000;
  }

  function read(update: Update, old: string[]): void {
    const { message, callback_query: pressed } = update;
    if (message === undefined && pressed === undefined) return;
    if (!isAllowed(message ?? pressed?.message)) {
      counts.strangers++;
      return;
    }
    if (pressed !== undefined) {
      // A button has the date of its question; the question knows until when it holds.
      if (typeof pressed.id === 'string' && typeof pressed.data === 'string')
        options.take({ kind: 'button', id: pressed.id, data: pressed.data });
      return;
    }
    const { text } = message!;
    if (typeof text !== 'string') return;
    if (isStale(message!)) {
      counts.stale++;
      if (text.startsWith('/')) old.push(text.slice(0, 60));
    } else options.take({ kind: 'message', text });
  }

  function take(updates: unknown): void {
    if (!Array.isArray(updates)) return;
    const old: string[] = [];
    for (const update of updates as readonly (Update | null)[]) {
      const id = update?.update_id;
      if (typeof id !== 'number' || !Number.isSafeInteger(id)) continue;
      // Seen before.
      if (offset !== undefined && id < offset) continue;
      offset = id + 1;
      read(update!, old);
    }
    if (old.length > 0) options.stale(old);
  }

  const ask = (seconds: number, timeoutMs: number, signal: AbortSignal | undefined): ReturnType<BotApi['call']> =>
    bot.call(
      'getUpdates',
      {
        timeout: seconds,
        limit: seconds === 0 ? 1 : 100,
        allowed_updates: ['message', 'callback_query'],
        ...(offset === undefined ? {} : { offset }),
      },
      { timeoutMs, signal },
    );

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        closing.signal.removeEventListener('abort', over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      timer.unref();
      closing.signal.addEventListener('abort', over, { once: true });
    });

  function failed(trouble: Trouble): number {
    counts.failures++;
    if (failing !== trouble.kind && trouble.kind !== 'busy') options.failing(trouble);
    failing = trouble.kind;
    if (trouble.kind === 'busy') return trouble.seconds * 1_000;
    return Math.min(backoff.longest, backoff.first * 2 ** Math.min(counts.failures - 1, 20));
  }

  async function listen(): Promise<void> {
    while (!closing.signal.aborted) {
      const asked = offset;
      const since = now();
      const answer = await ask(pollSeconds, (pollSeconds + 10) * 1_000, closing.signal);
      if (closing.signal.aborted) return;
      if (!answer.ok) {
        await rest(failed(answer.trouble));
        continue;
      }
      confirmed = asked;
      counts.failures = 0;
      if (failing !== undefined && failing !== 'busy') options.going();
      failing = undefined;
      if (answer.skewMs !== undefined) skew = answer.skewMs;
      take(answer.result);
      // A server that does not hold the question is not asked as fast as it goes.
      const empty = !Array.isArray(answer.result) || answer.result.length === 0;
      if (empty && Math.abs(now() - since) < backoff.first) await rest(backoff.first);
    }
  }

  const listening = listen();
  return {
    get strangers() {
      return counts.strangers;
    },
    get stale() {
      return counts.stale;
    },
    async close(ms) {
      closing.abort();
      await listening;
      // What was done here must not be called left undone by the next start.
      if (offset !== undefined && offset !== confirmed && failing === undefined) await ask(0, ms, undefined);
    },
  };
};
