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

/**
 * Whether a leaf may read Infinity and still count: "never", as `bars_since` says before the first time.
 * Every other value that is not finite is unknown.
 */
export function canBeNever(leaf: Leaf): boolean {
  if (leaf.type !== 'number' || leaf.range[1] !== Infinity) return false;
  if (leaf.kind === 'operand') return leaf.operand.kind === 'measure' && leaf.unit === 'bars';
  return leaf.unit === 'bars';
}
