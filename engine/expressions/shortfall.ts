import type { Values } from './reference.ts';
import { type Checked, FALSE, TRUE } from './tree.ts';

/** A part of a condition whose value is not the one that was needed. */
export interface Shortfall {
  /** A comparison, or a condition that is read as it is: a cross, a named flag. */
  readonly tree: Checked;
  readonly wanted: boolean;
}

/**
 * The smallest parts that keep a condition from being true (or false, when that is wanted), in the order written; what is
 * unknown is among them. Each of several may have to change: under `or` one of them would do.
 * @param enter look into named conditions too; without it what stands behind a name is left out
 */
export function shortfalls(tree: Checked, values: Values, enter = true, wanted = true): readonly Shortfall[] {
  if (values.get(tree) === (wanted ? TRUE : FALSE)) return [];
  if (tree.kind === 'named') return enter ? shortfalls(tree.target, values, enter, wanted) : [];
  if (tree.kind === 'unary' && tree.operator === 'not') return shortfalls(tree.operand, values, enter, !wanted);
  if (tree.kind !== 'and' && tree.kind !== 'or') return [{ tree, wanted }];
  return [...shortfalls(tree.left, values, enter, wanted), ...shortfalls(tree.right, values, enter, wanted)];
}
