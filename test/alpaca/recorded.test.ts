import { afterEach, describe, expect, it } from 'vitest';
import { ask, post } from './client.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

/** What paper accounts were recorded to answer in October 2026, replayed. */

const at = (clock: string): string => `2024-06-03T${clock}Z`;
const flat = (price: number): WrittenBar => [price, price, price, price];

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

async function market(start = at('13:30:00')): Promise<void> {
  const bars = writtenBars('SPY', start, [flat(100), flat(100), flat(100)]);
  simulator = await startAlpaca({ script: scriptOf([bars]), start });
}

describe('recorded of Alpaca', () => {
  it.each<[string, string]>([
    ['2024-06-03T15:00:00Z', 'pending_new'],
    ['2024-06-03T12:00:00Z', 'accepted'],
    ['2024-06-03T21:00:00Z', 'accepted'],
    ['2024-06-08T15:00:00Z', 'accepted'],
  ])('an order at %s is answered as %s', async (start, status) => {
    await market(start);
    expect((await post(simulator, {})).body).toMatchObject({ status, filled_qty: '0', filled_avg_price: null });
  });

  it.each(['filled', 'canceled', 'open'])('a client_order_id is never to be used again (%s)', async (end) => {
    await market();
    const first = await post(simulator, {
      client_order_id: 'one',
      type: 'limit',
      limit_price: end === 'filled' ? '110' : '90',
    });
    if (end === 'canceled') await ask(simulator, 'DELETE', `/v2/orders/${first.body.id}`);
    await simulator.clock.advanceTo(at('13:31:00'));
    const again = await post(simulator, { client_order_id: 'one' });
    expect([again.status, again.body]).toEqual([422, { code: 40_010_001, message: 'client_order_id must be unique' }]);
    expect(simulator.book.orders.size).toBe(1);
  });

  it('a sale of more than is free says what is held and what orders have taken', async () => {
    await market();
    await post(simulator, { qty: '23' });
    await simulator.clock.advanceTo(at('13:31:00'));
    const stop = await post(simulator, {
      side: 'sell',
      qty: '23',
      type: 'stop',
      stop_price: '90',
      time_in_force: 'gtc',
    });
    const refused = await ask(simulator, 'DELETE', '/v2/positions/SPY');
    expect([refused.status, refused.body]).toEqual([
      403,
      {
        code: 40_310_000,
        message: 'insufficient qty available for order (requested: 23, available: 0)',
        available: '0',
        existing_qty: '23',
        held_for_orders: '23',
        related_orders: [stop.body.id],
        symbol: 'SPY',
      },
    ]);
  });

  it('an account has no fields of the pattern-day-trader rules', async () => {
    await market();
    const { body } = await ask(simulator, 'GET', '/v2/account');
    for (const field of ['pattern_day_trader', 'daytrade_count', 'daytrading_buying_power', 'dtbp_check', 'pdt_check'])
      expect(body).not.toHaveProperty(field);
  });

  it('numbers of trading are strings, those of market data are not', async () => {
    await market();
    await post(simulator, { qty: 2 });
    await simulator.clock.advanceTo(at('13:31:00'));
    const { body } = await ask(simulator, 'GET', '/v2/positions/SPY');
    for (const field of ['qty', 'avg_entry_price', 'market_value', 'unrealized_pl', 'current_price'])
      expect(typeof body[field]).toBe('string');
    const bars = (await ask(simulator, 'GET', '/v2/stocks/bars/latest?symbols=SPY&feed=iex')).body.bars;
    for (const field of ['o', 'h', 'l', 'c', 'v', 'n', 'vw']) expect(typeof bars.SPY[field]).toBe('number');
  });
});
