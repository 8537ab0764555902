import type { BotApi, Trouble } from './bot-api.ts';
import { type Html, textOf } from './html.ts';
import { paceOf } from './pace.ts';
import { createQueue, type Offer, type QueueLimits } from './queue.ts';

export interface OutboxOptions {
  readonly bot: BotApi;
  readonly chat: string;
  /** Milliseconds that a message which is not urgent waits for others. */
  readonly gatherMs: number;
  readonly limits?: Partial<QueueLimits>;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
  /** Sending fails: told at the first failure of a kind, until something goes again. */
  readonly failing: (trouble: Trouble) => void;
  /** It goes again. */
  readonly going: () => void;
  /** Milliseconds of the first and the longest pause after a failure. */
  readonly backoff?: { readonly first: number; readonly longest: number };
  readonly timeoutMs?: number;
}

export interface Outbox {
  /** Never throws, never waits. */
  offer(message: Html, offer?: Offer): void;
  readonly sent: number;
  readonly dropped: number;
  /** Messages that the server refused for what they are. */
  readonly refused: number;
  /** Sends what waits, for so long at most; then nothing more is sent. Gives how many are left unsent. */
  close(ms: number): Promise<number>;
}

/** Messages that wait at most. */
const MOST = 200;

const BACKOFF = { first: 1_000, longest: 60_000 };

/** Pause after a failure that only a person can mend. */
const MENDED_BY_HAND = 60_000;

/**
 * Sends messages to one chat, one after the other, beside everything else. What fails is tried again, later and later; a message
 * of which no answer came may arrive twice.
 */
export const createOutbox = (options: OutboxOptions): Outbox => {
  const { bot, chat, now, gatherMs } = options;
  const backoff = options.backoff ?? BACKOFF;
  const queue = createQueue({ most: MOST, gatherMs, pace: paceOf(chat), ...options.limits });
  const counts = { sent: 0, refused: 0, failures: 0 };
  const closing = new AbortController();
  let failing: Trouble['kind'] | undefined;
  let running: Promise<void> = Promise.resolve();
  let idle = true;
  let wake: (() => void) | undefined;
  let hurried = false;

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        closing.signal.removeEventListener('abort', over);
        wake = undefined;
        resolve();
      };
      const timer = setTimeout(over, ms);
      // What waits keeps no process alive: `close` does, as long as it waits.
      if (!hurried) timer.unref();
      closing.signal.addEventListener('abort', over, { once: true });
      wake = over;
    });

  const send = (text: string, more: Readonly<Record<string, unknown>>): ReturnType<BotApi['call']> =>
    bot.call(
      'sendMessage',
      { chat_id: chat, text, link_preview_options: { is_disabled: true }, ...more },
      { signal: closing.signal, ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }) },
    );

  /** Milliseconds to wait before the next attempt. */
  function pauseAfter(trouble: Trouble): number {
    if (trouble.kind === 'busy') return trouble.seconds * 1_000;
    const grown = Math.min(backoff.longest, backoff.first * 2 ** Math.min(counts.failures - 1, 20));
    const byHand = trouble.kind === 'token' || trouble.kind === 'chat' || trouble.kind === 'stranger';
    return byHand ? Math.max(grown, Math.min(backoff.longest, MENDED_BY_HAND)) : grown;
  }

  function failed(trouble: Trouble): void {
    if (trouble.kind === 'aborted') return;
    counts.failures++;
    queue.hold(pauseAfter(trouble), now(), trouble.kind === 'busy');
    // What cannot be reached now will not be within the seconds that a stop leaves.
    if (hurried && trouble.kind !== 'busy' && trouble.kind !== 'server') closing.abort();
    if (failing === trouble.kind) return;
    failing = trouble.kind;
    // To be asked to slow down now and then is everyday.
    if (trouble.kind !== 'busy') options.failing(trouble);
  }

  function went(): void {
    counts.sent++;
    counts.failures = 0;
    if (failing !== undefined && failing !== 'busy') options.going();
    failing = undefined;
  }

  async function sendOne(text: Html, buttons: Offer['buttons']): Promise<void> {
    const keyboard =
      buttons === undefined
        ? {}
        : { reply_markup: { inline_keyboard: [buttons.map((one) => ({ text: one.text, callback_data: one.data }))] } };
    let answer = await send(text, { parse_mode: 'HTML', ...keyboard });
    // Better without its bold letters than not at all.
    if (!answer.ok && answer.trouble.kind === 'message') answer = await send(textOf(text), keyboard);
    if (answer.ok) went();
    else if (answer.trouble.kind === 'message') {
      counts.refused++;
      options.failing(answer.trouble);
    } else failed(answer.trouble);
    const gone = answer.ok || answer.trouble.kind === 'message';
    queue.settled(gone ? 'gone' : 'kept', now());
  }

  async function work(): Promise<void> {
    while (!closing.signal.aborted) {
      const step = queue.next(now());
      if (step.kind === 'idle') break;
      if (step.kind === 'wait') await sleep(step.ms);
      else await sendOne(step.text, step.buttons);
    }
    // In the same breath as the last look at the queue: what is offered next begins anew.
    idle = true;
  }

  function run(): void {
    wake?.();
    if (!idle) return;
    idle = false;
    running = work();
  }

  return {
    offer(message, offer = {}) {
      if (closing.signal.aborted) return;
      queue.offer(message, offer, now());
      run();
    },
    get sent() {
      return counts.sent;
    },
    get dropped() {
      return queue.dropped;
    },
    get refused() {
      return counts.refused;
    },
    async close(ms) {
      hurried = true;
      queue.hurry();
      const timer = setTimeout(() => closing.abort(), ms);
      if (queue.waiting > 0) run();
      await running;
      clearTimeout(timer);
      closing.abort();
      return queue.waiting;
    },
  };
};
