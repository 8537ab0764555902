import { CODES } from '../documents/codes.ts';
import type { DocumentPath } from '../documents/document.ts';
import { finding } from '../documents/finding.ts';
import type { Condition as WrittenCondition } from '../documents/generated/types.ts';
import { checkDefinition, checkExpression, meaningOf } from '../expressions/check.ts';
import type { Checked, ExpressionFinding, Meaning, Scope, ValueType } from '../expressions/tree.ts';
import { CATALOGUE } from '../indicators/catalogue.ts';
import { contextOf, type Reporter } from './finding.ts';
import type { Condition } from './model.ts';
import { checkOpeningRanges } from './opening-range.ts';
import { checkOutcome } from './rule-outcomes.ts';

export { treeOf } from './condition-tree.ts';

/** Checks the expression at `path`, reports what it finds, gives the tree if there was no error. */
export function checkAt(reporter: Reporter, scope: Scope, path: DocumentPath, wanted: ValueType): Checked | undefined {
  const embedded = reporter.document.expression(path);
  if (embedded === undefined) return undefined;
  const result = checkExpression(embedded.text, scope, wanted, CATALOGUE);
  reportFindings(reporter, path, result.findings);
  if (result.tree !== undefined) checkOpeningRanges(reporter, result.tree, path);
  return result.tree;
}

function reportFindings(reporter: Reporter, path: DocumentPath, findings: readonly ExpressionFinding[]): void {
  if (findings.length === 0) return;
  const embedded = reporter.document.expression(path)!;
  const file = reporter.document.source(path);
  const context = contextOf(reporter.document, path);
  for (const { code, span, message, help } of findings) {
    // No finding without a way out: the code's own example of how it is written.
    const wayOut = help ?? `it is written as in \`${CODES[code].right.trim()}\``;
    reporter.diagnostics.push(finding(code, file, embedded.toFile(span), message, wayOut, context));
  }
}

/** What an amount must keep to; `least` 0 means more than nothing. */
export interface AmountBounds {
  readonly least: number;
  readonly most: number;
  /** Written behind the numbers: ` %`. */
  readonly unit: string;
}

/**
 * Checks a number that has bounds of its own (a percentage, a count of shares): a parameter must keep to what a literal
 * must, and a value that can never lie inside is a mistake.
 */
export function checkAmount(
  reporter: Reporter,
  scope: Scope,
  path: DocumentPath,
  bounds: AmountBounds,
): Checked | undefined {
  const tree = checkAt(reporter, scope, path, 'number');
  if (tree === undefined) return undefined;
  const [low, high] = tree.range;
  const enough = bounds.least === 0 ? high > 0 : high >= bounds.least;
  if (enough && low <= bounds.most) return tree;
  const value = low === high ? String(low) : `between ${low} and ${high}`;
  const most = bounds.most === Number.POSITIVE_INFINITY ? '' : `, at most ${bounds.most}${bounds.unit}`;
  const name = String(path.at(-1));
  const least = bounds.least === 0 ? `above 0${bounds.unit}` : `at least ${bounds.least}${bounds.unit}`;
  reporter.at(
    'E328',
    path,
    `\`${name}\` is ${value}; it must be ${least}${most}`,
    'change the value, or the parameter it comes from',
  );
  return undefined;
}

/** Checks an indicator's definition: a number, or an indicator with several outputs that its name will stand for. */
export function checkNumbers(reporter: Reporter, scope: Scope, path: DocumentPath): Meaning {
  const embedded = reporter.document.expression(path);
  if (embedded === undefined) return { kind: 'broken' };
  const { tree, findings } = checkDefinition(embedded.text, scope, CATALOGUE);
  reportFindings(reporter, path, findings);
  if (tree !== undefined) checkOpeningRanges(reporter, tree, path);
  return tree === undefined ? { kind: 'broken' } : meaningOf(tree);
}

/** Checks a rule: a condition, and whether it can ever be true, or anything else. */
export function checkRule(
  reporter: Reporter,
  scope: Scope,
  written: WrittenCondition,
  path: DocumentPath,
): Condition | undefined {
  const condition = checkCondition(reporter, scope, written, path);
  if (condition === undefined) return undefined;
  checkOutcome(reporter, condition, path);
  return condition;
}

/** Checks a condition as written: one expression, or all / any / none lists, nested as needed. */
export function checkCondition(
  reporter: Reporter,
  scope: Scope,
  written: WrittenCondition,
  path: DocumentPath,
): Condition | undefined {
  if (typeof written !== 'object' || written === null) {
    const tree = checkAt(reporter, scope, path, 'condition');
    return tree === undefined ? undefined : { kind: 'expression', tree, path };
  }
  const kind = 'all' in written ? 'all' : 'any' in written ? 'any' : 'none';
  const list = (written as unknown as Readonly<Record<string, readonly WrittenCondition[]>>)[kind] ?? [];
  const parts = list.map((part, index) => checkCondition(reporter, scope, part, [...path, kind, index]));
  if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined;
  return { kind, parts: parts as Condition[] };
}
