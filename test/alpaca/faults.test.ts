import { afterEach, describe, expect, it } from 'vitest';
import { ask, marketSocket, openMarket, openTrading, post, tradingSocket, updateOf } from './client.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

const at = (clock: string): string => `2024-06-03T${clock}Z`;
const flat = (price: number): WrittenBar => [price, price, price, price];

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

/** Stands at the opening with SPY at 100, then 101, 102 and so on. */
async function market(): Promise<void> {
  const bars = writtenBars('SPY', at('13:30:00'), [flat(100), flat(101), flat(102), flat(103), flat(104)]);
  simulator = await startAlpaca({ script: scriptOf([bars]) });
}

/** Waits until something is so that the other end of a socket makes so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise(setImmediate);
}

describe('a socket', () => {
  it('is refused, never authenticated, or met with an error', async () => {
    await market();
    simulator.faults.add({ on: 'opening', socket: 'market', count: 1, do: { kind: 'refuse', status: 429 } });
    simulator.faults.add({ on: 'opening', count: 2, do: { kind: 'never_authenticate' } });
    simulator.faults.add({ on: 'opening', socket: 'market', count: 1, do: { kind: 'error', code: 407, close: true } });
    const refused = openMarket(simulator);
    const status = await new Promise((resolve) =>
      refused.socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(429);
    const silent = openMarket(simulator);
    await silent.until(({ msg }) => msg === 'connected');
    silent.say({ action: 'auth', key: 'key', secret: 'secret' });
    const trading = openTrading(simulator);
    await new Promise((resolve) => trading.socket.once('open', resolve));
    trading.say({ action: 'authenticate', data: { key_id: 'key', secret_key: 'secret' } });
    await simulator.clock.advanceTo(at('13:30:09'));
    expect([silent.heard.length, trading.heard.length]).toEqual([1, 0]);
    const slow = openMarket(simulator);
    await slow.until(({ msg }) => msg === 'connected');
    slow.say({ action: 'auth', key: 'key', secret: 'secret' });
    expect(await slow.until(({ T }) => T === 'error')).toMatchObject({ code: 407, msg: 'slow client' });
    await slow.closed;
  });

  it('is cut, and its place stays taken for 90 seconds', async () => {
    await market();
    const socket = await marketSocket(simulator, { bars: ['SPY'] });
    simulator.faults.add({ on: 'instant', at: at('13:31:00'), do: { kind: 'drop', socket: 'market', linger: 90_000 } });
    await simulator.clock.advanceTo(at('13:31:30'));
    expect(await socket.closed).toBe(1006);
    await until(() => simulator.sockets().market === 0);
    const early = openMarket(simulator);
    await early.until(({ msg }) => msg === 'connected');
    early.say({ action: 'auth', key: 'key', secret: 'secret' });
    expect(await early.until(({ T }) => T === 'error')).toMatchObject({ code: 406 });
    // It stands as if nothing were wrong, and nothing comes.
    expect(early.socket.readyState).toBe(1);
    await simulator.clock.advanceTo(at('13:33:00'));
    await marketSocket(simulator, { bars: ['SPY'] });
  });

  it('is mute and answers pings, or does not even do that', async () => {
    await market();
    const socket = await marketSocket(simulator, { bars: ['SPY'] });
    const pongs: number[] = [];
    socket.socket.on('pong', () => pongs.push(1));
    simulator.faults.add({ on: 'instant', do: { kind: 'mute', socket: 'market' } });
    await simulator.clock.advanceTo(at('13:32:00'));
    socket.socket.ping();
    await until(() => pongs.length === 1);
    expect(socket.heard.some(({ T }) => T === 'b')).toBe(false);
    simulator.faults.add({ on: 'instant', do: { kind: 'half_open', socket: 'market' } });
    socket.socket.ping();
    // Other traffic goes through meanwhile; the ping stays without an answer.
    for (let i = 0; i < 5; i++) await ask(simulator, 'GET', '/v2/account');
    expect(pongs).toHaveLength(1);
  });

  it('loses, delays, doubles and shuffles messages, and bends what is in them', async () => {
    await market();
    const socket = await marketSocket(simulator, { bars: ['SPY'] });
    simulator.faults.add({ on: 'message', type: 'b', count: 1, do: { kind: 'duplicate', times: 1 } });
    simulator.faults.add({ on: 'message', type: 'b', skip: 1, count: 1, do: { kind: 'reorder', span: 1 } });
    simulator.faults.add({ on: 'message', type: 'b', skip: 3, count: 1, do: { kind: 'strip', fields: ['c', 't'] } });
    simulator.faults.add({ on: 'message', type: 'b', skip: 3, count: 1, do: { kind: 'change', fields: { h: -1 } } });
    simulator.faults.add({ on: 'message', type: 'b', skip: 4, count: 1, do: { kind: 'delay', ms: 45_000 } });
    await simulator.clock.advanceTo(at('13:35:44'));
    await socket.until(({ h }) => h === -1);
    await ask(simulator, 'GET', '/v2/account');
    const heard = socket.heard.filter(({ T }) => T === 'b');
    expect(heard.map(({ o }) => o)).toEqual([100, 100, 102, 101, 103]);
    expect(heard[4]).toEqual({ T: 'b', S: 'SPY', o: 103, h: -1, l: 103, v: 1_000, n: 10, vw: 103 });
    await simulator.clock.advanceTo(at('13:35:45'));
    await socket.until(({ o }) => o === 104);
  });

  it('is cut in the place of an acknowledgement', async () => {
    await market();
    simulator.faults.add({ on: 'message', type: 'subscription', skip: 1, count: 1, do: { kind: 'cut' } });
    const socket = await marketSocket(simulator, { bars: ['SPY'] });
    socket.say({ action: 'subscribe', statuses: ['SPY'] });
    expect(await socket.closed).toBe(1006);
  });
});

describe('what becomes of orders', () => {
  it('is told twice, or the fill before the order is new', async () => {
    await market();
    const socket = await tradingSocket(simulator);
    simulator.faults.add({ on: 'message', socket: 'trading', type: 'new', count: 1, do: { kind: 'reorder', span: 1 } });
    simulator.faults.add({
      on: 'message',
      socket: 'trading',
      type: 'fill',
      count: 1,
      do: { kind: 'duplicate', times: 2 },
    });
    await simulator.clock.advanceTo(at('13:31:00'));
    await post(simulator, {});
    await simulator.clock.advanceTo(at('13:32:00'));
    await updateOf(socket, 'new');
    const heard = socket.heard
      .filter(({ stream }) => stream === 'trade_updates')
      .map(({ data }) => [data.event, data.execution_id]);
    expect(heard.map(([event]) => event)).toEqual(['pending_new', 'fill', 'new', 'fill', 'fill']);
    expect(new Set(heard.filter(([event]) => event === 'fill').map(([, id]) => id)).size).toBe(1);
  });

  it('is told again from the beginning after a reconnect', async () => {
    await market();
    await simulator.clock.advanceTo(at('13:31:00'));
    await post(simulator, { client_order_id: 'a' });
    await post(simulator, { client_order_id: 'b' });
    await simulator.clock.advanceTo(at('13:32:00'));
    simulator.faults.add({ on: 'instant', do: { kind: 'replay_fills' } });
    const socket = await tradingSocket(simulator);
    await socket.until(({ data }) => data.order?.client_order_id === 'b');
    expect(socket.heard.slice(2).map(({ data }) => `${data.event} ${data.order.client_order_id}`)).toEqual([
      'fill a',
      'fill b',
    ]);
    const other = await tradingSocket(simulator);
    await ask(simulator, 'GET', '/v2/account');
    expect(other.heard).toHaveLength(2);
  });

  it('is not told when the socket is gone, and REST knows it', async () => {
    await market();
    const socket = await tradingSocket(simulator);
    const { body } = await post(simulator, {});
    simulator.faults.add({ on: 'instant', do: { kind: 'drop', socket: 'trading', clean: true } });
    expect(await socket.closed).toBe(1000);
    await simulator.clock.advanceTo(at('13:32:00'));
    const again = await tradingSocket(simulator);
    await ask(simulator, 'GET', '/v2/account');
    expect(again.heard).toHaveLength(2);
    expect((await ask(simulator, 'GET', `/v2/orders/${body.id}`)).body.status).toBe('filled');
  });
});

describe('the world', () => {
  it('trades by hand and sends orders of its own', async () => {
    await market();
    const socket = await tradingSocket(simulator);
    simulator.faults.add({
      on: 'instant',
      at: at('13:31:00'),
      do: { kind: 'position', symbol: 'SPY', qty: '7', price: '100' },
    });
    const order = { symbol: 'SPY', qty: '3', side: 'buy', type: 'limit', limit_price: '90', time_in_force: 'gtc' };
    simulator.faults.add({ on: 'instant', at: at('13:31:00'), do: { kind: 'order', order } });
    await simulator.clock.advanceTo(at('13:31:00'));
    await updateOf(socket, 'new');
    expect((await ask(simulator, 'GET', '/v2/positions/SPY')).body.qty).toBe('7');
    expect((await ask(simulator, 'GET', '/v2/account')).body.cash).toBe('99300');
    expect([...simulator.book.orders.values()].map(({ foreign }) => foreign)).toEqual([true]);
    expect(simulator.posts().size).toBe(0);
  });

  it('resets the account: another id, no positions, other cash', async () => {
    await market();
    const before = (await ask(simulator, 'GET', '/v2/account')).body;
    await post(simulator, {});
    await simulator.clock.advanceTo(at('13:31:00'));
    simulator.faults.add({ on: 'instant', do: { kind: 'reset_account', cash: '50000' } });
    const after = (await ask(simulator, 'GET', '/v2/account')).body;
    expect(after).toMatchObject({ cash: '50000', equity: '50000' });
    expect(after.id).not.toBe(before.id);
    expect((await ask(simulator, 'GET', '/v2/orders?status=all')).body).toEqual([]);
  });

  it.each([401, 403] as const)('takes the keys away (%i) and gives them back', async (status) => {
    await market();
    simulator.faults.add({ on: 'instant', do: { kind: 'revoke_keys', status } });
    expect((await ask(simulator, 'GET', '/v2/account')).status).toBe(status);
    const socket = openMarket(simulator);
    await socket.until(({ msg }) => msg === 'connected');
    socket.say({ action: 'auth', key: 'key', secret: 'secret' });
    expect(await socket.until(({ T }) => T === 'error')).toMatchObject({ code: 402 });
    simulator.faults.add({ on: 'instant', do: { kind: 'restore_keys' } });
    expect((await ask(simulator, 'GET', '/v2/account')).status).toBe(200);
  });

  it('forgets what was planned when told to', async () => {
    await market();
    simulator.faults.add({ on: 'instant', at: at('13:31:00'), do: { kind: 'skew', ms: 1 } });
    simulator.faults.add({ on: 'request', do: { kind: 'answer', status: 500 } });
    simulator.faults.clear();
    await simulator.clock.advanceTo(at('13:32:00'));
    expect((await ask(simulator, 'GET', '/v2/account')).status).toBe(200);
    expect(simulator.faults.tally().map(({ acted }) => acted)).toEqual([0, 0]);
  });
});

describe('from another process', () => {
  it('the clock moves, faults are planned and the book is read', async () => {
    await market();
    const admin = async (method: string, path: string, body?: object) =>
      (await ask(simulator, method, `/_sim${path}`, body)).body;
    expect(await admin('GET', '/clock')).toMatchObject({ now: '2024-06-03T13:30:00.000Z' });
    await admin('POST', '/faults', [
      { on: 'request', path: '/v2/account', count: 1, do: { kind: 'answer', status: 500 } },
    ]);
    expect((await ask(simulator, 'GET', '/v2/account')).status).toBe(500);
    await post(simulator, { client_order_id: 'mine' });
    expect(await admin('POST', '/clock', { advanceTo: at('13:31:00') })).toMatchObject({
      now: '2024-06-03T13:31:00.000Z',
    });
    expect(await admin('GET', '/book')).toMatchObject({
      cash: '99900',
      positions: [{ symbol: 'SPY', qty: '1', cost: '100' }],
      orders: [{ client_order_id: 'mine', status: 'filled', foreign: false }],
      fills: [{ price: '100', qty: '1' }],
    });
    expect(await admin('GET', '/posts')).toEqual({ mine: 1 });
    expect(
      (await admin('GET', '/requests')).map(({ path, status }: Record<string, unknown>) => [path, status]),
    ).toEqual([
      ['/v2/account', 500],
      ['/v2/orders', 200],
    ]);
    expect((await ask(simulator, 'POST', '/_sim/clock', { advanceTo: 'soon' })).status).toBe(400);
    const unknown = await ask(simulator, 'POST', '/_sim/faults', { on: 'request', do: { kind: 'explode' } });
    expect([unknown.status, unknown.body.message]).toEqual([
      400,
      'a fault on request does one of answer, delay, late, silence, lose, reset, not "explode"',
    ]);
    expect((await ask(simulator, 'GET', '/_sim/nothing')).status).toBe(404);
  });
});
