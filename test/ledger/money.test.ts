import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as money from '../../engine/ledger/money.ts';
import { priceDown, priceNearest, priceUp, tickAbove, tickBelow } from '../../engine/ledger/tick.ts';

/** A double written out as digits × 10^-scale, read from its shortest decimal: the reference for exactness. */
const rational = (value: number): { digits: bigint; scale: number } => {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toString().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const sign = value < 0 ? -1n : 1n;
  const scale = fraction.length - Number(exponent);
  const digits = sign * BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
};

/** digits × 10^-scale in units of 10^-decimals, half away from zero. */
const rounded = ({ digits, scale }: { digits: bigint; scale: number }, decimals: number): bigint => {
  if (scale <= decimals) return digits * 10n ** BigInt(decimals - scale);
  const unit = 10n ** BigInt(scale - decimals);
  const size = digits < 0n ? -digits : digits;
  const result = (2n * size + unit) / (2n * unit);
  return digits < 0n ? -result : result;
};

const dollars = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((cents) => cents / 100),
  fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((n) => n / 1e9),
  fc.double({ min: 1e6, max: 1e15, noNaN: true, noDefaultInfinity: true }),
);

describe('exact amounts', () => {
  it('takes a double at its shortest decimal', () => {
    expect(money.priceFrom(187.23)).toBe(187_230_000_000n);
    expect(money.priceFrom(0.1)).toBe(100_000_000n);
    expect(money.priceFrom(-0.000000001)).toBe(-1n);
    expect(money.priceFrom(1e-10)).toBe(0n);
    expect(money.moneyFrom(0.1)).toBe(100_000_000_000_000_000n);
    expect(money.moneyFrom(1e-18)).toBe(1n);
    expect(money.priceFrom(8_500_000.01)).toBe(8_500_000_010_000_000n);
  });

  it('agrees with a rational reference', () => {
    fc.assert(
      fc.property(dollars, (value) => {
        expect(money.priceFrom(value)).toBe(rounded(rational(value), 9));
        expect(money.qtyFrom(value)).toBe(rounded(rational(value), 9));
        expect(money.moneyFrom(value)).toBe(rounded(rational(value), 18));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives a 9-decimal double back unchanged', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }), (scaled) => {
        const price = scaled as money.Price;
        expect(money.priceToNumber(price)).toBe(Number(money.formatPrice(price)));
        expect(money.priceFrom(money.priceToNumber(price))).toBe(scaled);
        expect(money.parsePrice(money.formatPrice(price))).toBe(scaled);
      }),
    );
  });

  it('multiplies price and quantity without rounding', () => {
    expect(money.formatExactMoney(money.mulPriceQty(money.priceFrom(0.1), money.qtyFrom(0.2)))).toBe('0.02');
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (price, qty) => {
        const product = money.mulPriceQty(BigInt(price) as money.Price, BigInt(qty) as money.Qty);
        expect(product).toBe(BigInt(price) * BigInt(qty));
      }),
    );
  });

  it('turns dollars into the double that they are written as', () => {
    for (const text of [
      '92000',
      '92000.01',
      '-92000.01',
      '0.1',
      '-0.1',
      '0.000000000001',
      '9007199254.99',
      '123456789012.34',
    ]) {
      expect(money.moneyToNumber(money.parseMoney(text))).toBe(Number(text));
    }
    fc.assert(
      fc.property(fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 }), (cents) => {
        expect(money.moneyToNumber(money.moneyFrom(cents / 100))).toBe(cents / 100);
      }),
    );
  });

  it('refuses what is no amount', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => money.priceFrom(value)).toThrow(RangeError);
      expect(() => money.moneyFrom(value)).toThrow(RangeError);
    }
    for (const text of ['', '.', 'x', '1,5', '0x10', '1e', '--1', ' 1']) {
      expect(() => money.parsePrice(text)).toThrow(/is not a decimal number/);
    }
    expect(() => money.parsePrice('1.0000000001')).toThrow(/more than 9 decimals/);
    expect(money.parseMoney('1.0000000001')).toBe(1_000_000_000_100_000_000n);
  });

  it('shows amounts', () => {
    expect(money.formatPrice(money.priceFrom(187.5))).toBe('187.5');
    expect(money.formatPrice(money.priceFrom(0.0001))).toBe('0.0001');
    expect(money.formatQty(money.qtyFrom(100))).toBe('100');
    expect(money.formatMoney(money.moneyFrom(12.345))).toBe('12.35');
    expect(money.formatMoney(money.moneyFrom(-12.345))).toBe('-12.35');
    expect(money.formatMoney(money.moneyFrom(-0.004))).toBe('0.00');
    expect(money.formatMoney(money.moneyFrom(1e6))).toBe('1000000.00');
    expect(money.formatMoney(money.moneyFrom(0.05))).toBe('0.05');
  });

  it('says what an amount pays for', () => {
    const share = money.qtyFrom(1);
    expect(money.affordable(money.moneyFrom(1_000), money.priceFrom(100), share)).toBe(money.qtyFrom(10));
    expect(money.affordable(money.moneyFrom(999.99), money.priceFrom(100), share)).toBe(money.qtyFrom(9));
    expect(money.affordable(money.moneyFrom(-1), money.priceFrom(100), share)).toBe(0n);
    expect(money.floorQty(money.qtyFrom(2.75), money.qtyFrom(0.5))).toBe(money.qtyFrom(2.5));
    expect(money.formatPrice(money.meanPrice(money.moneyFrom(10), money.qtyFrom(3)))).toBe('3.333333333');
    expect(money.formatPrice(money.meanPrice(money.moneyFrom(-20), money.qtyFrom(3)))).toBe('-6.666666667');
  });
});

