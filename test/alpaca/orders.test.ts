import { afterEach, describe, expect, it } from 'vitest';
import { ask, post } from './client.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaOptions, type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

/** A Monday's opening in New York. */
const OPEN = '2024-06-03T13:30:00Z';
const at = (clock: string): string => `2024-06-03T${clock}Z`;

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

const flat = (price: number): WrittenBar => [price, price, price, price];
/** Minutes without a trade. */
const silence = (count: number): null[] => Array.from({ length: count }, () => null);

/** A simulator that stands at `start` with these minutes of SPY from `first` on. */
async function market(rows: readonly WrittenBar[], options: AlpacaOptions = {}, first = OPEN): Promise<void> {
  simulator = await startAlpaca({ script: scriptOf([writtenBars('SPY', first, rows)]), start: first, ...options });
}

/** What was executed: `qty price instant`. */
const fills = (): string[] =>
  simulator.book.executions.map(
    ({ qty, price, at: when }) =>
      `${Number(qty) / 1e9} ${Number(price) / 1e9} ${new Date(when).toISOString().slice(11, 19)}`,
  );

const statusOf = async (id: string): Promise<string> => (await ask(simulator, 'GET', `/v2/orders/${id}`)).body.status;

describe('an order meets its price', () => {
  /** Minute 13:30 trades at 100; the order comes at 13:31; then these minutes. */
  it.each<[string, object, readonly WrittenBar[], string[]]>([
    ['market: the next price', { type: 'market' }, [[101, 102, 100, 101]], ['1 101 13:31:01']],
    ['limit: its own price on the way', { type: 'limit', limit_price: '99' }, [[100, 101, 98, 100]], ['1 99 13:31:40']],
    ['limit: better than asked on a gap', { type: 'limit', limit_price: '99' }, [[97, 98, 97, 98]], ['1 97 13:31:01']],
    ['limit: touched is met', { type: 'limit', limit_price: '99' }, [[100, 101, 99, 100]], ['1 99 13:31:20']],
    ['limit: not met', { type: 'limit', limit_price: '99' }, [[100, 101, 99.01, 100]], []],
    ['stop: its own price on the way', { type: 'stop', stop_price: '101' }, [[100, 102, 100, 101]], ['1 101 13:31:40']],
    [
      'stop: the price beyond on a gap',
      { type: 'stop', stop_price: '101' },
      [[103, 104, 102, 103]],
      ['1 103 13:31:01'],
    ],
    [
      'stop limit: both on the way',
      { type: 'stop_limit', stop_price: '101', limit_price: '101.5' },
      [[100, 103, 100, 102]],
      ['1 101 13:31:40'],
    ],
    [
      'stop limit: a gap beyond the limit waits for the way back',
      { type: 'stop_limit', stop_price: '101', limit_price: '101.5' },
      [
        [103, 104, 102, 103],
        [102, 102, 101, 101.2],
      ],
      ['1 101.5 13:32:40'],
    ],
    [
      'trailing stop by dollars',
      { side: 'buy', type: 'trailing_stop', trail_price: '2' },
      [[98, 98, 96, 97], flat(99)],
      ['1 99 13:32:01'],
    ],
    [
      'trailing stop by percent',
      { side: 'buy', type: 'trailing_stop', trail_percent: '1' },
      [[100, 100, 98, 98.98]],
      ['1 98.98 13:31:59'],
    ],
  ])('%s', async (_name, order, rows, expected) => {
    await market([flat(100), ...rows]);
    await simulator.clock.advanceTo(at('13:31:00'));
    expect((await post(simulator, order)).status).toBe(200);
    await simulator.clock.advanceTo(at('13:34:00'));
    expect(fills()).toEqual(expected);
  });

  it('as the quote has it, with a spread', async () => {
    await market([flat(100), flat(101)], { spread: '0.04' });
    await simulator.clock.advanceTo(at('13:31:00'));
    await post(simulator, {});
    await simulator.clock.advanceTo(at('13:32:00'));
    await ask(simulator, 'DELETE', '/v2/positions/SPY');
    expect(fills()).toEqual(['1 101.02 13:31:01']);
    expect(
      (await ask(simulator, 'GET', '/v2/stocks/quotes/latest?symbols=SPY&feed=iex')).body.quotes.SPY,
    ).toMatchObject({
      bp: 100.98,
      ap: 101.02,
    });
  });

  it('and is not met while the symbol is halted', async () => {
    await market([flat(100), flat(101), flat(102), flat(103)]);
    simulator.broadcast(at('13:31:00'), { T: 's', S: 'SPY', sc: 'H', sm: 'Trading Halt', rc: 'LUDP', rm: '', z: 'B' });
    simulator.broadcast(at('13:33:00'), {
      T: 's',
      S: 'SPY',
      sc: 'T',
      sm: 'Trading Resumption',
      rc: '',
      rm: '',
      z: 'B',
    });
    await simulator.clock.advanceTo(at('13:31:00'));
    await post(simulator, {});
    await simulator.clock.advanceTo(at('13:34:00'));
    expect(fills()).toEqual(['1 103 13:33:01']);
  });

  it('in parts, by the seed, and the parts add up', async () => {
    const run = async (): Promise<string[]> => {
      await market([flat(100), flat(101), flat(102), flat(103)], { partials: 0.9, seed: 7 });
      await simulator.clock.advanceTo(at('13:31:00'));
      await post(simulator, { qty: '100' });
      await simulator.clock.advanceTo(at('13:40:00'));
      return fills();
    };
    const first = await run();
    await simulator.close();
    expect(await run()).toEqual(first);
    expect(first.length).toBeGreaterThan(1);
    expect(first.map((text) => Number(text.split(' ')[0])).reduce((a, b) => a + b)).toBe(100);
  });
});

