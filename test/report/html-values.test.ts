import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatExactMoney, type Money } from '../../engine/ledger/money.ts';
import { instant } from '../../engine/market/time.ts';
import { equityShown } from '../../engine/report/html/equity.ts';
import { exactMoney, exactPrice, exactQty, scaled, unscaled } from '../../engine/report/html/page/decimal.ts';
import { clockSeconds, clockTime, zoneOfAll } from '../../engine/report/html/page/times.ts';

describe('exact amounts on the page', () => {
  it('come from and go to the text of the ledger without a digit lost', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (value) => {
        const text = formatExactMoney(value as Money);
        expect(unscaled(text)).toBe(value);
        expect(scaled(value)).toBe(text);
      }),
    );
  });

  it.each([
    ['-153.12625', '-$153.12625'],
    ['27.5', '+$27.50'],
    ['1234567', '+$1,234,567.00'],
    ['0', '$0.00'],
    ['-0.000000000000000001', '-$0.000000000000000001'],
  ])('%s dollars are %s', (text, shown) => expect(exactMoney(text)).toBe(shown));

  it('are prices with two decimals at least, quantities with those they have', () => {
    expect(['178.2', '511.333333333', '61250'].map(exactPrice)).toEqual(['178.20', '511.333333333', '61,250.00']);
    expect(['1250', '0.125', '1234.5'].map(exactQty)).toEqual(['1,250', '0.125', '1,234.5']);
  });
});

describe('times on the page', () => {
  it.each([
    // Before and after the clocks of New York went forward on 10 March 2024.
    ['AAPL', '2024-03-08T15:00:00Z', '2024-03-08 10:00'],
    ['AAPL', '2024-03-12T18:00:00Z', '2024-03-12 14:00'],
    ['AAPL', '2024-03-13T01:30:00Z', '2024-03-12 21:30'],
    ['BTC/USD', '2024-03-12T18:00:00Z', '2024-03-12 18:00'],
  ])('%s at %s reads %s', (symbol, iso, shown) => {
    const seconds = clockSeconds(symbol, instant(Date.parse(iso)));
    expect(new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')).toBe(shown);
    expect(clockTime(seconds)).toBe(shown);
  });

  it('name one clock where there is one', () => {
    expect([zoneOfAll(['AAPL', 'SPY']), zoneOfAll(['BTC/USD']), zoneOfAll(['AAPL', 'BTC/USD'])]).toEqual([
      'New York',
      'UTC',
      undefined,
    ]);
  });
});

describe('equity to be drawn', () => {
  const points = (values: readonly number[]) => values.map((equity, n) => ({ time: instant(n), equity }));

  it('falls from its highest so far, the start among them', () => {
    // The deepest: 99,000 under 102,000 is 2.94117647 %.
    const { drawdownPct } = equityShown(points([101_000, 100_500, 102_000, 99_000, 100_000, 103_000]), 100_000, 100);
    expect(drawdownPct[3]).toBeCloseTo(2.94117647, 8);
    expect([drawdownPct[0], drawdownPct[2], drawdownPct[5]]).toEqual([0, 0, 0]);
    expect(equityShown(points([90]), 100, 10).drawdownPct).toEqual([10]);
    expect(equityShown(points([-5, -6]), -1, 10).drawdownPct).toEqual([null, null]);
  });

  it('keeps ends, highest, lowest and deepest fall when it is thinned', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 30, maxLength: 400 }),
        fc.integer({ min: 5, max: 29 }),
        (values, most) => {
          const whole = equityShown(points(values), 1e5, values.length);
          const thin = equityShown(points(values), 1e5, most);
          const equity = thin.points.map((point) => point.equity);
          expect(equity.length).toBeLessThanOrEqual(most);
          expect([equity[0], equity.at(-1)]).toEqual([values[0], values.at(-1)]);
          expect([Math.max(...equity), Math.min(...equity)]).toEqual([Math.max(...values), Math.min(...values)]);
          expect(Math.max(...thin.drawdownPct.map(Number))).toBe(Math.max(...whole.drawdownPct.map(Number)));
          const times = thin.points.map((point) => Number(point.time));
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        },
      ),
    );
  });
});
