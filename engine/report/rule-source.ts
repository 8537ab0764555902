import { shapeOf } from '../compiler/condition-shape.ts';
import type { Condition } from '../compiler/model.ts';
import type { DocumentPath, StrategyDocument } from '../documents/document.ts';
import { printNamed } from '../expressions/print.ts';
import { childrenOf } from '../expressions/size.ts';
import type { Checked } from '../expressions/tree.ts';

/** A condition as it stands in its document, with the named conditions that it refers to. */
export interface RuleSource {
  readonly document: StrategyDocument;
  readonly when: Condition;
  readonly named: readonly { readonly tree: Checked; readonly when: Condition }[];
  /** A node as it was written. */
  textOf(tree: Checked): string;
}

/** Where a condition stands: the path of its expression, or of what holds its list. */
export const pathOf = (condition: Condition): DocumentPath =>
  condition.kind === 'expression' ? condition.path : pathOf(condition.parts[0]!).slice(0, -2);

/** The one named condition that stands in for an expression by its name alone. */
export function ruleSource(document: StrategyDocument, when: Condition): RuleSource {
  const texts = new Map<Checked, string>();
  const named: { tree: Checked; when: Condition }[] = [];
  const known = new Set<string>();

  function note(tree: Checked, text: string): void {
    if (texts.has(tree)) return;
    texts.set(tree, text.slice(tree.span.start, tree.span.end).replace(/\s+/g, ' ').trim());
    if (tree.kind === 'named') define(tree);
    else for (const child of childrenOf(tree)) note(child, text);
  }

  function define(tree: Checked & { kind: 'named' }): void {
    if (known.has(tree.name)) return;
    known.add(tree.name);
    if (tree.type === 'condition' && document.value.conditions?.[tree.name] !== undefined) {
      const shape = shapeOf(document.value.conditions[tree.name]!, tree.target, ['conditions', tree.name]);
      named.push({ tree, when: shape });
      visit(shape);
      return;
    }
    const text = document.expression(['indicators', tree.name.split('.')[0]!])?.text;
    if (text !== undefined) note(tree.target, text);
  }

  function visit(condition: Condition): void {
    if (condition.kind !== 'expression') for (const part of condition.parts) visit(part);
    else note(condition.tree, document.expression(condition.path)?.text ?? '');
  }

  visit(when);
  return { document, when, named, textOf: (tree) => texts.get(tree) || printNamed(tree) };
}
