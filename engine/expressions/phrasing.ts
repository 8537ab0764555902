import type { Token } from './tokens.ts';
import type { ExpressionFinding } from './tree.ts';

type Advice = Pick<ExpressionFinding, 'code' | 'message' | 'help'>;

/** Advice on one or more words. */
type PhraseAdvice = Advice & { readonly end: number };

const LOGICAL = /^(?:and|or|not)$/i;

/** Words, and words on end, that people write between two values, and how the language says it. */
const BETWEEN: ReadonlyMap<string, string> = new Map([
  ['is', 'to compare write `==`'],
  ['is not', 'write `!=`'],
  ['is equal to', 'to compare write `==`'],
  ['equal to', 'to compare write `==`'],
  ['is above', 'write `>`'],
  ['is over', 'write `>`'],
  ['is greater than', 'write `>`'],
  ['is higher than', 'write `>`'],
  ['is more than', 'write `>`'],
  ['greater than', 'write `>`'],
  ['higher than', 'write `>`'],
  ['more than', 'write `>`'],
  ['is below', 'write `<`'],
  ['is under', 'write `<`'],
  ['is less than', 'write `<`'],
  ['is lower than', 'write `<`'],
  ['less than', 'write `<`'],
  ['lower than', 'write `<`'],
  ['is at least', 'write `>=`'],
  ['at least', 'write `>=`'],
  ['is at most', 'write `<=`'],
  ['at most', 'write `<=`'],
  ['is between', 'write `between(x, low, high)`'],
  ['between', 'write `between(x, low, high)`'],
  ['is in', 'write `between(x, low, high)`, or comparisons joined with `or`'],
  ['is rising', 'write `rising(x, n)`'],
  ['is falling', 'write `falling(x, n)`'],
  ['is true', 'leave it out: a condition is true by itself'],
  ['is false', 'write `not (condition)`'],
  ['crosses above', 'write `crosses_above(a, b)`'],
  ['crosses over', 'write `crosses_above(a, b)`'],
  ['crosses below', 'write `crosses_below(a, b)`'],
  ['crosses under', 'write `crosses_below(a, b)`'],
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

const MOST_WORDS = 3;

const isWord = (token: Token | undefined): token is Token =>
  token !== undefined && (token.kind === 'name' || LOGICAL.test(token.text));

/** Advice on the words from `tokens[at]` on, which stand where an operator is wanted; undefined when people do not use them so. */
export function missingBetween(tokens: readonly Token[], at: number): PhraseAdvice | undefined {
  const token = tokens[at]!;
  if (token.kind !== 'name') return undefined;
  if (LOGICAL.test(token.text)) return { ...capitals(token), end: token.end };
  const words: Token[] = [];
  for (let next = at; words.length < MOST_WORDS && isWord(tokens[next]); next++) words.push(tokens[next]!);
  for (; words.length > 0; words.pop()) {
    const phrase = words.map((word) => word.text).join(' ');
    const help = BETWEEN.get(phrase.toLowerCase());
    if (help === undefined) continue;
    return { code: 'E229', message: `\`${phrase}\` is no operator of this language`, help, end: words.at(-1)!.end };
  }
  return undefined;
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
