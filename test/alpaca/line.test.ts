import { afterEach, describe, expect, it } from 'vitest';
import { ask, marketSocket, post, tradingSocket, updateOf } from './client.ts';
import { scriptOf, writtenBars } from './simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

const BARS = writtenBars('SPY', '2024-06-03T13:30:00Z', [
  [100, 101, 99, 100.5, 1_000],
  [100.6, 100.9, 100.2, 100.3],
  null,
  [100.4, 101, 100.4, 100.8],
]);

describe('one order from end to end', () => {
  it('is answered, told, filled at the next price and booked to the cent', async () => {
    simulator = await startAlpaca({ script: scriptOf([BARS]) });
    const bars = await marketSocket(simulator, { bars: ['SPY'] });
    const orders = await tradingSocket(simulator);
    expect((await ask(simulator, 'GET', '/v2/account')).body).toMatchObject({
      cash: '100000',
      equity: '100000',
      status: 'ACTIVE',
    });

    await simulator.clock.advanceTo('2024-06-03T13:31:00Z');
    const bar = await bars.until(({ T }) => T === 'b');
    expect(bar).toMatchObject({
      T: 'b',
      S: 'SPY',
      o: 100,
      h: 101,
      l: 99,
      c: 100.5,
      v: 1_000,
      t: '2024-06-03T13:30:00.000Z',
    });

    const posted = await post(simulator, { qty: '10', client_order_id: 'mine' });
    expect(posted.body).toMatchObject({ status: 'pending_new', client_order_id: 'mine', filled_qty: '0' });
    await updateOf(orders, 'new', posted.body.id);

    await simulator.clock.advanceTo('2024-06-03T13:32:00Z');
    const fill = await updateOf(orders, 'fill', posted.body.id);
    expect(fill).toMatchObject({
      price: '100.6',
      qty: '10',
      position_qty: '10',
      order: { status: 'filled', filled_avg_price: '100.6' },
    });

    await simulator.clock.advanceTo('2024-06-03T13:34:00Z');
    expect(bars.heard.filter(({ T }) => T === 'b').map(({ t }) => t)).toEqual([
      '2024-06-03T13:30:00.000Z',
      '2024-06-03T13:31:00.000Z',
      '2024-06-03T13:33:00.000Z',
    ]);
    expect((await ask(simulator, 'GET', '/v2/account')).body).toMatchObject({ cash: '98994', equity: '100002' });
    expect((await ask(simulator, 'GET', '/v2/positions/SPY')).body).toMatchObject({
      qty: '10',
      avg_entry_price: '100.6',
      unrealized_pl: '2',
    });
    expect(simulator.posts()).toEqual(new Map([['mine', 1]]));
  });

  it('each instant is heard in that instant when the clock waits for it', async () => {
    simulator = await startAlpaca({ script: scriptOf([BARS]) });
    const bars = await marketSocket(simulator, { bars: ['SPY'] });
    const heardAt: string[] = [];
    bars.socket.on('message', () => heardAt.push(new Date(simulator.clock.now()).toISOString().slice(11, 19)));
    await simulator.clock.advanceTo('2024-06-03T13:34:00Z', () => simulator.settled());
    expect(heardAt).toEqual(['13:31:00', '13:32:00', '13:34:00']);
  });
});
