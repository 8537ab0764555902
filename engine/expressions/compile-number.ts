import { compileCondition } from './compile-condition.ts';
import { constantOf, finite, power } from './constants.ts';
import { canBeNever, type Leaf } from './leaves.ts';
import { PURE_FUNCTIONS } from './pure.ts';
import type { ReadNumber } from './reader.ts';
import { type ArithmeticOperator, type Checked, TRUE, UNKNOWN } from './tree.ts';

/** The number of the slot that a leaf reads. */
export type SlotOf = (leaf: Leaf) => number;

/**
 * A number as a closure over slots; NaN means unknown.
 * What is not finite is unknown, but for a leaf that can say "never" (`bars_since`), which gives Infinity.
 */
export function compileNumber(tree: Checked, slotOf: SlotOf, values: Float64Array): ReadNumber {
  const constant = constantOf(tree);
  if (constant !== undefined) return () => constant;
  switch (tree.kind) {
    case 'operand':
    case 'node':
      return readSlot(tree, slotOf(tree), values);
    case 'named':
      return compileNumber(tree.target, slotOf, values);
    case 'unary': {
      const operand = compileNumber(tree.operand, slotOf, values);
      return (row) => finite(-operand(row));
    }
    case 'arithmetic':
      return compileArithmetic(tree, slotOf, values);
    case 'choice': {
      const condition = compileCondition(tree.condition, slotOf, values);
      const then = compileNumber(tree.then, slotOf, values);
      const otherwise = compileNumber(tree.otherwise, slotOf, values);
      return (row) => {
        const holds = condition(row);
        return holds === UNKNOWN ? Number.NaN : holds === TRUE ? then(row) : otherwise(row);
      };
    }
    case 'pure':
      return compilePure(tree, slotOf, values);
    case 'number':
    case 'text':
    case 'compare':
    case 'and':
    case 'or':
      throw new TypeError(`a ${tree.kind} is no number`);
  }
}

function readSlot(leaf: Leaf, slot: number, values: Float64Array): ReadNumber {
  if (canBeNever(leaf)) return (row) => values[slot + row]!;
  return (row) => {
    const value = values[slot + row]!;
    return value - value === 0 ? value : Number.NaN;
  };
}

/** The slot of a tree that is nothing but a leaf whose values are finite or unknown; -1 for every other. */
export function plainSlot(tree: Checked, slotOf: SlotOf): number {
  if (tree.kind === 'named') return plainSlot(tree.target, slotOf);
  if (tree.kind !== 'operand' && tree.kind !== 'node') return -1;
  return canBeNever(tree) ? -1 : slotOf(tree);
}

function compileArithmetic(tree: Checked & { kind: 'arithmetic' }, slotOf: SlotOf, values: Float64Array): ReadNumber {
  const { operator } = tree;
  const constant = constantOf(tree.right);
  const slot = plainSlot(tree.left, slotOf);
  // an operation on anything that is not finite gives what is not finite, except division by Infinity and powers
  if (slot >= 0 && constant !== undefined && Number.isFinite(constant) && operator !== '^')
    return slotByConstant(operator, slot, constant, values);
  const left = compileNumber(tree.left, slotOf, values);
  const right = compileNumber(tree.right, slotOf, values);
  switch (operator) {
    case '+':
      return (row) => finite(left(row) + right(row));
    case '-':
      return (row) => finite(left(row) - right(row));
    case '*':
      return (row) => finite(left(row) * right(row));
    case '/':
      return (row) => finite(left(row) / right(row));
    case '%':
      return (row) => finite(left(row) % right(row));
    case '^':
      return (row) => power(left(row), right(row));
  }
}

function slotByConstant(
  operator: Exclude<ArithmeticOperator, '^'>,
  slot: number,
  constant: number,
  values: Float64Array,
): ReadNumber {
  switch (operator) {
    case '+':
      return (row) => finite(values[slot + row]! + constant);
    case '-':
      return (row) => finite(values[slot + row]! - constant);
    case '*':
      return (row) => finite(values[slot + row]! * constant);
    case '/':
      return (row) => finite(values[slot + row]! / constant);
    case '%':
      return (row) => finite(values[slot + row]! % constant);
  }
}

function compilePure(tree: Checked & { kind: 'pure' }, slotOf: SlotOf, values: Float64Array): ReadNumber {
  const pure = PURE_FUNCTIONS.get(tree.name);
  if (pure === undefined || pure.result !== 'number') throw new TypeError(`\`${tree.name}\` is no function of numbers`);
  const args = tree.args.map((arg) => compileNumber(arg, slotOf, values));
  const { apply } = pure;
  const [a, b, c] = args;
  if (args.length === 1) return (row) => finite(apply(a!(row), 0, 0));
  if (args.length === 2) {
    // JavaScript has pow(NaN, 0) = 1
    if (tree.name === 'pow') return (row) => power(a!(row), b!(row));
    return (row) => finite(apply(a!(row), b!(row), 0));
  }
  return (row) => finite(apply(a!(row), b!(row), c!(row)));
}
