import { following, isSign, peek, type State, startsValue, written } from './parse-state.ts';
import { missingBetween } from './phrasing.ts';
import { type NameSyntax, refuse, type Syntax } from './syntax.ts';
import { brief, type Token } from './tokens.ts';

export function refuseEquals(state: State, left: Syntax, sign: Token): never {
  if (
    left.kind === 'call' &&
    left.span.start === 0 &&
    left.args.every((arg) => arg.kind === 'name') &&
    !state.isFunction(left.name.name)
  ) {
    refuse(
      state.refusal,
      'E225',
      left.span.start,
      sign.end,
      `functions cannot be defined: \`${left.name.name}\``,
      'give the expression a name in `indicators:` or `conditions:`',
    );
  }
  refuse(
    state.refusal,
    'E212',
    sign.start,
    sign.end,
    'a single `=` sets a value, and nothing is set here',
    'to compare write `==`; to name a value use `indicators:`',
  );
}

export function refusePercent(state: State, left: Syntax, sign: Token): void {
  const next = peek(state);
  if (left.kind !== 'number' || (startsValue(next) && next.text !== 'of')) return;
  const help = `percent is plain here: \`${left.value}\` means ${left.value} % where a percentage is wanted; as a factor write \`${left.value / 100}\``;
  refuse(state.refusal, 'E215', left.span.start, sign.end, '`%` after a number is the remainder of a division', help);
}

export function refuseAtom(state: State, token: Token): never {
  const { refusal } = state;
  if (token.kind === 'end') {
    const before = state.tokens[state.at - 1];
    const start = before?.start ?? 0;
    const end = before?.end ?? 0;
    refuse(
      refusal,
      'E207',
      start,
      end,
      `the expression ends after \`${before?.text ?? ''}\`, where a value is wanted`,
      undefined,
    );
  }
  if (token.text === '[')
    refuse(
      refusal,
      'E226',
      token.start,
      token.end,
      'there are no lists in expressions',
      'a value some bars ago is `close[1]`',
    );
  if (token.text === ')') {
    const open = state.tokens.slice(0, state.at).filter((t) => isSign(t, '(')).length;
    const closed = state.tokens.slice(0, state.at).filter((t) => isSign(t, ')')).length;
    if (closed >= open)
      refuse(refusal, 'E206', token.start, token.end, 'this `)` closes nothing', 'take it away, or open it with `(`');
  }
  if (token.text === '+')
    refuse(refusal, 'E207', token.start, token.end, 'a plus sign needs a value on both sides', 'take it away');
  const help = token.text === '.' ? 'a decimal number is written `0.5`' : undefined;
  refuse(refusal, 'E207', token.start, token.end, `a value is wanted here, not \`${token.text}\``, help);
}

export function refuseMissingComma(state: State, name: NameSyntax, arg: Syntax, next: Token): never {
  const word = missingBetween(state.tokens, state.at);
  if (word) refuse(state.refusal, word.code, next.start, word.end, word.message, word.help);
  const shown = brief(state.text.slice(next.start, next.end));
  const before = brief(state.text.slice(name.span.start, arg.span.end));
  const rest = isSign(following(state), ')') ? '' : ' ...';
  const help = `write \`${before}, ${shown}${rest})\``;
  refuse(
    state.refusal,
    'E208',
    arg.span.start,
    next.end,
    `a comma is missing between \`${written(state, arg)}\` and \`${shown}\``,
    help,
  );
}

/** Something follows a complete value: says what is wrong with it. */
export function refuseRest(state: State, before: Syntax): never {
  const { refusal, text } = state;
  const token = peek(state);
  const shown = brief(text.slice(token.start, token.end));
  if (isSign(token, ')'))
    refuse(refusal, 'E206', token.start, token.end, 'this `)` closes nothing', 'take it away, or open it with `(`');
  if (isSign(token, ']')) refuse(refusal, 'E206', token.start, token.end, 'this `]` closes nothing', 'take it away');
  if (isSign(token, ',')) {
    const next = following(state);
    if (
      before.span.end === token.start &&
      next.start === token.end &&
      /^\d{3}$/.test(next.text) &&
      /\d$/.test(text.slice(0, token.start))
    ) {
      refuse(
        refusal,
        'E216',
        token.start,
        next.end,
        'digits are not grouped here: the comma ends the number',
        'write `1000` for 1,000',
      );
    }
    refuse(
      refusal,
      'E207',
      token.start,
      token.end,
      'a comma separates the arguments of a function, and this is none',
      undefined,
    );
  }
  if (isSign(token, ':')) {
    const next = following(state);
    const clock = before.kind !== 'text' && next.kind === 'number' && /\d$/.test(text.slice(0, token.start));
    if (clock)
      refuse(
        refusal,
        'E239',
        state.tokens[state.at - 1]!.start,
        next.end,
        'a time of day stands in quotes',
        'write `time >= "10:30"`',
      );
    refuse(
      refusal,
      'E207',
      token.start,
      token.end,
      '`:` without a `?` before it',
      'a choice is written `condition ? value : other value`',
    );
  }
  if (isSign(token, '(')) {
    refuse(
      refusal,
      'E209',
      token.start,
      token.end,
      `an operator is missing before this \`(\``,
      'only a name can be called; to multiply write `*`',
    );
  }
  const word = missingBetween(state.tokens, state.at);
  if (word) refuse(refusal, word.code, token.start, word.end, word.message, word.help);
  const help = 'join them with `and`, `or`, a comparison or arithmetic';
  if (startsValue(token))
    refuse(refusal, 'E209', token.start, token.end, `an operator is missing before \`${shown}\``, help);
  refuse(refusal, 'E207', token.start, token.end, `\`${shown}\` has no meaning here`, undefined);
}
