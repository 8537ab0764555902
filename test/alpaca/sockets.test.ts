import { afterEach, describe, expect, it } from 'vitest';
import { ask, marketSocket, openMarket, openTrading, post, tradingSocket, updateOf } from './client.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaOptions, type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

const at = (clock: string): string => `2024-06-03T${clock}Z`;
const flat = (price: number): WrittenBar => [price, price, price, price];

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

async function market(options: AlpacaOptions = {}): Promise<void> {
  const bars = ['SPY', 'AAPL', 'BTC/USD'].map((symbol) =>
    writtenBars(symbol, at('13:30:00'), [[100, 102, 99, 101, 1_000], null, flat(103), flat(104)]),
  );
  simulator = await startAlpaca({ script: scriptOf(bars), ...options });
}

const KEYS = { action: 'auth', key: 'key', secret: 'secret' };

describe('the market-data socket', () => {
  it('acknowledges the complete set, whatever was asked last', async () => {
    await market();
    const socket = await marketSocket(simulator, { bars: ['SPY'], trades: ['AAPL'] });
    socket.say({ action: 'subscribe', bars: ['AAPL'], statuses: ['*'] });
    const set = await socket.until(({ T, bars }) => T === 'subscription' && bars.length === 2);
    expect(set).toEqual({
      T: 'subscription',
      trades: ['AAPL'],
      quotes: [],
      bars: ['AAPL', 'SPY'],
      updatedBars: [],
      dailyBars: [],
      statuses: ['*'],
      lulds: [],
      corrections: [],
      cancelErrors: [],
      imbalances: [],
    });
    socket.say({ action: 'unsubscribe', bars: ['SPY'], trades: ['*'] });
    expect(await socket.until(({ T, trades }) => T === 'subscription' && trades.length === 0)).toMatchObject({
      bars: ['AAPL'],
    });
  });

  it('sends a bar when its minute is over, and none for a minute without a trade', async () => {
    await market();
    const socket = await marketSocket(simulator, { bars: ['SPY'], dailyBars: ['SPY'] });
    await simulator.clock.advanceTo(at('13:30:59'));
    expect(socket.heard.some(({ T }) => T === 'b')).toBe(false);
    await simulator.clock.advanceTo(at('13:34:00'));
    await socket.until(({ T, c }) => T === 'd' && c === 104);
    expect(socket.heard.filter(({ T }) => T === 'b').map(({ t, c }) => [t.slice(11, 16), c])).toEqual([
      ['13:30', 101],
      ['13:32', 103],
      ['13:33', 104],
    ]);
    expect(socket.heard.filter(({ T }) => T === 'd').at(-1)).toMatchObject({
      o: 100,
      h: 104,
      l: 99,
      c: 104,
      t: '2024-06-03T04:00:00.000Z',
    });
  });

  it('corrects a bar later, with the same start, and history has it so from then on', async () => {
    await market();
    const socket = await marketSocket(simulator, { bars: ['*'], updatedBars: ['*'] });
    simulator.revise({
      symbol: 'SPY',
      start: Date.parse(at('13:30:00')),
      open: 100,
      high: 105,
      low: 99,
      close: 104,
      volume: 2_000,
      vwap: 102,
      trades: 20,
    });
    const close = async (): Promise<number> =>
      (await ask(simulator, 'GET', `/v2/stocks/bars/latest?symbols=SPY&feed=iex`)).body.bars.SPY.c;
    await simulator.clock.advanceTo(at('13:31:29'));
    expect(await close()).toBe(101);
    await simulator.clock.advanceTo(at('13:31:30'));
    expect(await socket.until(({ T }) => T === 'u')).toMatchObject({
      S: 'SPY',
      c: 104,
      v: 2_000,
      t: at('13:30:00').replace('Z', '.000Z'),
    });
    expect(await close()).toBe(104);
  });

  it('tells halts, price bands, trades and quotes', async () => {
    await market({ spread: '0.02' });
    const socket = await marketSocket(simulator, {
      statuses: ['SPY'],
      lulds: ['SPY'],
      trades: ['SPY'],
      quotes: ['SPY'],
    });
    simulator.broadcast(at('13:30:30'), {
      T: 's',
      S: 'SPY',
      sc: 'H',
      sm: 'Trading Halt',
      rc: 'T1',
      rm: 'News',
      z: 'B',
    });
    simulator.broadcast(at('13:30:31'), { T: 'l', S: 'SPY', u: 110, d: 90, i: 'B', z: 'B' });
    await simulator.clock.advanceTo(at('13:31:00'));
    await socket.until(({ T }) => T === 'l');
    expect(socket.heard.find(({ T }) => T === 's')).toMatchObject({ sc: 'H', t: '2024-06-03T13:30:30.000Z' });
    expect(socket.heard.filter(({ T }) => T === 't').map(({ p }) => p)).toEqual([100, 99, 102, 101]);
    expect(socket.heard.filter(({ T }) => T === 'q')[0]).toMatchObject({ bp: 99.99, ap: 100.01 });
  });

  it('speaks msgpack to whoever asks for it, of coins too', async () => {
    await market();
    const socket = await marketSocket(simulator, { bars: ['BTC/USD'] }, '/v1beta3/crypto/us', 'msgpack');
    await simulator.clock.advanceTo(at('13:31:00'));
    expect(await socket.until(({ T }) => T === 'b')).toMatchObject({
      S: 'BTC/USD',
      v: 1_000,
      t: new Date(at('13:30:00')),
    });
  });

  it('streams FAKEPACA round the clock on the test feed', async () => {
    await market({ start: '2024-06-01T12:00:00Z' });
    const socket = await marketSocket(simulator, { bars: ['FAKEPACA'] }, '/v2/test');
    await simulator.clock.advanceBy(3 * 60_000);
    await socket.until(({ T, t }) => T === 'b' && t.startsWith('2024-06-01T12:02'));
    expect(socket.heard.filter(({ T }) => T === 'b')).toHaveLength(3);
  });

  it.each<[string, object[], number, string]>([
    ['no JSON object', [['auth']], 400, 'invalid syntax'],
    ['an unknown action', [{ action: 'sing' }], 400, 'invalid syntax'],
    ['a subscription before authentication', [{ action: 'subscribe', bars: ['SPY'] }], 401, 'not authenticated'],
    ['authentication twice', [KEYS, KEYS], 403, 'already authenticated'],
    [
      'a channel that the feed has not',
      [KEYS, { action: 'subscribe', orderbooks: ['SPY'] }],
      410,
      'invalid subscribe action for this feed',
    ],
    [
      'too many symbols',
      [KEYS, { action: 'subscribe', trades: Array.from({ length: 31 }, (_, i) => `S${i}`) }],
      405,
      'symbol limit exceeded',
    ],
  ])('answers %s', async (_name, frames, code, msg) => {
    await market();
    const socket = openMarket(simulator);
    await socket.until(({ msg: said }) => said === 'connected');
    for (const frame of frames) socket.say(frame);
    expect(await socket.until(({ T }) => T === 'error')).toEqual({ T: 'error', code, msg });
    socket.socket.close();
  });

  it('refuses wrong keys, the tape of a plan that has none, and silence', async () => {
    await market({ keys: { id: 'key', secret: 'other' } });
    const wrong = openMarket(simulator);
    await wrong.until(({ msg }) => msg === 'connected');
    wrong.say(KEYS);
    expect(await wrong.until(({ T }) => T === 'error')).toMatchObject({ code: 402, msg: 'auth failed' });
    await wrong.closed;
    const silent = openMarket(simulator);
    await silent.until(({ msg }) => msg === 'connected');
    await simulator.clock.advanceBy(10_000);
    expect(await silent.until(({ T }) => T === 'error')).toMatchObject({ code: 404, msg: 'auth timeout' });
    await silent.closed;
    await simulator.close();
    await market();
    const sip = openMarket(simulator, '/v2/sip');
    await sip.until(({ msg }) => msg === 'connected');
    sip.say(KEYS);
    expect(await sip.until(({ T }) => T === 'error')).toMatchObject({ code: 409, msg: 'insufficient subscription' });
    expect(sip.socket.readyState).toBe(1);
  });

  it('takes one connection a feed; the place of one that was cut stays taken', async () => {
    await market({ linger: 90_000 });
    const enter = async (path: string): Promise<string | number> => {
      const socket = openMarket(simulator, path);
      await socket.until(({ msg }) => msg === 'connected');
      socket.say(KEYS);
      const { msg, code } = await socket.until(({ T, msg: said }) => T === 'error' || said === 'authenticated');
      return code ?? msg;
    };
    const first = await marketSocket(simulator, { bars: ['SPY'] });
    expect(await enter('/v2/iex')).toBe(406);
    expect(await enter('/v1beta3/crypto/us')).toBe('authenticated');
    first.socket.terminate();
    await first.closed;
    for (let tries = 0; simulator.sockets().market > 2 && tries < 1_000; tries++) await new Promise(setImmediate);
    expect(await enter('/v2/iex')).toBe(406);
    await simulator.clock.advanceBy(90_000);
    expect(await enter('/v2/iex')).toBe('authenticated');
  });
});

