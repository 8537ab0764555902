import { afterEach, describe, expect, it } from 'vitest';
import { ask, post } from './client.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaOptions, type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

const at = (clock: string): string => `2024-06-03T${clock}Z`;
const flat = (price: number): WrittenBar => [price, price, price, price];

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

/** Stands at 13:31, a minute after the open, with SPY, PENNY and BTC/USD at their prices. */
async function market(options: AlpacaOptions = {}): Promise<void> {
  const bars = [
    writtenBars('SPY', at('13:30:00'), [flat(100), flat(100), flat(100)]),
    writtenBars('PENNY', at('13:30:00'), [flat(0.5), flat(0.5)]),
    writtenBars('BTC/USD', at('13:30:00'), [flat(60_000), flat(60_000), flat(60_000)]),
  ];
  simulator = await startAlpaca({ script: scriptOf(bars), ...options });
  await simulator.clock.advanceTo(at('13:31:00'));
}

const refused = async (order: object): Promise<[number, number, string]> => {
  const { status, body } = await post(simulator, order);
  return [status, body.code, body.message];
};

const group = (order_class: string, profit?: string, stop?: string): object => ({
  order_class,
  ...(profit === undefined ? {} : { take_profit: { limit_price: profit } }),
  ...(stop === undefined ? {} : { stop_loss: { stop_price: stop } }),
});

describe('a field that is missing or cannot be', () => {
  it.each<[object, string]>([
    [{ symbol: undefined }, 'symbol is required'],
    [{ side: 'hold' }, 'invalid side'],
    [{ type: 'iceberg' }, 'invalid order type'],
    [{ time_in_force: undefined }, 'time_in_force is required'],
    [{ time_in_force: 'ever' }, 'invalid time_in_force'],
    [{ qty: undefined }, 'qty or notional is required'],
    [{ notional: '100' }, 'only one of qty or notional is accepted'],
    [{ qty: '0' }, 'qty must be > 0'],
    [{ qty: '-1' }, 'qty must be > 0'],
    [{ qty: 'many' }, 'invalid qty'],
    [{ qty: '0.0000000001' }, 'invalid qty'],
    [{ type: 'limit' }, 'limit orders require a limit price'],
    [{ type: 'stop' }, 'stop orders require a stop price'],
    [{ type: 'stop_limit', stop_price: '101' }, 'stop limit orders require both stop and limit price'],
    [{ limit_price: '101' }, 'market orders require no stop or limit price'],
    [{ type: 'trailing_stop' }, 'trailing stop orders must specify one of trail_price or trail_percent'],
    [{ type: 'trailing_stop', trail_percent: '0.01' }, 'trail_percent must be greater than or equal to 0.1'],
    [{ client_order_id: 'x'.repeat(129) }, 'client_order_id must be no more than 128 characters'],
    [{ order_class: 'spread' }, 'invalid order_class'],
  ])('%j: %s', async (order, message) => {
    await market();
    expect(await refused(order)).toEqual([422, 40_010_001, message]);
    expect(simulator.book.orders.size).toBe(0);
  });
});

