import { ATOM, CHOICE, PRECEDENCE, SIGN } from './precedence.ts';
import type { BinarySyntax, Syntax } from './syntax.ts';

/** An expression as it was written, names as names, with the spaces and parentheses of one style: equal texts were written alike. */
export const printSyntax = (syntax: Syntax): string => print(syntax, 0, false);

/** The same with the sides of `and` and `or` in alphabetical order: neither asks in which order its sides are given. */
export const syntaxKey = (syntax: Syntax): string => print(syntax, 0, true);

/** The parts of a chain of `and` (or of `or`), in the order written; the expression itself when it is none. */
export const chainOf = (syntax: Syntax, operator: 'and' | 'or'): readonly Syntax[] =>
  syntax.kind === 'binary' && syntax.operator === operator
    ? [...chainOf(syntax.left, operator), ...chainOf(syntax.right, operator)]
    : [syntax];

/** The names that an expression mentions, by their first part (`bands` of `bands.upper`); functions are none. */
export function namesIn(syntax: Syntax, into: Set<string> = new Set()): Set<string> {
  if (syntax.kind === 'name') into.add(syntax.name.split('.')[0]!);
  for (const part of partsOf(syntax)) namesIn(part, into);
  return into;
}

function partsOf(syntax: Syntax): readonly Syntax[] {
  switch (syntax.kind) {
    case 'number':
    case 'text':
    case 'name':
      return [];
    case 'past':
      return [syntax.name];
    case 'call':
      return syntax.args;
    case 'unary':
      return [syntax.operand];
    case 'binary':
      return [syntax.left, syntax.right];
    case 'choice':
      return [syntax.condition, syntax.then, syntax.otherwise];
  }
}

function print(syntax: Syntax, least: number, sorted: boolean): string {
  switch (syntax.kind) {
    case 'number':
      return String(syntax.value);
    case 'text':
      return `"${syntax.value}"`;
    case 'name':
      return syntax.name;
    case 'past':
      return `${syntax.name.name}[${syntax.bars.value}]`;
    case 'call':
      return `${syntax.name.name}(${syntax.args.map((arg) => print(arg, 0, sorted)).join(', ')})`;
    case 'unary':
      return syntax.operator === 'not'
        ? wrap(`not (${print(syntax.operand, 0, sorted)})`, SIGN, least)
        : wrap(`-${print(syntax.operand, SIGN, sorted)}`, SIGN, least);
    case 'binary':
      return printBinary(syntax, least, sorted);
    case 'choice': {
      const [condition, then, otherwise] = partsOf(syntax);
      const text = `${print(condition!, CHOICE + 1, sorted)} ? ${print(then!, CHOICE, sorted)} : ${print(otherwise!, CHOICE, sorted)}`;
      return wrap(text, CHOICE, least);
    }
  }
}

function printBinary(syntax: BinarySyntax, least: number, sorted: boolean): string {
  const { operator, left, right } = syntax;
  const binds = PRECEDENCE[operator];
  if (operator === 'and' || operator === 'or') {
    const parts = chainOf(syntax, operator).map((part) => print(part, binds + 1, sorted));
    return wrap((sorted ? parts.toSorted() : parts).join(` ${operator} `), binds, least);
  }
  const [a, b] = operator === '^' ? [ATOM, SIGN] : [binds, binds + 1];
  return wrap(`${print(left, a, sorted)} ${operator} ${print(right, b, sorted)}`, binds, least);
}

const wrap = (text: string, binds: number, least: number): string => (binds < least ? `(${text})` : text);
