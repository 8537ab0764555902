import type { Leaf } from '../../engine/expressions/leaves.ts';
import { printTree } from '../../engine/expressions/print.ts';
import { evaluateReference } from '../../engine/expressions/reference.ts';
import type { Checked } from '../../engine/expressions/tree.ts';

/**
 * A bar that could be: every leaf has a value drawn by its text, inside its range; the four prices of one bar, windows and crossings
 * fit together as they do on a real one.
 */
export function coherent(draw: (text: string) => number): (leaf: Leaf) => number {
  const within = (leaf: Leaf): number => Math.min(Math.max(draw(printTree(leaf)), leaf.range[0]), leaf.range[1]);
  const input = (tree: Checked): number => evaluateReference(tree, read).get(tree)!;
  const read = (leaf: Leaf): number => {
    if (leaf.kind === 'operand') {
      if (leaf.type === 'condition') return draw(printTree(leaf)) > 50 ? 1 : 0;
      if (leaf.operand.kind === 'measure' || !/^(open|high|low|close)$/.test(leaf.operand.field)) return within(leaf);
      const { field, symbol, timeframe } = leaf.operand;
      const price = (name: string): number => Math.max(0, draw(`${symbol} ${timeframe} ${name}`));
      const prices = ['open', 'high', 'low', 'close'].map(price);
      if (field === 'high') return Math.max(...prices);
      return field === 'low' ? Math.min(...prices) : price(field);
    }
    const { name } = leaf.entry;
    if (/^(highest|max)$/.test(name)) return Math.max(within(leaf), input(leaf.inputs[0]!));
    if (name === 'lowest') return Math.min(within(leaf), input(leaf.inputs[0]!));
    if (leaf.type !== 'condition') return within(leaf);
    if (!name.startsWith('crosses')) return draw(printTree(leaf)) > 50 ? 1 : 0;
    const [a, b] = [input(leaf.inputs[0]!), input(leaf.inputs[1]!)];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
    const tied = Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
    const side = name === 'crosses_above' ? a > b : name === 'crosses_below' ? a < b : true;
    return draw(printTree(leaf)) > 50 && side && !tied ? 1 : 0;
  };
  return read;
}

/** The same draw for the same text, another one for another seed. */
export function drawnBy(seed: number, values: readonly number[]): (text: string) => number {
  return (text) => {
    let hash = Math.imul(seed + 1, 0x9e3779b1);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    hash ^= hash >>> 13;
    return values[(hash >>> 0) % values.length]!;
  };
}