describe('ticks', () => {
  const shown = (price: money.Price): string => money.formatPrice(price);

  it('are a cent from a dollar up and a hundredth of a cent below', () => {
    expect(shown(priceUp('equity', 100.001))).toBe('100.01');
    expect(shown(priceDown('equity', 100.009))).toBe('100');
    expect(shown(priceNearest('equity', 100.006))).toBe('100.01');
    expect(shown(priceUp('equity', 0.50001))).toBe('0.5001');
    expect(shown(priceDown('equity', 0.50009))).toBe('0.5');
    expect(shown(priceUp('equity', 0.99999))).toBe('1');
    expect(shown(priceDown('equity', 0.00003))).toBe('0.0001');
    expect(shown(priceUp('crypto', 0.123456789))).toBe('0.123456789');
    expect(shown(tickBelow('equity', money.priceFrom(1)))).toBe('0.9999');
    expect(shown(tickAbove('equity', money.priceFrom(1)))).toBe('1.01');
    expect(shown(tickAbove('equity', money.priceFrom(0.9999)))).toBe('1');
  });

  it('leave every price of the grid alone, though doubles miss it', () => {
    for (let cents = 100; cents < 300_000; cents++) {
      const price = cents / 100;
      const exact = BigInt(cents) * 10_000_000n;
      if (priceUp('equity', price) !== exact || priceDown('equity', price) !== exact) expect.fail(`${price} moved`);
    }
    for (let ticks = 1; ticks < 10_000; ticks++) {
      const exact = BigInt(ticks) * 100_000n;
      if (priceUp('equity', ticks / 1e4) !== exact || priceDown('equity', ticks / 1e4) !== exact) {
        expect.fail(`${ticks / 1e4} moved`);
      }
    }
  });

  it('round as exact arithmetic does', () => {
    const price = fc.integer({ min: 10_000, max: 2_000_000_000 }).map((n) => n / 10_000);
    fc.assert(
      fc.property(price, (value) => {
        const exact = rounded(rational(value), 9);
        const tick = value >= 1 ? 10_000_000n : 100_000n;
        expect(priceDown('equity', value)).toBe(exact - (exact % tick));
        expect(priceUp('equity', value)).toBe(((exact + tick - 1n) / tick) * tick);
      }),
      { numRuns: 2_000 },
    );
  });
});
