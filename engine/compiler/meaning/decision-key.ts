import { bare } from '../../expressions/linear.ts';
import { printTree } from '../../expressions/print.ts';
import { childrenOf } from '../../expressions/size.ts';
import type { Checked, NodeLeaf } from '../../expressions/tree.ts';

/** Equal keys decide alike: names written out, and the sides of `and` and `or` in one order. */
export function decisionKey(written: Checked): string {
  const tree = bare(written);
  if (tree.kind === 'and' || tree.kind === 'or') {
    return `(${sidesOf(tree, tree.kind).map(decisionKey).toSorted().join(` ${tree.kind} `)})`;
  }
  if (tree.kind === 'unary' && tree.operator === 'not') return `not ${decisionKey(tree.operand)}`;
  return printTree(tree);
}

function sidesOf(written: Checked, kind: 'and' | 'or'): readonly Checked[] {
  const tree = bare(written);
  return tree.kind === kind ? [...sidesOf(tree.left, kind), ...sidesOf(tree.right, kind)] : [tree];
}

/** Every node of the indicator graph that trees read, by its canonical text; those that feed others too. */
export function nodesOf(trees: Iterable<Checked>, into: Set<string> = new Set()): Set<string> {
  for (const tree of trees) visit(tree, into);
  return into;
}

function visit(tree: Checked, into: Set<string>): void {
  if (tree.kind === 'node') {
    // Another output of the same node needs no warm-up of its own.
    const key = printTree({ ...tree, output: 0 } satisfies NodeLeaf);
    if (into.has(key)) return;
    into.add(key);
  }
  for (const child of childrenOf(tree)) visit(child, into);
}
