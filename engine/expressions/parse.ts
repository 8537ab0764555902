import { refuseAtom, refuseEquals, refuseMissingComma, refusePercent, refuseRest } from './grammar-traps.ts';
import { deeper, following, isSign, peek, type State, startsValue, take, written } from './parse-state.ts';
import { foreignWord } from './phrasing.ts';
import {
  type BinarySyntax,
  type CallSyntax,
  type NameSyntax,
  REFUSED,
  type Reading,
  type Refusal,
  refuse,
  type Syntax,
} from './syntax.ts';
import { brief, shapeOf, type Token, tokenize } from './tokens.ts';

/** Longest expression that is read, in UTF-16 units. */
export const MAX_LENGTH = 4_000;
/**
 * Reads an expression into its syntax tree, or into the one finding that stopped the reading; never throws.
 * @param isFunction tells `rsi(n) = 30` (a comparison meant) from `f(n) = 30` (a definition)
 */
export function parseExpression(text: string, isFunction: (name: string) => boolean): Reading {
  const refusal: Refusal = { finding: undefined };
  try {
    if (text.length > MAX_LENGTH) {
      const help = 'give its parts names in `indicators:` and `conditions:`';
      refuse(
        refusal,
        'E204',
        0,
        text.length,
        `the expression has ${text.length} characters; the limit is ${MAX_LENGTH}`,
        help,
      );
    }
    const tokens = tokenize(text, refusal);
    const state: State = { text, tokens, refusal, isFunction, at: 0, depth: 0 };
    if (tokens.length === 1)
      refuse(
        refusal,
        'E203',
        0,
        text.length,
        'the expression is empty',
        'write a condition or a number, such as `close > open`',
      );
    const tree = choice(state);
    if (peek(state).kind !== 'end') refuseRest(state, tree);
    return { tree, finding: undefined, shape: shapeOf(tokens) };
  } catch (error) {
    if (error === REFUSED && refusal.finding) return { tree: undefined, finding: refusal.finding };
    throw error;
  }
}

function choice(state: State): Syntax {
  deeper(state);
  const condition = or(state);
  let tree = condition;
  if (isSign(peek(state), '?')) {
    take(state);
    const then = choice(state);
    const colon = peek(state);
    if (!isSign(colon, ':')) {
      if (startsValue(colon)) refuseRest(state, then);
      refuse(
        state.refusal,
        'E207',
        colon.start,
        colon.end,
        '`?` needs a `:` after its first value',
        'write `condition ? value : other value`',
      );
    }
    take(state);
    const otherwise = choice(state);
    tree = {
      kind: 'choice',
      span: { start: condition.span.start, end: otherwise.span.end },
      condition,
      // oxlint-disable-next-line unicorn/no-thenable -- a part of the text, never awaited
      then,
      otherwise,
    };
  }
  state.depth -= 1;
  return tree;
}

function binary(operator: BinarySyntax['operator'], left: Syntax, right: Syntax): BinarySyntax {
  return { kind: 'binary', span: { start: left.span.start, end: right.span.end }, operator, left, right };
}

function or(state: State): Syntax {
  let left = and(state);
  while (isSign(peek(state), 'or')) {
    take(state);
    left = binary('or', left, and(state));
  }
  return left;
}

function and(state: State): Syntax {
  let left = comparison(state);
  while (isSign(peek(state), 'and')) {
    take(state);
    left = binary('and', left, comparison(state));
  }
  return left;
}

type ComparisonText = '>' | '<' | '>=' | '<=' | '==' | '!=';
const COMPARISONS: ReadonlySet<string> = new Set(['>', '<', '>=', '<=', '==', '!=']);
const isComparison = (token: Token): boolean => token.kind === 'op' && COMPARISONS.has(token.text);

function comparison(state: State): Syntax {
  const left = sum(state);
  const operator = peek(state);
  if (isSign(operator, '=')) refuseEquals(state, left, operator);
  if (!isComparison(operator)) return left;
  take(state);
  const right = sum(state);
  const second = peek(state);
  if (isComparison(second)) {
    take(state);
    const third = sum(state);
    const [a, b, c] = [left, right, third].map((part) => written(state, part));
    const help = `write \`${a} ${operator.text} ${b} and ${b} ${second.text} ${c}\``;
    refuse(state.refusal, 'E211', left.span.start, third.span.end, 'comparisons cannot be chained', help);
  }
  if (isSign(second, '=')) refuseEquals(state, right, second);
  return binary(operator.text as ComparisonText, left, right);
}

function sum(state: State): Syntax {
  let left = term(state);
  for (let token = peek(state); isSign(token, '+') || isSign(token, '-'); token = peek(state)) {
    take(state);
    left = binary(token.text as '+' | '-', left, term(state));
  }
  return left;
}

function term(state: State): Syntax {
  let left = factor(state);
  for (let token = peek(state); isSign(token, '*') || isSign(token, '/') || isSign(token, '%'); token = peek(state)) {
    take(state);
    if (token.text === '%') refusePercent(state, left, token);
    left = binary(token.text as '*' | '/' | '%', left, factor(state));
  }
  return left;
}

function factor(state: State): Syntax {
  const token = peek(state);
  const negated = isSign(token, '-') || (isSign(token, 'not') && !isSign(following(state), '('));
  if (!negated) return power(state);
  deeper(state);
  take(state);
  const operand = factor(state);
  state.depth -= 1;
  return unary(token, operand);
}

