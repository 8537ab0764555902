import { refuseCharacter } from './characters.ts';
import { type Refusal, refuse } from './syntax.ts';

/** A word of an expression; `op` covers operators, brackets, commas and the words `and`, `or`, `not`. */
export interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'op' | 'end';
  /** As written; for a text, what stands between its quotes. */
  readonly text: string;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Longest first: comparisons as other languages write them. */
const FOREIGN_COMPARISONS: readonly (readonly [string, string])[] = [
  ['===', '=='],
  ['!==', '!='],
  ['<=>', '=='],
  ['<>', '!='],
  ['=<', '<='],
  ['=>', '>='],
  ['=!', '!='],
  [':=', '=='],
  ['~=', '!='],
];

const LOGICAL_SYMBOLS: readonly (readonly [string, string])[] = [
  ['&&', 'and'],
  ['||', 'or'],
  ['&', 'and'],
  ['|', 'or'],
  ['!', 'not'],
];

/** Longest name, points included, in characters. */
const MAX_NAME = 200;

const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const LETTERS = /[A-Za-z_][A-Za-z0-9_]*/y;
const DURATION = /^(?:s|sec|m|min|h|H|d|D|w|W|bars?)$/;
const RESERVED_MEMBER = /(?:^|\.)(?:and|or|not)(?:\.|$)/;

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';
const isLetter = (c: string | undefined): boolean =>
  c !== undefined && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c === '_');

/** Cuts an expression into words; leaves through `refuse` at the first character that is none of the language's. */
export function tokenize(text: string, refusal: Refusal): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text[at]!;
    if (c === ' ' || c === '\t' || c === '\n' || c === '\r') {
      at += 1;
      continue;
    }
    const token = isDigit(c)
      ? readNumber(text, at, refusal)
      : isLetter(c)
        ? readName(text, at, refusal)
        : c === '"' || c === "'"
          ? readText(text, at, refusal)
          : readSign(text, at, refusal);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', value: 0, start: text.length, end: text.length });
  return tokens;
}

function readNumber(text: string, start: number, refusal: Refusal): Token {
  NUMBER.lastIndex = start;
  const written = NUMBER.exec(text)![0];
  const end = start + written.length;
  const next = text[end];
  if (next === '_') {
    const whole = /[\d_.]+/y;
    whole.lastIndex = start;
    const all = whole.exec(text)![0];
    refuse(
      refusal,
      'E216',
      start,
      start + all.length,
      `\`${all}\`: digits are not grouped here`,
      `write \`${all.replaceAll('_', '')}\``,
    );
  }
  if (next === '.') {
    if (isDigit(text[end + 1])) refuse(refusal, 'E217', start, end + 2, `a number has one decimal point`, undefined);
    refuse(
      refusal,
      'E217',
      start,
      end + 1,
      `a number may not end with a point`,
      `write \`${written}\` or \`${written}.0\``,
    );
  }
  if (isLetter(next)) readSuffix(text, start, end, written, refusal);
  const value = Number(written);
  if (!Number.isFinite(value))
    refuse(
      refusal,
      'E219',
      start,
      end,
      `\`${brief(written)}\` is larger than any number the engine can hold`,
      undefined,
    );
  return { kind: 'number', text: written, value, start, end };
}

function readSuffix(text: string, start: number, end: number, written: string, refusal: Refusal): never {
  LETTERS.lastIndex = end;
  const suffix = LETTERS.exec(text)![0];
  const whole = written + suffix;
  const stop = end + suffix.length;
  if (/^(?:[kKMB]|bn|mio)$/.test(suffix))
    refuse(refusal, 'E217', start, stop, `\`${whole}\`: write the number out`, '`1k` is `1000`, `1M` is `1000000`');
  if (DURATION.test(suffix)) {
    const help = `where a length is wanted count bars (\`${written}\`); where a time is wanted put it in quotes: \`opening_high("${whole}")\``;
    refuse(refusal, 'E218', start, stop, `\`${whole}\` is a duration, and stands here without quotes`, help);
  }
  if (written === '0' && /^[xbo]/i.test(suffix))
    refuse(refusal, 'E217', start, stop, `\`${whole}\`: numbers are decimal here`, undefined);
  refuse(
    refusal,
    'E217',
    start,
    stop,
    `\`${brief(whole)}\` is neither a number nor a name`,
    `to multiply write \`${written} * ${brief(suffix)}\``,
  );
}

