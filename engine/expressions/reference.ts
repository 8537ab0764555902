import { calculate } from './constants.ts';
import { canBeNever, type Leaf } from './leaves.ts';
import { PURE_FUNCTIONS } from './pure.ts';
import { compareNumbers, compareTied } from './relation.ts';
import { type Checked, type Comparison, TRUE, type Tri, UNKNOWN } from './tree.ts';

/** The value of every node of a tree: numbers as they are, conditions 1 or 0; NaN is unknown. */
export type Values = ReadonlyMap<Checked, number>;

/**
 * Evaluates a tree the plain way, both sides of everything, and keeps what each node was worth: for explanations and tests.
 * @param read the value of a leaf's slot; a condition's is 1, 0 or NaN
 */
export function evaluateReference(tree: Checked, read: (leaf: Leaf) => number): Values {
  const values = new Map<Checked, number>();
  evaluate(tree, read, values);
  return values;
}

function evaluate(tree: Checked, read: (leaf: Leaf) => number, values: Map<Checked, number>): number {
  const known = values.get(tree);
  if (known !== undefined) return known;
  const value = evaluateNode(tree, (part) => evaluate(part, read, values), read);
  values.set(tree, value);
  return value;
}

const asNumber = (value: Tri): number => (value === UNKNOWN ? Number.NaN : value);
const onlyFinite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

function evaluateNode(tree: Checked, value: (part: Checked) => number, read: (leaf: Leaf) => number): number {
  switch (tree.kind) {
    case 'number':
      return tree.value;
    case 'text':
      return Number.NaN;
    case 'operand':
    case 'node': {
      const slot = read(tree);
      if (tree.type === 'condition') return Number.isFinite(slot) ? (slot === 0 ? 0 : 1) : Number.NaN;
      return canBeNever(tree) ? slot : onlyFinite(slot);
    }
    case 'named':
      return value(tree.target);
    case 'unary':
      return tree.operator === 'not' ? 1 - value(tree.operand) : onlyFinite(-value(tree.operand));
    case 'arithmetic':
      return calculate(tree.operator, value(tree.left), value(tree.right));
    case 'compare':
      return related(tree.operator, tree.ties, value(tree.left), value(tree.right));
    case 'and':
      return both(value(tree.left), value(tree.right));
    case 'or':
      return 1 - both(1 - value(tree.left), 1 - value(tree.right));
    case 'choice': {
      const condition = value(tree.condition);
      const [then, otherwise] = [value(tree.then), value(tree.otherwise)];
      return Number.isNaN(condition) ? Number.NaN : condition === TRUE ? then : otherwise;
    }
    case 'pure':
      return evaluatePure(tree, tree.args.map(value));
  }
}

const related = (operator: Comparison, ties: boolean, a: number, b: number): number =>
  asNumber(ties ? compareTied(operator, a, b) : compareNumbers(operator, a, b));

/** Kleene's and: false wins over unknown. */
function both(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return a === 1 && b === 1 ? 1 : Number.NaN;
}

function evaluatePure(tree: Checked & { kind: 'pure' }, args: readonly number[]): number {
  const [a, b, c] = args as [number, number, number];
  if (tree.name === 'between') {
    const prices = tree.args.map((arg) => arg.unit === 'price');
    return both(related('>=', prices[0]! && prices[1]!, a, b), related('<=', prices[0]! && prices[2]!, a, c));
  }
  if (tree.name === 'pow') return calculate('^', a, b);
  const pure = PURE_FUNCTIONS.get(tree.name);
  return args.some(Number.isNaN) || pure === undefined ? Number.NaN : onlyFinite(pure.apply(a, b, c));
}
