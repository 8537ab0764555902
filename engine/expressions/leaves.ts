import { childrenOf } from './size.ts';
import type { Checked, NodeLeaf, OperandLeaf } from './tree.ts';

/** A place of a tree that reads a slot. */
export type Leaf = OperandLeaf | NodeLeaf;

/** Visits the leaves that read slots, depth first, in the order written; the inputs of graph nodes are left to the caller. */
export function leaves(tree: Checked, visit: (leaf: Leaf) => void): void {
  if (tree.kind === 'operand' || tree.kind === 'node') {
    visit(tree);
    return;
  }
  for (const child of childrenOf(tree)) leaves(child, visit);
}

/** The canonical name of the measure that a leaf reads; undefined when it reads something else. */
export const measureName = (leaf: Leaf): string | undefined =>
  leaf.kind === 'operand' && leaf.operand.kind === 'measure' ? leaf.operand.name : undefined;

/** Whether a tree reads a measure, given by its canonical name. */
export function readsMeasure(tree: Checked, name: string): boolean {
  let found = false;
  leaves(tree, (leaf) => {
    if (measureName(leaf) === name) found = true;
  });
  return found;
}

/**
 * Whether a leaf may read Infinity and still count: "never", as `bars_since` says before the first time.
 * Every other value that is not finite is unknown.
 */
export function canBeNever(leaf: Leaf): boolean {
  if (leaf.type !== 'number' || leaf.range[1] !== Infinity) return false;
  return leaf.unit === 'bars' && (leaf.kind === 'node' || measureName(leaf) !== undefined);
}
