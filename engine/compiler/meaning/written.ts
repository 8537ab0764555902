import type { DocumentPath, StrategyDocument } from '../../documents/document.ts';
import type { Condition as WrittenCondition } from '../../documents/generated/types.ts';
import { chainOf, printSyntax, syntaxKey } from '../../expressions/print-syntax.ts';
import { readExpression } from '../../expressions/reading.ts';
import type { Syntax } from '../../expressions/syntax.ts';
import { CATALOGUE } from '../../indicators/catalogue.ts';

/** The expression that stands at a path, read; undefined when there is none. */
export function syntaxAt(document: Pick<StrategyDocument, 'expression'>, path: DocumentPath): Syntax | undefined {
  const text = document.expression(path)?.text;
  return text === undefined ? undefined : readExpression(text, CATALOGUE).tree;
}

/** A condition as one expression, its lists turned into `and`, `or` and `not`. */
export function conditionSyntax(
  document: StrategyDocument,
  written: WrittenCondition,
  path: DocumentPath,
): Syntax | undefined {
  if (typeof written !== 'object' || written === null) return syntaxAt(document, path);
  const kind = 'all' in written ? 'all' : 'any' in written ? 'any' : 'none';
  const list = (written as unknown as Readonly<Record<string, readonly WrittenCondition[]>>)[kind] ?? [];
  const parts = list.map((part, index) => conditionSyntax(document, part, [...path, kind, index]));
  const operator = kind === 'all' ? 'and' : 'or';
  const whole = parts.reduce((left, right) =>
    left === undefined || right === undefined
      ? undefined
      : { kind: 'binary', operator, left, right, span: { start: left.span.start, end: right.span.end } },
  );
  if (kind !== 'none' || whole === undefined) return whole;
  return { kind: 'unary', operator: 'not', operatorSpan: whole.span, operand: whole, span: whole.span };
}

export interface Difference {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What differs between two expressions: of a chain of `and` or `or` only the parts that are not in both. */
export function differenceOf(before: Syntax, after: Syntax): Difference {
  const operator = (['and', 'or'] as const).find(
    (one) =>
      (isChain(before, one) || isChain(after, one)) &&
      !isChain(before, one === 'and' ? 'or' : 'and') &&
      !isChain(after, one === 'and' ? 'or' : 'and'),
  );
  if (operator === undefined) return { before: printSyntax(before), after: printSyntax(after) };
  const [old, next] = [chainOf(before, operator), chainOf(after, operator)];
  const gone = without(old, next);
  const come = without(next, old);
  if (gone.length === 1 && come.length === 1) return differenceOf(gone[0]!, come[0]!);
  if (gone.length === old.length) return { before: printSyntax(before), after: printSyntax(after) };
  return { before: joined(gone, operator), after: joined(come, operator) };
}

const isChain = (syntax: Syntax, operator: 'and' | 'or'): boolean =>
  syntax.kind === 'binary' && syntax.operator === operator;

/** The parts that are not in the other list, each counted as often as it stands. */
function without(parts: readonly Syntax[], others: readonly Syntax[]): readonly Syntax[] {
  const left = others.map(syntaxKey);
  return parts.filter((part) => {
    const at = left.indexOf(syntaxKey(part));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** `and a and b`: what was joined to the rest; undefined for nothing. */
const joined = (parts: readonly Syntax[], operator: string): string | undefined =>
  parts.length === 0 ? undefined : parts.map((part) => `${operator} ${wrapped(part, operator)}`).join(' ');

function wrapped(part: Syntax, operator: string): string {
  const text = printSyntax(part);
  const looser = part.kind === 'choice' || (operator === 'and' && isChain(part, 'or'));
  return looser ? `(${text})` : text;
}
