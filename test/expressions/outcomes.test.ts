import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExpression } from '../../engine/expressions/check.ts';
import { canBe } from '../../engine/expressions/outcomes.ts';
import { evaluateReference } from '../../engine/expressions/reference.ts';
import { coherent, drawnBy } from './coherent.ts';
import { TEXTS } from './generate.ts';
import { FAKE_CATALOGUE, SCOPE } from './world.ts';

const check = (text: string) => checkExpression(text, SCOPE, 'condition', FAKE_CATALOGUE).tree;
const outcomes = (text: string): string => {
  const tree = check(text)!;
  return [canBe(tree, true) ? 'true' : '', canBe(tree, false) ? 'false' : '']
    .filter((word) => word !== '')
    .join(' or ');
};

describe('what a condition can come to', () => {
  it.each([
    ['rsi(14) > 120', 'false'],
    ['rsi(14) >= 0', 'true'],
    ['rsi(14) > 0', 'true or false'],
    ['rsi(14) < 30 and rsi(14) > 70', 'false'],
    ['rsi(14) < 30 and strength > 70', 'false'],
    ['rsi(14) < 30 or rsi(14) > 70', 'true or false'],
    ['rsi(14) < 70 or rsi(14) > 30', 'true'],
    ['not (rsi(14) < 30 and rsi(14) > 70)', 'true'],
    ['rsi(14) <= 30 and 30 <= rsi(14)', 'true or false'],
    ['rsi(14) < 30 and 30 <= rsi(14)', 'false'],
    ['rsi(14) < 30 and close > open and rsi(14) > 70', 'false'],
    ['rsi(14) < 30 and rsi(7) > 70', 'true or false'],
    ['close > open and close < open', 'false'],
    ['close > open and open > close', 'false'],
    ['close >= open and open >= close', 'true or false'],
    ['close > open or open >= close', 'true'],
    ['between(rsi(14), 120, 140)', 'false'],
    ['between(rsi(14), 20, 30) and rsi(14) > 50', 'false'],
    ['close < 0', 'false'],
    ['close - open < 0', 'true or false'],
    ['weekday == "mon" and weekday == "tue"', 'false'],
    ['weekday == "mon" or weekday == "tue"', 'true or false'],
    ['time >= "16:00" and time < "10:00"', 'false'],
    ['1 > 2', 'false'],
    ['uptrend', 'true or false'],
    ['bars_since_exit > 100000', 'true or false'],
    ['(rsi(14) < 30 or rsi(14) < 20) and rsi(14) > 70', 'false'],
    ['(rsi(14) < 30 or close > open) and rsi(14) > 70', 'true or false'],
    ['(rsi(14) < 30 or rsi(14) > 70) and between(rsi(14), 30, 70)', 'false'],
    ['rsi(14) < 30 ? rsi(14) > 40 : rsi(14) < 20', 'false'],
    ['(rsi(14) < 30 ? 1 : 2) > 2', 'false'],
    ['(rsi(14) < 30 ? 1 : 2) == 1 and rsi(14) > 40', 'false'],
    ['uptrend and not uptrend', 'false'],
    ['uptrend or not uptrend', 'true'],
    ['uptrend and close < ma', 'false'],
    ['crosses_above(close, ma) and crosses_below(close, ma)', 'false'],
    ['crosses_above(close, ma) and not crosses_above(close, ma)', 'false'],
    ['crosses_above(close, ma) and close < ma', 'false'],
    ['crosses_above(close, ma) or close < ma', 'true or false'],
    ['close > ma and ma > open and open > close', 'false'],
    ['close >= ma and ma >= open and open >= close', 'true or false'],
    ['close > high', 'false'],
    ['low > high', 'false'],
    ['close >= high', 'true or false'],
    ['low < open', 'true or false'],
    ['close > highest(high, 20)', 'false'],
    ['crosses_above(close, highest(high, 20))', 'false'],
    ['close > highest(close, 20)', 'false'],
    ['close >= highest(close, 20)', 'true or false'],
    ['close > prev(highest(high, 20), 1)', 'true or false'],
    ['day.close > highest(high, 20)', 'true or false'],
    ['high - low < 0', 'true or false'],
    ['high < low * 0.99', 'false'],
    ['close > open * 1.01 and close < open', 'false'],
    ['close > open * 1.01 and close > open * 1.02', 'true or false'],
    ['rsi(14) + 5 > 80 and rsi(14) < 70', 'false'],
    ['rsi(14) * 2 > 160 and rsi(14) < 70', 'false'],
    ['rsi(14) + 5 > 80 and rsi(14) < 75', 'true or false'],
    ['100 - rsi(14) < 20 and rsi(14) < 60', 'false'],
    ['close / open > 1.02 and close < open', 'false'],
    ['rsi(14) > strength and rsi(7) < strength and rsi(7) > 80 and rsi(14) < 70', 'false'],
    ['rsi(7) > rsi(14) and rsi(14) > 70 and rsi(7) < 60', 'false'],
    ['rsi(14) > length and rsi(14) < fast', 'false'],
  ])('%s: %s', (text, expected) => {
    expect(outcomes(text)).toBe(expected);
  });

  it('is never ruled out when it happens', () => {
    let happened = 0;
    fc.assert(
      fc.property(
        TEXTS.condition,
        fc.array(fc.double({ noNaN: true, min: -200, max: 200 }), { minLength: 6, maxLength: 6 }),
        (text, numbers) => {
          const tree = check(text);
          fc.pre(tree !== undefined);
          const value = evaluateReference(tree, coherent(drawnBy(0, numbers))).get(tree)!;
          fc.pre(!Number.isNaN(value));
          expect(canBe(tree, value === 1)).toBe(true);
          happened += 1;
        },
      ),
      { numRuns: 4_000 },
    );
    expect(happened).toBeGreaterThan(2_000);
  });
});
