import type { Checked } from '../expressions/tree.ts';
import type { Condition } from './model.ts';
import { joined, negated } from './scope.ts';

/** The whole condition as one tree. */
export function treeOf(condition: Condition): Checked {
  if (condition.kind === 'expression') return condition.tree;
  const trees = condition.parts.map(treeOf);
  const both = condition.kind === 'all' ? 'and' : 'or';
  const whole = trees.reduce((left, right) => joined(both, left, right));
  return condition.kind === 'none' ? negated(whole) : whole;
}
