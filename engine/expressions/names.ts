import type { Span } from '../documents/diagnostic.ts';
import type { IndicatorEntry, OutputSpec } from '../indicators/entry.ts';
import { type Context, report } from './context.ts';
import { inScope, nearest, otherCase, RISK_MEASURES, refuseRiskMeasure } from './nearest.ts';
import { PURE_FUNCTIONS, signatureOf } from './pure.ts';
import { combining } from './ranges.ts';
import { suggestion } from './suggestion.ts';
import { TIMED_MEASURES } from './texts.ts';
import type { Checked, Meaning, Named, NodeLeaf, OperandLeaf } from './tree.ts';

/** Averages over a bar's own prices, by the fields they take. */
const BLENDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['hl2', ['high', 'low']],
  ['hlc3', ['high', 'low', 'close']],
  ['ohlc4', ['open', 'high', 'low', 'close']],
]);

const CAPITALS = /^[A-Z][A-Z0-9]*$/;

/** The checked tree that a name stands for. */
export function checkName(context: Context, name: string, span: Span): Checked | undefined {
  // `CLOSE` would be taken for a symbol, whose data then would be missed as well.
  if (CAPITALS.test(name) && otherCase(name, context.scope.names()) !== undefined)
    return unknownName(context, name, span);
  const meaning = context.scope.resolve(name);
  if (meaning !== undefined) return treeOf(context, name, span, meaning);
  const dot = name.lastIndexOf('.');
  const last = name.slice(dot + 1);
  const blend = BLENDS.get(last);
  if (blend !== undefined) {
    const prefix = name.slice(0, dot + 1);
    const tree = blendOf(context, prefix, blend, span);
    if (tree !== undefined) return named(name, span, tree);
  }
  return dot < 0 ? unknownName(context, name, span) : checkMember(context, name, dot, span);
}

function treeOf(context: Context, name: string, span: Span, meaning: Meaning): Checked | undefined {
  switch (meaning.kind) {
    case 'operand': {
      if (meaning.operand.kind === 'measure' && TIMED_MEASURES.has(meaning.operand.name))
        return bareFunction(context, name, span);
      return {
        kind: 'operand',
        span,
        type: meaning.type,
        unit: meaning.unit,
        range: meaning.range,
        operand: meaning.operand,
      };
    }
    case 'constant':
      return {
        kind: 'number',
        span,
        type: 'number',
        unit: meaning.unit,
        range: [meaning.value, meaning.value],
        value: meaning.value,
        name,
      };
    case 'tree':
      return named(name, span, meaning.tree);
    case 'outputs':
      return severalOutputs(context, name, span, meaning.tree.entry);
    case 'source': {
      const small = exampleOf(context, name.toLowerCase());
      if (small !== undefined)
        return report(context, 'E201', span, `unknown name \`${name}\``, `did you mean \`${small}\`?`);
      const pair = /^\/([A-Z]{2,6})\b/.exec(context.text.slice(span.end))?.[0];
      if (CAPITALS.test(name) && pair !== undefined) {
        const message = `\`${name}${pair}\` is the name of a pair, and in a rule \`/\` divides`;
        return report(
          context,
          'E246',
          { start: span.start, end: span.end + pair.length },
          message,
          inSources(name + pair),
        );
      }
      const help = `choose a field, as in \`${name}.close\`, or give it to an indicator, as in \`atr(${name}, 14)\``;
      return report(context, 'E246', span, `\`${name}\` is a whole series of bars, not a number`, help);
    }
    case 'broken':
      return undefined;
  }
}

/** A name in front of the tree it stands for. */
export function named(name: string, span: Span, target: Checked): Named {
  return { kind: 'named', span, type: target.type, unit: target.unit, range: target.range, name, target };
}

function severalOutputs(context: Context, name: string, span: Span, entry: IndicatorEntry): undefined {
  const names = entry.outputs.map((output) => `${name}.${output.name}`);
  const help = `write ${names.map((each) => `\`${each}\``).join(' or ')}`;
  return report(context, 'E242', span, `\`${name}\` has ${entry.outputs.length} values, and one is wanted here`, help);
}

function blendOf(context: Context, prefix: string, fields: readonly string[], span: Span): Checked | undefined {
  const leaves: OperandLeaf[] = [];
  for (const field of fields) {
    const meaning = context.scope.resolve(prefix + field);
    if (meaning?.kind !== 'operand') return undefined;
    leaves.push({
      kind: 'operand',
      span,
      type: meaning.type,
      unit: meaning.unit,
      range: meaning.range,
      operand: meaning.operand,
    });
  }
  const sum = leaves.reduce<Checked>((left, right) => arithmetic('+', left, right, span), leaves.shift()!);
  const count: Checked = {
    kind: 'number',
    span,
    type: 'number',
    unit: 'none',
    range: [fields.length, fields.length],
    value: fields.length,
    name: undefined,
  };
  return arithmetic('/', sum, count, span);
}

const arithmetic = (operator: '+' | '/', left: Checked, right: Checked, span: Span): Checked => ({
  kind: 'arithmetic',
  span,
  type: 'number',
  unit: 'price',
  range: combining(operator, left.range, right.range),
  operator,
  left,
  right,
});

