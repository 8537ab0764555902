import type { streaming } from '@alpacahq/alpaca-trade-api';
import type { Clock } from '../market/clock.ts';
import { MINUTE } from '../market/time.ts';
import type { TradeUpdate } from './broker-order.ts';
import { createInbox } from './inbox.ts';
import { readTradeUpdate } from './read-order.ts';
import {
  createSocket,
  type Link,
  type LinkEvents,
  SOCKET_TIMING,
  type Socket,
  type SocketTiming,
  type SocketTold,
  withInbox,
} from './socket.ts';
import { failureOf } from './stream-errors.ts';
import { createWire, ONE_CONNECTION, type Streaming } from './wire.ts';

/** What came by the trading socket, in the order in which it came. */
export type TradingMessage =
  | { readonly kind: 'update'; readonly update: TradeUpdate }
  /**
   * From here on updates come. `again`: after a connection before it; what happened in between is told by nobody, so orders,
   * positions and bars must be asked for.
   */
  | { readonly kind: 'ready'; readonly again: boolean }
  /** An update that could not be read: orders must be asked for. */
  | { readonly kind: 'unreadable'; readonly words: string }
  | SocketTold;

export interface TradingStreamOptions {
  readonly streaming: Streaming;
  readonly credentials: { readonly keyId: string; readonly secret: string };
  /** Whole address of the socket, `wss://paper-api.alpaca.markets/stream`. */
  readonly url: string;
  readonly clock: Clock;
  readonly dice: () => number;
  readonly timing?: Partial<SocketTiming>;
  /** How often the server is made to say that it still listens, ms: updates themselves may be hours apart. */
  readonly heartbeatMs?: number;
  readonly take: (message: TradingMessage) => void;
}

export type TradingStream = Socket;

const CHANNEL = 'trade_updates';

/**
 * Alpaca's updates on the account's orders. It is ready when the server says that it listens, not when it takes the keys. A
 * server that answers pings and says nothing else is found out by asking it to listen again, which it must confirm.
 */
export function createTradingStream(options: TradingStreamOptions): TradingStream {
  const { streaming, credentials, url, clock, take, heartbeatMs = MINUTE } = options;
  const readyMs = options.timing?.readyMs ?? SOCKET_TIMING.readyMs;
  const inbox = createInbox(take);
  let again = false;
  let beat: { cancel(): void } | undefined;

  const still = (): void => {
    beat?.cancel();
    beat = undefined;
  };

  const dial = (events: LinkEvents): Link => {
    const wire = createWire(events);
    const mine = new streaming.TradingStream({ ...ONE_CONNECTION, credentials, url, wsFactory: wire.factory });
    const ask = (): void => {
      beat = clock.after(heartbeatMs, () => {
        beat = clock.after(readyMs, () =>
          socket.restart(`the server does not confirm that it listens within ${readyMs / 1_000} seconds`),
        );
        mine.subscribeTradeUpdates();
      });
    };
    mine.subscribeTradeUpdates();
    mine.onConnect(() => events.authenticated());
    mine.on(streaming.EVENT.SUBSCRIPTION, (streams: unknown) => {
      if (!Array.isArray(streams) || !streams.includes(CHANNEL)) return;
      const first = socket.state !== 'live';
      events.ready();
      if (socket.state !== 'live') return;
      still();
      ask();
      if (!first) return;
      inbox.put({ kind: 'ready', again });
      again = true;
    });
    mine.onError((error) => events.failed(failureOf(String(error))));
    mine.onTradeUpdate((message: streaming.TradeUpdate) => {
      const { ok, fault } = { ok: undefined, fault: undefined, ...readTradeUpdate(message, clock.now()) };
      if (ok === undefined) inbox.put({ kind: 'unreadable', words: `an update of an order: ${fault}` });
      else inbox.put({ kind: 'update', update: ok });
    });
    mine.connect();
    return { ping: () => wire.ping(), end: () => mine.disconnect(), drop: () => wire.drop() };
  };

  const socket = createSocket({
    clock,
    dice: options.dice,
    dial,
    told(state, words, retryMs) {
      if (state !== 'live') still();
      inbox.put({ kind: 'state', state, words, retryMs });
    },
    ...(options.timing === undefined ? {} : { timing: options.timing }),
  });

  return withInbox(socket, inbox);
}
