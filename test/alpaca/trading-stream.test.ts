import { streaming } from '@alpacahq/alpaca-trade-api';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { readBrokerOrder, readTradeUpdate } from '../../engine/alpaca/read-order.ts';
import type { SocketTiming } from '../../engine/alpaca/socket.ts';
import { createTradingStream, type TradingMessage, type TradingStream } from '../../engine/alpaca/trading-stream.ts';
import '../properties.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';
import { type Loopback, loopback, type Peer, until } from './socket-server.ts';

const START = Date.parse('2026-11-23T14:30:00Z');

/** An order as the paper account answers it. */
const ORDER = {
  id: '61e69015-8549-4bfd-b9c3-01e75843f47d',
  client_order_id: 'te-rsi-SPY-20261123T1430-in',
  created_at: '2026-11-23T14:31:00.123456789Z',
  updated_at: '2026-11-23T14:31:00.5Z',
  submitted_at: '2026-11-23T14:31:00.2Z',
  filled_at: null,
  expired_at: null,
  canceled_at: null,
  failed_at: null,
  replaced_at: null,
  replaced_by: null,
  replaces: null,
  asset_id: 'b28f4066-5c6d-479b-a2af-85dc1a8f16fb',
  symbol: 'SPY',
  asset_class: 'us_equity',
  notional: null,
  qty: '10',
  filled_qty: '4',
  filled_avg_price: '450.125',
  order_class: 'bracket',
  order_type: 'limit',
  type: 'limit',
  side: 'buy',
  time_in_force: 'day',
  limit_price: '450.2',
  stop_price: null,
  status: 'partially_filled',
  extended_hours: false,
  legs: [
    {
      id: 'leg-1',
      client_order_id: 'leg-client-1',
      symbol: 'SPY',
      side: 'sell',
      type: 'stop',
      order_type: 'stop',
      time_in_force: 'day',
      qty: '10',
      filled_qty: '0',
      stop_price: '440',
      status: 'held',
      created_at: '2026-11-23T14:31:00Z',
      order_class: 'bracket',
    },
  ],
  trail_percent: null,
  trail_price: null,
  hwm: null,
};

const fill = (more: Record<string, unknown> = {}) => ({
  stream: 'trade_updates',
  data: {
    event: 'partial_fill',
    execution_id: '9a8b-execution',
    timestamp: '2026-11-23T14:31:00.456Z',
    price: '450.125',
    qty: '4',
    position_qty: '4',
    order: ORDER,
    ...more,
  },
});

/** A server that does as Alpaca does. */
function listening(peer: Peer, message: Record<string, unknown>): void {
  if (message.action === 'authenticate') {
    peer.send({ stream: 'authorization', data: { status: 'authorized', action: 'authenticate' } });
  } else if (message.action === 'listen') peer.send({ stream: 'listening', data: message.data });
}

let server: Loopback | undefined;
let stream: TradingStream | undefined;
let clock: VirtualClock;

afterEach(async () => {
  const closed = stream?.close();
  clock?.advance(1_000);
  await closed;
  await server?.close();
  stream = undefined;
  server = undefined;
});

function follow(
  url: string,
  take?: (message: TradingMessage) => void,
  timing: Partial<SocketTiming> = {},
): TradingMessage[] {
  const messages: TradingMessage[] = [];
  clock = virtualClock(START);
  stream = createTradingStream({
    streaming,
    credentials: { keyId: 'PK-TEST', secret: 'secret-test' },
    url,
    clock,
    dice: () => 0.5,
    timing,
    take(message) {
      messages.push(message);
      take?.(message);
    },
  });
  stream.open();
  return messages;
}

const kinds = (messages: readonly TradingMessage[]) =>
  messages.map((message) => (message.kind === 'state' ? message.state : message.kind));
const last = (messages: readonly TradingMessage[]) =>
  messages.filter((message) => message.kind === 'state').at(-1) as Extract<TradingMessage, { kind: 'state' }>;
