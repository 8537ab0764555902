import { streaming } from '@alpacahq/alpaca-trade-api';
import { afterEach, describe, expect, it } from 'vitest';
import { createMarketStream, type MarketMessage, type MarketStream } from '../../engine/alpaca/market-stream.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';
import { type Loopback, loopback, type Peer, until } from './socket-server.ts';

const START = Date.parse('2026-11-23T14:30:00Z');
const CREDENTIALS = { keyId: 'PK-TEST', secret: 'secret-test' };

/** A server that does as Alpaca does: greets, takes the keys, confirms the complete set. */
const greet = (peer: Peer): void => peer.send([{ T: 'success', msg: 'connected' }]);

function confirming(change: (set: Record<string, string[]>, n: number) => Record<string, string[]> = (set) => set) {
  const sets: Record<string, Set<string>>[] = [];
  return (peer: Peer, message: Record<string, unknown>, n: number): void => {
    sets[n] ??= {};
    const set = sets[n];
    if (message.action === 'auth') {
      peer.send([{ T: 'success', msg: 'authenticated' }]);
      return;
    }
    for (const [channel, symbols] of Object.entries(message)) {
      if (!Array.isArray(symbols)) continue;
      set[channel] ??= new Set();
      for (const symbol of symbols as string[]) {
        if (message.action === 'subscribe') set[channel].add(symbol);
        else set[channel].delete(symbol);
      }
    }
    const complete = Object.fromEntries(Object.entries(set).map(([channel, symbols]) => [channel, [...symbols]]));
    peer.send([{ T: 'subscription', ...change(complete, n) }]);
  };
}

const bar = (S: string, more: Record<string, unknown> = {}) => ({
  T: 'b',
  S,
  o: 100,
  h: 101.5,
  l: 99.25,
  c: 101,
  v: 1_200,
  t: new Date(START),
  n: 12,
  vw: 100.5,
  ...more,
});

let server: Loopback | undefined;
let stream: MarketStream | undefined;
let clock: VirtualClock;

afterEach(async () => {
  const closed = stream?.close();
  clock?.advance(1_000);
  await closed;
  await server?.close();
  stream = undefined;
  server = undefined;
});

function follow(url: string, symbols: readonly string[], quotes = false): MarketMessage[] {
  const messages: MarketMessage[] = [];
  clock = virtualClock(START);
  stream = createMarketStream({
    streaming,
    credentials: CREDENTIALS,
    url,
    kind: 'stock',
    symbols,
    quotes,
    clock,
    dice: () => 0.5,
    take: (message) => messages.push(message),
  });
  stream.open();
  return messages;
}

const states = (messages: readonly MarketMessage[]) =>
  messages.flatMap((message) => (message.kind === 'state' ? [message.state] : []));
const last = (messages: readonly MarketMessage[]) =>
  messages.filter((message) => message.kind === 'state').at(-1) as Extract<MarketMessage, { kind: 'state' }>;

