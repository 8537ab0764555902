import { afterEach, describe, expect, it } from 'vitest';
import { ask, post } from './client.ts';
import { scriptOf, type WrittenBar, writtenBars } from './simulator/script.ts';
import { type AlpacaOptions, type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

const at = (clock: string): string => `2024-06-03T${clock}Z`;
const flat = (price: number): WrittenBar => [price, price, price, price];

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

/** Stands at the opening with SPY at 100, then 101, 102 and so on. */
async function market(options: AlpacaOptions = {}): Promise<void> {
  const bars = writtenBars('SPY', at('13:30:00'), [flat(100), flat(101), flat(102), flat(103), flat(104)]);
  simulator = await startAlpaca({ script: scriptOf([bars]), ...options });
}

/** Waits until something is so that the other end of a socket makes so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise(setImmediate);
}

describe('a request', () => {
  it('is answered with an error as often as the script says, and not handled', async () => {
    await market();
    simulator.faults.add({
      on: 'request',
      method: 'POST',
      path: '/v2/orders',
      skip: 1,
      count: 2,
      do: { kind: 'answer', status: 503 },
    });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await post(simulator, { client_order_id: `order-${i}` })).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect([...simulator.book.byClientId.keys()]).toEqual(['order-0', 'order-3']);
    expect((await ask(simulator, 'GET', '/v2/account')).status).toBe(200);
    expect(simulator.faults.tally().map(({ acted }) => acted)).toEqual([2]);
  });

  it('meets a storm of 429 between two instants, with the headers that go with it', async () => {
    await market();
    const storm = { kind: 'answer', status: 429, headers: { 'Retry-After': '7' } } as const;
    simulator.faults.add({ on: 'request', from: at('13:31:00'), until: at('13:36:00'), do: storm });
    expect((await ask(simulator, 'GET', '/v2/clock')).status).toBe(200);
    await simulator.clock.advanceTo(at('13:31:00'));
    const stormy = await ask(simulator, 'GET', '/v2/clock');
    expect([stormy.status, stormy.headers.get('retry-after')]).toEqual([429, '7']);
    await simulator.clock.advanceTo(at('13:36:00'));
    expect((await ask(simulator, 'GET', '/v2/clock')).status).toBe(200);
  });

  it.each<['silence' | 'lose', boolean]>([
    ['silence', true],
    ['lose', false],
  ])('is never answered (%s); in the book: %s', async (kind, there) => {
    await market();
    simulator.faults.add({ on: 'request', method: 'POST', count: 1, do: { kind } });
    const unanswered = post(simulator, { client_order_id: 'mine' });
    unanswered.catch(() => {});
    await until(() => simulator.requests.length > 0 && (!there || simulator.book.byClientId.has('mine')));
    const { status } = await ask(simulator, 'GET', '/v2/orders:by_client_order_id?client_order_id=mine');
    expect(status).toBe(there ? 200 : 404);
    expect(simulator.requests[0]!.status).toBeUndefined();
    const again = await post(simulator, { client_order_id: 'mine' });
    if (there)
      expect([again.status, again.body]).toEqual([
        422,
        { code: 40_010_001, message: 'client_order_id must be unique' },
      ]);
    else expect(again.status).toBe(200);
    expect(simulator.posts().get('mine')).toBe(2);
  });

  it('is still on its way: first unknown, then there', async () => {
    await market();
    simulator.faults.add({ on: 'request', method: 'POST', count: 1, do: { kind: 'late', ms: 3_000 } });
    const answer = post(simulator, { client_order_id: 'mine' });
    await until(() => simulator.requests.length > 0);
    const find = async () => (await ask(simulator, 'GET', '/v2/orders:by_client_order_id?client_order_id=mine')).status;
    expect(await find()).toBe(404);
    await simulator.clock.advanceBy(3_000);
    expect(await find()).toBe(200);
    expect((await answer).status).toBe(200);
  });

  it.each([true, false])('ends with a cut connection; handled: %s', async (handled) => {
    await market();
    simulator.faults.add({ on: 'request', method: 'POST', count: 1, do: { kind: 'reset', handled } });
    await expect(post(simulator, { client_order_id: 'mine' })).rejects.toThrow('fetch failed');
    expect(simulator.book.byClientId.has('mine')).toBe(handled);
  });

  it('is answered late, by the virtual clock', async () => {
    await market();
    simulator.faults.add({ on: 'request', path: '/v2/clock', do: { kind: 'delay', ms: 5_000 } });
    let answered = false;
    const answer = ask(simulator, 'GET', '/v2/clock').then((got) => {
      answered = true;
      return got;
    });
    await until(() => simulator.requests.length > 0);
    await ask(simulator, 'GET', '/v2/account');
    expect(answered).toBe(false);
    await simulator.clock.advanceBy(5_000);
    expect((await answer).body.timestamp).toBe('2024-06-03T09:30:00-04:00');
  });

  it('is one too many: 200 a minute, trading and data apart', async () => {
    await market({ rateLimit: 3 });
    const get = (path: string) => ask(simulator, 'GET', path);
    const first = await get('/v2/account');
    expect([first.headers.get('x-ratelimit-limit'), first.headers.get('x-ratelimit-remaining')]).toEqual(['3', '2']);
    expect(first.headers.get('x-ratelimit-reset')).toBe(String(Date.parse(at('13:31:00')) / 1_000));
    await get('/v2/account');
    await get('/v2/account');
    const over = await get('/v2/account');
    expect([over.status, over.headers.get('retry-after'), over.body.message]).toEqual([
      429,
      '60',
      'rate limit exceeded',
    ]);
    expect((await get('/v2/stocks/bars/latest?symbols=SPY&feed=iex')).status).toBe(200);
    await simulator.clock.advanceTo(at('13:31:00'));
    expect((await get('/v2/account')).status).toBe(200);
  });

  it('says the time of the virtual clock, and a wrong one when told to', async () => {
    await market();
    const date = async () => (await ask(simulator, 'GET', '/v2/clock')).headers.get('date');
    expect(await date()).toBe('Mon, 03 Jun 2024 13:30:00 GMT');
    simulator.faults.add({ on: 'instant', at: at('13:31:00'), do: { kind: 'skew', ms: -90_000 } });
    await simulator.clock.advanceTo(at('13:32:00'));
    expect(await date()).toBe('Mon, 03 Jun 2024 13:30:30 GMT');
  });
});
