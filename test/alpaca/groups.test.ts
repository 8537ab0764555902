import { afterEach, describe, expect, it } from 'vitest';
import { ask, post } from './client.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaOptions, type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

const at = (clock: string): string => `2024-06-03T${clock}Z`;
const flat = (price: number): WrittenBar => [price, price, price, price];

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

/** Stands at 13:31 after a minute at 100; then come these minutes. */
async function market(rows: readonly WrittenBar[], options: AlpacaOptions = {}): Promise<void> {
  const bars = writtenBars('SPY', at('13:30:00'), [flat(100), ...rows]);
  simulator = await startAlpaca({ script: scriptOf([bars]), ...options });
  await simulator.clock.advanceTo(at('13:31:00'));
}

const bracket = (fields: object = {}): object => ({
  qty: '10',
  order_class: 'bracket',
  take_profit: { limit_price: '105' },
  stop_loss: { stop_price: '95' },
  ...fields,
});

/** Events so far: `event type`. */
const told = (): string[] =>
  simulator.book.updates.map(({ event, data }) => `${event} ${(data.order as { type: string }).type}`);

/** Status of the parent, then of its legs. */
async function statuses(id: string): Promise<string[]> {
  const { body } = await ask(simulator, 'GET', `/v2/orders/${id}?nested=true`);
  return [body.status, ...(body.legs ?? []).map(({ status }: { status: string }) => status)];
}

const openList = async (query: string): Promise<string[]> =>
  (await ask(simulator, 'GET', `/v2/orders?status=open${query}`)).body.map(
    ({ type, status }: Record<string, string>) => `${type} ${status}`,
  );

