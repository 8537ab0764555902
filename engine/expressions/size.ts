import type { Checked } from './tree.ts';

export interface Size {
  readonly nodes: number;
  readonly depth: number;
}

/** Sizes of trees already measured: names share their trees, and a hundred doublings would never be counted out. */
const KNOWN = new WeakMap<Checked, Size>();

/** Number of nodes, names and inputs written out, and the greatest depth of a tree. */
export function sizeOf(tree: Checked): Size {
  const known = KNOWN.get(tree);
  if (known !== undefined) return known;
  let nodes = 1;
  let depth = 0;
  for (const child of childrenOf(tree)) {
    const size = sizeOf(child);
    nodes += size.nodes;
    depth = Math.max(depth, size.depth);
  }
  const size = { nodes, depth: depth + 1 };
  KNOWN.set(tree, size);
  return size;
}

const NONE: readonly Checked[] = [];

/** The parts of a node, in the order written; a graph node's inputs are its parts. */
export function childrenOf(tree: Checked): readonly Checked[] {
  switch (tree.kind) {
    case 'number':
    case 'text':
    case 'operand':
      return NONE;
    case 'unary':
      return [tree.operand];
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
      return [tree.left, tree.right];
    case 'choice':
      return [tree.condition, tree.then, tree.otherwise];
    case 'pure':
      return tree.args;
    case 'node':
      return tree.inputs;
    case 'named':
      return [tree.target];
  }
}