describe('time in force', () => {
  it('day expires at the close, with its event, gtc stays', async () => {
    await market([flat(100), flat(100)]);
    const day = await post(simulator, { type: 'limit', limit_price: '90' });
    const gtc = await post(simulator, { type: 'limit', limit_price: '90', time_in_force: 'gtc' });
    expect(day.body.expires_at).toBe('2024-06-03T20:00:00.000Z');
    expect(gtc.body.expires_at).toBe('2024-09-01T13:30:00.000Z');
    await simulator.clock.advanceTo(at('20:00:00'));
    expect([await statusOf(day.body.id), await statusOf(gtc.body.id)]).toEqual(['expired', 'new']);
    await simulator.clock.advanceTo('2024-09-04T00:01:00Z');
    expect(await statusOf(gtc.body.id)).toBe('canceled');
  });

  it('ioc and fok end with the price that they meet, or do not', async () => {
    await market([flat(100), flat(101), flat(101)], { partials: 0.999_999 });
    await simulator.clock.advanceTo(at('13:31:00'));
    const all = await post(simulator, { qty: '9', type: 'limit', limit_price: '102', time_in_force: 'fok' });
    const none = await post(simulator, { qty: '9', type: 'limit', limit_price: '99', time_in_force: 'fok' });
    const part = await post(simulator, { qty: '9', type: 'limit', limit_price: '102', time_in_force: 'ioc' });
    await simulator.clock.advanceTo(at('13:32:00'));
    const { body } = await ask(simulator, 'GET', `/v2/orders/${part.body.id}`);
    expect([await statusOf(all.body.id), await statusOf(none.body.id), body.status]).toEqual([
      'filled',
      'canceled',
      'canceled',
    ]);
    expect(Number(body.filled_qty)).toBeGreaterThan(0);
    expect(Number(body.filled_qty)).toBeLessThan(9);
  });

  it('opg takes the opening price, cls the closing one, and both end there', async () => {
    await market([flat(100), ...silence(4), flat(101), [102, 104, 102, 103]], {}, at('13:25:00'));
    const opening = await post(simulator, { time_in_force: 'opg' });
    const missed = await post(simulator, { time_in_force: 'opg', type: 'limit', limit_price: '90' });
    const closing = await post(simulator, { time_in_force: 'cls' });
    expect([opening.body.status, closing.body.status]).toEqual(['accepted', 'accepted']);
    await simulator.clock.advanceTo(at('20:01:00'));
    expect(fills()).toEqual(['1 101 13:30:01', '1 103 20:00:00']);
    expect(await statusOf(missed.body.id)).toBe('canceled');
  });

  it('outside the session an order waits for it, unless it is for extended hours', async () => {
    await market([flat(100), flat(99), ...silence(28), flat(101)], {}, at('13:00:00'));
    const waits = await post(simulator, {});
    const early = await post(simulator, { type: 'limit', limit_price: '99.5', extended_hours: true });
    expect([waits.body.status, early.body.status]).toEqual(['accepted', 'pending_new']);
    await simulator.clock.advanceTo(at('13:31:00'));
    expect(fills()).toEqual(['1 99 13:01:01', '1 101 13:30:01']);
  });

  it('an early close is one', async () => {
    simulator = await startAlpaca({
      script: scriptOf([writtenBars('SPY', '2024-07-03T16:58:00Z', [flat(100), flat(100)])]),
      start: '2024-07-03T16:58:00Z',
    });
    const day = await post(simulator, { type: 'limit', limit_price: '90' });
    await simulator.clock.advanceTo('2024-07-03T17:00:00Z');
    expect(await statusOf(day.body.id)).toBe('expired');
    expect((await ask(simulator, 'GET', '/v2/clock')).body).toEqual({
      timestamp: '2024-07-03T13:00:00-04:00',
      is_open: false,
      next_open: '2024-07-05T09:30:00-04:00',
      next_close: '2024-07-05T16:00:00-04:00',
    });
  });
});