const countOf = (messages: readonly TradingMessage[], kind: string) =>
  kinds(messages).filter((one) => one === kind).length;

describe('the trading socket', () => {
  it('is ready when the server says that it listens', async () => {
    server = await loopback('json', (peer, message) => {
      if (message.action === 'authenticate') listening(peer, message);
    });
    const messages = follow(server.url);
    const peer = await server.next();
    await until(() => peer.received.some(({ action }) => action === 'listen'));
    expect(kinds(messages)).toEqual(['connecting']);
    peer.send({ stream: 'listening', data: { streams: ['trade_updates'] } });
    await until(() => countOf(messages, 'ready') === 1);
    expect(kinds(messages)).toEqual(['connecting', 'live', 'ready']);
    expect(messages.at(-1)).toEqual({ kind: 'ready', again: false });
    expect(peer.received).toEqual([
      { action: 'authenticate', data: { key_id: 'PK-TEST', secret_key: 'secret-test' } },
      { action: 'listen', data: { streams: ['trade_updates'] } },
    ]);
  });

  it('reads an update whole, amounts to the letter', async () => {
    server = await loopback('json', listening);
    const messages = follow(server.url);
    await until(() => countOf(messages, 'ready') === 1);
    server.peers[0]!.send(fill());
    const { update } = (await until(() => messages.find(({ kind }) => kind === 'update'))) as Extract<
      TradingMessage,
      { kind: 'update' }
    >;
    expect(update).toMatchObject({
      event: 'partial_fill',
      executionId: '9a8b-execution',
      at: START + 60_456,
      price: '450.125',
      qty: '4',
      positionQty: '4',
    });
    expect(update.order).toMatchObject({
      id: ORDER.id,
      clientOrderId: ORDER.client_order_id,
      symbol: 'SPY',
      side: 'buy',
      type: 'limit',
      orderClass: 'bracket',
      qty: '10',
      notional: undefined,
      filledQty: '4',
      filledAvgPrice: '450.125',
      limitPrice: '450.2',
      stopPrice: undefined,
      status: 'partially_filled',
      timeInForce: 'day',
      replacedBy: undefined,
      createdAt: START + 60_123,
    });
    expect(update.order.legs).toMatchObject([
      { id: 'leg-1', status: 'held', stopPrice: '440', clientOrderId: 'leg-client-1' },
    ]);
  });

  it('lets words through that nobody knows yet, and says what cannot be read', async () => {
    server = await loopback('json', listening);
    const messages = follow(server.url);
    await until(() => countOf(messages, 'ready') === 1);
    const peer = server.peers[0]!;
    peer.send(fill({ event: 'order_teleported', order: { ...ORDER, status: 'elsewhere', type: 'quantum' } }));
    peer.send(fill({ order: { ...ORDER, id: undefined } }));
    peer.send(fill({ qty: 'four' }));
    peer.send({ stream: 'something_new', data: {} });
    peer.send(fill({ execution_id: 'later' }));
    await until(() => countOf(messages, 'update') === 2);
    expect(messages.slice(-4)).toMatchObject([
      { kind: 'update', update: { event: 'order_teleported', order: { status: 'elsewhere', type: 'quantum' } } },
      { kind: 'unreadable', words: 'an update of an order: id is missing' },
      { kind: 'unreadable', words: 'an update of an order: qty is no number' },
      { kind: 'update', update: { executionId: 'later' } },
    ]);
  });

  it('says after every connection that what happened before must be asked for', async () => {
    server = await loopback('json', listening);
    const messages = follow(server.url);
    await until(() => countOf(messages, 'ready') === 1);
    for (let n = 2; n <= 4; n++) {
      server.peers.at(-1)!.cut();
      await until(() => countOf(messages, 'waiting') === n - 1);
      clock.advance(8_000);
      await until(() => countOf(messages, 'ready') === n);
      expect(messages.filter(({ kind }) => kind === 'ready').at(-1)).toEqual({ kind: 'ready', again: true });
    }
    expect(stream!.reconnects).toBe(3);
  });

  it('that answers pings and nothing else is found out by asking it to listen again', async () => {
    let deaf = false;
    server = await loopback('json', (peer, message) => {
      if (!deaf) listening(peer, message);
    });
    // Pings are answered in the time of the network, which stands still while the clock jumps a minute.
    const messages = follow(server.url, undefined, { pingMs: 3_600_000 });
    await until(() => countOf(messages, 'ready') === 1);
    const peer = server.peers[0]!;
    clock.advance(60_000);
    await until(() => peer.received.length === 3);
    // What comes after the answer has come after it.
    peer.send(fill());
    await until(() => countOf(messages, 'update') === 1);
    clock.advance(10_000);
    expect(stream!.state).toBe('live');
    deaf = true;
    clock.advance(50_000);
    await until(() => peer.received.length === 4);
    clock.advance(10_000);
    await until(() => kinds(messages).includes('waiting'));
    expect(last(messages).words).toBe('the server does not confirm that it listens within 10 seconds');
    deaf = false;
    clock.advance(1_000);
    await until(() => countOf(messages, 'ready') === 2);
  });

  it('that refuses the keys says so, and is asked again in five minutes', async () => {
    server = await loopback('json', (peer, message, n) => {
      if (n === 0) peer.send({ stream: 'authorization', data: { status: 'unauthorized', action: 'authenticate' } });
      else listening(peer, message);
    });
    const messages = follow(server.url);
    await until(() => kinds(messages).includes('refused'));
    expect(last(messages).words).toContain('ALPACA_API_KEY');
    expect(last(messages).retryMs).toBe(300_000);
    clock.advance(300_000);
    await until(() => countOf(messages, 'ready') === 1);
  });

  it('goes on after a fault of whoever takes an update, and the fault is not hidden', async () => {
    server = await loopback('json', listening);
    const faults: unknown[] = [];
    const note = (error: unknown) => faults.push(error);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', note);
    try {
      const messages = follow(server.url, (message) => {
        if (message.kind === 'update' && message.update.executionId === 'bad')
          throw new Error('a fault of the program');
      });
      await until(() => countOf(messages, 'ready') === 1);
      server.peers[0]!.send(fill({ execution_id: 'bad' }));
      server.peers[0]!.send(fill({ execution_id: 'good' }));
      await until(() => countOf(messages, 'update') === 2);
      await until(() => faults.length === 1);
      expect(String(faults[0])).toContain('a fault of the program');
    } finally {
      process.off('uncaughtException', note);
      for (const listener of others) process.on('uncaughtException', listener);
    }
  });
});

