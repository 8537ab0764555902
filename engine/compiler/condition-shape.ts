import type { DocumentPath } from '../documents/document.ts';
import type { Condition as WrittenCondition } from '../documents/generated/types.ts';
import type { Checked } from '../expressions/tree.ts';
import type { Condition } from './model.ts';

/** The lists of a condition as written, over the one tree that was made of them (`treeOf` turned round). */
export function shapeOf(written: WrittenCondition, tree: Checked, path: DocumentPath): Condition {
  if (typeof written !== 'object' || written === null) return { kind: 'expression', tree, path };
  const kind = 'all' in written ? 'all' : 'any' in written ? 'any' : 'none';
  const list = (written as unknown as Readonly<Record<string, readonly WrittenCondition[]>>)[kind] ?? [];
  let rest = kind === 'none' && tree.kind === 'unary' ? tree.operand : tree;
  const parts: Condition[] = [];
  for (let n = list.length - 1; n >= 0; n--) {
    const last = n > 0 && (rest.kind === 'and' || rest.kind === 'or') ? rest.right : rest;
    parts.unshift(shapeOf(list[n]!, last, [...path, kind, n]));
    if (n > 0 && (rest.kind === 'and' || rest.kind === 'or')) rest = rest.left;
  }
  return { kind, parts };
}

/** The parts of a condition that must all be true: the items of `all`, the sides of `and`; named conditions stay whole. */
export function clausesOf(tree: Checked): readonly Checked[] {
  return tree.kind === 'and' ? [...clausesOf(tree.left), ...clausesOf(tree.right)] : [tree];
}
