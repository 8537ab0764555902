import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, post } from './client.ts';
import { figuresOf } from './simulator/account.ts';
import { amount, dollars, moneyText } from './simulator/amount.ts';
import { assetOf } from './simulator/assets.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaOptions, type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';
import { submit } from './simulator/submit.ts';

const at = (clock: string): string => `2024-06-03T${clock}Z`;
const flat = (price: number): WrittenBar => [price, price, price, price];

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

async function market(rows: readonly WrittenBar[], options: AlpacaOptions = {}, symbol = 'SPY'): Promise<void> {
  const bars = writtenBars(symbol, at('13:30:00'), [rows[0]!, ...rows]);
  simulator = await startAlpaca({ script: scriptOf([bars]), ...options });
  await simulator.clock.advanceTo(at('13:31:00'));
}

const account = async () => (await ask(simulator, 'GET', '/v2/account')).body;

describe('the account', () => {
  it('of a short sale owes what it sold', async () => {
    await market([flat(100), flat(100), flat(90)]);
    await post(simulator, { side: 'sell', qty: '10' });
    await simulator.clock.advanceTo(at('13:32:00'));
    expect(await account()).toMatchObject({ cash: '101000', short_market_value: '-1000', equity: '100000' });
    expect((await ask(simulator, 'GET', '/v2/positions/SPY')).body).toMatchObject({
      qty: '-10',
      side: 'short',
      avg_entry_price: '100',
      cost_basis: '-1000',
      qty_available: '-10',
    });
    await simulator.clock.advanceTo(at('13:34:00'));
    expect((await ask(simulator, 'GET', '/v2/positions/SPY')).body).toMatchObject({
      unrealized_pl: '100',
      market_value: '-900',
    });
    await ask(simulator, 'DELETE', '/v2/positions/SPY');
    expect(await account()).toMatchObject({ equity: '100100' });
  });

  it('has buying power that open orders take up and fills do not give back', async () => {
    await market([flat(100), flat(100)], { multiplier: 2 });
    expect(await account()).toMatchObject({ buying_power: '200000', multiplier: '2' });
    const resting = await post(simulator, { qty: '1000', type: 'limit', limit_price: '90' });
    expect((await account()).buying_power).toBe('110000');
    const much = await post(simulator, { qty: '1100' });
    expect(much.body).toMatchObject({
      buying_power: '110000',
      cost_basis: '114400',
      message: 'insufficient buying power',
    });
    await post(simulator, { qty: '1000' });
    expect((await account()).buying_power).toBe('6000');
    await simulator.clock.advanceTo(at('13:32:00'));
    expect((await account()).buying_power).toBe('10000');
    await ask(simulator, 'DELETE', `/v2/orders/${resting.body.id}`);
    expect((await account()).buying_power).toBe('100000');
  });

  it('buys for dollars what they give, to nine places', async () => {
    await market([flat(3)]);
    const { body } = await post(simulator, { qty: undefined, notional: '100' });
    expect(body).toMatchObject({ notional: '100', qty: null });
    await simulator.clock.advanceTo(at('13:32:00'));
    const filled = await ask(simulator, 'GET', `/v2/orders/${body.id}`);
    expect(filled.body).toMatchObject({ status: 'filled', filled_qty: '33.333333333', filled_avg_price: '3' });
    expect((await account()).cash).toBe('99900.000000001');
  });

  it('pays the fee of a coin out of the coin', async () => {
    await market([flat(60_000), flat(60_000), flat(60_000)], {}, 'BTC/USD');
    await post(simulator, { symbol: 'BTC/USD', qty: '1', time_in_force: 'gtc' });
    await simulator.clock.advanceTo(at('13:32:00'));
    expect(simulator.book.updates.at(-1)!.data).toMatchObject({ qty: '1', position_qty: '0.9975' });
    expect((await ask(simulator, 'GET', '/v2/positions/BTCUSD')).body).toMatchObject({
      symbol: 'BTCUSD',
      qty: '0.9975',
      asset_class: 'crypto',
    });
    const all = await post(simulator, { symbol: 'BTC/USD', qty: '1', side: 'sell', time_in_force: 'gtc' });
    expect(all.body.message).toBe('insufficient balance for BTC (requested: 1, available: 0.9975)');
    await post(simulator, { symbol: 'BTCUSD', qty: '0.9975', side: 'sell', time_in_force: 'gtc' });
    await simulator.clock.advanceTo(at('13:33:00'));
    // 40,000 + 0.9975 · 60,000 · 0.9975
    expect((await account()).cash).toBe('99700.375');
    expect((await ask(simulator, 'GET', '/v2/positions')).body).toEqual([]);
  });

  it('closes a part by quantity or by percent', async () => {
    await market([flat(100), flat(100), flat(100), flat(100)]);
    await post(simulator, { qty: '10' });
    await simulator.clock.advanceTo(at('13:32:00'));
    expect((await ask(simulator, 'DELETE', '/v2/positions/SPY?qty=3')).body).toMatchObject({
      side: 'sell',
      qty: '3',
      type: 'market',
    });
    await simulator.clock.advanceTo(at('13:33:00'));
    await ask(simulator, 'DELETE', '/v2/positions/SPY?percentage=100');
    await simulator.clock.advanceTo(at('13:34:00'));
    expect((await ask(simulator, 'GET', '/v2/positions')).body).toEqual([]);
    const activities = await ask(simulator, 'GET', '/v2/account/activities?activity_types=FILL&direction=asc');
    expect(activities.body.map(({ side, qty }: Record<string, string>) => `${side} ${qty}`)).toEqual([
      'buy 10',
      'sell 3',
      'sell 7',
    ]);
    const page = await ask(
      simulator,
      'GET',
      `/v2/account/activities/FILL?direction=asc&page_token=${activities.body[0].id}&page_size=1`,
    );
    expect(page.body).toEqual([activities.body[1]]);
  });

  it('remembers its equity at each close', async () => {
    await market([flat(100), flat(100), flat(101)]);
    await post(simulator, { qty: '10' });
    await simulator.clock.advanceTo(at('20:00:00'));
    expect(await account()).toMatchObject({ last_equity: '100010', equity: '100010' });
    expect((await ask(simulator, 'GET', '/v2/account/portfolio/history')).body).toMatchObject({
      equity: [100_010, 100_010],
      timeframe: '1D',
    });
    expect((await ask(simulator, 'GET', '/v2/account/configurations')).status).toBe(200);
  });
});

