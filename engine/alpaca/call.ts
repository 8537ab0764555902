import type { Alpaca } from '@alpacahq/alpaca-trade-api/rest';
import type { Clock } from '../market/clock.ts';
import { MINUTE, SECOND } from '../market/time.ts';
import type { AlpacaConnection } from './connection.ts';
import { type Reading, reading } from './fields.ts';
import { type Allowance, type Limiter, LimiterClosed, type Priority } from './limiter.ts';
import { type Answer, networkRefusal, ownRefusal, type Refusal, readRefusal } from './refusal.ts';

/** An answer of the SDK's whose body nobody has read. */
type Raw = { readonly raw: Response };

export interface CallOptions<T> {
  readonly priority: Priority;
  /** Whose limit of requests it counts against. */
  readonly host: 'trading' | 'data';
  /** A question, which may be asked again whatever came of it. */
  readonly safe: boolean;
  /** Asked when its turn comes, which may be minutes later: false, and it is not sent. */
  readonly wanted?: (() => boolean) | undefined;
  readonly send: (sdk: Alpaca) => Promise<Raw>;
  /** Reads the parsed body, by the functions of `fields.ts`. */
  readonly read: (body: unknown) => T;
}

export interface CallerOptions {
  readonly connection: AlpacaConnection;
  readonly limiter: Limiter;
  /** Of market data, which Alpaca counts by itself; the same when left out. */
  readonly dataLimiter?: Limiter;
  readonly clock: Clock;
  /** 0 to below 1. */
  readonly dice: () => number;
  /** Told of every answer that carries the server's time, ms, and of how long it was under way. */
  readonly dated?: (server: number, roundTripMs: number) => void;
}

/** Sends one request through the limiter, again where that is safe, and reads what comes back. Never throws. */
export type Call = <T>(options: CallOptions<T>) => Promise<Answer<T>>;

/** Times that a question is asked again after no answer, or one that says that the server failed. */
const AGAIN = 2;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5 * SECOND;

/** For so long a request waits out the server's refusals (429), ms: an exit for as long as it takes, an entry not beyond its price. */
const PATIENCE: Readonly<Record<Priority, number>> = {
  exit: Number.POSITIVE_INFINITY,
  entry: 30 * SECOND,
  read: MINUTE,
};

const headerNumber = (headers: Headers, name: string): number | undefined => {
  const text = headers.get(name);
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** ms that a 429 asks for: seconds, or a date by the server's clock. */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const seconds = headerNumber(headers, 'retry-after');
  if (seconds !== undefined) return Math.max(0, seconds * SECOND);
  const at = Date.parse(headers.get('retry-after') ?? '');
  if (!Number.isNaN(at)) return Math.max(0, at - serverTime(headers, now));
  return resetOf(headers, now);
}

const serverTime = (headers: Headers, now: number): number => {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? now : date;
};

/** ms until the key's window begins anew: the header is in seconds since 1970, by the server's clock. */
function resetOf(headers: Headers, now: number): number | undefined {
  const reset = headerNumber(headers, 'x-ratelimit-reset');
  return reset === undefined ? undefined : Math.max(0, reset * SECOND - serverTime(headers, now));
}

function allowanceOf(headers: Headers, now: number): Allowance | undefined {
  const remaining = headerNumber(headers, 'x-ratelimit-remaining');
  const resetInMs = resetOf(headers, now);
  if (remaining === undefined || resetInMs === undefined) return undefined;
  return { limit: headerNumber(headers, 'x-ratelimit-limit'), remaining, resetInMs };
}

/** The answer within an error of the SDK's, for statuses that are none of success. */
const responseOf = (error: unknown): Response | undefined => {
  const response = (error as { readonly response?: unknown } | undefined)?.response;
  return response instanceof Response ? response : undefined;
};

export function createCaller({ connection, limiter, dataLimiter = limiter, clock, dice, dated }: CallerOptions): Call {
  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      clock.after(milliseconds, resolve);
    });

  /** One try. */
  async function attempt<T>({ priority, host, wanted, send, read }: CallOptions<T>): Promise<Answer<T>> {
    const sdk = await connection.sdk();
    const ticket = await (host === 'data' ? dataLimiter : limiter).take(priority);
    if (wanted?.() === false) {
      ticket.unused();
      return { refusal: ownRefusal('withdrawn', 'it was not wanted any more when it could be sent') };
    }
    const began = clock.now();
    let response: Response;
    try {
      response = (await send(sdk)).raw;
    } catch (error) {
      const answered = responseOf(error);
      if (answered === undefined) {
        ticket.lost();
        return { refusal: networkRefusal(error) };
      }
      response = answered;
    }
    const now = clock.now();
    const { status, headers } = response;
    const date = Date.parse(headers.get('date') ?? '');
    if (!Number.isNaN(date)) dated?.(date, now - began);
    if (status === 429) ticket.refused(retryAfterOf(headers, now));
    else ticket.answered(allowanceOf(headers, now));
    let body: string;
    try {
      body = await response.text();
    } catch (error) {
      return { refusal: networkRefusal(error) };
    }
    if (status < 200 || status >= 300) {
      return { refusal: readRefusal(status, body, headers.get('x-request-id') ?? undefined) };
    }
    return understood(readBody(body, read), status);
  }

  async function tryOnce<T>(options: CallOptions<T>): Promise<Answer<T>> {
    try {
      return await attempt(options);
    } catch (error) {
      if (error instanceof LimiterClosed) {
        return { refusal: ownRefusal('closed_connection', 'the connection has been closed') };
      }
      return { refusal: networkRefusal(error) };
    }
  }

  return async (options) => {
    const { safe, priority } = options;
    const began = clock.now();
    for (let again = 0; ; ) {
      const answer = await tryOnce(options);
      if ('ok' in answer) return answer;
      const { kind } = answer.refusal;
      if (kind === 'rate_limited') {
        // It has not been carried out, whatever it was. The limiter knows when the next may go.
        if (clock.now() - began < PATIENCE[priority]) continue;
        return answer;
      }
      if (!safe || !mayPass(answer.refusal) || again >= AGAIN) return answer;
      await pause(Math.min(FIRST_PAUSE * 2 ** again++, LONGEST_PAUSE) * (0.8 + 0.4 * dice()));
    }
  };
}

/** Something that may be over a moment later. */
const mayPass = ({ kind }: Refusal): boolean =>
  kind === 'server' || kind === 'network_unknown' || kind === 'timeout_unknown' || kind === 'unreachable';

function readBody<T>(body: string, read: (body: unknown) => T): Reading<T> {
  let parsed: unknown;
  try {
    parsed = body === '' ? undefined : JSON.parse(body);
  } catch {
    return { fault: 'it is no JSON' };
  }
  return reading(() => read(parsed));
}

const understood = <T>(read: Reading<T>, status: number): Answer<T> =>
  'ok' in read
    ? read
    : { refusal: ownRefusal('unreadable', `the server's answer cannot be understood: ${read.fault}`, status) };
