import { CATALOGUE } from '../indicators/catalogue.ts';
import { checkCall } from './calls.ts';
import { checkComparison } from './comparison.ts';
import { constantOf } from './constants.ts';
import { type Catalogue, type Context, checkCondition, checkNumber, expectNumber, report, written } from './context.ts';
import { checkName } from './names.ts';
import { CONDITION, combining, hull, negating } from './ranges.ts';
import { readExpression } from './reading.ts';
import { isError } from './severity.ts';
import { sizeOf } from './size.ts';
import type { BinarySyntax, ChoiceSyntax, PastSyntax, Syntax, UnarySyntax } from './syntax.ts';
import type { ArithmeticOperator, Checked, CheckResult, Meaning, Scope, ValueType } from './tree.ts';
import { warnOfUnits } from './unit-warning.ts';
import { combined, joined } from './units.ts';

/** Most nodes of a tree, names and inputs written out, and its greatest depth. */
const MAX_NODES = 20_000;
const MAX_TREE_DEPTH = 1_500;

/**
 * Reads an expression and checks it against what its place can see and wants.
 * Never throws; `tree` is undefined when a finding is an error, or when the text rests on a name that is itself broken.
 */
export function checkExpression(
  text: string,
  scope: Scope,
  wanted: ValueType,
  catalogue: Catalogue = CATALOGUE,
): CheckResult {
  return checkText(text, scope, catalogue, (context, syntax) => {
    if (wanted === 'condition') return checkCondition(context, syntax);
    if (wanted === 'number') return checkNumber(context, syntax);
    return context.check(syntax);
  });
}

/**
 * Checks the expression of an entry of `indicators:`: a number, or a call with several outputs, whose tree then is a node
 * that reads its first output (`meaningOf` tells the two apart).
 */
export function checkDefinition(text: string, scope: Scope, catalogue: Catalogue = CATALOGUE): CheckResult {
  return checkText(text, scope, catalogue, (context, syntax) => {
    if (syntax.kind === 'call' && (catalogue.get(syntax.name.name)?.outputs.length ?? 1) > 1)
      return checkCall(context, syntax, true);
    if (syntax.kind === 'name') {
      const meaning = scope.resolve(syntax.name);
      if (meaning?.kind === 'outputs') return meaning.tree;
    }
    return checkNumber(context, syntax);
  });
}

/** What a name means that was given to a checked tree. */
export function meaningOf(tree: Checked): Meaning {
  return tree.kind === 'node' && tree.entry.outputs.length > 1 ? { kind: 'outputs', tree } : { kind: 'tree', tree };
}

function checkText(
  text: string,
  scope: Scope,
  catalogue: Catalogue,
  checkRoot: (context: Context, syntax: Syntax) => Checked | undefined,
): CheckResult {
  const reading = readExpression(text, catalogue);
  if (reading.tree === undefined) return { tree: undefined, findings: [reading.finding] };
  const context: Context = { text, scope, catalogue, findings: [], check: (part) => checkPart(context, part) };
  let tree = checkRoot(context, reading.tree);
  if (tree !== undefined) {
    const size = sizeOf(tree);
    if (size.nodes > MAX_NODES || size.depth > MAX_TREE_DEPTH) {
      const message = `with the names in it written out the expression has more than ${size.depth > MAX_TREE_DEPTH ? `${MAX_TREE_DEPTH} levels` : `${MAX_NODES} parts`}`;
      tree = report(context, 'E205', reading.tree.span, message, 'make the names that it rests on simpler');
    }
  }
  // a tree that stands beside an error (a unit warning is none) would be run
  const failed = context.findings.some((finding) => isError(finding.code));
  return { tree: failed ? undefined : tree, findings: context.findings };
}

function checkPart(context: Context, part: Syntax): Checked | undefined {
  switch (part.kind) {
    case 'number':
      return {
        kind: 'number',
        span: part.span,
        type: 'number',
        unit: 'none',
        range: [part.value, part.value],
        value: part.value,
        name: undefined,
      };
    case 'text':
      return {
        kind: 'text',
        span: part.span,
        type: 'text',
        unit: 'none',
        range: [-Infinity, Infinity],
        value: part.value,
      };
    case 'name':
      return checkName(context, part.name, part.span);
    case 'past':
      return checkPast(context, part);
    case 'call':
      return checkCall(context, part, false);
    case 'unary':
      return checkUnary(context, part);
    case 'binary':
      return checkBinary(context, part);
    case 'choice':
      return checkChoice(context, part);
  }
}