describe('an order is changed', () => {
  it('by another in its place, which points back at it', async () => {
    await market([flat(100), flat(100), flat(98)]);
    await simulator.clock.advanceTo(at('13:31:00'));
    const first = await post(simulator, { qty: '5', type: 'limit', limit_price: '90' });
    const next = await ask(simulator, 'PATCH', `/v2/orders/${first.body.id}`, { limit_price: '99', qty: '3' });
    expect(next.body).toMatchObject({ replaces: first.body.id, limit_price: '99', qty: '3' });
    const old = await ask(simulator, 'GET', `/v2/orders/${first.body.id}`);
    expect(old.body).toMatchObject({ status: 'replaced', replaced_by: next.body.id });
    await simulator.clock.advanceTo(at('13:33:00'));
    expect(fills()).toEqual(['3 98 13:32:01']);
    expect(
      (await ask(simulator, 'GET', '/v2/orders?status=all&direction=asc')).body.map((one: { id: string }) => one.id),
    ).toEqual([first.body.id, next.body.id]);
  });

  it('too late: the old one fills first, and the new one is rejected', async () => {
    await market([flat(100), flat(100), flat(98)]);
    await simulator.clock.advanceTo(at('13:31:30'));
    simulator.faults.add({ on: 'instant', do: { kind: 'slow_changes', replaceMs: 60_000, cancelMs: 60_000 } });
    const first = await post(simulator, { type: 'limit', limit_price: '99' });
    const next = await ask(simulator, 'PATCH', `/v2/orders/${first.body.id}`, { limit_price: '95' });
    await simulator.clock.advanceTo(at('13:34:00'));
    expect(fills()).toEqual(['1 98 13:32:01']);
    expect([await statusOf(first.body.id), await statusOf(next.body.id)]).toEqual(['filled', 'rejected']);
    expect(simulator.book.updates.map(({ event }) => event)).toEqual([
      'pending_new',
      'new',
      'pending_replace',
      'fill',
      'order_replace_rejected',
      'rejected',
    ]);
  });

  it('cancelled, or filled on the way to it', async () => {
    await market([flat(100), flat(100), flat(98)]);
    await simulator.clock.advanceTo(at('13:31:30'));
    const gone = await post(simulator, { type: 'limit', limit_price: '99' });
    expect((await ask(simulator, 'DELETE', `/v2/orders/${gone.body.id}`)).status).toBe(204);
    expect(await statusOf(gone.body.id)).toBe('canceled');
    simulator.faults.add({ on: 'instant', do: { kind: 'slow_changes', cancelMs: 60_000 } });
    const races = await post(simulator, { type: 'limit', limit_price: '99' });
    expect((await ask(simulator, 'DELETE', `/v2/orders/${races.body.id}`)).status).toBe(204);
    expect(await statusOf(races.body.id)).toBe('pending_cancel');
    await simulator.clock.advanceTo(at('13:34:00'));
    expect(await statusOf(races.body.id)).toBe('filled');
    expect(simulator.book.updates.at(-1)!.event).toBe('order_cancel_rejected');
  });

  it('all at once, and what a list asks for is what it gives', async () => {
    await market([flat(100), flat(100)]);
    await simulator.clock.advanceTo(at('13:31:00'));
    const ids: string[] = [];
    for (let i = 0; i < 5; i++)
      ids.push((await post(simulator, { type: 'limit', limit_price: String(90 + i) })).body.id);
    const list = async (query: string): Promise<number[]> =>
      (await ask(simulator, 'GET', `/v2/orders${query}`)).body.map(({ id }: { id: string }) => ids.indexOf(id));
    expect(await list('')).toEqual([4, 3, 2, 1, 0]);
    expect(await list('?direction=asc&limit=2')).toEqual([0, 1]);
    expect(await list(`?direction=asc&limit=2&after_order_id=${ids[1]}`)).toEqual([2, 3]);
    expect(await list(`?before_order_id=${ids[2]}`)).toEqual([1, 0]);
    expect(await list('?symbols=AAPL')).toEqual([]);
    expect(await list('?side=sell')).toEqual([]);
    expect((await ask(simulator, 'DELETE', '/v2/orders')).body).toHaveLength(5);
    expect(await list('')).toEqual([]);
    expect(await list('?status=closed')).toHaveLength(5);
  });
});
