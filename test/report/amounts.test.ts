import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asMoney, moneyFrom, parsePrice, parseQty } from '../../engine/ledger/money.ts';
import {
  compactly,
  dollars,
  fixed,
  money,
  percent,
  price,
  quantity,
  roundPrice,
  signedDollars,
  signedMoney,
  signedPercent,
} from '../../engine/report/amounts.ts';

describe('amounts for the eye', () => {
  it('rounds exact money to cents, halves away from zero', () => {
    expect(money(asMoney(1_234_567_005_000_000_000_000_000n))).toBe('$1,234,567.01');
    expect(signedMoney(asMoney(-5_000_000_000_000_000n))).toBe('-$0.01');
    expect(signedMoney(asMoney(4_999_999_999_999_999n))).toBe('$0.00');
    expect(signedMoney(moneyFrom(12))).toBe('+$12.00');
  });

  it('never writes a minus before nothing', () => {
    expect(signedDollars(-0.001)).toBe('$0.00');
    expect(fixed(-0.001, 2)).toBe('0.00');
    expect(signedPercent(-0.001)).toBe('0.00 %');
    expect(signedPercent(0.001)).toBe('0.00 %');
    expect(signedPercent(0.01)).toBe('+0.01 %');
  });

  it('groups thousands', () => {
    expect(dollars(1_234_567.891)).toBe('$1,234,567.89');
    expect(quantity(parseQty('1234567.125'))).toBe('1,234,567.125');
    expect(percent(12_345.678)).toBe('12,345.68 %');
    expect(fixed(-1234.5, 1)).toBe('-1,234.5');
  });

  it('writes prices with at least two decimals and mean prices rounded', () => {
    expect(price(parsePrice('181'))).toBe('181.00');
    expect(price(parsePrice('181.5'))).toBe('181.50');
    expect(price(parsePrice('0.0123'))).toBe('0.0123');
    expect(roundPrice(parsePrice('511.333333333'))).toBe('511.33');
    expect(roundPrice(parsePrice('0.012345678'))).toBe('0.012346');
  });

  it('agrees with toFixed for every whole number of cents', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (cents) => {
        const shown = money(asMoney(BigInt(cents) * 10n ** 16n)).replace(/[$,]/g, '');
        expect(Number(shown)).toBe(cents / 100);
      }),
    );
  });

  it('shortens large counts', () => {
    expect(compactly(12)).toBe('12');
    expect(compactly(850_000)).toBe('850 k');
    expect(compactly(1_250_000)).toBe('1.3 M');
  });
});