function checkPast(context: Context, part: PastSyntax): Checked | undefined {
  const tree = checkName(context, part.name.name, part.name.span);
  if (tree === undefined) return undefined;
  const bars = part.bars.value;
  if (bars === 0) {
    report(
      context,
      'W223',
      part.span,
      `\`${written(context, part.span)}\` is this bar's value: [1] is the bar before`,
      `write \`${part.name.name}\``,
    );
    return tree;
  }
  if (tree.type === 'text') {
    return report(context, 'E237', part.name.span, `\`${part.name.name}\` is text and has no past`, undefined);
  }
  const entry = context.catalogue.get('prev');
  if (entry === undefined) return report(context, 'E202', part.span, 'unknown function `prev`', undefined);
  const limit = entry.options[0]?.max ?? Infinity;
  if (bars > limit) {
    return report(
      context,
      'E232',
      part.bars.span,
      `at most ${limit} bars back, not ${bars}`,
      'a longer view belongs to a higher timeframe, as in `day.close`',
    );
  }
  return {
    kind: 'node',
    span: part.span,
    type: tree.type,
    unit: tree.unit,
    range: tree.range,
    entry,
    inputs: [tree],
    options: [bars],
    output: 0,
  };
}

function checkUnary(context: Context, part: UnarySyntax): Checked | undefined {
  if (part.operator === 'not') {
    const operand = checkCondition(context, part.operand);
    return (
      operand && {
        kind: 'unary',
        span: part.span,
        type: 'condition',
        unit: 'none',
        range: CONDITION,
        operator: 'not',
        operand,
      }
    );
  }
  const operand = checkNumber(context, part.operand);
  return (
    operand && {
      kind: 'unary',
      span: part.span,
      type: 'number',
      unit: operand.unit,
      range: negating(operand.range),
      operator: '-',
      operand,
    }
  );
}

function checkBinary(context: Context, part: BinarySyntax): Checked | undefined {
  switch (part.operator) {
    case 'and':
    case 'or': {
      const left = checkCondition(context, part.left);
      const right = checkCondition(context, part.right);
      if (left === undefined || right === undefined) return undefined;
      return { kind: part.operator, span: part.span, type: 'condition', unit: 'none', range: CONDITION, left, right };
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
      return checkArithmetic(context, part, part.operator);
    case '>':
    case '<':
    case '>=':
    case '<=':
    case '==':
    case '!=':
      return checkComparison(context, part, part.operator);
  }
}

function checkArithmetic(context: Context, part: BinarySyntax, operator: ArithmeticOperator): Checked | undefined {
  const left = checkNumber(context, part.left);
  const right = checkNumber(context, part.right);
  if (left === undefined || right === undefined) return undefined;
  if ((operator === '/' || operator === '%') && constantOf(right) === 0) {
    return report(
      context,
      'E245',
      part.right.span,
      `\`${written(context, part.span)}\` divides by zero`,
      'divide by something that is not always 0',
    );
  }
  if (operator === '+' || operator === '-') warnOfUnits(context, part.span, operator, [left, right]);
  const unit = combined(operator, left.unit, right.unit);
  return {
    kind: 'arithmetic',
    span: part.span,
    type: 'number',
    unit,
    range: combining(operator, left.range, right.range),
    operator,
    left,
    right,
  };
}

function checkChoice(context: Context, part: ChoiceSyntax): Checked | undefined {
  const condition = checkCondition(context, part.condition);
  const first = context.check(part.then);
  // the first value says what kind both are
  const then = first?.type === 'condition' ? first : expectNumber(context, part.then, first);
  const otherwise =
    first?.type === 'condition' ? checkCondition(context, part.otherwise) : checkNumber(context, part.otherwise);
  if (condition === undefined || then === undefined || otherwise === undefined) return undefined;
  const unit = joined(then.unit, otherwise.unit);
  return {
    kind: 'choice',
    span: part.span,
    type: then.type,
    unit,
    range: hull(then.range, otherwise.range),
    condition,
    // oxlint-disable-next-line unicorn/no-thenable -- a value, never awaited
    then,
    otherwise,
  };
}
