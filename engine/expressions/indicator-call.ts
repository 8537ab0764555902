import type { IndicatorEntry, InputRole, OptionSpec } from '../indicators/entry.ts';
import { constantOf } from './constants.ts';
import { type Context, checkCondition, checkNumber, expectNumber, report, written } from './context.ts';
import { checkName, typeOfOutput } from './names.ts';
import type { CallSyntax, Syntax } from './syntax.ts';
import type { Checked, NodeLeaf } from './tree.ts';
import { warnOfUnits } from './unit-warning.ts';

/** `bbands(close, 20, 2)`, `bbands(20, 2)`, `atr(day, 14)`: a node of the indicator graph. */
export function checkIndicator(
  context: Context,
  call: CallSyntax,
  entry: IndicatorEntry,
  root: boolean,
): Checked | undefined {
  const split = splitArguments(context, call, entry);
  if (split === undefined) return undefined;
  const given = split.inputs.map((arg, i) => checkInput(context, arg, entry, i));
  const options = checkOptions(context, call, entry, split.options);
  const inputs = split.inputs.length === entry.inputs.length ? given : fillInputs(context, call, entry, split.source);
  if (options === undefined || inputs === undefined || !inputs.every((input) => input !== undefined)) return undefined;
  if (entry.outputs[0]!.type === 'condition') {
    const compared = inputs.filter((_, i) => entry.inputs[i]!.role === 'real');
    if (compared.length > 1) warnOfUnits(context, call.span, entry.name, compared);
  }
  if (entry.outputs.length > 1 && !root) return refuseSeveral(context, call, entry);
  return nodeOf(call, entry, inputs, options);
}

function nodeOf(
  call: CallSyntax,
  entry: IndicatorEntry,
  inputs: readonly Checked[],
  options: readonly number[],
): NodeLeaf {
  const typed = typeOfOutput(entry.outputs[0]!, inputs);
  // a delayed condition is a condition: it comes as 1, 0 or unknown, as it went in
  const type = entry.name === 'prev' && inputs[0]?.type === 'condition' ? 'condition' : typed.type;
  return { kind: 'node', span: call.span, ...typed, type, entry, inputs, options, output: 0 };
}

interface Split {
  /** The inputs as written; none when they are left out or a source stands for them. */
  readonly inputs: readonly Syntax[];
  readonly options: readonly Syntax[];
  /** Prefix of the fields of the inputs left out: empty, or a source with its point (`day.`). */
  readonly source: string;
}

/** Tells inputs from options: inputs come first, all of them or none. */
function splitArguments(context: Context, call: CallSyntax, entry: IndicatorEntry): Split | undefined {
  const { args } = call;
  const wanted = entry.inputs.length;
  const [first] = args;
  if (
    first?.kind === 'name' &&
    wanted > 0 &&
    context.scope.resolve(first.name)?.kind === 'source' &&
    omittable(entry)
  ) {
    return fits(context, call, entry, { inputs: [], options: args.slice(1), source: `${first.name}.` });
  }
  const complete = args.length >= wanted + entry.options.length;
  const leftOut =
    wanted === 0 || (omittable(entry) && !complete && (first === undefined || isConstant(context, first)));
  if (leftOut) return fits(context, call, entry, { inputs: [], options: args, source: '' });
  const grouped = first?.kind === 'number' && omittable(entry) && refuseGroupedDigits(context, call);
  if (grouped) return undefined;
  if (args.length < wanted) return refuseArity(context, call, entry);
  return fits(context, call, entry, { inputs: args.slice(0, wanted), options: args.slice(wanted), source: '' });
}

/** Inputs may be left out where the bar alone says what they are. */
function omittable(entry: IndicatorEntry): boolean {
  return (
    entry.inputs.every((input) => input.role !== 'condition') &&
    entry.inputs.filter((input) => input.role === 'real').length < 2
  );
}

function fits(context: Context, call: CallSyntax, entry: IndicatorEntry, split: Split): Split | undefined {
  const required = entry.options.filter((option) => option.default === undefined).length;
  const enough = split.options.length >= required && split.options.length <= entry.options.length;
  return enough ? split : refuseArity(context, call, entry);
}

/** Whether a part is made of numbers and parameters alone, judged by its form. */
function isConstant(context: Context, part: Syntax): boolean {
  switch (part.kind) {
    case 'number':
    case 'text':
      return true;
    case 'name': {
      const meaning = context.scope.resolve(part.name);
      return meaning?.kind === 'constant' || (meaning?.kind === 'tree' && constantOf(meaning.tree) !== undefined);
    }
    case 'unary':
      return isConstant(context, part.operand);
    case 'binary':
      return isConstant(context, part.left) && isConstant(context, part.right);
    case 'call':
      return (
        part.args.length > 0 &&
        !context.catalogue.has(part.name.name) &&
        part.args.every((arg) => isConstant(context, arg))
      );
    case 'past':
    case 'choice':
      return false;
  }
}

