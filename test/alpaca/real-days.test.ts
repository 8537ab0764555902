import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ROOT } from '../house/sources.ts';
import { ask, post } from './client.ts';
import { createDice } from './simulator/identity.ts';
import { scriptOfFiles } from './simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

const MINUTES = join(ROOT, '..', 'shared', 'data', 'minute');

let simulator: AlpacaSimulator;
afterEach(() => simulator.close());

/** Cash and shares, counted again from what the account's activities say. */
async function recount(cash: number): Promise<{ readonly cash: bigint; readonly held: Map<string, bigint> }> {
  const billionths = (text: string): bigint => BigInt(Math.round(Number(text) * 1e9));
  const held = new Map<string, bigint>();
  let left = BigInt(cash) * 10n ** 18n;
  for (let token: string | undefined; ; ) {
    const { body } = await ask(
      simulator,
      'GET',
      `/v2/account/activities?direction=asc${token === undefined ? '' : `&page_token=${token}`}`,
    );
    for (const { activity_type, symbol, side, qty, price } of body) {
      const shares = billionths(qty) * (side === 'sell' ? -1n : 1n);
      held.set(symbol, (held.get(symbol) ?? 0n) + shares);
      if (activity_type === 'FILL') left -= shares * billionths(price);
    }
    if (body.length < 100) return { cash: left, held };
    token = body.at(-1).id;
  }
}

describe.skipIf(!existsSync(MINUTES))('days of real bars (skipped where ../shared/data is not there)', () => {
  it.each<[string, readonly { symbol: string; date: string; split: number; dividend: number }[]]>([
    ['SPY', []],
    ['AAPL', [{ symbol: 'AAPL', date: '2014-06-09', split: 7, dividend: 0 }]],
  ])('%s: brackets, stops and partial fills come out to the cent', { timeout: 120_000 }, async (symbol, actions) => {
    const script = await scriptOfFiles([join(MINUTES, `${symbol}.csv`)], actions);
    const bars = script.bars.get(symbol)!;
    simulator = await startAlpaca({ script, partials: 0.3, seed: 11, rateLimit: 0 });
    const dice = createDice(5);
    const cents = (price: number): string => (Math.round(price * 100) / 100).toFixed(2);
    for (let at = bars.start[0]!; at < bars.end[bars.length - 1]!; at += 20 * 60_000) {
      await simulator.clock.advanceTo(at);
      const last = Number(simulator.book.last.get(symbol) ?? 0n) / 1e9;
      if (last === 0) continue;
      const side = dice() < 0.5 ? 'buy' : 'sell';
      const sign = side === 'buy' ? 1 : -1;
      await post(simulator, {
        symbol,
        side,
        qty: String(1 + Math.floor(dice() * 50)),
        time_in_force: dice() < 0.5 ? 'day' : 'gtc',
        ...(dice() < 0.6
          ? {
              order_class: 'bracket',
              take_profit: { limit_price: cents(last * (1 + 0.002 * sign)) },
              stop_loss: { stop_price: cents(last * (1 - 0.002 * sign)) },
            }
          : {}),
      });
      if (dice() < 0.1) await ask(simulator, 'DELETE', `/v2/positions?cancel_orders=true`);
    }
    await simulator.clock.advanceTo(bars.end[bars.length - 1]! + 60_000);
    const { book } = simulator;
    const counted = await recount(100_000);
    expect(book.cash).toBe(counted.cash);
    for (const [name, qty] of counted.held) expect(book.positions.get(name)?.qty ?? 0n).toBe(qty);
    expect(book.executions.length).toBeGreaterThan(50);
    // Every fill lies within its minute's prices.
    for (const { price, at } of book.executions) {
      const row = bars.start.findLastIndex((start) => start <= at);
      expect(Number(price) / 1e9).toBeGreaterThanOrEqual(bars.low[row]!);
      expect(Number(price) / 1e9).toBeLessThanOrEqual(bars.high[row]!);
    }
  });
});
