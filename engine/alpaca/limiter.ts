import type { Clock } from '../market/clock.ts';
import { MINUTE, SECOND } from '../market/time.ts';

/** Who goes first when not all may: cancels and what closes or protects; what opens; questions. */
export type Priority = 'exit' | 'entry' | 'read';
const PRIORITIES: readonly Priority[] = ['exit', 'entry', 'read'];

/** What the server's headers say of the key's window. */
export interface Allowance {
  readonly limit: number | undefined;
  readonly remaining: number;
  /** ms until the window begins anew, by the server's own clock. */
  readonly resetInMs: number;
}

/** Leave to send one request. One of its calls must follow. */
export interface Ticket {
  /** An answer came that is none of 429. */
  answered(allowance?: Allowance): void;
  /** 429; ms that the server asks for, where it says so. */
  refused(retryAfterMs?: number): void;
  /** No answer came. */
  lost(): void;
  /** It was not sent. */
  unused(): void;
}

export interface LimiterOptions {
  readonly clock: Clock;
  /** 0 to below 1. */
  readonly dice: () => number;
  /** Requests in any minute, as long as the server names no other number. */
  readonly perMinute?: number;
  /** Told when the server begins to refuse (429), and when it takes requests again. */
  readonly told?: (state: 'limited' | 'free', waiting: number) => void;
}

export interface Limiter {
  /** Comes when a request may be sent: the first in its class, and no other waits in a class before it. Rejects once closed. */
  take(priority: Priority): Promise<Ticket>;
  /** Turns away all who wait, and all who come. */
  close(): void;
  readonly waiting: number;
}

/** Alpaca's, by key. */
export const REQUESTS_PER_MINUTE = 200;

/** What of a minute's requests is kept for the classes before: questions and entries never leave an exit without one. */
const KEPT: Readonly<Record<Priority, number>> = { exit: 0, entry: 0.1, read: 0.25 };

/**
 * Requests under way at a time, by the class of the next one: what the server says of the limit comes with the answers, and
 * questions that hang must not keep an exit from a connection.
 */
export const UNDER_WAY: Readonly<Record<Priority, number>> = { exit: 16, entry: 12, read: 8 };

const FIRST_PAUSE = SECOND;
const LONGEST_PAUSE = MINUTE;
/** What a server may ask for at most, ms. */
const LONGEST_ASKED = 5 * MINUTE;

/** Thrown at those who wait when the limiter is closed. */
export class LimiterClosed extends Error {}

interface Waiter {
  readonly resolve: (ticket: Ticket) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Holds the requests of one key to its limit: never more than `perMinute` in any span of a minute, fewer when the server counts
 * others, none while it refuses; after a refusal one alone tries first.
 */
export function createLimiter({ clock, dice, perMinute = REQUESTS_PER_MINUTE, told }: LimiterOptions): Limiter {
  const queues: Readonly<Record<Priority, Waiter[]>> = { exit: [], entry: [], read: [] };
  /** When the requests of the last minute were sent, ms, oldest first. */
  const sent: number[] = [];
  let limit = perMinute;
  let count = 0;
  let underWay = 0;
  /** What the server leaves until `ends`, as of the answer to request number `as of`. */
  let server: { readonly ends: number; readonly remaining: number; readonly asOf: number } | undefined;
  /** Nothing goes before then, ms. */
  let blockedUntil = Number.NEGATIVE_INFINITY;
  let refusals = 0;
  /** After a refusal: one request that tries whether the server takes them again. */
  let trial = false;
  let timer: { cancel(): void } | undefined;
  let closed = false;
  let latest = Number.NEGATIVE_INFINITY;

  /** The time; a clock that is set back moves all that is remembered by it. */
  function time(): number {
    const now = clock.now();
    if (now < latest) {
      const back = latest - now;
      for (let i = 0; i < sent.length; i++) sent[i]! -= back;
      blockedUntil -= back;
      if (server !== undefined) server = { ...server, ends: server.ends - back };
    }
    latest = now;
    return now;
  }

  /** ms until a request of this class may go, by the count of both sides; 0: now. */
  function waitFor(priority: Priority, now: number): number {
    const kept = Math.floor(limit * KEPT[priority]);
    while (sent.length > 0 && sent[0]! + MINUTE <= now) sent.shift();
    const room = Math.max(1, limit - kept);
    let wait = sent.length < room ? 0 : sent[sent.length - room]! + MINUTE - now;
    if (server !== undefined && server.ends <= now) server = undefined;
    if (server !== undefined && server.remaining - (count - server.asOf) <= kept) {
      wait = Math.max(wait, server.ends - now);
    }
    return wait;
  }

  function ticket(now: number, trying: boolean): Ticket {
    const mine = ++count;
    sent.push(now);
    underWay++;
    let open = true;
    const settle = (run: () => void): void => {
      if (!open) return;
      open = false;
      underWay--;
      if (trying) trial = false;
      run();
      pump();
    };
    return {
      answered: (allowance) =>
        settle(() => {
          // What was on its way when another was refused says nothing of now.
          if (refusals > 0 && trying) {
            refusals = 0;
            told?.('free', waiting());
          }
          if (allowance !== undefined) learn(allowance, mine);
        }),
      refused: (retryAfterMs) =>
        settle(() => {
          const at = time();
          // Requests that were on their way together are refused together: that is one refusal.
          const first = refusals === 0;
          if (first || trying) refusals++;
          const backoff = Math.min(FIRST_PAUSE * 2 ** Math.min(refusals - 1, 10), LONGEST_PAUSE);
          const asked = retryAfterMs === undefined ? backoff : Math.min(Math.max(retryAfterMs, 0), LONGEST_ASKED);
          // Later than asked, never sooner: others wait for the same moment.
          blockedUntil = Math.max(blockedUntil, at + asked + dice() * Math.max(asked / 4, SECOND / 4));
          if (first) told?.('limited', waiting());
        }),
      lost: () => settle(() => undefined),
      unused: () => settle(() => undefined),
    };
  }

  function learn({ limit: named, remaining, resetInMs }: Allowance, mine: number): void {
    if (named !== undefined && named >= 1) limit = Math.floor(named);
    if (!(remaining >= 0) || !(resetInMs > 0)) return;
    // An answer that was overtaken says less than what is known.
    if (server !== undefined && server.asOf > mine) return;
    server = { ends: time() + Math.min(resetInMs, 2 * MINUTE), remaining, asOf: mine };
  }

  const waiting = (): number => PRIORITIES.reduce((sum, priority) => sum + queues[priority].length, 0);

  /** Lets go whoever may, in turn; sets an alarm for the next one. */
  function pump(): void {
    timer?.cancel();
    timer = undefined;
    for (;;) {
      const first = PRIORITIES.find((priority) => queues[priority].length > 0);
      if (first === undefined) return;
      const now = time();
      const wait = Math.max(blockedUntil - now, waitFor(first, now));
      if (wait > 0) {
        timer = clock.after(Math.ceil(wait), pump);
        return;
      }
      // After a refusal one alone tries; the next one goes when it is back.
      if (trial || underWay >= UNDER_WAY[first]) return;
      trial = refusals > 0;
      queues[first].shift()!.resolve(ticket(now, trial));
    }
  }

  return {
    take: (priority) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new LimiterClosed());
          return;
        }
        queues[priority].push({ resolve, reject });
        pump();
      }),
    close() {
      closed = true;
      timer?.cancel();
      for (const priority of PRIORITIES) {
        for (const { reject } of queues[priority].splice(0)) reject(new LimiterClosed());
      }
    },
    get waiting() {
      return waiting();
    },
  };
}
