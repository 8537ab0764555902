import { shapeOf } from '../compiler/condition-shape.ts';
import type { Condition } from '../compiler/model.ts';
import type { DocumentPath, StrategyDocument } from '../documents/document.ts';
import { printNamed } from '../expressions/print.ts';
import { childrenOf } from '../expressions/size.ts';
import type { Checked } from '../expressions/tree.ts';

export interface NamedCondition {
  readonly when: Condition;
  /** False where it stands under `not` or `none`. */
  readonly wanted: boolean;
}

/** A condition as it stands in its document, with the named conditions that it refers to. */
export interface RuleSource {
  readonly document: StrategyDocument;
  readonly when: Condition;
  readonly named: readonly NamedCondition[];
  /** A node as it was written. */
  readonly textOf: (tree: Checked) => string;
}

/** Where a condition stands: the path of its expression, or of what holds its list. */
export const pathOf = (condition: Condition): DocumentPath =>
  condition.kind === 'expression' ? condition.path : pathOf(condition.parts[0]!).slice(0, -2);

/** The text of a node; a span ends before the parenthesis that closes its last part. */
function written(text: string, { span }: Checked): string {
  let { end } = span;
  const open = text.slice(span.start, end).split('(').length - text.slice(span.start, end).split(')').length;
  for (let missing = open; missing > 0; missing--) {
    const close = text.indexOf(')', end);
    if (close < 0 || text.slice(end, close).trim() !== '') break;
    end = close + 1;
  }
  return text.slice(span.start, end).replace(/\s+/g, ' ').trim();
}

/** Finds the text of every node of a condition, and the named conditions that it reads. */
export function ruleSource(document: StrategyDocument, when: Condition): RuleSource {
  const texts = new Map<Checked, string>();
  const named: NamedCondition[] = [];
  const known = new Set<string>();

  function note(tree: Checked, text: string, wanted: boolean): void {
    if (texts.has(tree)) return;
    texts.set(tree, written(text, tree));
    if (tree.kind === 'named') define(tree, wanted);
    else {
      const isTurned = tree.kind === 'unary' && tree.operator === 'not';
      for (const child of childrenOf(tree)) note(child, text, wanted !== isTurned);
    }
  }

  function define(tree: Checked & { kind: 'named' }, wanted: boolean): void {
    if (known.has(tree.name)) return;
    known.add(tree.name);
    if (tree.type === 'condition' && document.value.conditions?.[tree.name] !== undefined) {
      const shape = shapeOf(document.value.conditions[tree.name]!, tree.target, ['conditions', tree.name]);
      named.push({ when: shape, wanted });
      visit(shape, wanted);
      return;
    }
    const text = document.expression(['indicators', tree.name.split('.')[0]!])?.text;
    if (text !== undefined) note(tree.target, text, wanted);
  }

  function visit(condition: Condition, wanted: boolean): void {
    if (condition.kind === 'expression') note(condition.tree, document.expression(condition.path)?.text ?? '', wanted);
    else for (const part of condition.parts) visit(part, wanted !== (condition.kind === 'none'));
  }

  visit(when, true);
  return { document, when, named, textOf: (tree) => texts.get(tree) || printNamed(tree) };
}
