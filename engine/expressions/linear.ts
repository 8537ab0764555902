import { constantOf } from './constants.ts';
import { printTree } from './print.ts';
import type { Checked } from './tree.ts';

/** One number that bars change, and how often it counts. */
export interface Term {
  readonly atom: Checked;
  readonly factor: number;
  /** Sum of the factors' sizes before anything cancelled: rounding is a part of that. */
  readonly size: number;
}

/** A number as a sum: factors times atoms, and a constant. */
export interface Linear {
  readonly terms: ReadonlyMap<string, Term>;
  readonly constant: number;
  readonly constantSize: number;
  /** No operation was rounded on the way: one atom or one constant as it stands. */
  readonly exact: boolean;
}

const TEXTS = new WeakMap<Checked, string>();

/** The canonical text of a tree, printed once. */
export function keyOf(tree: Checked): string {
  let text = TEXTS.get(tree);
  if (text === undefined) {
    text = printTree(tree);
    TEXTS.set(tree, text);
  }
  return text;
}

export const bare = (tree: Checked): Checked => (tree.kind === 'named' ? bare(tree.target) : tree);

/** A tree as a sum; what is no sum counts as one atom. Undefined when it has no value. */
export function linearOf(written: Checked): Linear | undefined {
  const tree = bare(written);
  const constant = constantOf(tree);
  if (constant !== undefined) {
    if (!Number.isFinite(constant)) return undefined;
    return { terms: new Map(), constant, constantSize: Math.abs(constant), exact: true };
  }
  if (tree.kind === 'unary' && tree.operator === '-') {
    const operand = linearOf(tree.operand);
    return operand === undefined ? undefined : scaled(operand, -1, operand.exact);
  }
  if (tree.kind === 'arithmetic') {
    if (tree.operator === '+' || tree.operator === '-') {
      const [left, right] = [linearOf(tree.left), linearOf(tree.right)];
      if (left === undefined || right === undefined) return undefined;
      return added(left, tree.operator === '+' ? right : scaled(right, -1, right.exact), false);
    }
    const [left, right] = [constantOf(tree.left), constantOf(tree.right)];
    if (tree.operator === '*' && (left ?? right) !== undefined) {
      const factor = (left ?? right)!;
      const other = linearOf(left === undefined ? tree.left : tree.right);
      return other === undefined || !Number.isFinite(factor) ? undefined : scaled(other, factor, false);
    }
    if (tree.operator === '/' && right !== undefined && right !== 0) {
      const other = linearOf(tree.left);
      return other === undefined || !Number.isFinite(1 / right) ? undefined : scaled(other, 1 / right, false);
    }
  }
  const term = { atom: tree, factor: 1, size: 1 };
  return { terms: new Map([[keyOf(tree), term]]), constant: 0, constantSize: 0, exact: true };
}

export function scaled(sum: Linear, factor: number, exact: boolean): Linear {
  const terms = new Map<string, Term>();
  for (const [key, term] of sum.terms) {
    terms.set(key, { atom: term.atom, factor: term.factor * factor, size: term.size * Math.abs(factor) });
  }
  return { terms, constant: sum.constant * factor, constantSize: sum.constantSize * Math.abs(factor), exact };
}

export function added(a: Linear, b: Linear, exact: boolean): Linear {
  const terms = new Map(a.terms);
  for (const [key, term] of b.terms) {
    const other = terms.get(key);
    terms.set(
      key,
      other === undefined
        ? term
        : { atom: term.atom, factor: other.factor + term.factor, size: other.size + term.size },
    );
  }
  return { terms, constant: a.constant + b.constant, constantSize: a.constantSize + b.constantSize, exact };
}