describe('a rule that speaks against it', () => {
  it.each<[object, number, string]>([
    [{ symbol: 'NONE' }, 422, 'asset "NONE" not found'],
    [{ symbol: 'GONE' }, 422, 'asset "GONE" is not active'],
    [
      { type: 'limit', limit_price: '99.999' },
      422,
      'invalid limit_price 99.999. sub-penny increment does not fulfill minimum pricing criteria',
    ],
    [
      { symbol: 'PENNY', type: 'limit', limit_price: '0.49999' },
      422,
      'invalid limit_price 0.49999. sub-penny increment does not fulfill minimum pricing criteria',
    ],
    [{ qty: '1.5', time_in_force: 'gtc' }, 422, 'fractional orders must be DAY orders'],
    [{ qty: '1.5', type: 'limit', limit_price: '99' }, 422, 'fractional orders must be market orders'],
    [{ qty: '1.5', ...group('bracket', '105', '95') }, 422, 'fractional orders must be simple orders'],
    [{ qty: '1.5', side: 'sell' }, 422, 'fractional orders cannot be sold short'],
    [{ qty: undefined, notional: '0.50' }, 422, 'notional must be >= 1.00'],
    [{ symbol: 'WHOLE', qty: '1.5' }, 403, 'asset "WHOLE" is not fractionable'],
    [{ extended_hours: true }, 422, 'extended hours order must be DAY or GTC limit orders'],
    [
      { type: 'stop', stop_price: '99', side: 'sell', time_in_force: 'ioc' },
      422,
      'stop orders must be DAY or GTC orders',
    ],
    [{ time_in_force: 'opg' }, 403, 'opg orders must be submitted after 7:00pm and before 9:28am'],
    [group('bracket', '105'), 422, 'bracket orders require stop_loss.stop_price'],
    [group('bracket', '94', '95'), 422, 'take_profit.limit_price must be > stop_loss.stop_price'],
    [group('bracket', '100', '95'), 422, 'take_profit.limit_price must be >= base_price + 0.01'],
    [group('bracket', '105', '100'), 422, 'stop_loss.stop_price must be <= base_price - 0.01'],
    [{ ...group('bracket', '105', '95'), time_in_force: 'ioc' }, 422, 'bracket orders must be DAY or GTC orders'],
    [
      { ...group('bracket', '105', '95'), type: 'limit', limit_price: '99', extended_hours: true },
      422,
      'extended hours are not supported for complex orders',
    ],
    [group('oto', '105', '95'), 422, 'oto orders require either take_profit.limit_price or stop_loss.stop_price'],
    [{ ...group('oco', '105', '95'), type: 'limit' }, 422, 'oco orders must be exit orders'],
    [{ type: 'stop', stop_price: '99' }, 422, 'stop price must be greater than current price'],
    [{ side: 'sell', type: 'stop', stop_price: '101' }, 422, 'stop price must be less than current price'],
    [{ qty: '5000' }, 403, 'insufficient buying power'],
    [{ symbol: 'HARD', side: 'sell' }, 422, 'asset "HARD" cannot be sold short'],
    [{ symbol: 'BTC/USD', qty: '0.01' }, 422, 'invalid crypto time_in_force'],
    [
      { symbol: 'BTC/USD', qty: '0.01', time_in_force: 'gtc', ...group('bracket', '61000', '59000') },
      422,
      'crypto orders not allowed for advanced order_class',
    ],
    [
      { symbol: 'BTC/USD', qty: '0.01', time_in_force: 'gtc', side: 'sell' },
      403,
      'insufficient balance for BTC (requested: 0.01, available: 0)',
    ],
    [
      { symbol: 'BTC/USD', qty: '0.0001', time_in_force: 'gtc' },
      403,
      'cost basis must be >= minimal amount of order 10',
    ],
    [{ symbol: 'BTC/USD', qty: '2', time_in_force: 'gtc' }, 403, 'insufficient buying power'],
  ])('%j: %i %s', async (order, status, message) => {
    await market({ assets: { GONE: { active: false }, WHOLE: { fractionable: false }, HARD: { shortable: false } } });
    const answer = await post(simulator, order);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
    expect(answer.body.code).toBe(status === 403 ? 40_310_000 : 42_210_000);
    expect(simulator.book.orders.size).toBe(0);
  });

  it('may be another with other rules of the account', async () => {
    await market({ shorting: false, fractions: 'any' });
    expect(await refused({ side: 'sell' })).toEqual([403, 40_310_000, 'account is not allowed to short']);
    expect((await post(simulator, { qty: '1.5', type: 'limit', limit_price: '99' })).status).toBe(200);
  });

  it('closing auctions end at 15:50', async () => {
    await market();
    expect((await post(simulator, { time_in_force: 'cls' })).status).toBe(200);
    await simulator.clock.advanceTo(at('19:50:00'));
    expect((await refused({ time_in_force: 'cls' }))[2]).toBe(
      'cls orders must be submitted after 7:00pm and before 3:50pm',
    );
  });
});

