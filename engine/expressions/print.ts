import { TIMEFRAME_WORDS } from '../market/timeframe.ts';
import { ATOM, CHOICE, PRECEDENCE, SIGN } from './precedence.ts';
import { codingOf, durationText, TIMED_MEASURES } from './texts.ts';
import type { Checked, Operand } from './tree.ts';

/** The tree as canonical text, names written out and parameters by value: equal texts mean equal rules. Reads back as the same tree. */
export const printTree = (tree: Checked): string => print(tree, 0, expand);

/** The tree as text for people: names and parameters by name. */
export const printNamed = (tree: Checked): string => print(tree, 0, keepName);

type Naming = (tree: Checked) => string | undefined;
const expand: Naming = () => undefined;
const keepName: Naming = (tree) => (tree.kind === 'named' || tree.kind === 'number' ? tree.name : undefined);

/** Prints in a place that takes what binds at least as tight as `least`. */
function print(tree: Checked, least: number, name: Naming): string {
  const known = name(tree);
  if (known !== undefined) return known;
  switch (tree.kind) {
    case 'number':
      return tree.value < 0 || Object.is(tree.value, -0) ? wrap(numeral(tree.value), SIGN, least) : numeral(tree.value);
    case 'text':
      return `"${tree.value}"`;
    case 'operand':
      return printOperand(tree.operand);
    case 'named':
      return print(tree.target, least, name);
    case 'unary':
      if (tree.operator === 'not') return wrap(`not (${print(tree.operand, 0, name)})`, SIGN, least);
      return wrap(`-${print(tree.operand, SIGN, name)}`, SIGN, least);
    case 'arithmetic':
      if (tree.operator === '^')
        return wrap(`${print(tree.left, ATOM, name)} ^ ${print(tree.right, SIGN, name)}`, PRECEDENCE['^'], least);
      return printBinary(tree.operator, tree.left, tree.right, least, name);
    case 'compare':
      return printComparison(tree, least, name);
    case 'and':
    case 'or':
      return printBinary(tree.kind, tree.left, tree.right, least, name);
    case 'choice': {
      const parts = [
        print(tree.condition, CHOICE + 1, name),
        print(tree.then, CHOICE, name),
        print(tree.otherwise, CHOICE, name),
      ];
      return wrap(`${parts[0]} ? ${parts[1]} : ${parts[2]}`, CHOICE, least);
    }
    case 'pure':
      return `${tree.name}(${tree.args.map((arg) => print(arg, 0, name)).join(', ')})`;
    case 'node': {
      const args = [...tree.inputs.map((input) => print(input, 0, name)), ...tree.options.map(numeral)];
      const output = tree.entry.outputs.length > 1 ? `.${tree.entry.outputs[tree.output]!.name}` : '';
      return `${tree.entry.name}(${args.join(', ')})${output}`;
    }
  }
}

const wrap = (text: string, binds: number, least: number): string => (binds < least ? `(${text})` : text);

const numeral = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

function printBinary(
  operator: keyof typeof PRECEDENCE,
  left: Checked,
  right: Checked,
  least: number,
  name: Naming,
): string {
  const binds = PRECEDENCE[operator];
  return wrap(`${print(left, binds, name)} ${operator} ${print(right, binds + 1, name)}`, binds, least);
}

function printComparison(tree: Checked & { kind: 'compare' }, least: number, name: Naming): string {
  const [left, right] = [printSide(tree.left, tree.right, name), printSide(tree.right, tree.left, name)];
  return wrap(`${left} ${tree.operator} ${right}`, PRECEDENCE[tree.operator], least);
}

/** A coded number beside its measure is written as text again: `time >= "10:30"`. */
function printSide(side: Checked, other: Checked, name: Naming): string {
  const coding = side.kind === 'number' && side.name === undefined ? codingOf(other) : undefined;
  if (coding !== undefined && side.kind === 'number') return `"${coding.text(side.value)}"`;
  return print(side, PRECEDENCE['>'] + 1, name);
}

const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries(TIMEFRAME_WORDS).map(([word, timeframe]) => [timeframe, word]),
);

function printOperand(operand: Operand): string {
  if (operand.kind === 'bar') {
    const timeframe = operand.timeframe === undefined ? undefined : (WORDS.get(operand.timeframe) ?? operand.timeframe);
    return [operand.symbol, timeframe, operand.field].filter((part) => part !== undefined).join('.');
  }
  const colon = operand.name.lastIndexOf(':');
  const base = operand.name.slice(0, colon);
  if (colon < 0 || !TIMED_MEASURES.has(base)) return operand.name;
  return `${base}("${durationText(Number(operand.name.slice(colon + 1)))}")`;
}
