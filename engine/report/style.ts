/** Wraps text in terminal attributes, or leaves it alone when the reader is no colour terminal. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
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

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const ESCAPES = /\u001b\[[0-9;]*m/g;

/** Number of columns that a text takes once its attributes are gone. */
export const shownWidth = (text: string): number =>
  text.includes('\u001b') ? text.replace(ESCAPES, '').length : text.length;