describe('orders of the same account', () => {
  it('never take a position through zero, and say what is free', async () => {
    await market();
    await post(simulator, { qty: '10' });
    await simulator.clock.advanceTo(at('13:32:00'));
    const resting = await post(simulator, { qty: '6', side: 'sell', type: 'limit', limit_price: '110' });
    const answer = await post(simulator, { qty: '5', side: 'sell', type: 'limit', limit_price: '111' });
    expect(answer).toMatchObject({
      status: 403,
      body: {
        code: 40_310_000,
        message: 'insufficient qty available for order (requested: 5, available: 4)',
        available: '4',
        existing_qty: '10',
        held_for_orders: '6',
        symbol: 'SPY',
        related_orders: [resting.body.id],
      },
    });
    expect((await ask(simulator, 'DELETE', '/v2/positions/SPY')).body.message).toContain('available: 4');
  });

  it('open one side only', async () => {
    await market();
    await post(simulator, { type: 'limit', limit_price: '99' });
    expect(await refused({ side: 'sell', type: 'limit', limit_price: '101' })).toEqual([
      403,
      40_310_000,
      'cannot open a short sell while a long buy order is open',
    ]);
    await ask(simulator, 'DELETE', '/v2/orders');
    await post(simulator, { side: 'sell', type: 'limit', limit_price: '101' });
    expect((await refused({ type: 'limit', limit_price: '99' }))[2]).toBe(
      'cannot open a long buy while a short sell order is open',
    );
  });

  /** A resting order of a long position, a new one, and what the table of Alpaca's page on user protection says. */
  it.each<[object, object, string | undefined]>([
    [{ type: 'stop', stop_price: '95' }, {}, 'market/stop'],
    [{ type: 'stop', stop_price: '95' }, { type: 'limit', limit_price: '99' }, 'market/stop'],
    [{ type: 'limit', limit_price: '105' }, {}, 'limit'],
    [{ type: 'limit', limit_price: '105' }, { type: 'limit', limit_price: '99' }, undefined],
    [{ type: 'limit', limit_price: '105' }, { type: 'limit', limit_price: '105' }, 'limit'],
    [{ type: 'limit', limit_price: '105' }, { type: 'stop', stop_price: '101' }, 'limit'],
    [{ type: 'stop_limit', stop_price: '95', limit_price: '94' }, { type: 'limit', limit_price: '93' }, undefined],
    [{ type: 'stop_limit', stop_price: '95', limit_price: '94' }, { type: 'limit', limit_price: '99' }, 'limit'],
    [{ type: 'trailing_stop', trail_price: '5' }, {}, undefined],
    [{ type: 'limit', ...group('oco', '105', '95') }, {}, undefined],
    [{ type: 'stop', stop_price: '95' }, group('bracket', '105', '94'), undefined],
  ])('%j and then %j: wash trade %s', async (resting, next, side) => {
    await market();
    await post(simulator, { qty: '10' });
    await simulator.clock.advanceTo(at('13:32:00'));
    const first = await post(simulator, { qty: '10', side: 'sell', ...resting });
    expect(first.status).toBe(200);
    const answer = await post(simulator, next);
    if (side === undefined) expect(answer.status).toBe(200);
    else
      expect(answer).toMatchObject({
        status: 403,
        body: {
          code: 40_310_000,
          message: 'potential wash trade detected. use complex orders',
          existing_order_id: first.body.id,
          reject_reason: `opposite side ${side} order exists`,
        },
      });
  });
});

describe('changes and cancellations', () => {
  it('of what has ended, or is not at a market yet, are refused', async () => {
    await market();
    const { body } = await post(simulator, {});
    await simulator.clock.advanceTo(at('13:32:00'));
    const gone = await ask(simulator, 'DELETE', `/v2/orders/${body.id}`);
    expect([gone.status, gone.body.code, gone.body.message]).toEqual([
      422,
      42_210_000,
      'order is already in "filled" state',
    ]);
    await simulator.clock.advanceTo(at('21:00:00'));
    const waits = await post(simulator, { type: 'limit', limit_price: '99' });
    const change = await ask(simulator, 'PATCH', `/v2/orders/${waits.body.id}`, { limit_price: '98' });
    expect(change.body).toEqual({ code: 42_210_000, message: 'cannot replace order in accepted status' });
  });

  it.each<[object, object, string]>([
    [{ type: 'limit', limit_price: '99' }, { limit_price: '99' }, 'order parameters are not changed'],
    [
      { type: 'limit', limit_price: '99' },
      { limit_price: '98.999' },
      'invalid limit_price 98.999. sub-penny increment does not fulfill minimum pricing criteria',
    ],
    [{ type: 'limit', limit_price: '99' }, { qty: '0' }, 'qty must be > 0'],
    [{ type: 'limit', limit_price: '99' }, { trail: '1' }, 'limit orders require no trail'],
    [{ qty: undefined, notional: '100' }, { notional: '200' }, 'notional orders cannot be replaced'],
  ])('%j by %j: %s', async (order, change, message) => {
    await market();
    const { body } = await post(simulator, order);
    const answer = await ask(simulator, 'PATCH', `/v2/orders/${body.id}`, change);
    expect([answer.status, answer.body.message]).toEqual([422, message]);
  });

  it('of what is not there are not found', async () => {
    await market();
    const id = '00000000-0000-4000-8000-000000000000';
    for (const [method, path] of [
      ['GET', `/v2/orders/${id}`],
      ['PATCH', `/v2/orders/${id}`],
      ['DELETE', `/v2/orders/${id}`],
    ] as const) {
      const { status, body } = await ask(simulator, method, path, method === 'PATCH' ? { qty: '1' } : undefined);
      expect([status, body]).toEqual([404, { code: 40_410_000, message: `order not found for ${id}` }]);
    }
    expect((await ask(simulator, 'GET', '/v2/orders:by_client_order_id?client_order_id=x')).status).toBe(404);
    expect((await ask(simulator, 'GET', '/v2/positions/SPY')).body).toEqual({
      code: 40_410_000,
      message: 'position does not exist',
    });
    expect((await ask(simulator, 'GET', '/v2/assets/NONE')).status).toBe(404);
  });
});
