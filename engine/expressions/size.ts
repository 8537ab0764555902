import type { Checked } from './tree.ts';

export interface Size {
  readonly nodes: number;
  readonly depth: number;
}

/** Sizes of trees that names stand for: names share them, and a hundred doublings would never be counted out. */
const NAMED = new WeakMap<Checked, Size>();

function sizeOfTarget(tree: Checked): Size {
  const known = NAMED.get(tree);
  if (known !== undefined) return known;
  const size = sizeOf(tree);
  NAMED.set(tree, size);
  return size;
}

/** Number of nodes, names and inputs written out, and the greatest depth of a tree. */
export const sizeOf = (tree: Checked): Size => ({ nodes: nodesOf(tree), depth: depthOf(tree) });

function nodesOf(tree: Checked): number {
  switch (tree.kind) {
    case 'number':
    case 'text':
    case 'operand':
      return 1;
    case 'named':
      return 1 + sizeOfTarget(tree.target).nodes;
    case 'unary':
      return 1 + nodesOf(tree.operand);
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
      return 1 + nodesOf(tree.left) + nodesOf(tree.right);
    case 'choice':
    case 'pure':
    case 'node': {
      let nodes = 1;
      for (const child of childrenOf(tree)) nodes += nodesOf(child);
      return nodes;
    }
  }
}

function depthOf(tree: Checked): number {
  switch (tree.kind) {
    case 'number':
    case 'text':
    case 'operand':
      return 1;
    case 'named':
      return 1 + sizeOfTarget(tree.target).depth;
    case 'unary':
      return 1 + depthOf(tree.operand);
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
      return 1 + Math.max(depthOf(tree.left), depthOf(tree.right));
    case 'choice':
    case 'pure':
    case 'node': {
      let depth = 0;
      for (const child of childrenOf(tree)) depth = Math.max(depth, depthOf(child));
      return depth + 1;
    }
  }
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