describe('the market-data socket', () => {
  it('asks for everything in one frame, and is live when the answer names everything', async () => {
    server = await loopback('msgpack', confirming(), greet);
    const messages = follow(server.url, ['SPY', 'AAPL']);
    await until(() => messages.some(({ kind }) => kind === 'confirmed'));
    expect(states(messages)).toEqual(['connecting', 'live']);
    expect(server.peers[0]!.received).toEqual([
      { action: 'auth', key: CREDENTIALS.keyId, secret: CREDENTIALS.secret },
      { action: 'subscribe', bars: ['SPY', 'AAPL'], updatedBars: ['SPY', 'AAPL'], statuses: ['SPY', 'AAPL'] },
    ]);
  });

  it('gives bars, corrections, halts and quotes in the order in which they came', async () => {
    server = await loopback('msgpack', confirming(), greet);
    const messages = follow(server.url, ['SPY'], true);
    await until(() => messages.some(({ kind }) => kind === 'confirmed'));
    const before = messages.length;
    server.peers[0]!.send([
      bar('SPY'),
      bar('SPY', { T: 'u', c: 100.9 }),
      { T: 's', S: 'SPY', sc: 'H', sm: 'Trading Halt', t: new Date(START + 5_000), z: 'C' },
      { T: 's', S: 'SPY', sc: 'Q', t: new Date(START + 6_000) },
      { T: 's', S: 'SPY', sc: 'T', t: new Date(START + 7_000) },
      { T: 'q', S: 'SPY', bp: 100.1, bs: 2, ap: 100.2, as: 3, t: new Date(START) },
      { T: 'q', S: 'SPY', bp: 0, bs: 0, ap: 100.2, as: 3, t: new Date(START) },
    ]);
    await until(() => messages.length >= before + 5);
    const made = {
      symbol: 'SPY',
      start: START,
      open: 100,
      high: 101.5,
      low: 99.25,
      close: 101,
      volume: 1_200,
      vwap: 100.5,
    };
    expect(messages.slice(before)).toEqual([
      { kind: 'bar', bar: made, corrected: false },
      { kind: 'bar', bar: { ...made, close: 100.9 }, corrected: true },
      { kind: 'halt', symbol: 'SPY', at: START + 5_000, halted: true },
      { kind: 'halt', symbol: 'SPY', at: START + 7_000, halted: false },
      { kind: 'quote', symbol: 'SPY', bid: 100.1, ask: 100.2 },
    ]);
  });

  it('hands on bars with fields missing as what can be seen to be wrong', async () => {
    server = await loopback('msgpack', confirming(), greet);
    const messages = follow(server.url, ['SPY']);
    await until(() => messages.some(({ kind }) => kind === 'confirmed'));
    const before = messages.length;
    const { c: _, ...noClose } = bar('SPY');
    const { t: __, ...noTime } = bar('SPY');
    const { S: ___, ...noSymbol } = bar('SPY');
    server.peers[0]!.send([noClose, noTime, noSymbol, bar('SPY', { v: 'many' }), bar('SPY', { vw: undefined })]);
    await until(() => messages.length >= before + 5);
    const [close, time, symbol, volume, vwap] = messages.slice(before);
    const made = {
      symbol: 'SPY',
      start: START,
      open: 100,
      high: 101.5,
      low: 99.25,
      close: 101,
      volume: 1_200,
      vwap: 100.5,
    };
    const barOf = (wrong: Record<string, unknown>) => ({ kind: 'bar', bar: { ...made, ...wrong }, corrected: false });
    expect(close).toEqual(barOf({ close: Number.NaN }));
    expect(time).toEqual(barOf({ start: Number.NaN }));
    expect(symbol).toEqual({ kind: 'unreadable', words: 'a bar without a symbol' });
    expect(volume).toEqual(barOf({ volume: Number.NaN }));
    expect(vwap).toEqual(barOf({ vwap: undefined }));
  });

  it('asks again for what the answer lacks, and gives the connection up when it never comes', async () => {
    server = await loopback(
      'msgpack',
      confirming((set, n) => (n === 0 ? { ...set, bars: set.bars!.filter((symbol) => symbol !== 'AAPL') } : set)),
      greet,
    );
    const messages = follow(server.url, ['SPY', 'AAPL']);
    const first = await server.next();
    await until(() => first.received.length >= 5);
    expect(first.received.slice(2)).toEqual(Array.from({ length: 3 }, () => ({ action: 'subscribe', bars: ['AAPL'] })));
    clock.advance(10_000);
    await until(() => states(messages).includes('waiting'));
    expect(last(messages).words).toBe('the subscription was not confirmed within 10 seconds');
    clock.advance(1_000);
    await until(() => states(messages).includes('live'));
    expect(stream!.reconnects).toBe(1);
  });

  it('asserts the whole set on a new connection when one broke between two answers', async () => {
    let cutAt = 2;
    const confirm = confirming();
    server = await loopback(
      'msgpack',
      (peer, message, n) => {
        // The drop comes between the answer on the first channel and that on the second.
        if (n === 0 && peer.received.length > cutAt) peer.cut();
        else confirm(peer, message, n);
      },
      greet,
    );
    const messages = follow(server.url, ['SPY']);
    await until(() => states(messages).includes('live'));
    cutAt = 3;
    stream!.setSymbols(['SPY', 'QQQ']);
    await until(() => states(messages).includes('waiting'));
    clock.advance(1_000);
    await until(() => states(messages).filter((state) => state === 'live').length === 2);
    expect(server.peers[1]!.received[1]).toEqual({
      action: 'subscribe',
      bars: ['SPY', 'QQQ'],
      updatedBars: ['SPY', 'QQQ'],
      statuses: ['SPY', 'QQQ'],
    });
  });

  it('subscribes to what is new, lets go of what is not wanted, and says when that is confirmed', async () => {
    server = await loopback('msgpack', confirming(), greet);
    const messages = follow(server.url, ['SPY', 'AAPL']);
    await until(() => messages.some(({ kind }) => kind === 'confirmed'));
    const before = messages.length;
    stream!.setSymbols(['SPY', 'QQQ']);
    await until(() => messages.slice(before).some(({ kind }) => kind === 'confirmed'));
    const sent = server.peers[0]!.received.slice(2);
    expect(sent).toContainEqual({ action: 'subscribe', bars: ['QQQ'] });
    expect(sent).toContainEqual({ action: 'unsubscribe', statuses: ['AAPL'] });
    expect(states(messages)).toEqual(['connecting', 'live']);
    clock.advance(10_000);
    expect(stream!.state).toBe('live');
  });

  it('that answers pings and never takes the keys is given up', async () => {
    server = await loopback('msgpack', () => undefined, greet);
    const messages = follow(server.url, ['SPY']);
    const peer = await server.next();
    await until(() => peer.received.length === 1);
    clock.advance(10_000);
    await until(() => states(messages).includes('waiting'));
    expect(last(messages)).toMatchObject({ words: 'no word on the keys within 10 seconds', retryMs: 1_000 });
  });

  it('that neither answers nor closes is found out by a ping and let go of', async () => {
    server = await loopback('msgpack', confirming(), greet);
    const messages = follow(server.url, ['SPY']);
    await until(() => states(messages).includes('live'));
    // A machine that is gone reads nothing: neither pings nor our good-bye.
    (server.peers[0]!.socket as unknown as { _socket: { pause(): void } })._socket.pause();
    clock.advance(10_000);
    clock.advance(5_000);
    await until(() => states(messages).includes('waiting'));
    expect(last(messages).words).toBe('the server does not answer');
    clock.advance(1_000);
    await until(() => states(messages).filter((state) => state === 'live').length === 2);
  });

  it.each([
    [406, 'waiting', 90_000],
    [407, 'waiting', 1_000],
    [500, 'waiting', 1_000],
    [402, 'refused', 300_000],
    [409, 'refused', 300_000],
    [405, 'refused', 300_000],
  ])('with error %i is %s and tried again', async (code, state, least) => {
    const texts = new Map([
      [406, 'connection limit exceeded'],
      [407, 'slow client'],
      [500, 'internal error'],
      [402, 'auth failed'],
      [409, 'insufficient subscription'],
      [405, 'symbol limit exceeded'],
    ]);
    // Alpaca may leave the connection open after it.
    const confirm = confirming();
    server = await loopback(
      'msgpack',
      (peer, message, n) => {
        if (n === 0) peer.send([{ T: 'error', code, msg: texts.get(code) }]);
        else confirm(peer, message, n);
      },
      greet,
    );
    const messages = follow(server.url, ['SPY']);
    await until(() => states(messages).includes(state as never));
    expect(last(messages).retryMs).toBeGreaterThanOrEqual(least);
    clock.advance(last(messages).retryMs!);
    await until(() => states(messages).includes('live'));
    expect(server.peers).toHaveLength(2);
  });

  it.each([
    [429, 'waiting', 90_000],
    [401, 'refused', 300_000],
    [503, 'waiting', 1_000],
  ])('whose upgrade is refused with HTTP %i is %s', async (status, state, least) => {
    server = await loopback('msgpack', confirming(), greet, (n) => (n === 0 ? status : undefined));
    const messages = follow(server.url, ['SPY']);
    await until(() => states(messages).includes(state as never));
    expect(last(messages).retryMs).toBeGreaterThanOrEqual(least);
    clock.advance(last(messages).retryMs!);
    await until(() => states(messages).includes('live'));
  });

  it('that sends what cannot be read is left, for the rest of that message is lost', async () => {
    server = await loopback('msgpack', confirming(), greet);
    const messages = follow(server.url, ['SPY']);
    await until(() => states(messages).includes('live'));
    server.peers[0]!.send([bar('SPY'), 'nonsense', bar('SPY')]);
    await until(() => states(messages).includes('waiting'));
    expect(last(messages).words).toContain('a message could not be read');
    clock.advance(1_000);
    await until(() => states(messages).filter((state) => state === 'live').length === 2);
  });

  it('is left in good order: the server reads that we go', async () => {
    server = await loopback('msgpack', confirming(), greet);
    const messages = follow(server.url, ['SPY']);
    await until(() => states(messages).includes('live'));
    await stream!.close();
    await server.peers[0]!.closed;
    expect(clock.waiting).toBe(0);
  });
});