function unary(token: Token, operand: Syntax): Syntax {
  const operatorSpan = { start: token.start, end: token.end };
  return {
    kind: 'unary',
    span: { start: token.start, end: operand.span.end },
    operator: token.text as '-' | 'not',
    operatorSpan,
    operand,
  };
}

function power(state: State): Syntax {
  let left = postfix(state);
  while (isSign(peek(state), '^')) {
    deeper(state);
    take(state);
    left = binary('^', left, factor(state));
    state.depth -= 1;
  }
  return left;
}

function postfix(state: State): Syntax {
  const token = peek(state);
  // `not (x)` binds like a call, as the second reader has it
  const value = isSign(token, 'not') ? unary(take(state), atom(state)) : atom(state);
  const next = peek(state);
  if (isSign(next, '[')) {
    if (value.kind === 'name') return past(state, value);
    const help =
      value.kind === 'past'
        ? 'add the two numbers of bars'
        : `write \`prev(${written(state, value)}, 1)\`, or give it a name in \`indicators:\` and write \`name[1]\``;
    refuse(state.refusal, 'E220', next.start, next.end, 'only a name can be followed by `[bars]`', help);
  }
  if (isSign(next, '.')) {
    const call = value.kind === 'call' ? written(state, value) : 'bbands(close, 20, 2)';
    const help = `give it a name in \`indicators:\`, as in \`x: ${call}\`, and write \`x.output\``;
    refuse(
      state.refusal,
      'E221',
      next.start,
      next.end,
      'an output is chosen by name: only a name can be followed by `.`',
      help,
    );
  }
  return value;
}

function past(state: State, name: NameSyntax): Syntax {
  take(state);
  const first = peek(state);
  const close = state.tokens.findIndex((token, index) => index >= state.at && isSign(token, ']'));
  if (close < 0) refuse(state.refusal, 'E206', first.start - 1, first.start, 'this `[` is never closed', 'add a `]`');
  const end = state.tokens[close]!.start;
  if (close !== state.at + 1 || first.kind !== 'number' || !Number.isSafeInteger(first.value)) {
    const inside = brief(state.text.slice(first.start, end).trim());
    const says = first === state.tokens[close] ? 'nothing' : `\`${inside}\``;
    const help = `a whole number of bars back, as in \`${name.name}[1]\`; the future cannot be read`;
    refuse(
      state.refusal,
      'E222',
      Math.min(first.start, end),
      Math.max(first.start, end),
      `\`[ ]\` takes a whole number of bars, not ${says}`,
      help,
    );
  }
  take(state);
  const bracket = take(state);
  const bars = { kind: 'number', span: { start: first.start, end: first.end }, value: first.value } as const;
  const tree: Syntax = { kind: 'past', span: { start: name.span.start, end: bracket.end }, name, bars };
  const next = peek(state);
  if (isSign(next, '['))
    refuse(
      state.refusal,
      'E220',
      next.start,
      next.end,
      'only a name can be followed by `[bars]`',
      'add the two numbers of bars',
    );
  if (isSign(next, '.'))
    refuse(
      state.refusal,
      'E221',
      next.start,
      next.end,
      'the output stands before the bars',
      `write \`name.output[${first.text}]\``,
    );
  return tree;
}

function atom(state: State): Syntax {
  const token = peek(state);
  const span = { start: token.start, end: token.end };
  if (token.kind === 'number') return { kind: 'number', span, value: take(state).value };
  if (token.kind === 'text') return { kind: 'text', span, value: take(state).text };
  if (token.kind === 'name') {
    const help = foreignWord(token, following(state));
    if (help) refuse(state.refusal, help.code, token.start, token.end, help.message, help.help);
    take(state);
    const name: NameSyntax = { kind: 'name', span, name: token.text };
    return isSign(peek(state), '(') ? call(state, name) : name;
  }
  if (isSign(token, '(')) {
    take(state);
    const inner = choice(state);
    closeParenthesis(state, token, inner);
    return inner;
  }
  return refuseAtom(state, token);
}

function closeParenthesis(state: State, open: Token, inner: Syntax): Token {
  const token = peek(state);
  if (isSign(token, ')')) return take(state);
  if (token.kind === 'end')
    refuse(state.refusal, 'E206', open.start, open.end, 'this `(` is never closed', 'add a `)`');
  if (isSign(token, ','))
    refuse(
      state.refusal,
      'E207',
      token.start,
      token.end,
      'a comma separates the arguments of a function, and this is none',
      'write the name of a function before the `(`',
    );
  return refuseRest(state, inner);
}

function call(state: State, name: NameSyntax): CallSyntax {
  const open = take(state);
  deeper(state);
  const args: Syntax[] = [];
  let close = peek(state);
  if (isSign(close, ')')) take(state);
  else {
    for (;;) {
      const arg = choice(state);
      args.push(arg);
      const next = peek(state);
      if (isSign(next, ',')) {
        take(state);
        continue;
      }
      if (startsValue(next) && !isSign(next, '-')) refuseMissingComma(state, name, arg, next);
      close = closeParenthesis(state, open, arg);
      break;
    }
  }
  state.depth -= 1;
  return { kind: 'call', span: { start: name.span.start, end: close.end }, name, args };
}
