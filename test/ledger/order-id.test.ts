import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Order } from '../../engine/ledger/order.ts';
import { clientOrderId } from '../../engine/ledger/order-id.ts';
import { flatBars, rulesetOf, runRules, strategy } from '../core/rules.ts';

const order = (fields: Partial<Order>): Order =>
  ({
    strategy: 'rsi',
    symbol: 'AAPL',
    decidedAt: Date.UTC(2024, 0, 8, 15),
    rule: 'entry.long',
    part: 0,
    ...fields,
  }) as Order;

it('names strategy, symbol, bar, rule and part', () => {
  expect(clientOrderId(order({}))).toBe('te1-rsi-AAPL-20240108T150000Z-entry.long-0');
});

it('is never longer than a broker takes', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (name) => {
      expect(clientOrderId(order({ strategy: name })).length).toBeLessThanOrEqual(128);
    }),
  );
});

it('is the same in two runs and different for every order of one', async () => {
  const rules = rulesetOf(
    strategy(
      '  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10',
      '  take_profit:\n    - pct: 1\n      portion: 50\n    - pct: 2\n  stop_loss:\n    pct: 1\n  trailing_stop:\n    pct: 1',
    ),
  );
  const bars = flatBars(
    'TEST',
    '1h',
    Array.from({ length: 200 }, (_, i) => 101 + ((i * 7919) % 13) / 4),
  );
  const ids = async (): Promise<string[]> => (await runRules(rules, [bars])).orders.map(clientOrderId);
  const first = await ids();
  expect(first.length).toBeGreaterThan(50);
  expect(new Set(first).size).toBe(first.length);
  expect(await ids()).toEqual(first);
});
