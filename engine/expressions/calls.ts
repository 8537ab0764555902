import { constantOf } from './constants.ts';
import { type Context, checkNumber, report, written } from './context.ts';
import { checkIndicator } from './indicator-call.ts';
import { RISK_MEASURES, refuseRiskMeasure } from './nearest.ts';
import { PURE_FUNCTIONS, type PureFunction, rangeOfCall, signatureOf, unitOfCall } from './pure.ts';
import { suggestion } from './suggestion.ts';
import type { CallSyntax } from './syntax.ts';
import { minutesOf, TIMED_MEASURES, type Timed } from './texts.ts';
import type { Checked } from './tree.ts';
import { warnOfUnits } from './unit-warning.ts';

/** What other languages call a thing, and how it is written here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['if', 'a choice is written `condition ? value : other value`'],
  ['iff', 'a choice is written `condition ? value : other value`'],
  ['log', 'write `ln(x)` for the natural logarithm or `log10(x)`'],
  ['avg', 'the average of many bars is `sma(x, n)`; of two numbers `(a + b) / 2`'],
  ['average', 'the average of many bars is `sma(x, n)`; of two numbers `(a + b) / 2`'],
  ['mean', 'the average of many bars is `sma(x, n)`; of two numbers `(a + b) / 2`'],
  ['stdev', 'write `stddev(x, n)`'],
  ['std', 'write `stddev(x, n)`'],
  ['crossunder', 'write `crosses_below(a, b)`'],
  ['cross', 'write `crosses(a, b)`'],
  ['ref', 'write `name[n]` or `prev(x, n)`'],
  ['shift', 'write `name[n]` or `prev(x, n)`'],
  ['barssince', 'write `bars_since(condition)`'],
  ['valuewhen', 'write `value_when(condition, x)`'],
  ['bb', 'write `bbands(close, 20, 2)`'],
  ['bollinger', 'write `bbands(close, 20, 2)`'],
]);

/**
 * A call as a checked tree.
 * @param root the call is a whole definition, and may have several outputs
 */
export function checkCall(context: Context, call: CallSyntax, root: boolean): Checked | undefined {
  const { name } = call.name;
  const timed = TIMED_MEASURES.get(name);
  if (timed !== undefined && context.scope.resolve(name) !== undefined) return checkTimed(context, call, timed);
  const pure = PURE_FUNCTIONS.get(name);
  if (pure !== undefined) return checkPure(context, call, pure);
  const entry = context.catalogue.get(name);
  if (entry !== undefined) return checkIndicator(context, call, entry, root);
  return unknownFunction(context, call);
}

function unknownFunction(context: Context, call: CallSyntax): undefined {
  const { name, span } = call.name;
  if (name === 'random' || name === 'rand') {
    return report(
      context,
      'E230',
      span,
      'there is no chance in a rule: the same bars give the same decisions',
      'write what the decision should rest on',
    );
  }
  if (RISK_MEASURES.has(name)) return refuseRiskMeasure(context, 'E202', name, span);
  if (TIMED_MEASURES.has(name))
    return report(
      context,
      'E202',
      span,
      `\`${name}\` cannot be read in this place`,
      'the rules of a strategy can read it',
    );
  const known = [...PURE_FUNCTIONS.keys(), ...context.catalogue.keys(), ...TIMED_MEASURES.keys()];
  const small = name.toLowerCase();
  if (small !== name && known.includes(small)) {
    return report(context, 'E202', span, `unknown function \`${name}\``, `did you mean \`${small}\`?`);
  }
  const meaning = context.scope.resolve(name);
  if (meaning !== undefined) {
    const help =
      meaning.kind === 'source'
        ? `choose a field, as in \`${name}.close\``
        : `write \`${name}\`, or \`${name}[1]\` for the bar before`;
    return report(context, 'E240', span, `\`${name}\` is a value and takes no arguments`, help);
  }
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (last !== name && known.includes(last)) {
    return report(context, 'E202', span, `unknown function \`${name}\``, `did you mean \`${last}\`?`);
  }
  const elsewhere = ELSEWHERE.get(last.toLowerCase());
  const help = elsewhere ?? suggestion(last, known) ?? '`engine indicators` lists them all';
  return report(context, 'E202', span, `unknown function \`${name}\``, help);
}

