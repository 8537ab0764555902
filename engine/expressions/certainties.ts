import type { Row } from './inequalities.ts';
import { leaves } from './leaves.ts';
import { bare, keyOf, linearOf } from './linear.ts';
import type { Range } from './ranges.ts';
import type { Checked, NodeLeaf } from './tree.ts';

/** A narrower range of a leaf than its own, where the place knows one. */
export type RangeOf = (atom: Checked) => Range;

const row = (more: string | undefined, less: string | undefined, constant: number): Row => {
  const factors = new Map<string, number>();
  if (more !== undefined) factors.set(more, 1);
  if (less !== undefined) factors.set(less, -1);
  return { factors, constant, size: Math.abs(constant), strict: false, exact: true };
};

/** Where an output lies against an input at every bar: the highest of a window is not below its newest value. */
const BOUNDS: Readonly<Record<string, readonly (readonly [output: number, side: 'above' | 'below', input: number])[]>> =
  {
    highest: [[0, 'above', 0]],
    lowest: [[0, 'below', 0]],
    donchian: [
      [0, 'above', 0],
      [2, 'below', 1],
    ],
  };

/** Bars alone: what a node was fed with is what the same text reads beside it. */
export function ofBars(tree: Checked): boolean {
  let only = true;
  leaves(tree, (leaf) => {
    if (leaf.kind === 'operand') only &&= leaf.operand.kind === 'bar';
    else only &&= leaf.inputs.every(ofBars);
  });
  return only;
}

/**
 * What holds of atoms on every bar: their ranges, low <= open, close <= high of one bar, and a window's extreme against its newest
 * value.
 */
export function certainties(atoms: ReadonlyMap<string, Checked>, rangeOf: RangeOf): readonly Row[] {
  const rows: Row[] = [];
  const all = new Map(atoms);
  for (const atom of atoms.values()) if (atom.kind === 'node') boundsOf(atom, all, rows);
  const bars = new Map<string, Map<string, string>>();
  for (const [key, atom] of all) {
    const [low, high] = rangeOf(atom);
    if (Number.isFinite(low)) rows.push(row(key, undefined, -low));
    if (Number.isFinite(high)) rows.push(row(undefined, key, high));
    if (atom.kind !== 'operand' || atom.operand.kind !== 'bar') continue;
    const { symbol, timeframe, field } = atom.operand;
    const name = `${symbol ?? ''} ${timeframe ?? ''}`;
    let fields = bars.get(name);
    if (fields === undefined) {
      fields = new Map();
      bars.set(name, fields);
    }
    fields.set(field, key);
  }
  for (const fields of bars.values()) {
    if (fields.size < 2) continue;
    const [high, low] = [fields.get('high'), fields.get('low')];
    for (const field of ['open', 'close']) {
      const key = fields.get(field);
      if (key === undefined) continue;
      if (high !== undefined) rows.push(row(high, key, 0));
      if (low !== undefined) rows.push(row(key, low, 0));
    }
    if (high !== undefined && low !== undefined) rows.push(row(high, low, 0));
  }
  return rows;
}

function boundsOf(node: NodeLeaf, all: Map<string, Checked>, rows: Row[]): void {
  for (const [output, side, input] of BOUNDS[node.entry.name] ?? []) {
    const fed = node.inputs[input];
    if (output !== node.output || fed === undefined || !ofBars(fed)) continue;
    const sum = linearOf(fed);
    if (sum === undefined || !sum.exact || sum.terms.size !== 1) continue;
    const [key, { atom, factor }] = [...sum.terms][0]!;
    if (factor !== 1) continue;
    all.set(key, bare(atom));
    rows.push(side === 'above' ? row(keyOf(node), key, 0) : row(key, keyOf(node), 0));
  }
}
