import { type Context, expectNumber, report, written } from './context.ts';
import { CONDITION } from './ranges.ts';
import { suggestion } from './suggestion.ts';
import type { BinarySyntax, Syntax, TextSyntax } from './syntax.ts';
import { type Coding, codingOf } from './texts.ts';
import type { Checked, Comparison } from './tree.ts';
import { warnOfUnits } from './unit-warning.ts';

/** `left operator right`, of numbers or of a coded measure and its text. */
export function checkComparison(context: Context, part: BinarySyntax, operator: Comparison): Checked | undefined {
  if (part.left.kind === 'text' || part.right.kind === 'text') return checkTextComparison(context, part, operator);
  const trap = negatedNumber(context, part, operator);
  if (trap) return undefined;
  const [first, second] = [context.check(part.left), context.check(part.right)];
  if (first?.type === 'condition' && second?.type === 'condition') return refuseConditions(context, part);
  const left = expectCoded(context, part.left, first);
  const right = expectCoded(context, part.right, second);
  if (left === undefined || right === undefined) return undefined;
  const coding = codingOf(left) ?? codingOf(right);
  if (coding !== undefined && (codingOf(left) === undefined || codingOf(right) === undefined)) {
    const [measure, other] = codingOf(left) ? [part.left, part.right] : [part.right, part.left];
    const message = `\`${written(context, measure.span)}\` is compared with ${coding.title} in quotes, not with \`${written(context, other.span)}\``;
    return report(
      context,
      'E239',
      other.span,
      message,
      `write \`${written(context, measure.span)} ${coding.ordered ? operator : '=='} ${coding.example}\``,
    );
  }
  warnOfUnits(context, part.span, operator, [left, right]);
  return compare(part, operator, left, right);
}

function compare(part: BinarySyntax, operator: Comparison, left: Checked, right: Checked): Checked {
  const ties = left.unit === 'price' && right.unit === 'price';
  return {
    kind: 'compare',
    span: part.span,
    type: 'condition',
    unit: 'none',
    range: CONDITION,
    operator,
    left,
    right,
    ties,
  };
}

/** A number, or a measure that is written as text but held as a number. */
function expectCoded(context: Context, part: Syntax, tree: Checked | undefined): Checked | undefined {
  return tree !== undefined && codingOf(tree) !== undefined ? asNumber(tree) : expectNumber(context, part, tree);
}

function refuseConditions(context: Context, part: BinarySyntax): undefined {
  const [a, b] = [written(context, part.left.span), written(context, part.right.span)];
  const help = `both true: \`${a} and ${b}\`; both the same: \`${a} ? ${b} : not (${b})\``;
  return report(context, 'E236', part.span, 'numbers are compared, and these are two conditions', help);
}

function asNumber(tree: Checked): Checked {
  if (tree.kind === 'operand') return { ...tree, type: 'number' };
  return tree.kind === 'named' ? { ...tree, type: 'number', target: asNumber(tree.target) } : tree;
}

/** `not rsi > 70`: `not` takes the number alone. */
function negatedNumber(context: Context, part: BinarySyntax, operator: Comparison): boolean {
  const { left } = part;
  if (left.kind !== 'unary' || left.operator !== 'not') return false;
  const before = context.findings.length;
  const operand = context.check(left.operand);
  if (operand === undefined) return true;
  if (operand.type !== 'number') {
    context.findings.length = before;
    return false;
  }
  const rest = `${written(context, left.operand.span)} ${operator} ${written(context, part.right.span)}`;
  report(
    context,
    'E210',
    part.span,
    `\`not\` takes only \`${written(context, left.operand.span)}\`, which is a number`,
    `write \`not (${rest})\``,
  );
  return true;
}

function checkTextComparison(context: Context, part: BinarySyntax, operator: Comparison): Checked | undefined {
  const { left, right } = part;
  if (left.kind === 'text' && right.kind === 'text') {
    return report(
      context,
      'E237',
      part.span,
      'two texts are compared, and neither changes',
      'compare a measure with a text, as in `weekday == "mon"`',
    );
  }
  const text = (left.kind === 'text' ? left : right) as TextSyntax;
  const other = left.kind === 'text' ? right : left;
  const measure = context.check(other);
  if (measure === undefined) return undefined;
  const coding = codingOf(measure);
  if (coding === undefined) {
    const unquoted = text.value.trim() !== '' && Number.isFinite(Number(text.value));
    const help = unquoted
      ? `take the quotes away: \`${text.value}\``
      : 'only `time`, `weekday` and `position.side` are compared with text';
    return report(
      context,
      'E237',
      text.span,
      `\`${written(context, other.span)}\` is no text, and "${text.value.slice(0, 40)}" is`,
      help,
    );
  }
  const code = coding.code(text.value);
  if (code === undefined) return refuseText(context, text, coding);
  if (!coding.ordered && operator !== '==' && operator !== '!=') {
    return report(
      context,
      'E250',
      part.span,
      `${coding.title} is neither more nor less than another: \`${operator}\``,
      'write `==` or `!=`',
    );
  }
  const literal: Checked = {
    kind: 'number',
    span: text.span,
    type: 'number',
    unit: measure.unit,
    range: [code, code],
    value: code,
    name: undefined,
  };
  const number = asNumber(measure);
  return left.kind === 'text' ? compare(part, operator, literal, number) : compare(part, operator, number, literal);
}

function refuseText(context: Context, text: TextSyntax, coding: Coding): undefined {
  const all = coding.texts.length > 0 ? `there are: ${coding.texts.join(', ')}` : `written as ${coding.example}`;
  const guess = suggestion(text.value, coding.texts) ?? longer(text.value, coding.texts);
  const help = guess === undefined ? all : `${guess}  ${all}`;
  return report(context, 'E238', text.span, `"${text.value.slice(0, 40)}" is not ${coding.title}`, help);
}

/** `monday` for `mon`. */
function longer(word: string, texts: readonly string[]): string | undefined {
  const found = texts.find((text) => word.toLowerCase().startsWith(text));
  return found === undefined ? undefined : `did you mean \`${found}\`?`;
}
