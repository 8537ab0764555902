import type { Token } from './tokens.ts';
import type { ExpressionFinding } from './tree.ts';

type Advice = Pick<ExpressionFinding, 'code' | 'message' | 'help'>;

const LOGICAL = /^(?:and|or|not)$/i;

/** Words that people write between two values, and how the language says it. */
const BETWEEN: ReadonlyMap<string, string> = new Map([
  ['is', 'to compare write `==`'],
  ['equals', 'to compare write `==`'],
  ['above', 'write `>`'],
  ['over', 'write `>`'],
  ['below', 'write `<`'],
  ['under', 'write `<`'],
  ['in', 'write `between(x, low, high)`, or comparisons joined with `or`'],
  ['xor', 'write `(a and not b) or (b and not a)`'],
  ['then', 'a choice is written `condition ? value : other value`'],
  ['if', 'a choice is written `condition ? value : other value`'],
  ['else', 'a choice is written `condition ? value : other value`'],
  ['crosses', 'write `crosses_above(a, b)` or `crosses_below(a, b)`'],
  ['crosses_above', 'write `crosses_above(a, b)`'],
  ['crosses_below', 'write `crosses_below(a, b)`'],
  ['mod', 'the remainder is written `a % b`'],
]);

/** Advice on a word that stands where an operator is wanted; undefined when it is no word people use so. */
export function missingBetween(token: Token): Advice | undefined {
  if (token.kind !== 'name') return undefined;
  const lower = token.text.toLowerCase();
  if (LOGICAL.test(token.text)) return capitals(token);
  const help = BETWEEN.get(lower);
  if (help === undefined) return undefined;
  return { code: 'E229', message: `\`${token.text}\` is no operator of this language`, help };
}

/** Advice on `NOT x` where a value is wanted; undefined for every other name. */
export function foreignWord(token: Token, next: Token): Advice | undefined {
  if (!LOGICAL.test(token.text)) return undefined;
  const hasOperand = next.kind === 'name' || next.kind === 'number' || (next.kind === 'op' && next.text === '(');
  return hasOperand ? capitals(token) : undefined;
}

const capitals = (token: Token): Advice => ({
  code: 'E214',
  message: `\`${token.text}\` is written in small letters here`,
  help: `write \`${token.text.toLowerCase()}\``,
});
