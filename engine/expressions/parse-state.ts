import { type Refusal, refuse, type Syntax } from './syntax.ts';
import { brief, type Token } from './tokens.ts';

/** Deepest nesting that is read: parentheses, calls, signs and choices inside one another. */
export const MAX_DEPTH = 100;

/** Where the reading of a text stands. */
export interface State {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly refusal: Refusal;
  readonly isFunction: (name: string) => boolean;
  at: number;
  depth: number;
}

export const peek = (state: State): Token => state.tokens[state.at]!;
export const following = (state: State): Token => state.tokens[Math.min(state.at + 1, state.tokens.length - 1)]!;
export const isSign = (token: Token, text: string): boolean => token.kind === 'op' && token.text === text;

export function take(state: State): Token {
  const token = peek(state);
  if (token.kind !== 'end') state.at += 1;
  return token;
}

export function deeper(state: State): void {
  state.depth += 1;
  if (state.depth > MAX_DEPTH) {
    const token = peek(state);
    refuse(
      state.refusal,
      'E205',
      token.start,
      token.end,
      `the expression is nested more than ${MAX_DEPTH} deep here`,
      'give its inner parts names in `indicators:` or `conditions:`',
    );
  }
}

export const startsValue = (token: Token): boolean =>
  token.kind === 'number' ||
  token.kind === 'name' ||
  token.kind === 'text' ||
  (token.kind === 'op' && (token.text === '(' || token.text === '-' || token.text === 'not'));

export const written = (state: State, part: Syntax): string => brief(state.text.slice(part.span.start, part.span.end));