/** `prefix.member`, where the whole is no name of the scope. */
function checkMember(context: Context, name: string, dot: number, span: Span): Checked | undefined {
  const prefix = name.slice(0, dot);
  const member = name.slice(dot + 1);
  const memberSpan = { start: span.start + dot + 1, end: span.end };
  const meaning = context.scope.resolve(prefix);
  if (meaning === undefined) return unknownName(context, name, span);
  if (meaning.kind === 'broken') return undefined;
  if (meaning.kind === 'outputs') {
    const index = meaning.tree.entry.outputs.findIndex((output) => output.name === member);
    if (index >= 0) return named(name, span, outputOf(meaning.tree, index));
    return unknownMember(
      context,
      'E243',
      `\`${prefix}\` has no output \`${member}\``,
      member,
      memberSpan,
      meaning.tree.entry.outputs.map((o) => o.name),
    );
  }
  if (meaning.kind === 'source') {
    const fields = ['open', 'high', 'low', 'close', 'volume', 'bar_vwap', ...BLENDS.keys()];
    return unknownMember(context, 'E243', `\`${prefix}\` has no field \`${member}\``, member, memberSpan, fields);
  }
  const entry = meaning.kind === 'tree' && meaning.tree.kind === 'node' ? meaning.tree.entry : undefined;
  const sole = entry?.outputs.length === 1 && entry.outputs[0]!.name === member;
  const help = sole ? `write \`${prefix}\`` : `write \`${prefix}\` alone`;
  return report(context, 'E243', memberSpan, `\`${prefix}\` is a single value and has no \`.${member}\``, help);
}

function unknownMember(
  context: Context,
  code: 'E243',
  message: string,
  member: string,
  span: Span,
  known: readonly string[],
): undefined {
  const guess = suggestion(member, known);
  const all = `there are: ${known.join(', ')}`;
  return report(context, code, span, message, guess === undefined ? all : `${guess}  ${all}`);
}

/** The same node, read at another of its outputs. */
export function outputOf(node: NodeLeaf, index: number): NodeLeaf {
  const output = node.entry.outputs[index]!;
  return { ...node, ...typeOfOutput(output, node.inputs), output: index };
}

/** Type, unit and range of an output, given the inputs of its node. */
export function typeOfOutput(
  output: OutputSpec,
  inputs: readonly Checked[],
): Pick<NodeLeaf, 'type' | 'unit' | 'range'> {
  // `value_when(condition, x)` speaks of x
  const first = inputs.find((input) => input.type === 'number') ?? inputs[0];
  return {
    type: output.type,
    unit: output.unit === 'input' ? (first?.unit ?? 'none') : output.unit,
    range: output.range === 'input' ? (first?.range ?? [-Infinity, Infinity]) : output.range,
  };
}

/** How a function is written, for a message. */
export function exampleOf(context: Context, name: string): string | undefined {
  const timed = TIMED_MEASURES.get(name);
  if (timed !== undefined) return timed.example;
  const pure = PURE_FUNCTIONS.get(name);
  if (pure !== undefined) return signatureOf(pure);
  return context.catalogue.get(name)?.example;
}

function bareFunction(context: Context, name: string, span: Span): undefined {
  const entry = PURE_FUNCTIONS.has(name) ? undefined : context.catalogue.get(name);
  const empty =
    entry?.options.every((option) => option.default !== undefined) &&
    entry.inputs.filter((input) => input.role === 'real').length < 2;
  const help = `write \`${empty ? `${name}()` : (exampleOf(context, name) ?? `${name}(...)`)}\``;
  return report(context, 'E241', span, `\`${name}\` is a function and stands here without its arguments`, help);
}

/** A symbol that is no name of the language needs one: `BRK.B`, `BTC/USD`. */
function inSources(symbol: string): string {
  const own = symbol.split('/')[0]!.toLowerCase().replace('.', '_');
  return `give it a name under \`sources:\`, \`${own}: ${symbol}\`, and read \`${own}.close\``;
}

function unknownName(context: Context, name: string, span: Span): undefined {
  const dotted = /^([A-Z][A-Z0-9]*\.[A-Z]{1,2})(?=\.|$)/.exec(name)?.[1];
  if (dotted !== undefined) return report(context, 'E201', span, `unknown name \`${name}\``, inSources(dotted));
  const names = context.scope.names();
  if (RISK_MEASURES.has(name) && !names.includes(name)) return refuseRiskMeasure(context, 'E201', name, span);
  if (exampleOf(context, name) !== undefined) return bareFunction(context, name, span);
  if (name.toLowerCase() === 'true' || name.toLowerCase() === 'false') {
    const help = 'leave out what is always true; to switch a strategy off use `enabled: false`';
    return report(
      context,
      'E201',
      span,
      `there is no name \`${name}\`: a condition says something of the market`,
      help,
    );
  }
  const small = exampleOf(context, name.toLowerCase());
  if (small !== undefined)
    return report(context, 'E201', span, `unknown name \`${name}\``, `did you mean \`${small}\`?`);
  const near = nearest(context.catalogue, name, names);
  const scope = `in scope: ${inScope(names, name)}`;
  const help = near === undefined ? scope : `did you mean \`${near}\`?  ${scope}`;
  return report(context, 'E201', span, `unknown name \`${name}\``, help);
}