/** `sma(close, 1,000)`: a number cut in two by its separator. */
function refuseGroupedDigits(context: Context, call: CallSyntax): boolean {
  for (const [i, arg] of call.args.entries()) {
    const next = call.args[i + 1];
    if (next === undefined || arg.kind !== 'number' || next.kind !== 'number') continue;
    const grouped =
      arg.span.end + 1 === next.span.start && /^\d{1,3},\d{3}$/.test(context.text.slice(arg.span.start, next.span.end));
    if (!grouped) continue;
    const digits = context.text.slice(arg.span.start, next.span.end);
    const message = `digits are not grouped here: \`${digits}\` is two arguments`;
    report(
      context,
      'E216',
      { start: arg.span.start, end: next.span.end },
      message,
      `write \`${digits.replace(',', '')}\``,
    );
    return true;
  }
  return false;
}

function refuseArity(context: Context, call: CallSyntax, entry: IndicatorEntry): undefined {
  if (refuseGroupedDigits(context, call)) return undefined;
  const options = entry.options.map((option) =>
    option.default === undefined ? option.name : `${option.name} = ${option.default}`,
  );
  const full = `${entry.name}(${[...entry.inputs.map((input) => input.name), ...options].join(', ')})`;
  const short = omittable(entry) && entry.inputs.length > 0 ? ` or \`${entry.name}(${options.join(', ')})\`` : '';
  const has = call.args.length === 1 ? 'it has 1 argument' : `it has ${call.args.length} arguments`;
  return report(
    context,
    'E231',
    call.span,
    `\`${entry.name}\` is written \`${full}\`${short}; here ${has}`,
    `for example \`${entry.example}\``,
  );
}

function checkInput(context: Context, arg: Syntax, entry: IndicatorEntry, index: number): Checked | undefined {
  if (entry.inputs[index]!.role === 'condition') return checkCondition(context, arg);
  if (entry.name !== 'prev') return checkNumber(context, arg);
  const tree = context.check(arg);
  return tree?.type === 'condition' ? tree : expectNumber(context, arg, tree);
}

const FIELD_OF_ROLE: Readonly<Record<Exclude<InputRole, 'condition'>, string>> = {
  real: 'close',
  open: 'open',
  high: 'high',
  low: 'low',
  close: 'close',
  volume: 'volume',
  session: 'session_number',
};

function fillInputs(
  context: Context,
  call: CallSyntax,
  entry: IndicatorEntry,
  source: string,
): (Checked | undefined)[] | undefined {
  const filled: (Checked | undefined)[] = [];
  for (const { role } of entry.inputs) {
    if (role === 'condition') return undefined;
    const name = role === 'session' ? FIELD_OF_ROLE[role] : source + FIELD_OF_ROLE[role];
    if (context.scope.resolve(name) === undefined) {
      const message = `\`${entry.name}\` reads \`${name}\`, and there is no such series in this place`;
      return report(context, 'E246', call.name.span, message, 'indicators are computed over the bars of a strategy');
    }
    filled.push(checkName(context, name, call.name.span));
  }
  return filled;
}

function checkOptions(
  context: Context,
  call: CallSyntax,
  entry: IndicatorEntry,
  args: readonly Syntax[],
): readonly number[] | undefined {
  const values: number[] = [];
  let good = true;
  for (const [i, option] of entry.options.entries()) {
    const arg = args[i];
    const value = arg === undefined ? option.default : checkOption(context, entry, option, arg);
    if (value === undefined) good = false;
    else values.push(value);
  }
  if (!good) return undefined;
  const broken = entry.check?.(values);
  if (broken === undefined) return values;
  return report(context, 'E234', call.span, `\`${entry.name}\`: ${broken}`, `for example \`${entry.example}\``);
}

function checkOption(context: Context, entry: IndicatorEntry, option: OptionSpec, arg: Syntax): number | undefined {
  const tree = checkNumber(context, arg);
  if (tree === undefined) return undefined;
  const value = constantOf(tree);
  const shown = written(context, arg.span);
  if (value === undefined) {
    const message = `\`${option.name}\` of \`${entry.name}\` must be known when the file is loaded; \`${shown}\` changes from bar to bar`;
    return report(context, 'E233', arg.span, message, 'write a number or the name of a parameter');
  }
  const says = String(value) === shown ? `\`${shown}\`` : `\`${shown}\` (${value})`;
  if (
    !Number.isFinite(value) ||
    value < option.min ||
    value > option.max ||
    (option.integer && !Number.isInteger(value))
  ) {
    return report(
      context,
      'E232',
      arg.span,
      `\`${option.name}\` of \`${entry.name}\` is ${bounds(option)}, not ${says}`,
      option.description || undefined,
    );
  }
  return value;
}

function bounds(option: OptionSpec): string {
  const kind = option.integer ? 'a whole number' : 'a number';
  return Number.isFinite(option.max) ? `${kind} from ${option.min} to ${option.max}` : `${kind} from ${option.min} up`;
}

function refuseSeveral(context: Context, call: CallSyntax, entry: IndicatorEntry): undefined {
  const outputs = entry.outputs.map((output) => output.name);
  const name = outputs.includes(entry.name) || entry.name.length < 4 ? `my_${entry.name}` : entry.name;
  const choices = outputs.map((output) => `\`${name}.${output}\``).join(' or ');
  const help = `give it a name in \`indicators:\`, as in \`${name}: ${written(context, call.span)}\`, and write ${choices}`;
  return report(
    context,
    'E242',
    call.span,
    `\`${entry.name}\` has ${outputs.length} values (${outputs.join(', ')}), and one is wanted here`,
    help,
  );
}
