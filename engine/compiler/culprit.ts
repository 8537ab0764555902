import type { DocumentPath } from '../documents/document.ts';
import { quoted } from '../documents/finding.ts';
import { constantOf } from '../expressions/constants.ts';
import { canAllBe, canBe, type RangeOf } from '../expressions/outcomes.ts';
import { printNamed } from '../expressions/print.ts';
import { childrenOf } from '../expressions/size.ts';
import type { Checked } from '../expressions/tree.ts';
import { treeOf } from './condition-tree.ts';
import type { Condition } from './model.ts';
import type { Place } from './part.ts';

/** The smallest part of a condition that by itself keeps the whole from a value. */
export interface Culprit extends Place {
  /** Undefined: several entries of a list, none of them alone. */
  readonly tree: Checked | undefined;
  /** Parts that exclude each other, or of which one would do and none can; empty when one part is enough. */
  readonly clauses: readonly Checked[];
  /** Each part by itself keeps from the value. */
  readonly each: boolean;
  readonly wanted: boolean;
}

/** Finds what keeps a condition, known never to take the value, from it. */
export function culpritOf(condition: Condition, path: DocumentPath, wanted: boolean): Culprit {
  if (condition.kind === 'expression') return culpritIn(condition.tree, condition.path, wanted);
  const inner = condition.kind === 'none' ? !wanted : wanted;
  const trees = condition.parts.map(treeOf);
  const together = condition.kind === 'all' ? wanted : condition.kind === 'any' ? !wanted : wanted;
  const alone = trees.findIndex((tree) => !canBe(tree, inner));
  if ((together || trees.length === 1) && alone >= 0)
    return culpritOf(condition.parts[alone]!, [...path, condition.kind, alone], inner);
  const clauses = together ? conflict(trees, inner) : trees;
  return { path: [...path, condition.kind], span: undefined, tree: undefined, clauses, each: !together, wanted: inner };
}

/** The same inside one expression. */
export function culpritIn(tree: Checked, path: DocumentPath, wanted: boolean, rangeOf?: RangeOf): Culprit {
  const can = (part: Checked): boolean => canBe(part, wanted, rangeOf);
  if (tree.kind === 'unary') return culpritIn(tree.operand, path, !wanted, rangeOf);
  if (tree.kind === 'and' || tree.kind === 'or') {
    const together = (tree.kind === 'and') === wanted;
    if (!together) return { path, span: tree.span, tree, clauses: flat(tree, tree.kind), each: true, wanted };
    for (const side of [tree.left, tree.right]) if (!can(side)) return culpritIn(side, path, wanted, rangeOf);
    return {
      path,
      span: tree.span,
      tree,
      clauses: conflict(flat(tree, tree.kind), wanted, rangeOf),
      each: false,
      wanted,
    };
  }
  return { path, span: tree.span, tree, clauses: [], each: false, wanted };
}

export const flat = (tree: Checked, kind: 'and' | 'or'): readonly Checked[] =>
  tree.kind === kind ? [...flat(tree.left, kind), ...flat(tree.right, kind)] : [tree];

/** The fewest of the clauses, in order, that already cannot all take the value. */
function conflict(clauses: readonly Checked[], wanted: boolean, rangeOf?: RangeOf): readonly Checked[] {
  let kept = clauses;
  for (const clause of clauses) {
    const without = kept.filter((other) => other !== clause);
    const goals = without.map((tree) => ({ tree, wanted }));
    if (!canAllBe(goals, rangeOf)) kept = without;
  }
  return kept;
}

const text = (tree: Checked): string => quoted(printNamed(tree), 60);

/** Why, as the end of a sentence. */
export function reasonOf({ tree, clauses, each, wanted }: Culprit, rangeOf: RangeOf = (atom) => atom.range): string {
  if (clauses.length > 1) {
    const list = `${clauses.slice(0, -1).map(text).join(', ')} and ${text(clauses.at(-1)!)}`;
    if (each) return `${list} are ${wanted ? 'never' : 'always'} true, each by itself`;
    return wanted ? `${list} are never true on one bar` : `${list} are never false on one bar`;
  }
  if (tree === undefined) return 'no bar makes it so';
  const range = rangeReason(tree, rangeOf);
  return `${text(tree)} is ${wanted ? 'never' : 'always'} true${range === undefined ? '' : `: ${range}`}`;
}

function rangeReason(tree: Checked, rangeOf: RangeOf): string | undefined {
  const side =
    tree.kind === 'compare'
      ? [tree.left, tree.right].find((part) => constantOf(part) === undefined)
      : tree.kind === 'pure'
        ? tree.args[0]
        : undefined;
  if (side === undefined || (tree.kind === 'compare' && constantOf(tree.left) === constantOf(tree.right)))
    return undefined;
  const [low, high] = rangeOf(side);
  if (Number.isFinite(low) && Number.isFinite(high)) return `${text(side)} lies between ${low} and ${high}`;
  if (Number.isFinite(low)) return `${text(side)} is never below ${low}`;
  return Number.isFinite(high) ? `${text(side)} is never above ${high}` : undefined;
}

/** Whether a window that holds the bar itself stands in the tree: the usual slip of a breakout. */
export const looksAtItself = (tree: Checked): boolean =>
  (tree.kind === 'node' && /^(highest|lowest|donchian)$/.test(tree.entry.name)) || childrenOf(tree).some(looksAtItself);