describe('an order of the broker', () => {
  it('is read alike from JSON and from what the SDK makes of it', () => {
    const { ok } = readBrokerOrder(ORDER) as { ok: unknown };
    const camel = Object.fromEntries(
      Object.entries(ORDER).map(([name, value]) => [
        name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
    );
    expect(readBrokerOrder(camel)).toEqual({ ok });
  });

  it('keeps amounts as they were written, numbers among them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (n) => {
        const text = (n / 1_000).toFixed(9);
        expect(readBrokerOrder({ ...ORDER, qty: text })).toMatchObject({ ok: { qty: text } });
        expect(readBrokerOrder({ ...ORDER, qty: n / 1_000 })).toMatchObject({ ok: { qty: String(n / 1_000) } });
      }),
    );
  });

  it('of whatever kind is read or refused in words, never by an exception', () => {
    fc.assert(
      fc.property(fc.anything(), fc.record({ order: fc.anything(), event: fc.anything() }), (any, update) => {
        expect('fault' in readBrokerOrder(any)).toBe(true);
        expect('fault' in readTradeUpdate(update, START)).toBe(true);
        const fields = { ...ORDER, ...(any as object) };
        expect(['ok', 'fault']).toContain(Object.keys(readBrokerOrder(fields))[0]);
      }),
    );
  });
});
