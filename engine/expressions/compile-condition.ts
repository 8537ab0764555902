import { compileComparison } from './compile-comparison.ts';
import { compileNumber, type SlotOf } from './compile-number.ts';
import type { ReadNumber, ReadTri } from './reader.ts';
import { type Checked, FALSE, TRUE, type Tri, UNKNOWN } from './tree.ts';

/** A condition as a closure over slots, three-valued after Kleene; a slot of a condition holds 1, 0 or NaN (unknown). */
export function compileCondition(tree: Checked, slotOf: SlotOf, values: Float64Array): ReadTri {
  switch (tree.kind) {
    case 'operand':
    case 'node': {
      const slot = slotOf(tree);
      return (row) => {
        const value = values[slot + row]!;
        return value - value !== 0 ? UNKNOWN : value !== 0 ? TRUE : FALSE;
      };
    }
    case 'named':
      return compileCondition(tree.target, slotOf, values);
    case 'unary': {
      const operand = compileCondition(tree.operand, slotOf, values);
      return (row) => {
        const value = operand(row);
        return value === UNKNOWN ? UNKNOWN : value === TRUE ? FALSE : TRUE;
      };
    }
    case 'compare':
      return compileComparison(tree.operator, tree.ties, tree.left, tree.right, slotOf, values);
    case 'and':
    case 'or':
      return compileLogic(tree, slotOf, values);
    case 'choice': {
      const condition = compileCondition(tree.condition, slotOf, values);
      const then = compileCondition(tree.then, slotOf, values);
      const otherwise = compileCondition(tree.otherwise, slotOf, values);
      return (row) => {
        const holds = condition(row);
        return holds === UNKNOWN ? UNKNOWN : holds === TRUE ? then(row) : otherwise(row);
      };
    }
    case 'pure':
      return compileBetween(tree, slotOf, values);
    case 'number':
    case 'text':
    case 'arithmetic':
      throw new TypeError(`a ${tree.kind} is no condition`);
  }
}

const conjunction = (left: ReadTri, right: ReadTri): ReadTri => {
  return (row) => {
    const a = left(row);
    if (a === FALSE) return FALSE;
    const b = right(row);
    return b === FALSE ? FALSE : a === TRUE ? b : UNKNOWN;
  };
};

/** The terms of a chain of `and`, in their order. */
const termsOf = (tree: Checked): Checked[] =>
  tree.kind === 'and' ? [...termsOf(tree.left), ...termsOf(tree.right)] : [tree];

/**
 * A chain of `and` as one closure, not one in another: on most bars its first term is false, and of thousands of conditions
 * what has to be fetched from memory is all that counts.
 */
function compileAll(terms: readonly Checked[], slotOf: SlotOf, values: Float64Array): ReadTri {
  const [first, ...others] = terms;
  if (first!.kind !== 'node' && first!.kind !== 'operand') {
    const [one, ...rest] = terms.map((term) => compileCondition(term, slotOf, values));
    return rest.length === 1 ? conjunction(one!, rest[0]!) : (row) => allOf(one!(row), rest, row);
  }
  const slot = slotOf(first!);
  const rest = others.map((term) => compileCondition(term, slotOf, values));
  return (row) => {
    const value = values[slot + row]!;
    if (value === 0) return FALSE;
    return allOf(value - value !== 0 ? UNKNOWN : TRUE, rest, row);
  };
}

function allOf(first: Tri, rest: readonly ReadTri[], row: number): Tri {
  let all = first;
  for (let k = 0; k < rest.length && all !== FALSE; k++) {
    const one = rest[k]!(row);
    if (one === FALSE || all === TRUE) all = one;
  }
  return all;
}

function compileLogic(tree: Checked & { kind: 'and' | 'or' }, slotOf: SlotOf, values: Float64Array): ReadTri {
  if (tree.kind === 'and') return compileAll(termsOf(tree), slotOf, values);
  const left = compileCondition(tree.left, slotOf, values);
  const right = compileCondition(tree.right, slotOf, values);
  return (row) => {
    const a = left(row);
    if (a === TRUE) return TRUE;
    const b = right(row);
    return b === TRUE ? TRUE : a === FALSE ? b : UNKNOWN;
  };
}

/** `between(x, low, high)` is `x >= low and x <= high`, each comparison with its own ties. */
function compileBetween(tree: Checked & { kind: 'pure' }, slotOf: SlotOf, values: Float64Array): ReadTri {
  const [x, low, high] = tree.args;
  if (tree.name !== 'between' || !x || !low || !high) throw new TypeError(`\`${tree.name}\` is no condition`);
  const above = compileComparison('>=', tie(x, low), x, low, slotOf, values);
  const below = compileComparison('<=', tie(x, high), x, high, slotOf, values);
  return conjunction(above, below);
}

const tie = (a: Checked, b: Checked): boolean => a.unit === 'price' && b.unit === 'price';

/** A rule's value as a slot holds it: conditions 1, 0, NaN, numbers as they are. */
export function compileSlot(tree: Checked, slotOf: SlotOf, values: Float64Array): ReadNumber {
  if (tree.type !== 'condition') return compileNumber(tree, slotOf, values);
  const condition = compileCondition(tree, slotOf, values);
  return (row) => {
    const value = condition(row);
    return value === UNKNOWN ? Number.NaN : value;
  };
}
