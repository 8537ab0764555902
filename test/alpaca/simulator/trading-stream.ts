import type { WebSocket } from 'ws';
import type { Book, TradeUpdate } from './book.ts';
import { type Connection, createConnection, type Message } from './connection.ts';
import type { Faults } from './faults.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface TradingStreamOptions {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly book: Book;
  readonly accepts: (key: unknown, secret: unknown) => boolean;
}

/** The socket that tells what becomes of orders: JSON in binary frames, nothing is told twice and nothing is caught up on. */
export interface TradingStream {
  open(socket: WebSocket): void;
  /** Whoever listens next hears every execution so far again. */
  replayAtNextListen(): void;
  readonly connections: ReadonlySet<Connection>;
}

const messageOf = (update: TradeUpdate): Message => ({
  type: update.event,
  payload: { stream: 'trade_updates', data: update.data },
});

export function createTradingStream(options: TradingStreamOptions): TradingStream {
  const { clock, faults, book } = options;
  const connections = new Set<Connection>();
  const listening = new Map<Connection, readonly string[]>();
  let count = 0;
  let replay = false;

  const say = (connection: Connection, stream: string, data: Record<string, unknown>): void =>
    connection.send([{ type: stream, payload: { stream, data } }]);

  const complain = (connection: Connection, message: string): void =>
    connection.send([{ type: 'error', payload: { action: 'error', data: { error_message: message } } }]);

  const authenticate = (connection: Connection, data: Record<string, unknown>): void => {
    const fault = faults.opening('trading', 'handshake');
    if (fault?.kind === 'never_authenticate') return;
    if (fault?.kind === 'error') {
      complain(connection, `error ${fault.code}`);
      if (fault.close === true) connection.socket.close();
      return;
    }
    const right = options.accepts(data.key_id, data.secret_key);
    connection.authenticated = right;
    say(connection, 'authorization', { action: 'authenticate', status: right ? 'authorized' : 'unauthorized' });
    if (!right) connection.socket.close();
  };

  const listen = (connection: Connection, data: Record<string, unknown>): void => {
    if (!connection.authenticated) {
      complain(connection, 'request is not authorized');
      return;
    }
    if (!Array.isArray(data.streams)) {
      complain(connection, 'invalid message');
      return;
    }
    // A listen replaces what was listened to before.
    const streams = data.streams.filter((stream) => stream === 'trade_updates') as string[];
    listening.set(connection, streams);
    say(connection, 'listening', { streams });
    if (!replay || streams.length === 0) return;
    replay = false;
    for (const update of book.updates) if (update.execution !== undefined) connection.send([messageOf(update)]);
  };

  const hear = (connection: Connection, text: string): void => {
    if (connection.deaf) return;
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch {
      complain(connection, 'invalid message');
      return;
    }
    if (typeof frame !== 'object' || frame === null) {
      complain(connection, 'invalid message');
      return;
    }
    const { action, data, key, secret } = frame as Record<string, unknown>;
    const fields = (typeof data === 'object' && data !== null ? data : { key_id: key, secret_key: secret }) as Record<
      string,
      unknown
    >;
    if (action === 'authenticate' || action === 'auth') authenticate(connection, fields);
    else if (action === 'listen') listen(connection, fields);
    else complain(connection, 'invalid action');
  };

  book.listeners.push((update) => {
    for (const connection of connections) if (listening.get(connection)?.length) connection.send([messageOf(update)]);
  });

  return {
    connections,
    replayAtNextListen() {
      replay = true;
    },
    open(socket) {
      const connection = createConnection({
        number: ++count,
        kind: 'trading',
        socket,
        clock,
        faults,
        write: (to, messages) => {
          for (const { payload } of messages) to.send(Buffer.from(JSON.stringify(payload)), { binary: true });
        },
      });
      connections.add(connection);
      socket.on('message', (data: Buffer) => {
        hear(connection, data.toString());
        clock.flush();
      });
      socket.on('close', () => {
        connections.delete(connection);
        listening.delete(connection);
      });
    },
  };
}
