/** Wraps text in terminal attributes, or leaves it alone when the reader is no colour terminal. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const attribute =
  (on: number, off: number) =>
  (text: string): string =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;

const COLOURED: Style = {
  bold: attribute(1, 22),
  dim: attribute(2, 22),
  red: attribute(31, 39),
  green: attribute(32, 39),
  yellow: attribute(33, 39),
  cyan: attribute(36, 39),
};

const same = (text: string): string => text;
const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

export const styleOf = (colour: boolean): Style => (colour ? COLOURED : PLAIN);

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** The text without its attributes. */
export const unstyled = (text: string): string => (text.includes('\u001b') ? text.replace(ESCAPES, '') : text);

/** Number of columns that a text takes once its attributes are gone. */
export const shownWidth = (text: string): number => unstyled(text).length;