describe('a bracket', () => {
  it('holds its legs until the entry is filled whole', async () => {
    await market([flat(100), flat(101)], { partials: 0.999_999, seed: 3 });
    const { body } = await post(simulator, bracket());
    expect(body.legs.map(({ status, side, type }: Record<string, string>) => `${status} ${side} ${type}`)).toEqual([
      'held sell limit',
      'held sell stop',
    ]);
    await simulator.clock.advanceTo(at('13:31:02'));
    expect(await statuses(body.id)).toEqual(['partially_filled', 'held', 'held']);
    await simulator.clock.advanceTo(at('13:33:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'new', 'held']);
    expect(await openList('')).toEqual(['limit new']);
    expect(await openList('&nested=true')).toEqual(['market filled']);
  });

  it('takes the profit, and the end of the stop is not told', async () => {
    await market([flat(100), [101, 106, 101, 106]]);
    const { body } = await post(simulator, bracket());
    await simulator.clock.advanceTo(at('13:33:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'filled', 'canceled']);
    expect(told()).not.toContain('canceled stop');
    expect((await ask(simulator, 'GET', '/v2/positions')).body).toEqual([]);
    expect(simulator.book.cash).toBe(100_050n * 10n ** 18n);
  });

  it('stops the loss, and the order for the profit is cancelled first', async () => {
    await market([flat(100), [99, 99, 94, 94]]);
    const { body } = await post(simulator, bracket());
    await simulator.clock.advanceTo(at('13:33:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'canceled', 'filled']);
    expect(told().slice(-3)).toEqual(['new limit', 'canceled limit', 'fill stop']);
    expect(simulator.book.executions.at(-1)!.price).toBe(95_000_000_000n);
  });

  it('stops at a limit, which may not be met', async () => {
    await market([flat(100), flat(90), flat(96)]);
    const { body } = await post(simulator, bracket({ stop_loss: { stop_price: '95', limit_price: '94.5' } }));
    await simulator.clock.advanceTo(at('13:33:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'canceled', 'new']);
    await simulator.clock.advanceTo(at('13:34:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'canceled', 'filled']);
    expect(simulator.book.executions.at(-1)!.price).toBe(96_000_000_000n);
  });

  it('of a short lies the other way round', async () => {
    await market([flat(100), [99, 99, 90, 91]]);
    const prices = { take_profit: { limit_price: '95' }, stop_loss: { stop_price: '105' } };
    const { body } = await post(simulator, bracket({ side: 'sell', ...prices }));
    expect(body.legs.map(({ side }: Record<string, string>) => side)).toEqual(['buy', 'buy']);
    await simulator.clock.advanceTo(at('13:33:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'filled', 'canceled']);
    expect(simulator.book.cash).toBe(100_050n * 10n ** 18n);
  });

  it('ends whole when one of it is cancelled', async () => {
    await market([flat(100), flat(101)]);
    const unfilled = await post(simulator, bracket({ type: 'limit', limit_price: '99' }));
    await ask(simulator, 'DELETE', `/v2/orders/${unfilled.body.id}`);
    expect(await statuses(unfilled.body.id)).toEqual(['canceled', 'canceled', 'canceled']);
    const filled = await post(simulator, bracket());
    await simulator.clock.advanceTo(at('13:32:00'));
    await ask(simulator, 'DELETE', `/v2/orders/${filled.body.legs[0].id}`);
    expect(await statuses(filled.body.id)).toEqual(['filled', 'canceled', 'canceled']);
  });

  it('moves its stop by a change of the leg', async () => {
    await market([flat(100), flat(101), [101, 101, 96, 97]]);
    const { body } = await post(simulator, bracket());
    await simulator.clock.advanceTo(at('13:33:00'));
    const moved = await ask(simulator, 'PATCH', `/v2/orders/${body.legs[1].id}`, { stop_price: '97' });
    expect(moved.body).toMatchObject({ status: 'held', replaces: body.legs[1].id });
    await simulator.clock.advanceTo(at('13:34:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'canceled', 'filled']);
    expect(simulator.book.executions.at(-1)!.price).toBe(97_000_000_000n);
  });

  it('gives its legs a stop for what is left when the profit is taken in part', async () => {
    await market([flat(100), flat(106), flat(90)], { seed: 5 });
    const { body } = await post(simulator, bracket());
    await simulator.clock.advanceTo(at('13:31:30'));
    expect(await statuses(body.id)).toEqual(['filled', 'new', 'held']);
    const [profit, stop] = [simulator.book.orders.get(body.legs[0].id)!, simulator.book.orders.get(body.legs[1].id)!];
    Object.assign(simulator.book.rules, { partials: 1 });
    await simulator.clock.advanceTo(at('13:32:02'));
    expect(profit.status).toBe('partially_filled');
    expect(stop.qty).toBe(10n * 10n ** 9n - profit.filledQty);
  });
});

describe('the other groups', () => {
  it('oto: one leg, a plain order once the entry is filled', async () => {
    await market([flat(100), flat(90)]);
    const { body } = await post(simulator, { qty: '10', order_class: 'oto', stop_loss: { stop_price: '95' } });
    expect(body.legs).toHaveLength(1);
    await simulator.clock.advanceTo(at('13:32:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'new']);
    await simulator.clock.advanceTo(at('13:33:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'filled']);
  });

  it('oco: the order for the profit carries the stop', async () => {
    await market([flat(100), flat(100), flat(94)]);
    await post(simulator, { qty: '10' });
    await simulator.clock.advanceTo(at('13:32:00'));
    const { body } = await post(simulator, {
      side: 'sell',
      qty: '10',
      type: 'limit',
      time_in_force: 'gtc',
      order_class: 'oco',
      take_profit: { limit_price: '105' },
      stop_loss: { stop_price: '95' },
    });
    expect(body).toMatchObject({ type: 'limit', limit_price: '105', legs: [{ type: 'stop', status: 'held' }] });
    expect((await ask(simulator, 'GET', '/v2/positions/SPY')).body.qty_available).toBe('0');
    await simulator.clock.advanceTo(at('13:34:00'));
    expect(await statuses(body.id)).toEqual(['canceled', 'filled']);
    expect((await ask(simulator, 'GET', '/v2/positions')).body).toEqual([]);
  });

  it('stay at the broker when nobody is there, and expire with their day', async () => {
    await market([flat(100), flat(101)]);
    const { body } = await post(simulator, bracket());
    await simulator.clock.advanceTo(at('20:00:00'));
    expect(await statuses(body.id)).toEqual(['filled', 'expired', 'expired']);
  });
});
