import type { Alpaca } from '@alpacahq/alpaca-trade-api/rest';
import type { Dispatcher } from 'undici';
import type { Secret } from '../secrets/secret.ts';
import type { Endpoints } from './endpoints.ts';
import { UNDER_WAY } from './limiter.ts';

/** Both halves of a key, as the account's page gives them. */
export interface Keys {
  readonly id: Secret;
  readonly secret: Secret;
}

export interface ConnectionOptions {
  readonly keys: Keys;
  readonly endpoints: Endpoints;
  /** Whole time of one request, ms. */
  readonly timeoutMs?: number;
}

/** One program's way to Alpaca: the SDK, over connections that stay open. */
export interface AlpacaConnection {
  readonly endpoints: Endpoints;
  readonly keys: Keys;
  /** Loaded at the first call: 50 ms that a command without Alpaca does not spend. */
  sdk(): Promise<Alpaca>;
  /** Opens a connection beforehand, so that the first order does not wait for one. Never fails. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** ms. An order's answer takes some 20; what takes longer than this is asked for by its id. */
export const REQUEST_TIMEOUT = 10_000;

const CONNECT_TIMEOUT = 5_000;
/** Longer than the minute between two comparisons with the account, so that orders find a connection open. */
const KEEP_ALIVE = 90_000;

/** No server of Alpaca's answers with more: a page of 10,000 bars has some 1.2 MB. */
const LARGEST_ANSWER = 64 * 1024 * 1024;

const SDK_TRADING = /^https:\/\/(?:paper-)?api\.alpaca\.markets(?=\/)/;
const SDK_DATA = /^https:\/\/data\.alpaca\.markets(?=\/)/;

/** The SDK knows Alpaca's own hosts only: its addresses are put on ours. */
const rebase = (url: string, { trading, data }: Endpoints): string => {
  if (SDK_TRADING.test(url)) return url.replace(SDK_TRADING, trading);
  if (SDK_DATA.test(url)) return url.replace(SDK_DATA, data);
  // Keys go nowhere else.
  throw new Error('the SDK asks for an address that is neither for trading nor for data');
};

/** Statuses that an answer has without a body. */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** What the SDK takes for `fetch`: a request of undici's, which costs a third of a fetch. Redirects are not followed. */
const createFetch =
  (undici: typeof import('undici')['default'], dispatcher: Dispatcher, endpoints: Endpoints) =>
  async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = rebase(input instanceof Request ? input.url : String(input), endpoints);
    const { statusCode, headers, body } = await undici.request(url, {
      dispatcher,
      method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: init.headers as Record<string, string>,
      body: (init.body as string | undefined) ?? null,
      signal: init.signal ?? null,
    });
    const text = await body.text();
    const flat: [string, string][] = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    );
    return new Response(BODILESS.has(statusCode) ? null : text, { status: statusCode, headers: flat });
  };

/** Opens nothing yet: the first request does. */
export function openConnection({ keys, endpoints, timeoutMs = REQUEST_TIMEOUT }: ConnectionOptions): AlpacaConnection {
  let agent: Dispatcher | undefined;
  let loading: Promise<Alpaca> | undefined;
  let closed = false;

  const load = async (): Promise<Alpaca> => {
    const [{ Alpaca }, { default: undici }] = await Promise.all([
      import('@alpacahq/alpaca-trade-api/rest'),
      import('undici'),
    ]);
    agent = new undici.Agent({
      connect: { timeout: CONNECT_TIMEOUT },
      keepAliveTimeout: KEEP_ALIVE,
      keepAliveMaxTimeout: 10 * KEEP_ALIVE,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: LARGEST_ANSWER,
      connections: UNDER_WAY.exit,
    });
    if (closed) await agent.destroy();
    return new Alpaca({
      keyId: keys.id.reveal(),
      secret: keys.secret.reveal(),
      fetchApi: createFetch(undici, agent, endpoints),
      timeoutMs,
      // Both are ours: the SDK's limiter waits within the timeout, and its retries know nothing of what is urgent.
      rateLimit: false,
      retry: false,
    });
  };

  const sdk = (): Promise<Alpaca> => {
    loading ??= load();
    return loading;
  };

  return {
    endpoints,
    keys,
    sdk,
    async warm() {
      try {
        const answer = await (await sdk()).trading.clock.legacyClockRaw();
        // The SDK's deadline runs on until the answer is read.
        await answer.raw.text();
      } catch {
        // The first request proper says what is wrong.
      }
    },
    async close() {
      closed = true;
      // What is under way is let go of: its outcome counts as unknown, as it would after a kill.
      await agent?.destroy();
    },
  };
}
