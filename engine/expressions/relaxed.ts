import type { RangeOf } from './certainties.ts';
import { constantOf } from './constants.ts';
import type { Demand } from './demand.ts';
import type { Row } from './inequalities.ts';
import { added, bare, type Linear, linearOf, scaled, type Term } from './linear.ts';
import { MIRRORED } from './relation.ts';
import type { Checked } from './tree.ts';

/**
 * What rounding and ties may add, relative to the parts of a sum: ties are 1e-9 of the larger price, and thousands of roundings
 * of 1e-16 stay far below it.
 */
const SLACK = 3e-9;

/** Demands as rows, and the atoms that stand in them. What is no inequality between sums is left out. */
export function rowsOf(
  demands: readonly Demand[],
  rangeOf: RangeOf,
): { readonly rows: readonly Row[]; readonly atoms: ReadonlyMap<string, Checked> } {
  const rows: Row[] = [];
  const atoms = new Map<string, Checked>();
  for (const demand of demands) {
    const sum = differenceOf(demand);
    if (sum === undefined || demand.operator === '!=') continue;
    const added = relaxed(demand, sum, rangeOf);
    if (added.length === 0) continue;
    rows.push(...added);
    for (const [key, { atom }] of sum.terms) atoms.set(key, atom);
  }
  return { rows, atoms };
}

/** `left - right` as a sum; a quotient of what is never negative against a constant is multiplied out. */
function differenceOf({ left, right }: Demand): Linear | undefined {
  const [a, b] = [quotient(left, right), quotient(right, left)];
  if (a !== undefined) return a;
  if (b !== undefined) return scaled(b, -1, false);
  const [first, second] = [linearOf(left), linearOf(right)];
  if (first === undefined || second === undefined) return undefined;
  return added(first, scaled(second, -1, second.exact), first.exact && second.exact);
}

/** `x / y` against c as `x` against `c × y`, where y is never below zero; at zero there is no quotient. */
function quotient(written: Checked, other: Checked): Linear | undefined {
  const tree = bare(written);
  const constant = constantOf(other);
  if (tree.kind !== 'arithmetic' || tree.operator !== '/' || constant === undefined || !Number.isFinite(constant))
    return undefined;
  if (constantOf(tree.right) !== undefined || tree.right.range[0] < 0) return undefined;
  const [above, below] = [linearOf(tree.left), linearOf(tree.right)];
  if (above === undefined || below === undefined) return undefined;
  return added(above, scaled(below, -constant, false), false);
}

/** The rows of a comparison of a sum with zero. */
function relaxed({ operator, ties }: Demand, sum: Linear, rangeOf: RangeOf): readonly Row[] {
  const strict = operator === '>' || operator === '<';
  // Between prices `>=` lets a little through, and `>` asks for a little more than the plain one.
  const exact = sum.exact && (strict || !ties);
  const rows: Row[] = [];
  if (MIRRORED[operator] === operator || operator === '>' || operator === '>=') {
    const row = rowOf(sum, strict, exact, rangeOf);
    if (row !== undefined) rows.push(row);
  }
  if (MIRRORED[operator] === operator || operator === '<' || operator === '<=') {
    const row = rowOf(scaled(sum, -1, sum.exact), strict, exact, rangeOf);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function rowOf(sum: Linear, strict: boolean, exact: boolean, rangeOf: RangeOf): Row | undefined {
  const factors = new Map<string, number>();
  if (exact) {
    for (const [key, { factor }] of sum.terms) if (factor !== 0) factors.set(key, factor);
    return { factors, constant: sum.constant, size: sum.constantSize, strict, exact };
  }
  let constant = sum.constant + SLACK * sum.constantSize;
  let size = sum.constantSize;
  for (const [key, term] of sum.terms) {
    const slack = slackOf(term, rangeOf);
    if (slack === undefined) return undefined;
    const factor = term.factor + slack.factor;
    if (factor !== 0) factors.set(key, factor);
    constant += slack.constant;
    size += slack.constant;
  }
  return { factors, constant, size, strict, exact };
}

/** At least what rounding can add to a term, as a sum of its atom; undefined when the atom may be of any size and sign. */
function slackOf(
  { atom, size }: Term,
  rangeOf: RangeOf,
): { readonly factor: number; readonly constant: number } | undefined {
  const [low, high] = rangeOf(atom);
  if (low >= 0) return { factor: SLACK * size, constant: 0 };
  if (high <= 0) return { factor: -SLACK * size, constant: 0 };
  const most = Math.max(-low, high);
  return Number.isFinite(most) ? { factor: 0, constant: SLACK * size * most } : undefined;
}
