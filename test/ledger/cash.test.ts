import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMoney,
  addPoints,
  cashOf,
  cashToNumber,
  createCash,
  pointsOf,
  pointsToNumber,
} from '../../engine/ledger/cash.ts';
import {
  formatExactMoney,
  type Money,
  moneyFrom,
  moneyToNumber,
  mulPriceQty,
  priceFrom,
  qtyFrom,
} from '../../engine/ledger/money.ts';

const POINT = 10n ** 14n;

describe('cash', () => {
  it('is the exact sum of whatever was added', () => {
    const amount = fc.oneof(
      fc.record({ points: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }) }),
      fc.record({ points: fc.constantFrom(2 ** 52, -(2 ** 52), 2 ** 53 - 1, 1 - 2 ** 53) }),
      fc.record({ money: fc.bigInt({ min: -(10n ** 26n), max: 10n ** 26n }) }),
      fc.record({ money: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }).map((n) => n * POINT) }),
    );
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 40 }), (amounts) => {
        const cash = createCash([0, 12.34]);
        let sum = 0n;
        for (const one of amounts) {
          if ('points' in one) {
            addPoints(cash, 0, one.points);
            sum += BigInt(one.points) * POINT;
          } else {
            addMoney(cash, 0, one.money as Money);
            sum += one.money;
          }
        }
        expect(cashOf(cash, 0)).toBe(sum);
        expect(cashOf(cash, 1)).toBe(moneyFrom(12.34));
        const near = moneyToNumber(sum as Money);
        expect(Math.abs(cashToNumber(cash, 0) - near)).toBeLessThanOrEqual(Math.abs(near) * 5e-16);
      }),
    );
  });

  it('knows price times shares on the grid, and only there', () => {
    const price = fc.integer({ min: 1, max: 10 ** 9 }).map((ticks) => ticks / 10_000);
    fc.assert(
      fc.property(price, fc.integer({ min: 0, max: 4_000_000 }), (dollars, shares) => {
        const exact = mulPriceQty(priceFrom(dollars), qtyFrom(shares));
        const points = pointsOf(dollars, shares);
        if (exact / POINT > 2n ** 53n - 1n) expect(points).toBeNaN();
        else {
          expect(BigInt(points) * POINT).toBe(exact);
          expect(pointsToNumber(points)).toBe(Number(formatExactMoney(exact)));
        }
      }),
    );
    for (const [dollars, shares] of [
      [100.00005, 1],
      [100, 0.5],
      [5_000_000, 1],
      [1, 5_000_000],
    ] as const)
      expect(pointsOf(dollars, shares)).toBeNaN();
  });
});
