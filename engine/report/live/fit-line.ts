import { columnsOf, printed, widthOf } from '../../documents/terminal-width.ts';
import { unstyled } from '../style.ts';

const ESCAPE = '\u001b';
const RESET = '\u001b[0m';

/** A text from outside (a path, a message) with nothing in it that moves the cursor or breaks the line. */
export const inert = (text: string): string => Array.from(text, (char) => printed(char)).join('');

/** Cuts a line with colours to `width` columns of a terminal, its last one an ellipsis when something is lost. */
export const fitLine = (line: string, width: number): string => {
  let used = 0;
  let kept = '';
  // What stands before the last column: the ellipsis goes there once it is known that the line goes on.
  let short = '';
  for (let at = 0; at < line.length; ) {
    if (line[at] === ESCAPE) {
      const end = line.indexOf('m', at) + 1;
      kept += line.slice(at, end);
      at = end;
      continue;
    }
    const char = String.fromCodePoint(line.codePointAt(at)!);
    const columns = columnsOf(char);
    if (used + columns > width) return width < 1 ? '' : `${short}…${line.includes(ESCAPE) ? RESET : ''}`;
    if (used <= width - 1) short = kept;
    kept += char;
    used += columns;
    if (used <= width - 1) short = kept;
    at += char.length;
  }
  return kept;
};

/** Columns that a line with colours takes. */
export const lineWidth = (line: string): number => widthOf(unstyled(line));

/** A part of a line; those of the highest `drop` leave first when the line is too long, those without one stay. */
export interface Part {
  readonly text: string;
  readonly drop?: number;
}

/** Joins parts with `gap` blanks after a first one, leaving out what does not fit, and cuts what is left to `width` columns. */
export const joinParts = (parts: readonly Part[], width: number, gap = 2): string => {
  let kept = parts.filter(({ text }) => text !== '');
  const line = (): string => ` ${kept.map(({ text }) => text).join(' '.repeat(gap))}`;
  while (lineWidth(line()) > width) {
    const last = kept.reduce<Part | undefined>(
      (most, part) => ((part.drop ?? 0) > (most?.drop ?? 0) ? part : most),
      undefined,
    );
    if (last === undefined) break;
    kept = kept.filter((part) => part !== last);
  }
  return fitLine(line(), width);
};
