import { decode, encode } from '@msgpack/msgpack';
import { WebSocket } from 'ws';
import type { AlpacaSimulator } from './simulator/simulator.ts';

/** A plain client of the simulator: REST by fetch, sockets by ws, nothing of the SDK. */

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape, which the assertions look into
  readonly body: any;
}

const KEYS = { 'APCA-API-KEY-ID': 'key', 'APCA-API-SECRET-KEY': 'secret' };

export async function ask(simulator: AlpacaSimulator, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(simulator.urls.trading + path, {
    method,
    headers: { ...KEYS, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** Posts an order with the usual fields left out: one share of SPY, bought at market for the day. */
export const post = (simulator: AlpacaSimulator, order: object): Promise<Answer> =>
  ask(simulator, 'POST', '/v2/orders', {
    symbol: 'SPY',
    qty: '1',
    side: 'buy',
    type: 'market',
    time_in_force: 'day',
    ...order,
  });

// biome-ignore lint/suspicious/noExplicitAny: messages of any shape
type Heard = any;

/** A socket that keeps what it hears. */
export interface Listener {
  readonly socket: WebSocket;
  readonly heard: Heard[];
  say(frame: object): void;
  /** The first message that fits, heard already or to come. */
  until(fits: (message: Heard) => boolean): Promise<Heard>;
  readonly closed: Promise<number>;
}

function listenTo(url: string, codec: 'json' | 'msgpack', spread: boolean): Listener {
  const socket = new WebSocket(url, codec === 'msgpack' ? { headers: { 'Content-Type': 'application/msgpack' } } : {});
  const heard: Heard[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data: Buffer, binary: boolean) => {
    const frame: Heard = codec === 'msgpack' && binary ? decode(data) : JSON.parse(data.toString());
    if (spread) heard.push(...frame);
    else heard.push(frame);
    for (const wake of waiting.splice(0)) wake();
  });
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      resolve(code);
      for (const wake of waiting.splice(0)) wake();
    });
  });
  return {
    socket,
    heard,
    closed,
    say: (frame) => socket.send(codec === 'msgpack' ? encode(frame) : JSON.stringify(frame)),
    async until(fits) {
      for (let from = 0; ; ) {
        for (; from < heard.length; from++) if (fits(heard[from])) return heard[from];
        if (socket.readyState === WebSocket.CLOSED) throw new Error('the socket closed before');
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

/** A market-data socket, authenticated and subscribed to these channels. */
export async function marketSocket(
  simulator: AlpacaSimulator,
  channels: Readonly<Record<string, readonly string[]>>,
  path = '/v2/iex',
  codec: 'json' | 'msgpack' = 'json',
): Promise<Listener> {
  const listener = openMarket(simulator, path, codec);
  await listener.until(({ msg }) => msg === 'connected');
  listener.say({ action: 'auth', key: 'key', secret: 'secret' });
  await listener.until(({ msg }) => msg === 'authenticated');
  listener.say({ action: 'subscribe', ...channels });
  await listener.until(({ T }) => T === 'subscription');
  return listener;
}

export const openMarket = (
  simulator: AlpacaSimulator,
  path = '/v2/iex',
  codec: 'json' | 'msgpack' = 'json',
): Listener => listenTo(simulator.urls.stream + path, codec, true);

export const openTrading = (simulator: AlpacaSimulator): Listener =>
  listenTo(simulator.urls.tradingStream, 'json', false);

/** A trading socket that listens to updates. */
export async function tradingSocket(simulator: AlpacaSimulator): Promise<Listener> {
  const listener = openTrading(simulator);
  await new Promise((resolve) => listener.socket.once('open', resolve));
  listener.say({ action: 'authenticate', data: { key_id: 'key', secret_key: 'secret' } });
  await listener.until(({ stream }) => stream === 'authorization');
  listener.say({ action: 'listen', data: { streams: ['trade_updates'] } });
  await listener.until(({ stream }) => stream === 'listening');
  return listener;
}

/** Hears updates until one of this event comes for an order. */
export const updateOf = (listener: Listener, event: string, id?: string): Promise<Heard> =>
  listener
    .until(
      ({ stream, data }) =>
        stream === 'trade_updates' && data.event === event && (id === undefined || data.order.id === id),
    )
    .then(({ data }) => data);
