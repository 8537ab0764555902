import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExpression } from '../../engine/expressions/check.ts';
import { leaves } from '../../engine/expressions/leaves.ts';
import { canBe } from '../../engine/expressions/outcomes.ts';
import { printTree } from '../../engine/expressions/print.ts';
import { evaluateReference } from '../../engine/expressions/reference.ts';
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
          const keys: string[] = [];
          leaves(tree, (leaf) => keys.push(printTree(leaf)));
          const value = evaluateReference(tree, (leaf) => {
            const drawn = numbers[keys.indexOf(printTree(leaf)) % numbers.length]!;
            if (leaf.type === 'condition') return drawn > 0 ? 1 : 0;
            return Math.min(Math.max(drawn, leaf.range[0]), leaf.range[1]);
          }).get(tree)!;
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
