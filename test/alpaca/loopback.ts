import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Asked {
  readonly method: string;
  /** With its query: `/v2/orders?status=open`. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What is said to it. `hang`: nothing, for ever; `cut`: the connection ends without a word. */
export type Said =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly json?: unknown;
      readonly text?: string;
    }
  | 'hang'
  | 'cut';

export interface Loopback {
  readonly url: string;
  readonly asked: Asked[];
  readonly close: () => Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

/** An HTTP server on this machine that answers as it is told. */
export async function startLoopback(answer: (asked: Asked, nth: number) => Said): Promise<Loopback> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loopback');
      const one: Asked = {
        method: request.method ?? '',
        url: request.url ?? '',
        path: decodeURIComponent(pathname),
        query: searchParams,
        headers: request.headers,
        body,
      };
      asked.push(one);
      const said = answer(one, asked.length);
      if (said === 'hang') return;
      if (said === 'cut') {
        request.socket.destroy();
        return;
      }
      const text = said.text ?? (said.json === undefined ? '' : JSON.stringify(said.json));
      response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
