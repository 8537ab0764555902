import { type Refusal, refuse } from './syntax.ts';

/** What a word processor or a phone puts in the place of a plain character. */
const TYPOGRAPHIC: ReadonlyMap<string, string> = new Map([
  ['−', '-'],
  ['–', '-'],
  ['—', '-'],
  ['‐', '-'],
  ['‑', '-'],
  ['×', '*'],
  ['·', '*'],
  ['∙', '*'],
  ['•', '*'],
  ['÷', '/'],
  ['“', '"'],
  ['”', '"'],
  ['„', '"'],
  ['«', '"'],
  ['»', '"'],
  ['‘', "'"],
  ['’', "'"],
  ['，', ','],
  ['（', '('],
  ['）', ')'],
  ['；', ';'],
]);

const SIGNS: ReadonlyMap<string, string> = new Map([
  ['≥', '>='],
  ['⩾', '>='],
  ['≤', '<='],
  ['⩽', '<='],
  ['≠', '!='],
  ['＝', '=='],
  ['＞', '>'],
  ['＜', '<'],
]);

/** Spaces and marks that cannot be seen, by what they are called. */
const UNSEEN: ReadonlyMap<string, string> = new Map([
  ['\u00a0', 'a no-break space'],
  ['\u202f', 'a narrow no-break space'],
  ['\u2007', 'a figure space'],
  ['\u2009', 'a thin space'],
  ['\u3000', 'an ideographic space'],
  ['\u200b', 'a zero-width space'],
  ['\u200c', 'a zero-width non-joiner'],
  ['\u200d', 'a zero-width joiner'],
  ['\u200e', 'a left-to-right mark'],
  ['\u200f', 'a right-to-left mark'],
  ['\u2060', 'a word joiner'],
  ['\u00ad', 'a soft hyphen'],
  ['\ufeff', 'a byte order mark'],
]);

/** Letters of other alphabets that look like the Latin one in the same place of the second text. */
const CYRILLIC = [
  '\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0405\u0408',
  'aceopxyijshdqwABEKMHOPCTXISJ',
] as const;
const GREEK = [
  '\u03bf\u03bd\u03b1\u03b9\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7',
  'ovaiABEZHIKMNOPTYX',
] as const;

const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  [CYRILLIC, GREEK].flatMap(([foreign, latin]) => Array.from(foreign, (letter, i) => [letter, latin[i]!] as const)),
);

const FULL_WIDTH = /^[\uff01-\uff5e]$/;

/** The plain letter or digit that a character looks like; full-width forms are those of East Asian keyboards. */
function plainOf(point: string): string | undefined {
  const known = LOOKALIKES.get(point);
  if (known !== undefined) return known;
  const narrow = FULL_WIDTH.test(point) ? point.normalize('NFKC') : point;
  return narrow !== point && /^[A-Za-z0-9_]$/.test(narrow) ? narrow : undefined;
}

function alphabetOf(point: string): string {
  if (/\p{Script=Cyrillic}/u.test(point)) return 'a Cyrillic letter';
  if (/\p{Script=Greek}/u.test(point)) return 'a Greek letter';
  return FULL_WIDTH.test(point) ? 'a full-width character' : 'a letter of another alphabet';
}

/** The word around `at`, in plain letters; undefined when some have none that look like them. */
function plainWord(text: string, at: number): string | undefined {
  const before = /[\p{L}\p{N}_.]*$/u.exec(text.slice(Math.max(0, at - 40), at))![0];
  const after = /^[\p{L}\p{N}_.]*/u.exec(text.slice(at, at + 40))![0];
  const word = Array.from(before + after, (point) => plainOf(point) ?? point).join('');
  return /^[A-Za-z0-9_.]+$/.test(word) ? word : undefined;
}

/** Refuses a character that is none of the language's, by the name it is known under and with what to type instead. */
export function refuseCharacter(text: string, start: number, refusal: Refusal): never {
  const point = String.fromCodePoint(text.codePointAt(start)!);
  const end = start + point.length;
  const plain = TYPOGRAPHIC.get(point);
  if (plain !== undefined)
    refuse(refusal, 'E228', start, end, `\`${point}\` is a typographic character`, `type the plain one: \`${plain}\``);
  const comparison = SIGNS.get(point);
  if (comparison !== undefined)
    refuse(refusal, 'E227', start, end, `\`${point}\` is no comparison of this language`, `write \`${comparison}\``);
  const hex = `U+${point.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  const space = /\s/.test(point) && point !== '\ufeff';
  const unseen = UNSEEN.get(point) ?? (space ? 'a special space' : undefined);
  if (unseen !== undefined) {
    const help = space ? 'type a plain space' : 'delete it: it came with text that was copied and cannot be seen';
    refuse(refusal, 'E228', start, end, `${unseen} (${hex}) stands here`, help);
  }
  const latin = plainOf(point);
  if (latin !== undefined) {
    const message = `\`${point}\` is ${alphabetOf(point)} (${hex}) that looks like \`${latin}\``;
    const word = plainWord(text, start);
    const help = word === undefined ? `type the Latin \`${latin}\`` : `type the word in Latin letters: \`${word}\``;
    refuse(refusal, 'E228', start, end, message, help);
  }
  const letter = /\p{L}/u.test(point);
  const shown = /[\p{L}\p{N}\p{P}\p{S}]/u.test(point) ? `\`${point}\`` : `the character ${hex}`;
  const foreign = letter && !/\p{Script=Latin}/u.test(point) ? `, ${alphabetOf(point)},` : '';
  const help = letter ? 'names are made of the letters a-z, digits and `_`' : undefined;
  refuse(refusal, 'E207', start, end, `${shown}${foreign} has no meaning in an expression`, help);
}
