/** Ranges of characters that take two columns (Unicode 15.1 East Asian Width W and F, and emoji), as pairs. */
const WIDE = [
  0x1100, 0x115f, 0x231a, 0x231b, 0x2329, 0x232a, 0x23e9, 0x23ec, 0x25fd, 0x25fe, 0x2614, 0x2615, 0x2648, 0x2653,
  0x26a1, 0x26a1, 0x26bd, 0x26be, 0x26d4, 0x26d4, 0x2705, 0x2705, 0x270a, 0x270b, 0x2728, 0x2728, 0x274c, 0x274c,
  0x2753, 0x2757, 0x2795, 0x2797, 0x2e80, 0x303e, 0x3041, 0x33ff, 0x3400, 0x4dbf, 0x4e00, 0x9fff, 0xa000, 0xa4cf,
  0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f, 0xff00, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f,
  0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff, 0x20000, 0x3fffd,
] as const;

const ZERO = /^(?:\p{Mn}|\p{Me}|\p{Cf})$/u;

/** Columns that a character takes in a terminal: 0, 1 or 2. */
export function columnsOf(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (ZERO.test(char)) return 0;
  for (let i = 0; i < WIDE.length; i += 2) {
    if (code >= (WIDE[i] as number) && code <= (WIDE[i + 1] as number)) return 2;
  }
  return 1;
}

const TAB = '    ';
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** A character as it is printed: tabs as spaces, what cannot be seen as a sign. */
export const printed = (char: string): string => (char === '\t' ? TAB : UNPRINTABLE.test(char) ? '\ufffd' : char);

export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += columnsOf(char);
  return width;
}
