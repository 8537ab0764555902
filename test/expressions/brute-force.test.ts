import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExpression } from '../../engine/expressions/check.ts';
import { canBe, implies } from '../../engine/expressions/outcomes.ts';
import { evaluateReference } from '../../engine/expressions/reference.ts';
import type { Checked } from '../../engine/expressions/tree.ts';
import { CATALOGUE } from '../../engine/indicators/catalogue.ts';
import { coherent, drawnBy } from './coherent.ts';
import { SCOPE } from './world.ts';

/** Round numbers, their neighbours, and what lies within a tie of them. */
const VALUES = [
  ...[0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 120].flatMap((n) => [n, n + 1e-9, n - 1, n + 1, n * 1.01]),
  1e6,
];
const WORLDS = 60;

const operand = fc.constantFrom(
  'rsi(14)',
  'strength',
  'rsi(7)',
  'close',
  'open',
  'high',
  'low',
  'ma',
  'highest(high, 20)',
  'lowest(low, 20)',
  'highest(close, 5)',
  'day.close',
  'day.low',
  'position.profit_pct',
  'bars_since_exit',
);
const literal = fc.constantFrom('10', '20', '30', '50', '70', '90', '100', '120', 'length', 'fast', '-5');
const OPERATORS = ['>', '<', '>=', '<=', '==', '!='] as const;

const { condition } = fc.letrec<{ number: string; condition: string }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 2 },
    operand,
    literal,
    fc.tuple(operand, fc.constantFrom('+', '-', '*', '/'), literal).map((parts) => parts.join(' ')),
    fc.tuple(operand, fc.constantFrom('+', '-', '/'), operand).map((parts) => parts.join(' ')),
    fc.tuple(literal, fc.constantFrom('-', '*'), operand).map((parts) => parts.join(' ')),
    fc.tuple(tie('condition'), operand, literal).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
  ),
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(operand, fc.constantFrom(...OPERATORS), literal).map((parts) => parts.join(' ')),
    fc.tuple(operand, fc.constantFrom(...OPERATORS), operand).map((parts) => parts.join(' ')),
    fc.tuple(tie('number'), fc.constantFrom(...OPERATORS), tie('number')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
    fc.tuple(operand, literal, literal).map(([x, a, b]) => `between(${x}, ${a}, ${b})`),
    fc
      .tuple(fc.constantFrom('crosses_above', 'crosses_below', 'crosses'), operand, operand)
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    tie('condition').map((c) => `not (${c})`),
    fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    fc.constant('uptrend'),
  ),
}));

const check = (text: string): Checked | undefined => checkExpression(text, SCOPE, 'condition', CATALOGUE).tree;

/** The values that a condition takes on many bars that could be. */
function seen(tree: Checked, seed: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let k = 0; k < WORLDS && !(found.has(0) && found.has(1)); k++) {
    found.add(evaluateReference(tree, coherent(drawnBy(seed * WORLDS + k, VALUES))).get(tree)!);
  }
  return found;
}

describe('what the checker says of random conditions', () => {
  it('never denies what some bar shows, for more than 10,000 that can be true', { timeout: 240_000 }, () => {
    const count = { satisfiable: 0, deniable: 0, accused: 0 };
    fc.assert(
      fc.property(condition, fc.nat(1_000_000), (text, seed) => {
        const tree = check(text);
        if (tree === undefined) return;
        const values = seen(tree, seed);
        if (values.has(1)) {
          count.satisfiable++;
          expect(canBe(tree, true), `${text} is true on a bar`).toBe(true);
        } else if (!canBe(tree, true)) count.accused++;
        if (values.has(0)) {
          count.deniable++;
          expect(canBe(tree, false), `${text} is false on a bar`).toBe(true);
        } else if (!canBe(tree, false)) count.accused++;
      }),
      { numRuns: 16_000 },
    );
    expect(count.satisfiable).toBeGreaterThan(10_000);
    expect(count.deniable).toBeGreaterThan(10_000);
    expect(count.accused).toBeGreaterThan(500);
  });

  it('never calls one rule the consequence of another that holds without it', { timeout: 240_000 }, () => {
    const count = { apart: 0, implied: 0 };
    fc.assert(
      fc.property(condition, condition, fc.nat(1_000_000), (first, second, seed) => {
        const [a, b] = [check(first), check(second)];
        if (a === undefined || b === undefined) return;
        let apart = false;
        for (let k = 0; k < WORLDS && !apart; k++) {
          const read = coherent(drawnBy(seed * WORLDS + k, VALUES));
          apart = evaluateReference(a, read).get(a) === 1 && evaluateReference(b, read).get(b) === 0;
        }
        const implied = implies([a], b);
        if (apart) {
          count.apart++;
          expect(implied, `${first} holds on a bar without ${second}`).toBe(false);
        } else if (implied) count.implied++;
      }),
      { numRuns: 6_000 },
    );
    expect(count.apart).toBeGreaterThan(3_000);
    expect(count.implied).toBeGreaterThan(200);
  });
});
