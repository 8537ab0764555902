import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Faults, RequestFault, SocketKind } from './faults.ts';
import { uuidOf } from './identity.ts';
import type { Feed, MarketStream } from './market-stream.ts';
import type { Checker } from './openapi.ts';
import { type Allowance, createRateLimit } from './rate-limit.ts';
import type { Refusal } from './refusal.ts';
import { createRouter, type RestAnswer, type Route } from './rest.ts';
import type { TradingStream } from './trading-stream.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A request that came in, for tests to count. */
export interface SeenRequest {
  readonly number: number;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of a POST of an order. */
  readonly clientOrderId: string | undefined;
  /** Status that was answered; undefined while there is none. */
  status: number | undefined;
}

export interface ServerParts {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly routes: readonly Route[];
  /** Answers of `/_sim/...`, which no fault and no limit touches. */
  readonly admin: (method: string, path: string, body: unknown) => Promise<RestAnswer>;
  readonly market: MarketStream;
  readonly trading: TradingStream;
  readonly check: Checker | undefined;
  /** What answers had wrong, by Alpaca's files; the server adds to it. */
  readonly violations: string[];
  /** Requests a minute, trading and data each; 0: no limit. */
  readonly rateLimit: number;
  /** Undefined when the keys are right, else what refuses them. */
  readonly gate: (key: string | undefined, secret: string | undefined) => Refusal | undefined;
  /** The server's clock, which a fault can set wrong. */
  readonly serverTime: () => number;
}

