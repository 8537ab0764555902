import { PURE_FUNCTIONS } from './pure.ts';
import type { ArithmeticOperator, Checked } from './tree.ts';

/** The operation itself; unknown operands give an unknown result, and so does what is not finite. */
export function calculate(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return finite(a + b);
    case '-':
      return finite(a - b);
    case '*':
      return finite(a * b);
    case '/':
      return finite(a / b);
    case '%':
      return finite(a % b);
    case '^':
      return power(a, b);
  }
}

/** a to the power of b; JavaScript has NaN ** 0 = 1. */
export const power = (a: number, b: number): number => (Number.isNaN(a) ? Number.NaN : finite(a ** b));

/** The value itself, or NaN when it is infinite. */
export const finite = (value: number): number => (value - value === 0 ? value : Number.NaN);

/** The value of a number that is known when the file is loaded; undefined when bars change it. */
export function constantOf(tree: Checked): number | undefined {
  switch (tree.kind) {
    case 'number':
      return tree.value;
    case 'named':
      return constantOf(tree.target);
    case 'unary': {
      if (tree.operator !== '-') return undefined;
      const operand = constantOf(tree.operand);
      return operand === undefined ? undefined : -operand;
    }
    case 'arithmetic': {
      const left = constantOf(tree.left);
      if (left === undefined) return undefined;
      const right = constantOf(tree.right);
      return right === undefined ? undefined : calculate(tree.operator, left, right);
    }
    case 'pure': {
      const pure = PURE_FUNCTIONS.get(tree.name);
      if (pure === undefined || pure.result === 'condition') return undefined;
      const args = tree.args.map(constantOf);
      if (args.includes(undefined)) return undefined;
      const [a, b, c] = args as number[];
      return finite(pure.apply(a!, b ?? Number.NaN, c ?? Number.NaN));
    }
    case 'text':
    case 'operand':
    case 'compare':
    case 'and':
    case 'or':
    case 'choice':
    case 'node':
      return undefined;
  }
}
