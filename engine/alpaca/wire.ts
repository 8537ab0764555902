import type { streaming } from '@alpacahq/alpaca-trade-api';
import { WebSocket } from 'ws';
import type { LinkEvents } from './socket.ts';

/** The SDK's streams, handed in: they are loaded only when a command needs them. */
export type Streaming = typeof streaming;

/** Loads the SDK's streams; some 50 ms. */
export const loadStreaming = async (): Promise<Streaming> => (await import('@alpacahq/alpaca-trade-api')).streaming;

/** The socket under one of the SDK's streams, kept in hand for what the SDK does by the machine's clock or not at all. */
export interface Wire {
  /** To be given to the SDK's stream. */
  readonly factory: streaming.WebSocketFactory;
  ping(): void;
  drop(): void;
}

/**
 * @param events told of every message and every answer to a ping, and of the end
 */
export function createWire(events: Pick<LinkEvents, 'heard' | 'closed'>): Wire {
  let socket: WebSocket | undefined;
  return {
    factory(url, codec) {
      const opened = new WebSocket(url, {
        perMessageDeflate: false,
        headers: codec === 'msgpack' ? { 'Content-Type': 'application/msgpack' } : {},
      });
      opened.on('message', events.heard);
      opened.on('pong', events.heard);
      opened.on('close', events.closed);
      socket = opened;
      return opened as unknown as streaming.WebSocketLike;
    },
    ping() {
      if (socket?.readyState === WebSocket.OPEN) socket.ping();
    },
    drop() {
      socket?.terminate();
    },
  };
}

/** What each of the SDK's streams is told: one connection, no clock of its own. */
export const ONE_CONNECTION = { reconnect: false, pingIntervalMs: 0 } as const;
