import { Alpaca, type streaming } from '@alpacahq/alpaca-trade-api';
import { afterEach, describe, expect, it } from 'vitest';
import { scriptOf, writtenBars } from './simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

const START = '2024-06-03T13:30:00Z';
const SPY = writtenBars('SPY', START, [
  [100, 101, 99, 100.5, 1_000],
  [100.6, 100.9, 100.2, 100.3, 2_000],
  [100.4, 103, 100.4, 102.8, 3_000],
  [102.8, 103, 102, 102.5, 4_000],
]);
const COIN = writtenBars('BTC/USD', START, [
  [60_000, 60_100, 59_900, 60_050, 1.5],
  [60_050, 60_200, 60_000, 60_150, 0.25],
]);

let simulator: AlpacaSimulator;
const streams: { disconnect(): void }[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.disconnect();
  await simulator.close();
});

/** The official SDK, pointed at the simulator. */
function sdk(): Alpaca {
  return new Alpaca({
    keyId: 'key',
    secret: 'secret',
    paper: true,
    rateLimit: false,
    retry: false,
    fetchApi: (url, init) => {
      const { pathname, search } = new URL(String(url));
      return fetch(simulator.urls.trading + pathname + search, init);
    },
  });
}

/** Waits for things that a stream tells: `take` gives the first that fits. */
function inbox<T>(): {
  readonly put: (one: T) => void;
  take(fits: (one: T) => boolean): Promise<T>;
  readonly all: T[];
} {
  const all: T[] = [];
  let wake: () => void = () => {};
  return {
    all,
    put(one) {
      all.push(one);
      wake();
    },
    async take(fits) {
      for (;;) {
        const found = all.find(fits);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

describe('the official SDK', () => {
  it('drives REST from the account to the closing of all positions', async () => {
    simulator = await startAlpaca({ script: scriptOf([SPY, COIN]), start: START });
    const { trading, marketData } = sdk();
    expect(await trading.account.getAccount()).toMatchObject({ cash: '100000', status: 'ACTIVE' });
    expect((await trading.clock.legacyClock()).isOpen).toBe(true);
    expect(await trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: 'SPY' })).toMatchObject({
      symbol: 'SPY',
      tradable: true,
    });
    const days = await trading.calendar.legacyCalendar({ start: new Date('2024-07-01'), end: new Date('2024-07-05') });
    expect(days.map(({ close }) => close)).toEqual(['16:00', '16:00', '13:00', '16:00']);

    await simulator.clock.advanceTo('2024-06-03T13:31:00Z');
    const order = await trading.orders.market({ symbol: 'SPY', qty: 10, side: 'buy', clientOrderId: 'one' });
    expect(order).toMatchObject({ status: 'pending_new', clientOrderId: 'one', timeInForce: 'day' });
    await trading.orders.market({
      symbol: 'BTC/USD',
      notional: '500',
      side: 'buy',
      timeInForce: 'gtc',
      clientOrderId: 'coin',
    });
    await simulator.clock.advanceTo('2024-06-03T13:32:00Z');
    expect(await trading.orders.getOrderByClientOrderId({ clientOrderId: 'one' })).toMatchObject({
      status: 'filled',
      filledQty: '10',
      filledAvgPrice: '100.6',
    });
    const bracket = await trading.orders.limit({
      symbol: 'SPY',
      qty: 10,
      side: 'sell',
      limitPrice: '110',
      timeInForce: 'gtc',
    });
    expect(bracket.status).toBe('pending_new');
    const changed = await trading.orders.patchOrderByOrderId({
      orderId: bracket.id!,
      patchOrderRequest: { limitPrice: '111' },
    });
    expect(changed).toMatchObject({ replaces: bracket.id, limitPrice: '111' });
    await trading.orders.deleteOrderByOrderID({ orderId: changed.id! });
    expect((await trading.orders.getAllOrders({ status: 'closed' })).map(({ status }) => status)).toEqual([
      'canceled',
      'replaced',
      'filled',
      'filled',
    ]);
    const positions = await trading.positions.getAllOpenPositions();
    expect(positions.map(({ symbol }) => symbol)).toEqual(['SPY', 'BTCUSD']);
    await trading.positions.deleteAllOpenPositions({ cancelOrders: true });
    await simulator.clock.advanceTo('2024-06-03T13:33:00Z');
    expect((await trading.positions.getAllOpenPositions()).map(({ symbol }) => symbol)).toEqual(['BTCUSD']);
    expect((await trading.accountActivities.getAccountActivitiesByActivityType({ activityType: 'FILL' })).length).toBe(
      3,
    );

    const bars = await marketData.stocks.stockBars({
      symbols: 'SPY,NONE',
      timeframe: '1Min',
      start: new Date(START),
      feed: 'iex',
    });
    expect(Object.keys(bars.bars!)).toEqual(['SPY']);
    expect(bars.bars!.SPY!.map(({ c }) => c)).toEqual([100.5, 100.3, 102.8]);
  });

  it('hears refusals with their whole body', async () => {
    simulator = await startAlpaca({ script: scriptOf([SPY]), start: START });
    await simulator.clock.advanceTo('2024-06-03T13:31:00Z');
    const { trading } = sdk();
    const refused = await trading.orders
      .market({ symbol: 'SPY', qty: 1e6, side: 'buy' })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'PermissionError', status: 403, code: 40_310_000 });
    const { response } = refused as { response: Response };
    expect(await response.json()).toMatchObject({ message: 'insufficient buying power', buying_power: '400000' });
  });

  it('hears bars in msgpack and what becomes of orders', async () => {
    simulator = await startAlpaca({ script: scriptOf([SPY, COIN]), start: START });
    const alpaca = sdk();
    const bars = inbox<streaming.StreamBar>();
    const said = inbox<string>();
    const stocks = alpaca.marketData.stockStream({ url: `${simulator.urls.stream}/v2/iex` });
    const coins = alpaca.marketData.cryptoStream({ url: `${simulator.urls.stream}/v1beta3/crypto/us` });
    const orders = alpaca.trading.stream({ url: simulator.urls.tradingStream });
    streams.push(stocks, coins, orders);
    for (const stream of [stocks, coins]) stream.onBar(bars.put);
    stocks.subscribeForBars(['SPY']);
    stocks.subscribeForStatuses(['SPY']);
    coins.subscribeForBars(['BTC/USD']);
    stocks.on('subscription', () => said.put('stocks'));
    coins.on('subscription', () => said.put('coins'));
    orders.on('subscription', () => said.put('orders'));
    const updates = inbox<streaming.TradeUpdate>();
    orders.onTradeUpdate(updates.put);
    orders.subscribeTradeUpdates();
    for (const stream of [stocks, coins, orders]) stream.connect();
    for (const name of ['stocks', 'coins', 'orders']) await said.take((one) => one === name);
    expect(stocks.getSubscriptions()).toMatchObject({ bars: ['SPY'], statuses: ['SPY'], trades: [] });

    await simulator.clock.advanceTo('2024-06-03T13:31:00Z');
    expect(await bars.take(({ symbol }) => symbol === 'SPY')).toEqual({
      symbol: 'SPY',
      open: 100,
      high: 101,
      low: 99,
      close: 100.5,
      volume: 1_000,
      vwap: 100.166667,
      tradeCount: 10,
      timestamp: new Date(START),
      timestampRaw: '2024-06-03T13:30:00.000000000Z',
    });
    expect((await bars.take(({ symbol }) => symbol === 'BTC/USD')).volume).toBe(1.5);

    const order = await alpaca.trading.orders.bracket({
      symbol: 'SPY',
      qty: 2,
      side: 'buy',
      takeProfit: { limitPrice: '102' },
      stopLoss: { stopPrice: '95' },
      clientOrderId: 'group',
    });
    await simulator.clock.advanceTo('2024-06-03T13:33:00Z');
    const profit = await updates.take(({ event, order: { side } }) => event === 'fill' && side === 'sell');
    expect(profit).toMatchObject({ price: '102', qty: '2', positionQty: '0' });
    const told = updates.all.map(({ event, order: { side, type } }) => `${event} ${side} ${type}`);
    expect(told).toEqual([
      'pending_new buy market',
      'held sell limit',
      'held sell stop',
      'new buy market',
      'fill buy market',
      'new sell limit',
      'fill sell limit',
    ]);
    const after = await alpaca.trading.orders.getOrderByOrderID({ orderId: order.id!, nested: true });
    expect(after.legs!.map(({ status }) => status)).toEqual(['filled', 'canceled']);
  });
});
