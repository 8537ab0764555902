import type { Span } from '../../documents/diagnostic.ts';
import { parseExpression } from '../../expressions/parse.ts';
import { CONTRARY } from '../../expressions/relation.ts';
import type { BinarySyntax, Syntax } from '../../expressions/syntax.ts';
import { CATALOGUE } from '../../indicators/catalogue.ts';

/** A part of an expression and what stands there instead. */
export interface Change {
  readonly span: Span;
  readonly after: string;
}

/** Conditions in place of a clause that is dropped. */
export const ALWAYS = '1 > 0';
export const NEVER = '1 < 0';

/** The contrary of each comparison, and the joining and reckoning words for each other. */
const OPERATORS: Readonly<Record<string, string>> = {
  ...CONTRARY,
  and: 'or',
  or: 'and',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
};

/** Names that are each other's opposite side. */
const SIDES: Readonly<Record<string, string>> = {
  high: 'low',
  low: 'high',
  open: 'close',
  close: 'open',
  lower: 'upper',
  upper: 'lower',
  crosses_above: 'crosses_below',
  crosses_below: 'crosses_above',
  rising: 'falling',
  falling: 'rising',
  highest: 'lowest',
  lowest: 'highest',
  max: 'min',
  min: 'max',
};

/**
 * Every small change of an expression: operators turned round, sides swapped, numbers shifted, one of two clauses dropped.
 * @param shifted what stands in place of a number
 */
export function changesOf(text: string, shifted: (written: string) => readonly string[]): readonly Change[] {
  const { tree } = parseExpression(text, (name) => CATALOGUE.has(name));
  if (tree === undefined) return [];
  const changes: Change[] = [];
  const visit = (part: Syntax): void => {
    switch (part.kind) {
      case 'number':
        for (const after of shifted(text.slice(part.span.start, part.span.end)))
          changes.push({ span: part.span, after });
        return;
      case 'name':
        changes.push(...sides(part.name, part.span));
        return;
      case 'past':
        visit(part.bars);
        return;
      case 'call':
        changes.push(...sides(part.name.name, part.name.span));
        for (const arg of part.args) visit(arg);
        return;
      case 'unary':
        visit(part.operand);
        return;
      case 'choice':
        for (const inner of [part.condition, part.then, part.otherwise]) visit(inner);
        return;
      case 'binary':
        changes.push(...binary(text, part));
        visit(part.left);
        visit(part.right);
        return;
      case 'text':
    }
  };
  visit(tree);
  return changes;
}

/** The last word of a dotted name, turned to its other side. */
function sides(name: string, span: Span): readonly Change[] {
  const word = name.slice(name.lastIndexOf('.') + 1);
  const after = Object.hasOwn(SIDES, word) ? SIDES[word]! : undefined;
  return after === undefined ? [] : [{ span: { start: span.end - word.length, end: span.end }, after }];
}

function binary(text: string, { operator, left, right, span }: BinarySyntax): readonly Change[] {
  const changes: Change[] = [];
  const after = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  // Parentheses may stand between an operator and its sides.
  const at = text.slice(left.span.end, right.span.start).indexOf(operator);
  if (after !== undefined && at >= 0) {
    const start = left.span.end + at;
    changes.push({ span: { start, end: start + operator.length }, after });
  }
  if (operator !== 'and' && operator !== 'or') return changes;
  // A clause is dropped by what makes no difference to the other.
  const neutral = operator === 'and' ? `(${ALWAYS})` : `(${NEVER})`;
  for (const side of [left, right]) {
    if (side.span.end - side.span.start < span.end - span.start) changes.push({ span: side.span, after: neutral });
  }
  return changes;
}
