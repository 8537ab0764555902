import type { Secret } from '../secrets/secret.ts';

/** Why the Bot API did not do what it was asked. */
export type Trouble =
  /** 401, or 404 for a token of the wrong form. */
  | { readonly kind: 'token' }
  /** 400 or 403 about the chat: `movedTo`: the group has another id now. */
  | { readonly kind: 'chat'; readonly says: string; readonly movedTo: string | undefined }
  /** 429: asked again after `seconds` at the earliest. */
  | { readonly kind: 'busy'; readonly seconds: number }
  /** 409: somebody else takes the bot's messages, another program or a webhook. */
  | { readonly kind: 'conflict'; readonly webhook: boolean }
  /** Any other 400: the message itself. */
  | { readonly kind: 'message'; readonly says: string }
  | { readonly kind: 'server'; readonly status: number }
  /** `code` of the system: `ECONNREFUSED`, `ENOTFOUND`, ... */
  | { readonly kind: 'network'; readonly code: string }
  | { readonly kind: 'timeout'; readonly milliseconds: number }
  /** What answers there speaks something else. */
  | { readonly kind: 'stranger'; readonly status: number }
  /** The caller gave up. */
  | { readonly kind: 'aborted' };

export type Answer<T> =
  /** @property skewMs how far the server's clock is ahead of ours, ms; undefined: it does not say */
  | { readonly ok: true; readonly result: T; readonly skewMs: number | undefined }
  | { readonly ok: false; readonly trouble: Trouble };

export interface BotApi {
  /** Calls a method; never throws. */
  call<T>(method: string, parameters: Readonly<Record<string, unknown>>, how?: CallOptions): Promise<Answer<T>>;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BotApiOptions {
  /** `https://api.telegram.org`, without a slash at the end. */
  readonly root: string;
  readonly token: Secret;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
}

const TIMEOUT = 10_000;

/** Letters of the server's own words that are kept. */
const LONGEST_WORDS = 200;

/** Ids of chats and users go beyond 2^53 in theory and are kept as they are written. */
interface Failed {
  readonly description?: unknown;
  readonly parameters?: { readonly retry_after?: unknown; readonly migrate_to_chat_id?: unknown };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Of a description about the chat itself, not about what was sent there. */
const OF_CHAT =
  /chat not found|peer_id_invalid|not enough rights|have no rights|upgraded to a supergroup|chat_write|group chat was/i;

const troubleOf = (status: number, { description, parameters }: Failed): Trouble => {
  const says = (typeof description === 'string' ? description : '')
    .replace(/^[A-Z][a-z]+( [A-Z][a-z]+)*: /, '')
    .slice(0, LONGEST_WORDS);
  const moved = parameters?.migrate_to_chat_id;
  switch (status) {
    case 401:
    case 404:
      return { kind: 'token' };
    case 403:
      return { kind: 'chat', says, movedTo: undefined };
    case 409:
      return { kind: 'conflict', webhook: /webhook/i.test(says) };
    case 429: {
      const seconds = Number(parameters?.retry_after);
      return { kind: 'busy', seconds: Number.isFinite(seconds) && seconds > 0 ? seconds : 1 };
    }
    default:
  }
  if (status >= 500) return { kind: 'server', status };
  if (moved !== undefined || OF_CHAT.test(says)) {
    return {
      kind: 'chat',
      says,
      movedTo: typeof moved === 'number' || typeof moved === 'string' ? `${moved}` : undefined,
    };
  }
  return { kind: 'message', says };
};

/** The system's code, wherever fetch has put it; never the message, which may hold the address and so the token. */
const codeOf = (error: unknown, depth = 0): string => {
  if (!isRecord(error) || depth > 5) return 'UNKNOWN';
  if (typeof error.code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(error.code)) return error.code;
  // Where several addresses were tried, the first says it.
  const inner: unknown = Array.isArray(error.errors) ? error.errors[0] : error.cause;
  return codeOf(inner, depth + 1);
};

const skewOf = (response: Response, now: number): number | undefined => {
  const date = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : date - now;
};

/** Speaks to Telegram's Bot API. The token stands in every address, so that no address and no error of fetch leaves this file. */
export const createBotApi = ({ root, token, now }: BotApiOptions): BotApi => ({
  async call<T>(
    method: string,
    parameters: Readonly<Record<string, unknown>>,
    how: CallOptions = {},
  ): Promise<Answer<T>> {
    const { timeoutMs = TIMEOUT, signal } = how;
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(`${root}/bot${token.reveal()}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(parameters),
        // Elsewhere the token would go to somebody else.
        redirect: 'error',
        signal: signal === undefined ? late : AbortSignal.any([late, signal]),
      });
      const text = await response.text();
      const body = parsed(text);
      if (body?.ok === true) return { ok: true, result: body.result as T, skewMs: skewOf(response, now()) };
      if (body?.ok === false) return { ok: false, trouble: troubleOf(response.status, body as Failed) };
      // A proxy's page about a server that is down is no stranger.
      const passing = response.status >= 500;
      return { ok: false, trouble: { kind: passing ? 'server' : 'stranger', status: response.status } };
    } catch (error) {
      if (signal?.aborted === true) return { ok: false, trouble: { kind: 'aborted' } };
      if (late.aborted) return { ok: false, trouble: { kind: 'timeout', milliseconds: timeoutMs } };
      return { ok: false, trouble: { kind: 'network', code: codeOf(error) } };
    }
  },
});

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