describe('a split overnight', () => {
  const days = (): ReturnType<typeof writtenBars> => {
    const before = writtenBars('AAPL', '2014-06-06T19:58:00Z', [flat(645.5), flat(645.7)]);
    const after = writtenBars('AAPL', '2014-06-09T13:30:00Z', [flat(92.24), flat(92.3)]);
    const join = (a: Float64Array, b: Float64Array) => Float64Array.from([...a, ...b]);
    return {
      ...before,
      length: 4,
      start: join(before.start, after.start),
      end: join(before.end, after.end),
      open: join(before.open, after.open),
      high: join(before.high, after.high),
      low: join(before.low, after.low),
      close: join(before.close, after.close),
      volume: join(before.volume, after.volume),
    };
  };
  const split = [{ symbol: 'AAPL', date: '2014-06-09', split: 7, dividend: 0 }];

  it.each<['adjust' | 'cancel' | 'leave', string, string | null]>([
    ['adjust', 'new', '85.71'],
    ['cancel', 'canceled', '600'],
    ['leave', 'filled', '600'],
  ])('changes the quantity and not the value; a resting stop: %s', async (splitOrders, status, stop) => {
    simulator = await startAlpaca({ script: scriptOf([days()], split), splitOrders });
    await post(simulator, { symbol: 'AAPL', qty: '10' });
    await simulator.clock.advanceTo('2014-06-06T19:59:30Z');
    const protective = await post(simulator, {
      symbol: 'AAPL',
      side: 'sell',
      qty: '10',
      type: 'stop',
      stop_price: '600',
      time_in_force: 'gtc',
    });
    await simulator.clock.advanceTo('2014-06-09T13:00:00Z');
    expect((await ask(simulator, 'GET', '/v2/positions/AAPL')).body).toMatchObject({ qty: '70', cost_basis: '6455' });
    await simulator.clock.advanceTo('2014-06-09T13:31:00Z');
    expect((await ask(simulator, 'GET', `/v2/orders/${protective.body.id}`)).body).toMatchObject({
      status,
      stop_price: stop,
    });
    const activities = await ask(simulator, 'GET', '/v2/account/activities');
    expect(
      activities.body.find(({ activity_type }: Record<string, string>) => activity_type === 'SPLIT'),
    ).toMatchObject({ symbol: 'AAPL', qty: '60' });
  });
});