/** A request without a connection, for an engine in the same process. */
export interface Injected {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface InjectedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What is written to of a response: Node's, or one that has no connection. */
interface Reply {
  readonly destroyed: boolean;
  sendDate: boolean;
  writeHead(status: number, headers: Record<string, string>): { end(text?: string): unknown };
  destroy(): unknown;
  on(event: 'close', act: () => void): unknown;
}

export interface SimulatorServer {
  readonly port: number;
  /** Takes a request as if it had come in; undefined: its connection was cut. Never settles when nobody answers. */
  inject(request: Injected): Promise<InjectedAnswer | undefined>;
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

const isData = (path: string): boolean =>
  path.startsWith('/v2/stocks') ||
  path.startsWith('/v1beta3/') ||
  path.startsWith('/v1/') ||
  path.startsWith('/v1beta1/');

/** Past data of coins are given without keys. */
const isOpenToAll = (path: string): boolean => path.startsWith('/v1beta3/crypto/');

const FEEDS: Readonly<Record<string, Feed>> = {
  '/v2/iex': 'iex',
  '/v2/sip': 'sip',
  '/v2/test': 'test',
  '/v1beta3/crypto/us': 'crypto',
};

/** A request as `respond` reads it. */
type Incoming = Pick<IncomingMessage, 'url' | 'method' | 'headers'> & AsyncIterable<Buffer>;

async function bodyOf(request: Incoming): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

const header = (request: Pick<Incoming, 'headers'>, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** Starts listening on the loopback address; port 0 takes any that is free. */
export async function serve(parts: ServerParts, port: number): Promise<SimulatorServer> {
  const { clock, faults } = parts;
  const find = createRouter(parts.routes);
  const limits = { trading: createRateLimit(parts.rateLimit), data: createRateLimit(parts.rateLimit) };
  const requests: SeenRequest[] = [];
  const { violations } = parts;

  const write = (
    response: Reply,
    answer: RestAnswer | Refusal,
    seen?: SeenRequest,
    extra: Record<string, string> = {},
  ): void => {
    if (response.destroyed) return;
    if (seen !== undefined) seen.status = answer.status;
    response.sendDate = false;
    const headers: Record<string, string> = {
      Date: new Date(parts.serverTime()).toUTCString(),
      'X-Request-ID': uuidOf(`request ${seen?.number ?? 0}`),
      ...extra,
    };
    if (answer.body === undefined) response.writeHead(answer.status, headers).end();
    else {
      const text = JSON.stringify(answer.body);
      response
        .writeHead(answer.status, {
          ...headers,
          'Content-Type': 'application/json',
          'Content-Length': String(Buffer.byteLength(text)),
        })
        .end(text);
    }
  };

  const handle = (seen: SeenRequest, url: URL, request: Incoming): RestAnswer | Refusal => {
    const refused = isOpenToAll(seen.path)
      ? undefined
      : parts.gate(header(request, 'apca-api-key-id'), header(request, 'apca-api-secret-key'));
    if (refused !== undefined) return refused;
    const found = find(seen.method, seen.path);
    if (found === undefined) return { status: 404, body: { code: 40_410_000, message: 'endpoint not found' } };
    const answer = found.route.handle({
      method: seen.method,
      path: seen.path,
      names: found.names,
      query: url.searchParams,
      body: seen.body,
    });
    const wrong = parts.check?.answer(seen.method, seen.path, answer.status, answer.body);
    if (wrong !== undefined) violations.push(wrong);
    return answer;
  };

  const limitHeaders = (allowance: Allowance): Record<string, string> => ({
    'X-RateLimit-Limit': String(allowance.limit),
    'X-RateLimit-Remaining': String(allowance.remaining),
    'X-RateLimit-Reset': String(allowance.reset),
  });

  /** Does what a fault says with a request. */
  const suffer = (
    fault: RequestFault,
    response: Reply,
    seen: SeenRequest,
    answer: () => RestAnswer | Refusal,
  ): void => {
    if (fault.kind === 'answer') {
      const body = fault.body ?? {
        message: fault.status === 429 ? 'too many requests.' : 'internal server error occurred',
      };
      write(response, { status: fault.status, body }, seen, fault.headers);
      return;
    }
    if (fault.kind === 'lose') return;
    if (fault.kind === 'late') {
      clock.plan(clock.now() + fault.ms, () => write(response, answer(), seen));
      return;
    }
    const kept = fault.kind === 'reset' && !fault.handled ? undefined : answer();
    if (fault.kind === 'reset') response.destroy();
    if (fault.kind === 'delay') clock.plan(clock.now() + fault.ms, () => write(response, kept!, seen));
    clock.flush();
  };

  const respond = async (request: Incoming, response: Reply): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const method = request.method ?? 'GET';
    const text = await bodyOf(request);
    let body: unknown = {};
    try {
      body = text === '' ? {} : JSON.parse(text);
    } catch {
      return write(response, { status: 400, body: { code: 40_010_000, message: 'request body format is invalid' } });
    }
    if (url.pathname.startsWith('/_sim'))
      return write(response, await parts.admin(method, url.pathname.slice(5), body));
    const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    const seen: SeenRequest = {
      number: requests.length + 1,
      at: clock.now(),
      method,
      path: url.pathname,
      query: url.search,
      body: fields,
      clientOrderId:
        method === 'POST' && url.pathname === '/v2/orders' && typeof fields.client_order_id === 'string'
          ? fields.client_order_id
          : undefined,
      status: undefined,
    };
    requests.push(seen);
    const fault = faults.request(method, url.pathname);
    if (fault !== undefined) return suffer(fault, response, seen, () => handle(seen, url, request));
    const allowance =
      parts.rateLimit === 0 ? undefined : limits[isData(url.pathname) ? 'data' : 'trading'](clock.now());
    const headers = allowance === undefined ? {} : limitHeaders(allowance);
    if (allowance?.exceeded === true) {
      const wait = Math.ceil(allowance.reset - clock.now() / 1_000);
      const refusal = { status: 429, body: { code: 42_910_000, message: 'rate limit exceeded' } };
      return write(response, refusal, seen, { ...headers, 'Retry-After': String(wait) });
    }
    response.on('close', () => clock.flush());
    write(response, handle(seen, url, request), seen, headers);
  };

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server: Server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      violations.push(
        `the simulator failed at ${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`,
      );
      write(response, { status: 500, body: { message: 'the simulator failed' } });
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const feed = FEEDS[pathname];
    const kind: SocketKind | undefined = pathname === '/stream' ? 'trading' : feed === undefined ? undefined : 'market';
    const fault = kind === undefined ? undefined : faults.opening(kind, 'refuse');
    if (kind === undefined || fault?.kind === 'refuse') {
      const status = fault?.kind === 'refuse' ? fault.status : 404;
      socket.end(
        `HTTP/1.1 ${status} ${status === 429 ? 'Too Many Requests' : 'Refused'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('error', () => opened.terminate());
      if (kind === 'trading') parts.trading.open(opened);
      else parts.market.open(opened, feed!, (header(request, 'content-type') ?? '').includes('msgpack'));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    inject: ({ method, url, headers, body }) =>
      new Promise((resolve, reject) => {
        const closed: (() => void)[] = [];
        let destroyed = false;
        const end = (answer: InjectedAnswer | undefined): void => {
          destroyed = true;
          resolve(answer);
          for (const act of closed) act();
        };
        const reply: Reply = {
          get destroyed() {
            return destroyed;
          },
          sendDate: false,
          writeHead: (status, written) => ({ end: (text = '') => end({ status, headers: written, text }) }),
          destroy: () => end(undefined),
          on: (_, act) => closed.push(act),
        };
        const request = {
          method,
          url,
          headers,
          async *[Symbol.asyncIterator]() {
            if (body !== undefined) yield Buffer.from(body);
          },
        };
        respond(request, reply).catch(reject);
      }),
    requests,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
