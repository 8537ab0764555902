import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decode, encode } from '@msgpack/msgpack';
import { type WebSocket, WebSocketServer } from 'ws';

/** One connection as the server sees it. */
export interface Peer {
  readonly socket: WebSocket;
  /** Everything the client sent, decoded. */
  readonly received: Record<string, unknown>[];
  /** A frame in the form of the client's: msgpack for market data, JSON in a binary frame for trading. */
  send(value: unknown): void;
  /** Takes the stream out of service without a close frame. */
  cut(): void;
  readonly closed: Promise<void>;
}

export interface Loopback {
  readonly url: string;
  readonly peers: Peer[];
  /** The next connection that has not been waited for. */
  next(): Promise<Peer>;
  close(): Promise<void>;
}

/**
 * A WebSocket server on this machine that says exactly what a test has it say: for the faults of single frames, which a whole
 * exchange has no reason to make.
 * @param refuse the HTTP status with which the upgrade of connection n (from 0) is refused
 */
export async function loopback(
  form: 'msgpack' | 'json',
  answer: (peer: Peer, message: Record<string, unknown>, n: number) => void,
  greet: (peer: Peer, n: number) => void = () => undefined,
  refuse: (n: number) => number | undefined = () => undefined,
): Promise<Loopback> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  const peers: Peer[] = [];
  const waiting: ((peer: Peer) => void)[] = [];
  let taken = 0;
  let upgrades = 0;

  http.on('upgrade', (request, socket, head) => {
    const status = refuse(upgrades++);
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    server.handleUpgrade(request, socket, head, (ws) => {
      const n = peers.length;
      const peer: Peer = {
        socket: ws,
        received: [],
        send: (value) => ws.send(form === 'msgpack' ? encode(value) : Buffer.from(JSON.stringify(value))),
        cut: () => ws.terminate(),
        closed: once(ws, 'close').then(() => undefined),
      };
      ws.on('message', (data: Buffer) => {
        const message = (form === 'msgpack' ? decode(data) : JSON.parse(data.toString())) as Record<string, unknown>;
        peer.received.push(message);
        answer(peer, message, n);
      });
      peers.push(peer);
      greet(peer, n);
      waiting.shift()?.(peer);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/`,
    peers,
    next() {
      const n = taken++;
      const there = peers[n];
      return there === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(there);
    },
    async close() {
      for (const { socket } of peers) socket.terminate();
      server.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** Waits for what comes by the network, which no virtual clock moves. */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (let turns = 0; turns < 5_000; turns++) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`never came: ${look.toString()}`);
}
