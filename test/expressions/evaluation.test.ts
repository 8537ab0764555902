import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExpression } from '../../engine/expressions/check.ts';
import { compileCondition, compileNumber, compileSlot } from '../../engine/expressions/compile.ts';
import { canBeNever, type Leaf, leaves } from '../../engine/expressions/leaves.ts';
import { printTree } from '../../engine/expressions/print.ts';
import { evaluateReference } from '../../engine/expressions/reference.ts';
import { type Checked, FALSE, TRUE, UNKNOWN } from '../../engine/expressions/tree.ts';
import { TEXTS } from './generate.ts';
import { FAKE_CATALOGUE, SCOPE } from './world.ts';

function check(text: string, wanted: 'number' | 'condition'): Checked | undefined {
  return checkExpression(text, SCOPE, wanted, FAKE_CATALOGUE).tree;
}

/** Slots by what a leaf reads, in order of first appearance. */
function slotsOf(tree: Checked): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  leaves(tree, (leaf) => found.set(printTree(leaf), leaf));
  return found;
}

/** A number from a stream of random ones that a leaf may hold: within its range, sometimes unknown, rarely at an edge. */
function drawn(leaf: Leaf, dice: () => number): number {
  if (leaf.type === 'condition') return [0, 1, Number.NaN][Math.floor(dice() * 3)]!;
  const [low, high] = leaf.range;
  const kind = dice();
  if (kind < 0.1) return Number.NaN;
  if (kind < 0.2) return canBeNever(leaf) ? Infinity : Math.max(low, Math.min(high, 0));
  if (kind < 0.3 && Number.isFinite(low)) return low;
  if (kind < 0.4 && Number.isFinite(high)) return high;
  // the same few prices again and again, a hair apart, so that ties and equals happen
  if (kind < 0.7) return Math.max(low, Math.min(high, 100 * (1 + (Math.floor(dice() * 3) - 1) * 4e-10)));
  const wide = 10 ** (dice() * 6 - 2) * (low < 0 && dice() < 0.5 ? -1 : 1);
  return Math.max(low, Math.min(high, wide));
}

function randomly(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function arena(tree: Checked, seed: number, wild: boolean): { values: Float64Array; slotOf: (leaf: Leaf) => number } {
  const found = [...slotsOf(tree)];
  const numbers = new Map(found.map(([key], i) => [key, i]));
  const dice = randomly(seed);
  const values = Float64Array.from(found, ([, leaf]) => {
    if (wild && leaf.type === 'number' && dice() < 0.3)
      return [Infinity, -Infinity, Number.NaN, 0, -0, 1e308, -1e-308][Math.floor(dice() * 7)]!;
    return drawn(leaf, dice);
  });
  return { values, slotOf: (leaf) => numbers.get(printTree(leaf))! };
}

const seeds = fc.array(fc.integer(), { minLength: 6, maxLength: 6 });

describe('closures', () => {
  it('of numbers equal the reference evaluator', () => {
    let known = 0;
    fc.assert(
      fc.property(TEXTS.number, seeds, (text, all) => {
        const tree = check(text, 'number');
        fc.pre(tree !== undefined);
        for (const seed of all) {
          const { values, slotOf } = arena(tree, seed, true);
          const expected = evaluateReference(tree, (leaf) => values[slotOf(leaf)]!).get(tree)!;
          const got = compileNumber(tree, slotOf, values)(0);
          // 0 and -0 are one number
          expect(got === expected ? 0 : got).toEqual(got === expected ? 0 : expected);
          if (!Number.isNaN(expected)) known += 1;
        }
      }),
      { numRuns: 1_500 },
    );
    expect(known).toBeGreaterThan(1_500);
  });

  it('of conditions equal the reference evaluator', () => {
    const seen = [0, 0, 0];
    fc.assert(
      fc.property(TEXTS.condition, seeds, (text, all) => {
        const tree = check(text, 'condition');
        fc.pre(tree !== undefined);
        for (const seed of all) {
          const { values, slotOf } = arena(tree, seed, true);
          const expected = evaluateReference(tree, (leaf) => values[slotOf(leaf)]!).get(tree)!;
          const got = compileCondition(tree, slotOf, values)(0);
          expect(got).toBe(Number.isNaN(expected) ? UNKNOWN : expected === 1 ? TRUE : FALSE);
          expect(compileSlot(tree, slotOf, values)(0)).toBe(expected);
          seen[got] = seen[got]! + 1;
        }
      }),
      { numRuns: 1_500 },
    );
    expect(Math.min(...seen)).toBeGreaterThan(500);
  });
});

describe('ranges', () => {
  it('hold every value that a tree takes on values inside its leaves’ ranges', () => {
    let bounded = 0;
    fc.assert(
      fc.property(TEXTS.number, seeds, (text, all) => {
        const tree = check(text, 'number');
        fc.pre(tree !== undefined);
        for (const seed of all) {
          const { values, slotOf } = arena(tree, seed, false);
          for (const [node, value] of evaluateReference(tree, (leaf) => values[slotOf(leaf)]!)) {
            if (Number.isNaN(value) || node.type !== 'number') continue;
            expect(value, printTree(node)).toBeGreaterThanOrEqual(node.range[0]);
            expect(value, printTree(node)).toBeLessThanOrEqual(node.range[1]);
            if (Number.isFinite(node.range[0]) || Number.isFinite(node.range[1])) bounded += 1;
          }
        }
      }),
      { numRuns: 1_500 },
    );
    expect(bounded).toBeGreaterThan(5_000);
  });
});

describe('canonical text', () => {
  it('reads back as the same tree', () => {
    let read = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          TEXTS.condition.map((text) => [text, 'condition'] as const),
          TEXTS.number.map((text) => [text, 'number'] as const),
        ),
        ([text, wanted]) => {
          const tree = check(text, wanted);
          fc.pre(tree !== undefined);
          const canonical = printTree(tree);
          // an output of a call is printed with a point, which cannot be typed
          fc.pre(!canonical.includes(').') && canonical.length < 3_000);
          const again = checkExpression(canonical, SCOPE, wanted, FAKE_CATALOGUE);
          expect(
            again.findings.map((finding) => finding.code).filter((code) => code.startsWith('E')),
            canonical,
          ).toEqual([]);
          expect(printTree(again.tree!)).toBe(canonical);
          read += 1;
        },
      ),
      { numRuns: 1_500 },
    );
    expect(read).toBeGreaterThan(700);
  });
});
