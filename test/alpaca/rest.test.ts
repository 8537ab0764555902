import { afterEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../engine/alpaca/connection.ts';
import { endpointsOf } from '../../engine/alpaca/endpoints.ts';
import { createLimiter, type Limiter } from '../../engine/alpaca/limiter.ts';
import { type Answer, isOutcomeUnknown, orThrow, type Refusal } from '../../engine/alpaca/refusal.ts';
import { type AlpacaRest, createRest } from '../../engine/alpaca/rest.ts';
import { systemClock } from '../../engine/alpaca/system-clock.ts';
import { secret } from '../../engine/secrets/secret.ts';
import { idle } from '../virtual-clock.ts';
import { type Asked, type Loopback, type Said, startLoopback } from './loopback.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Ground {
  readonly rest: AlpacaRest;
  readonly server: Loopback;
  readonly limiter: Limiter;
}

async function ground(answer: (asked: Asked, nth: number) => Said, timeoutMs = 2_000): Promise<Ground> {
  const server = await startLoopback(answer);
  const connection = openConnection({
    keys: { id: secret('PKTESTTESTTEST'), secret: secret('s3cr3t-s3cr3t') },
    endpoints: endpointsOf({ trading: server.url, data: server.url, feed: 'iex' }),
    timeoutMs,
  });
  const limiter = createLimiter({ clock: systemClock, dice: () => 0 });
  closing.push(
    () => limiter.close(),
    () => connection.close(),
    server.close,
  );
  return { rest: createRest({ connection, limiter, clock: systemClock, dice: () => 0 }), server, limiter };
}

const ORDER = {
  id: '904837e3-3b76-47ec-b432-046db621571b',
  client_order_id: 'e1-x-1',
  created_at: '2026-10-05T13:30:00.123456789Z',
  updated_at: null,
  submitted_at: '2026-10-05T13:30:00.12Z',
  filled_at: null,
  symbol: 'AAPL',
  asset_class: 'us_equity',
  side: 'buy',
  type: 'market',
  order_class: '',
  time_in_force: 'day',
  extended_hours: false,
  qty: '15',
  notional: null,
  filled_qty: '0',
  filled_avg_price: null,
  limit_price: null,
  stop_price: null,
  trail_price: null,
  trail_percent: null,
  status: 'pending_new',
  replaces: null,
  replaced_by: null,
  legs: null,
};

const refusalOf = (answer: Answer<unknown>): Refusal => {
  if ('refusal' in answer) return answer.refusal;
  throw new Error('it was granted');
};

const TICKET = {
  clientOrderId: 'e1-x-1',
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  timeInForce: 'day',
  qty: '15',
} as const;