/** Any few orders against any prices. */
const orders = fc.array(
  fc.record({
    symbol: fc.constantFrom('SPY', 'BTC/USD'),
    side: fc.constantFrom('buy', 'sell'),
    type: fc.constantFrom('market', 'limit', 'stop', 'stop_limit'),
    qty: fc.integer({ min: 1, max: 40 }),
    limit: fc.integer({ min: 90, max: 110 }),
    stop: fc.integer({ min: 90, max: 110 }),
    minute: fc.integer({ min: 0, max: 9 }),
  }),
  { maxLength: 12 },
);
const prices = fc.array(
  fc.tuple(fc.integer({ min: 9_000, max: 11_000 }), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 })),
  { minLength: 10, maxLength: 10 },
);

describe('the book under any orders', () => {
  it('keeps cash and positions as its fills say, to the last digit', { timeout: 60_000 }, async () => {
    let fills = 0;
    await fc.assert(
      fc.asyncProperty(orders, prices, fc.integer({ min: 0, max: 99 }), async (asked, path, seed) => {
        const rows = path.map(
          ([price, up, down]): WrittenBar => [price / 100, (price + up) / 100, (price - down) / 100, price / 100],
        );
        const bars = ['SPY', 'BTC/USD'].map((symbol) => writtenBars(symbol, at('13:30:00'), rows));
        simulator = await startAlpaca({ script: scriptOf(bars), partials: 0.5, seed, validate: false });
        const { book, clock } = simulator;
        const find = (symbol: string) => assetOf(symbol);
        for (let minute = 0; minute < 10; minute++) {
          await clock.advanceTo(Date.parse(at('13:30:00')) + minute * 60_000);
          for (const order of asked.filter((one) => one.minute === minute)) {
            const limited = order.type === 'limit' || order.type === 'stop_limit';
            const stopped = order.type === 'stop' || order.type === 'stop_limit';
            submit(book, find, {
              ...order,
              qty: String(order.qty),
              time_in_force: order.symbol === 'SPY' ? 'day' : 'gtc',
              ...(limited ? { limit_price: String(order.limit) } : {}),
              ...(stopped ? { stop_price: String(order.stop) } : {}),
            });
          }
        }
        await clock.advanceTo(at('13:41:00'));
        // Counted again from the list of fills alone.
        let cash = dollars(100_000);
        const held = new Map<string, bigint>();
        for (const { order, symbol, side, qty, price } of book.executions) {
          const coin = symbol === 'BTC/USD';
          const value = qty * price;
          const fee = amount('0.0025');
          cash += side === 'buy' ? -value : value - (coin ? (value * fee) / 10n ** 9n : 0n);
          const got = coin && side === 'buy' ? qty - (qty * fee + 10n ** 9n - 1n) / 10n ** 9n : qty;
          held.set(symbol, (held.get(symbol) ?? 0n) + (side === 'buy' ? got : -got));
          expect(order.filledQty <= order.qty!).toBe(true);
          fills++;
        }
        expect(moneyText(book.cash)).toBe(moneyText(cash));
        for (const [symbol, qty] of held) expect(book.positions.get(symbol.replace('/', ''))?.qty ?? 0n).toBe(qty);
        expect((held.get('BTC/USD') ?? 0n) >= 0n).toBe(true);
        for (const order of book.orders.values())
          expect(book.open.has(order)).toBe(!['filled', 'canceled', 'expired', 'rejected'].includes(order.status));
        expect(figuresOf(book).buyingPower >= 0n).toBe(true);
        await simulator.close();
      }),
      { numRuns: 60 },
    );
    expect(fills).toBeGreaterThan(50);
  });
});