describe('the trading socket', () => {
  it('speaks JSON in binary frames, and to those who listen only', async () => {
    await market();
    const deaf = openTrading(simulator);
    await new Promise((resolve) => deaf.socket.once('open', resolve));
    const binary: boolean[] = [];
    deaf.socket.on('message', (_data, isBinary) => binary.push(isBinary));
    deaf.say({ action: 'authenticate', data: { key_id: 'key', secret_key: 'secret' } });
    expect(await deaf.until(({ stream }) => stream === 'authorization')).toEqual({
      stream: 'authorization',
      data: { action: 'authenticate', status: 'authorized' },
    });
    expect(binary).toEqual([true]);
    const listens = await tradingSocket(simulator);
    const { body } = await post(simulator, {});
    const fresh = await updateOf(listens, 'new', body.id);
    expect(fresh).toMatchObject({
      order: { status: 'new', legs: null },
      timestamp: at('13:30:00').replace('Z', '.000Z'),
    });
    expect(deaf.heard).toHaveLength(1);
    listens.say({ action: 'listen', data: { streams: [] } });
    await listens.until(({ stream, data }) => stream === 'listening' && data.streams.length === 0);
    await simulator.clock.advanceTo(at('13:31:00'));
    expect(listens.heard.some(({ data }) => data.event === 'fill')).toBe(false);
  });

  it('refuses wrong keys, and what it does not know', async () => {
    await market({ keys: { id: 'key', secret: 'other' } });
    const socket = openTrading(simulator);
    await new Promise((resolve) => socket.socket.once('open', resolve));
    socket.say({ action: 'listen', data: { streams: ['trade_updates'] } });
    expect(await socket.until(({ action }) => action === 'error')).toMatchObject({
      data: { error_message: 'request is not authorized' },
    });
    socket.say({ action: 'authenticate', data: { key_id: 'key', secret_key: 'secret' } });
    expect(await socket.until(({ stream }) => stream === 'authorization')).toMatchObject({
      data: { status: 'unauthorized' },
    });
    await socket.closed;
  });

  it('tells every event that Alpaca has', async () => {
    await market();
    const socket = await tradingSocket(simulator);
    await post(simulator, { type: 'limit', limit_price: '90', client_order_id: 'odd' });
    const events = [
      'stopped',
      'suspended',
      'calculated',
      'done_for_day',
      'accepted_for_bidding',
      'restated',
      'trade_bust',
    ];
    for (const event of events)
      simulator.faults.add({ on: 'instant', do: { kind: 'event', clientOrderId: 'odd', event } });
    await updateOf(socket, 'trade_bust');
    expect(socket.heard.slice(-events.length).map(({ data }) => data.event)).toEqual(events);
    expect((await ask(simulator, 'GET', '/v2/orders:by_client_order_id?client_order_id=odd')).body.status).toBe(
      'accepted_for_bidding',
    );
  });
});
