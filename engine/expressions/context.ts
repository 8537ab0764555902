import type { DiagnosticCode } from '../documents/codes.ts';
import type { Span } from '../documents/diagnostic.ts';
import type { IndicatorEntry } from '../indicators/entry.ts';
import type { ChoiceSyntax, Syntax } from './syntax.ts';
import { brief } from './tokens.ts';
import type { Checked, ExpressionFinding, Scope } from './tree.ts';

export type Catalogue = ReadonlyMap<string, IndicatorEntry>;

/** What the checking of one expression carries along. */
export interface Context {
  readonly text: string;
  readonly scope: Scope;
  readonly catalogue: Catalogue;
  readonly findings: ExpressionFinding[];
  /** Checks a part; undefined when it holds an error, which then is among the findings (or was found elsewhere). */
  check(part: Syntax): Checked | undefined;
}

/** Adds a finding; the answer is undefined so that a checker can end with it. */
export function report(
  context: Context,
  code: DiagnosticCode,
  span: Span,
  message: string,
  help: string | undefined,
): undefined {
  context.findings.push({ code, span, message, help });
  return undefined;
}

/** A part as it was written, for a message. */
export const written = (context: Context, span: Span): string =>
  brief(context.text.slice(span.start, span.end).replace(/\s+/g, ' '));

/** A part that must be a number. */
export const checkNumber = (context: Context, part: Syntax): Checked | undefined =>
  expectNumber(context, part, context.check(part));

/** A part already checked that must be a number. */
export function expectNumber(context: Context, part: Syntax, tree: Checked | undefined): Checked | undefined {
  if (tree === undefined || tree.type === 'number') return tree;
  const shown = written(context, part.span);
  if (tree.type === 'condition') {
    const help =
      'a condition is true or false: join conditions with `and`, `or`, `not`, or choose with `condition ? 1 : 0`';
    return report(context, 'E236', part.span, `a number is wanted here, and \`${shown}\` is a condition`, help);
  }
  const unquoted = tree.kind === 'text' && tree.value.trim() !== '' && Number.isFinite(Number(tree.value));
  const help = unquoted
    ? `take the quotes away: \`${tree.value}\``
    : 'text stands only beside `time`, `weekday`, `position.side` and in functions that ask for a length of time';
  return report(context, 'E237', part.span, `a number is wanted here, and \`${shown}\` is text`, help);
}

/** A part that must be a condition. */
export function checkCondition(context: Context, part: Syntax): Checked | undefined {
  const tree = context.check(part);
  if (tree === undefined || tree.type === 'condition') return tree;
  const shown = written(context, part.span);
  if (tree.type === 'text') {
    return report(
      context,
      'E237',
      part.span,
      `a condition is wanted here, and \`${shown}\` is text`,
      'take the quotes away',
    );
  }
  return report(
    context,
    'E235',
    part.span,
    `a condition is wanted here, and \`${shown}\` is a number`,
    part.kind === 'choice' ? choosing(context, part) : comparing(tree, shown),
  );
}

/** `close > 1 ? 2 : 3` where a condition is wanted: its first part is one. */
function choosing(context: Context, part: ChoiceSyntax): string {
  const condition = written(context, part.condition.span);
  const whole = context.text.slice(part.span.start, part.span.end).replace(/\s+/g, ' ');
  const shown = whole.length > 40 ? `(${condition} ? ... : ...)` : `(${whole})`;
  return `the condition alone will do: \`${condition}\`; or compare the choice, in parentheses: \`${shown} > 0\``;
}

function comparing(tree: Checked, shown: string): string {
  const bound = Number.isFinite(tree.range[1]) ? Math.round(tree.range[1] * 0.3) : 0;
  if (tree.unit === 'price') return `compare it with something: \`close > ${shown === 'close' ? 'open' : shown}\``;
  return `compare it with something: \`${shown} ${tree.unit === 'index' ? '<' : '>'} ${bound}\``;
}