describe('orders', () => {
  it('go out as decimal strings in the words of the wire, with both keys', async () => {
    const { rest, server } = await ground(() => ({ json: ORDER }));
    const order = orThrow(
      await rest.submit(
        {
          ...TICKET,
          type: 'limit',
          limitPrice: '1.10',
          orderClass: 'bracket',
          takeProfit: '1.20',
          stopLoss: { stop: '1.00', limit: '0.99' },
        },
        'entry',
      ),
    );
    expect(order).toMatchObject({ id: ORDER.id, status: 'pending_new', qty: '15', filledAvgPrice: undefined });
    expect(order.createdAt).toBe(Date.UTC(2026, 9, 5, 13, 30, 0, 123));
    const [asked] = server.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/v2/orders' });
    expect(asked!.headers).toMatchObject({
      'apca-api-key-id': 'PKTESTTESTTEST',
      'apca-api-secret-key': 's3cr3t-s3cr3t',
    });
    expect(JSON.parse(asked!.body)).toEqual({
      client_order_id: 'e1-x-1',
      symbol: 'AAPL',
      side: 'buy',
      type: 'limit',
      time_in_force: 'day',
      qty: '15',
      limit_price: '1.10',
      order_class: 'bracket',
      take_profit: { limit_price: '1.20' },
      stop_loss: { stop_price: '1.00', limit_price: '0.99' },
    });
  });

  it('are sent once: a server that fails, hangs up or says nothing leaves the outcome unknown', async () => {
    for (const [said, kind] of [
      [{ status: 503, text: '<html><title>503</title>upstream</html>' }, 'server'],
      ['cut', 'network_unknown'],
      ['hang', 'timeout_unknown'],
      [{ status: 200, text: '{"id":' }, 'unreadable'],
      [{ status: 200, json: { ...ORDER, id: undefined } }, 'unreadable'],
    ] as const) {
      const { rest, server } = await ground(() => said, 150);
      const refusal = refusalOf(await rest.submit(TICKET, 'entry'));
      expect(refusal.kind).toBe(kind);
      expect(isOutcomeUnknown(refusal)).toBe(true);
      expect(server.asked).toHaveLength(1);
    }
  });

  it('tell what a refusal holds, read once', async () => {
    const { rest } = await ground((asked) =>
      asked.method === 'POST'
        ? {
            status: 403,
            json: {
              available: '0',
              code: 40310000,
              existing_qty: '1',
              held_for_orders: '1',
              message: 'insufficient qty available for order (requested: 1, available: 0)',
              symbol: 'AAPL',
            },
          }
        : {
            status: 422,
            json: { code: 40010001, existing_order_id: 'abc', message: 'client_order_id must be unique' },
          },
    );
    const short = refusalOf(await rest.submit({ ...TICKET, side: 'sell' }, 'exit'));
    expect(short).toMatchObject({
      kind: 'insufficient_qty',
      status: 403,
      code: 40310000,
      available: '0',
      existingQty: '1',
      heldForOrders: '1',
    });
    expect(isOutcomeUnknown(short)).toBe(false);
    expect(refusalOf(await rest.replace('x', { clientOrderId: 'b', limitPrice: '2' }, 'entry'))).toMatchObject({
      kind: 'duplicate_id',
      existingOrderId: 'abc',
    });
  });

  it('are sent again after 429, which did nothing', async () => {
    const { rest, server } = await ground((_, nth) =>
      nth === 1
        ? { status: 429, headers: { 'retry-after': '0' }, json: { message: 'too many requests.' } }
        : { json: ORDER },
    );
    expect('ok' in (await rest.submit(TICKET, 'exit'))).toBe(true);
    expect(server.asked.map(({ body }) => body)).toEqual([server.asked[0]!.body, server.asked[0]!.body]);
  });

  it('are listed page after page, once each, legs within their parents', async () => {
    const all = Array.from({ length: 1_100 }, (_, i) => ({ ...ORDER, id: `o${i}`, client_order_id: `c${i}` }));
    const { rest, server } = await ground(({ query }) => {
      const after = query.get('after_order_id');
      const from = after === null ? 0 : Number(after.slice(1)) + 1;
      return { json: all.slice(from, from + Number(query.get('limit'))) };
    });
    const found = orThrow(await rest.orders({ status: 'all', after: Date.UTC(2026, 9, 1), symbols: ['AAPL', 'SPY'] }));
    expect(found.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(server.asked.map(({ query }) => query.get('after_order_id'))).toEqual([null, 'o499', 'o999']);
    expect(server.asked[0]!.query.get('after')).toBe('2026-10-01T00:00:00.000Z');
    expect(server.asked[0]!.query.get('nested')).toBe('true');
    expect(server.asked[0]!.query.get('symbols')).toBe('AAPL,SPY');
  });

  it('that never end are given up', async () => {
    const same = Array.from({ length: 500 }, (_, i) => ({ ...ORDER, id: `o${i}` }));
    const { rest } = await ground(() => ({ json: same }));
    expect(refusalOf(await rest.orders({ status: 'all' })).kind).toBe('unreadable');
  });

  it('of a bracket are asked for with their legs when found by our id', async () => {
    const { rest, server } = await ground(({ path }) =>
      path === '/v2/orders:by_client_order_id'
        ? { json: { ...ORDER, order_class: 'bracket' } }
        : { json: { ...ORDER, order_class: 'bracket', legs: [{ ...ORDER, id: 'leg', status: 'held' }] } },
    );
    const found = orThrow(await rest.orderByClientId('e1-x-1'));
    expect(found.legs.map(({ id, status }) => [id, status])).toEqual([['leg', 'held']]);
    expect(server.asked[1]!.url).toBe(`/v2/orders/${ORDER.id}?nested=true`);
  });

  it('are cancelled without a word in return', async () => {
    const { rest, server } = await ground(() => ({ status: 204 }));
    expect(await rest.cancel('x')).toEqual({ ok: undefined });
    expect(server.asked[0]).toMatchObject({ method: 'DELETE', path: '/v2/orders/x' });
  });
});

describe('questions', () => {
  it('are asked again when the server fails, and not without end', async () => {
    const mends = await ground((_, nth) =>
      nth < 3
        ? { status: 502 }
        : {
            json: {
              timestamp: '2026-10-05T09:30:00-04:00',
              is_open: true,
              next_open: '2026-10-06T09:30:00-04:00',
              next_close: '2026-10-05T16:00:00-04:00',
            },
          },
    );
    expect(orThrow(await mends.rest.clock())).toEqual({
      at: Date.UTC(2026, 9, 5, 13, 30),
      isOpen: true,
      nextOpen: Date.UTC(2026, 9, 6, 13, 30),
      nextClose: Date.UTC(2026, 9, 5, 20),
    });
    const never = await ground(() => 'cut');
    expect(refusalOf(await never.rest.positions()).kind).toBe('network_unknown');
    expect(never.server.asked).toHaveLength(3);
  });

  it('with keys that are none say so, and are asked once', async () => {
    for (const said of [
      { status: 401, json: { code: 40110000, message: 'request is not authorized' } },
      { status: 403, json: { message: 'forbidden.' } },
    ]) {
      const { rest, server } = await ground(() => said);
      expect(refusalOf(await rest.account()).kind).toBe('unauthorized');
      expect(server.asked).toHaveLength(1);
    }
  });

  it('read the calendar and positions as decimal strings with their sign', async () => {
    const position = {
      symbol: 'TSLA',
      asset_class: 'us_equity',
      side: 'short',
      qty: '3',
      avg_entry_price: '250.5',
      current_price: null,
      market_value: '-751.5',
      unrealized_pl: '0',
    };
    const { rest } = await ground(({ path }) =>
      path === '/v2/calendar'
        ? {
            json: [
              { date: '2026-11-27', open: '09:30', close: '13:00', session_open: '0400', session_close: '2000' },
              { date: '2030-01-02', open: '09:30', close: '16:00' },
            ],
          }
        : { json: [position] },
    );
    expect(orThrow(await rest.calendar('2026-11-26', '2026-11-28'))).toEqual([
      { date: '2026-11-27', open: '09:30', close: '13:00' },
    ]);
    expect(orThrow(await rest.positions())).toMatchObject([{ symbol: 'TSLA', qty: '-3', averagePrice: '250.5' }]);
  });

  it('name the field that is missing', async () => {
    const { rest } = await ground(() => ({ json: { id: 'x', status: 'ACTIVE' } }));
    expect(refusalOf(await rest.account())).toMatchObject({
      kind: 'unreadable',
      message: expect.stringContaining('account_number is missing') as string,
    });
  });

  it('that nobody can hear say that the server cannot be reached', async () => {
    const { rest, server } = await ground(() => ({ json: {} }));
    await server.close();
    expect(refusalOf(await rest.account()).kind).toBe('unreachable');
  });
});

describe('bars', () => {
  const bar = (minute: number, close: number) => ({
    t: new Date(Date.UTC(2026, 9, 5, 14, minute)).toISOString(),
    o: 1,
    h: 2,
    l: 0.5,
    c: close,
    v: 100,
    n: 3,
    vw: 1.25,
  });

  it('come page after page; a symbol without any is not there', async () => {
    const { rest, server } = await ground(({ query }) =>
      query.get('page_token') === null
        ? { json: { bars: { AAPL: [bar(0, 1), bar(1, 2)] }, next_page_token: 'next' } }
        : { json: { bars: { AAPL: [bar(2, 3)], SPY: [bar(0, 9)] }, next_page_token: null } },
    );
    const from = Date.UTC(2026, 9, 5, 14);
    const found = orThrow(
      await rest.bars({
        symbols: ['AAPL', 'SPY', 'ZZZ'],
        size: '1Min',
        from,
        to: from + 3_600_000,
        adjustment: 'raw',
        feed: 'iex',
      }),
    );
    expect([...found.keys()]).toEqual(['AAPL', 'SPY']);
    expect(found.get('AAPL')!.map(({ start, close }) => [start - from, close])).toEqual([
      [0, 1],
      [60_000, 2],
      [120_000, 3],
    ]);
    const { path, query } = server.asked[0]!;
    expect(path).toBe('/v2/stocks/bars');
    expect(Object.fromEntries(query)).toEqual({
      symbols: 'AAPL,SPY,ZZZ',
      timeframe: '1Min',
      start: '2026-10-05T14:00:00.000Z',
      end: '2026-10-05T14:59:59.999Z',
      limit: '10000',
      adjustment: 'raw',
      feed: 'iex',
    });
  });

  it('of coins have their own address', async () => {
    const { rest, server } = await ground(() => ({ json: { bars: {}, next_page_token: null } }));
    const query = { size: '1Day', from: 0, to: 1, adjustment: 'raw', feed: 'iex' } as const;
    expect(orThrow(await rest.bars({ ...query, symbols: ['BTC/USD'] })).size).toBe(0);
    expect(server.asked[0]!.path).toBe('/v1beta3/crypto/us/bars');
  });

  it('that the plan does not hold are forbidden', async () => {
    const { rest } = await ground(() => ({
      status: 403,
      json: { message: 'subscription does not permit querying recent SIP data' },
    }));
    const query = { symbols: ['SPY'], size: '1Min', from: 0, to: 1, adjustment: 'raw', feed: 'sip' } as const;
    expect(refusalOf(await rest.bars(query)).kind).toBe('forbidden');
  });
});

it('trading and market data wait for limits of their own', async () => {
  const server = await startLoopback(({ path }) =>
    path.startsWith('/v2/stocks') ? { json: { bars: {}, next_page_token: null } } : { json: [] },
  );
  const connection = openConnection({
    keys: { id: secret('PKTESTTESTTEST'), secret: secret('s3cr3t-s3cr3t') },
    endpoints: endpointsOf({ trading: server.url, data: server.url, feed: 'iex' }),
  });
  const shared = { clock: systemClock, dice: () => 0 };
  const limiter = createLimiter({ ...shared, perMinute: 1 });
  const dataLimiter = createLimiter({ ...shared, perMinute: 1 });
  closing.push(
    () => limiter.close(),
    () => dataLimiter.close(),
    () => connection.close(),
    server.close,
  );
  const rest = createRest({ ...shared, connection, limiter, dataLimiter });
  expect('ok' in (await rest.positions())).toBe(true);
  const bars = { symbols: ['SPY'], size: '1Min', from: 0, to: 1, adjustment: 'raw', feed: 'iex' } as const;
  expect('ok' in (await rest.bars(bars))).toBe(true);
  const waits = rest.positions();
  await idle();
  expect([limiter.waiting, dataLimiter.waiting]).toEqual([1, 0]);
  limiter.close();
  expect(refusalOf(await waits).kind).toBe('closed_connection');
});

it('a limiter that is closed turns all away, and keys are shown nowhere', async () => {
  const { rest, limiter } = await ground(() => ({ json: {} }));
  limiter.close();
  const refusal = refusalOf(await rest.account());
  expect(refusal.kind).toBe('closed_connection');
  const { rest: other } = await ground(() => 'cut');
  expect(JSON.stringify([refusal, await other.account()])).not.toMatch(/s3cr3t|PKTEST/);
});