function readName(text: string, start: number, refusal: Refusal): Token {
  NAME.lastIndex = start;
  const name = NAME.exec(text)![0];
  const end = start + name.length;
  if (name.length > MAX_NAME) {
    refuse(refusal, 'E204', start, end, `a name has ${name.length} characters; the limit is ${MAX_NAME}`, undefined);
  }
  const kind = name === 'and' || name === 'or' || name === 'not' ? 'op' : 'name';
  if (kind === 'name' && name.includes('.') && RESERVED_MEMBER.test(name)) {
    refuse(
      refusal,
      'E207',
      start,
      end,
      `\`${brief(name)}\`: \`and\`, \`or\` and \`not\` cannot be part of a name`,
      undefined,
    );
  }
  if (text[end] === '.')
    refuse(
      refusal,
      'E207',
      start,
      end + 1,
      `\`${brief(name)}.\` ends with a point`,
      `a name after it, as in \`bands.upper\``,
    );
  return { kind, text: name, value: 0, start, end };
}

function readText(text: string, start: number, refusal: Refusal): Token {
  const quote = text[start]!;
  const close = text.indexOf(quote, start + 1);
  if (close < 0)
    refuse(
      refusal,
      'E247',
      start,
      text.length,
      `the text that begins here has no closing ${quote}`,
      `end it with ${quote}`,
    );
  const value = text.slice(start + 1, close);
  const odd = /[\\\n\r]/.exec(value);
  if (odd) {
    const at = start + 1 + odd.index;
    refuse(refusal, 'E247', at, at + 1, `a text holds neither backslashes nor line breaks`, undefined);
  }
  return { kind: 'text', text: value, value: 0, start, end: close + 1 };
}

function readSign(text: string, start: number, refusal: Refusal): Token {
  const quick = text[start]!;
  if ('(),+-%^[]?'.includes(quick)) return sign(quick, start);
  if ((quick === '>' || quick === '<') && !'=<>'.includes(text[start + 1] ?? ' ')) return sign(quick, start);
  for (const [wrong, right] of FOREIGN_COMPARISONS) {
    if (text.startsWith(wrong, start)) {
      refuse(
        refusal,
        'E227',
        start,
        start + wrong.length,
        `\`${wrong}\` is no comparison of this language`,
        `write \`${right}\``,
      );
    }
  }
  const two = text.slice(start, start + 2);
  if (two === '>=' || two === '<=' || two === '==' || two === '!=') return sign(two, start);
  for (const [wrong, right] of LOGICAL_SYMBOLS) {
    if (text.startsWith(wrong, start)) {
      refuse(
        refusal,
        'E213',
        start,
        start + wrong.length,
        `\`${wrong}\` is written as a word here`,
        `write \`${right}\``,
      );
    }
  }
  if (two === '**')
    refuse(refusal, 'E207', start, start + 2, '`**` is no operator of this language', 'a power is written `x ^ 2`');
  if (two === '//' || two === '/*') {
    refuse(refusal, 'E207', start, start + 2, 'an expression holds no comments', 'in YAML a comment begins with ` #`');
  }
  const c = text[start]!;
  if ('*/:<>='.includes(c)) return sign(c, start);
  if (c === '.') {
    if (isDigit(text[start + 1])) {
      NUMBER.lastIndex = start + 1;
      const digits = NUMBER.exec(text)![0];
      refuse(
        refusal,
        'E217',
        start,
        start + 1 + digits.length,
        `a number may not begin with a point`,
        `write \`0.${brief(digits)}\``,
      );
    }
    return sign('.', start);
  }
  if (c === ';')
    refuse(
      refusal,
      'E224',
      start,
      start + 1,
      'an expression is one value; `;` would begin another',
      'give each part its own line in `indicators:` or `conditions:`',
    );
  if (c === '{' || c === '}')
    refuse(refusal, 'E226', start, start + 1, `\`${c}\`: there are no objects in expressions`, undefined);
  return refuseCharacter(text, start, refusal);
}

/**
 * What of a text decides its structure: its words by kind, each name as `a`, each number as `0`, each text as `""`.
 * Words that are operators are kept.
 */
export function shapeOf(tokens: readonly Token[]): string {
  let shape = '';
  for (const token of tokens) {
    if (token.kind === 'op') shape += token.text;
    else if (token.kind === 'number') shape += ' 0';
    else if (token.kind === 'text') shape += '""';
    else if (token.kind === 'name') shape += ` a${'.a'.repeat(pointsIn(token.text))}`;
  }
  return shape;
}

function pointsIn(name: string): number {
  let points = 0;
  for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1)) points += 1;
  return points;
}

const sign = (text: string, start: number): Token => ({ kind: 'op', text, value: 0, start, end: start + text.length });

/** Keeps a message on one line whatever was typed. */
export const brief = (written: string): string => (written.length > 40 ? `${written.slice(0, 37)}...` : written);
