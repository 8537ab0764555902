import { Alpaca } from '@alpacahq/alpaca-trade-api/rest';
import type { AlpacaConnection } from '../../engine/alpaca/connection.ts';
import type { Clock } from '../../engine/market/clock.ts';
import { secret } from '../../engine/secrets/secret.ts';
import type { AlpacaSimulator } from '../alpaca/simulator/simulator.ts';

/** Of which no answer comes, in virtual ms: the engine's own limit. */
const TIMEOUT = 10_000;

export interface DirectOptions {
  readonly simulator: AlpacaSimulator;
  readonly clock: Clock;
  readonly keys: { readonly id: string; readonly secret: string };
  /** `memory`: requests are handed to the simulator's handler; `sockets`: they go over HTTP. */
  readonly way: 'memory' | 'sockets';
  /** Told of each request as it leaves. */
  readonly leaves: (method: string, path: string, body: string | undefined) => void;
}

/** The engine's way to a simulator in the same process: its own SDK, whose requests time out by the virtual clock. */
export function connectDirectly({ simulator, clock, keys, way, leaves }: DirectOptions): AlpacaConnection {
  const { trading, data, stream, tradingStream } = simulator.urls;
  let closed = false;
  const cuts = new Set<() => void>();

  const answerOf = async (method: string, path: string, headers: Record<string, string>, body: string | undefined) => {
    if (way === 'memory') {
      const answer = await simulator.inject({ method, url: path, headers: lowered(headers), body });
      if (answer === undefined) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      const { status, text } = answer;
      return new Response(status === 204 ? null : text, { status, headers: answer.headers });
    }
    const response = await fetch(`${trading}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    return new Response(response.status === 204 ? null : text, { status: response.status, headers: response.headers });
  };

  const fetchApi = (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : String(input));
    const method = init.method ?? 'GET';
    const body = init.body as string | undefined;
    return new Promise((resolve, reject) => {
      const cut = (): void => end(() => reject(Object.assign(new Error('closed'), { code: 'UND_ERR_DESTROYED' })));
      const timer = clock.after(TIMEOUT, () => end(() => reject(Object.assign(new Error(), { name: 'TimeoutError' }))));
      const end = (act: () => void): void => {
        timer.cancel();
        cuts.delete(cut);
        act();
      };
      if (closed) {
        cut();
        return;
      }
      cuts.add(cut);
      leaves(method, pathname, body);
      answerOf(method, pathname + search, init.headers as Record<string, string>, body).then(
        (response) => end(() => resolve(response)),
        (error: unknown) => end(() => reject(error)),
      );
    });
  };

  const sdk = new Alpaca({
    keyId: keys.id,
    secret: keys.secret,
    fetchApi,
    // The virtual clock times requests out.
    timeoutMs: 3_600_000,
    rateLimit: false,
    retry: false,
  });
  return {
    endpoints: {
      trading,
      data,
      stream: `${stream}/v2/iex`,
      cryptoStream: `${stream}/v1beta3/crypto/us`,
      tradingStream,
    },
    keys: { id: secret(keys.id), secret: secret(keys.secret) },
    sdk: async () => sdk,
    warm: async () => undefined,
    async close() {
      closed = true;
      for (const cut of Array.from(cuts)) cut();
    },
  };
}

const lowered = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