function checkTimed(context: Context, call: CallSyntax, timed: Timed): Checked | undefined {
  const { name } = call.name;
  const [arg] = call.args;
  const help = `write \`${timed.example}\``;
  if (arg === undefined || call.args.length !== 1) {
    return report(context, 'E231', call.span, `\`${name}\` takes one length of time; here ${arguments_(call)}`, help);
  }
  if (arg.kind !== 'text') {
    return report(
      context,
      'E239',
      arg.span,
      `\`${name}\` takes a length of time in quotes, not \`${written(context, arg.span)}\``,
      help,
    );
  }
  const minutes = minutesOf(arg.value);
  if (minutes === undefined || minutes > timed.most || !inDays(arg.value, minutes, timed)) {
    const limit =
      timed.leastDays !== undefined
        ? `sessions, \`"${timed.leastDays}d"\` to \`"${timed.most / 1440}d"\``
        : minutes === undefined
          ? 'minutes `"30m"`, hours `"2h"` or days `"1d"`'
          : `at most ${timed.most} minutes`;
    return report(
      context,
      'E238',
      arg.span,
      `"${arg.value.slice(0, 40)}" is no length of time that \`${name}\` takes: ${limit}`,
      help,
    );
  }
  const meaning = context.scope.resolve(name);
  if (meaning?.kind !== 'operand' || meaning.operand.kind !== 'measure') return undefined;
  const operand = { kind: 'measure', name: `${meaning.operand.name}:${minutes}` } as const;
  return { kind: 'operand', span: call.span, type: meaning.type, unit: meaning.unit, range: meaning.range, operand };
}

const inDays = (text: string, minutes: number, { leastDays }: Timed): boolean =>
  leastDays === undefined || (text.endsWith('d') && minutes >= leastDays * 1440);

const arguments_ = (call: CallSyntax): string => (call.args.length === 1 ? 'it has 1' : `it has ${call.args.length}`);

function checkPure(context: Context, call: CallSyntax, pure: PureFunction): Checked | undefined {
  if (call.args.length !== pure.params.length) {
    const rolling =
      pure.name === 'min' || pure.name === 'max'
        ? `; of many bars: \`${pure.name === 'max' ? 'highest' : 'lowest'}(x, n)\``
        : '';
    const message = `\`${pure.name}\` takes ${count(pure.params.length)} (${pure.params.join(', ')}); here ${arguments_(call)}`;
    return report(context, 'E231', call.span, message, `write \`${signatureOf(pure)}\`${rolling}`);
  }
  const args = call.args.map((arg) => checkNumber(context, arg));
  if (!args.every((arg) => arg !== undefined)) return undefined;
  if ((pure.name === 'min' || pure.name === 'max') && meantRolling(context, call, pure.name, args)) return undefined;
  if (pure.compares) warnOfUnits(context, call.span, pure.name, args);
  return {
    kind: 'pure',
    span: call.span,
    type: pure.result,
    unit: unitOfCall(
      pure,
      args.map((arg) => arg.unit),
    ),
    range: rangeOfCall(
      pure,
      args.map((arg) => arg.range),
    ),
    name: pure.name,
    args,
  };
}

export const count = (n: number): string => (n === 1 ? '1 argument' : `${n} arguments`);

/** `max(close, 20)`: a bar's field against a whole number is the highest of 20 bars, mistaken. */
function meantRolling(context: Context, call: CallSyntax, name: 'min' | 'max', args: readonly Checked[]): boolean {
  const series = args[0]!;
  const length = constantOf(args[1]!);
  const isBar = series.kind === 'operand' && series.operand.kind === 'bar';
  if (!isBar || length === undefined || !Number.isInteger(length) || length < 2 || length > 1_000) return false;
  const rolling = name === 'max' ? 'highest' : 'lowest';
  const [field, n] = [written(context, series.span), written(context, call.args[1]!.span)];
  const help = `the ${rolling} of ${length} bars is \`${rolling}(${field}, ${n})\`; for the number itself write \`${field} ${name === 'max' ? '>' : '<'} ${n} ? ${field} : ${n}\``;
  report(context, 'E244', call.span, `\`${name}\` is of two numbers: here of a price and ${length}`, help);
  return true;
}
