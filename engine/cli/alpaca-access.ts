import type { AlpacaConnection } from '../alpaca/connection.ts';
import type { Endpoints } from '../alpaca/endpoints.ts';
import type { Limiter } from '../alpaca/limiter.ts';
import type { Refusal } from '../alpaca/refusal.ts';
import type { AlpacaRest } from '../alpaca/rest.ts';
import { type Environment, findingsOf } from './environment.ts';
import { type Failure, failure } from './exit.ts';

/** The names of the two halves of a key. */
export const KEY_SETTINGS = ['ALPACA_API_KEY', 'ALPACA_SECRET_KEY'] as const;

/** Those of the two that nobody has set. */
export const missingKeys = (environment: Environment): string[] =>
  KEY_SETTINGS.filter((name) => environment[name].value === undefined);

export interface AlpacaAccess {
  readonly rest: AlpacaRest;
  readonly connection: AlpacaConnection;
  readonly endpoints: Endpoints;
  close(): Promise<void>;
}

export interface AccessOptions {
  /** Told of every answer that carries the server's time, ms, and of how long it was under way. */
  readonly dated?: (server: number, roundTripMs: number) => void;
  /** Told when the server refuses requests for a while (429), and when it takes them again. */
  readonly limited?: (state: 'limited' | 'free') => void;
  /** Whole time of one request, ms. */
  readonly timeoutMs?: number;
}

/** The addresses that a workspace's settings name. */
export const namedEndpoints = async (environment: Environment): Promise<Endpoints> => {
  const { endpointsOf } = await import('../alpaca/endpoints.ts');
  return endpointsOf({
    trading: environment.ALPACA_BASE_URL.value,
    data: environment.ALPACA_DATA_URL.value,
    stream: environment.ALPACA_STREAM_URL.value,
    tradingStream: environment.ALPACA_TRADING_STREAM_URL.value,
    feed: environment.ALPACA_FEED.value ?? 'iex',
  });
};

/**
 * Opens the way to Alpaca with a workspace's keys; nothing is sent yet.
 * @param what the command, for the message that keys are missing
 * @throws Failure (exit 2) when a key is missing or a setting cannot be meant
 */
export const openAlpaca = async (
  environment: Environment,
  what: string,
  { dated, limited, timeoutMs }: AccessOptions = {},
): Promise<AlpacaAccess> => {
  const [wrong] = findingsOf(environment, 'ALPACA_');
  if (wrong !== undefined) throw failure(wrong.message, wrong.help);
  const missing = missingKeys(environment);
  if (missing.length > 0) throw needsKeys(what, missing);
  const [{ openConnection }, { createLimiter }, { createRest }, { systemClock }, endpoints] = await Promise.all([
    import('../alpaca/connection.ts'),
    import('../alpaca/limiter.ts'),
    import('../alpaca/rest.ts'),
    import('../alpaca/system-clock.ts'),
    namedEndpoints(environment),
  ]);
  const connection = openConnection({
    keys: { id: environment.ALPACA_API_KEY.value!, secret: environment.ALPACA_SECRET_KEY.value! },
    endpoints,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const shared = { clock: systemClock, dice: Math.random };
  const limiterOf = (): Limiter => createLimiter({ ...shared, ...(limited === undefined ? {} : { told: limited }) });
  const limiter = limiterOf();
  const dataLimiter = limiterOf();
  return {
    rest: createRest({ ...shared, connection, limiter, dataLimiter, ...(dated === undefined ? {} : { dated }) }),
    connection,
    endpoints,
    async close() {
      limiter.close();
      dataLimiter.close();
      await connection.close();
    },
  };
};

/** What to do about keys that are missing. */
export const KEYS_WAY_OUT =
  'get free keys at https://alpaca.markets (Paper Trading, API Keys) and write them into .env; .env.example shows how';

const needsKeys = (what: string, missing: readonly string[]): Failure =>
  failure(`${what} needs ${missing.join(' and ')}`, KEYS_WAY_OUT);

interface RefusalWords {
  readonly says: string;
  readonly help: string | undefined;
}

const STATUS_PAGE = 'https://status.alpaca.markets says how it is';

/** Of refusals that are about the request and not about what was asked, by Alpaca's own words. */
const WORDS: Partial<Readonly<Record<Refusal['kind'], (message: string) => RefusalWords>>> = {
  unauthorized: (message) => ({
    says: `Alpaca does not accept the keys (${message})`,
    help: 'see that ALPACA_API_KEY and ALPACA_SECRET_KEY are a pair, of the account that ALPACA_BASE_URL names, and still valid',
  }),
  forbidden: (message) => ({ says: `the plan of the account does not hold this (${message})`, help: undefined }),
  unreachable: (message) => ({ says: message, help: 'see that this machine is online, and the addresses in .env' }),
  timeout_unknown: () => ({ says: 'Alpaca does not answer in time', help: `try again; ${STATUS_PAGE}` }),
  network_unknown: (message) => ({ says: message, help: 'try again; see that no proxy or firewall cuts connections' }),
  server: (message) => ({ says: `Alpaca fails (${message})`, help: `try again in some minutes; ${STATUS_PAGE}` }),
  rate_limited: () => ({
    says: 'too many requests with these keys',
    help: 'wait a minute; see whether another program uses the same keys',
  }),
  unreadable: (message) => ({
    says: message,
    help: 'see that the addresses in .env lead to Alpaca and not to a page of a proxy',
  }),
};

/** A refusal as a sentence, and what a person can do about it. */
export const refusalWords = ({ kind, message }: Pick<Refusal, 'kind' | 'message'>): RefusalWords =>
  WORDS[kind]?.(message) ?? { says: `Alpaca refuses: ${message}`, help: undefined };
