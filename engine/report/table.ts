import { type Style, shownWidth } from './style.ts';
import { clip } from './wrap.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** May be clipped when the table is too wide for the terminal; the others keep their width. */
  readonly shrinks?: boolean;
  /** Columns that it keeps when it is clipped (10). */
  readonly least?: number;
  /** Left out first (the highest number first) when the table is too wide; undefined: always shown. */
  readonly drop?: number;
}

const GAP = 2;
/** A clipped column keeps this many columns unless it says otherwise. */
const LEAST = 10;

const widthsOf = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  keep: readonly number[],
): number[] =>
  keep.map((index) => {
    let width = columns[index]!.title.length;
    for (const row of rows) width = Math.max(width, shownWidth(row[index] ?? ''));
    return width;
  });

const total = (widths: readonly number[], indent: number): number =>
  widths.reduce((sum, width) => sum + width, indent + GAP * Math.max(0, widths.length - 1));

/**
 * Draws rows under a header, columns aligned, no line wider than `width` columns.
 * Columns marked `drop` leave first, then those marked `shrinks` are clipped, the rightmost first.
 */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { readonly width: number; readonly indent: number; readonly style: Style },
): string[] => {
  let keep = columns.map((_, index) => index);
  let widths = widthsOf(columns, rows, keep);
  const leaving = columns
    .map((column, index) => ({ index, drop: column.drop ?? 0 }))
    .filter((column) => column.drop > 0)
    .sort((a, b) => b.drop - a.drop);
  for (const { index } of leaving) {
    if (total(widths, options.indent) <= options.width) break;
    keep = keep.filter((kept) => kept !== index);
    widths = widthsOf(columns, rows, keep);
  }
  for (let place = keep.length - 1; place >= 0; place -= 1) {
    const excess = total(widths, options.indent) - options.width;
    const { shrinks, least = LEAST } = columns[keep[place]!]!;
    if (excess > 0 && shrinks) widths[place] = Math.min(widths[place]!, Math.max(least, widths[place]! - excess));
  }
  const margin = ' '.repeat(options.indent);
  const line = (cells: readonly string[]): string => {
    let text = margin;
    keep.forEach((index, place) => {
      const width = widths[place]!;
      const raw = cells[index] ?? '';
      const cell = shownWidth(raw) > width ? clip(raw, width) : raw;
      const fill = ' '.repeat(Math.max(0, width - shownWidth(cell)));
      if (place > 0) text += ' '.repeat(GAP);
      text += columns[index]!.align === 'right' ? fill + cell : cell + fill;
    });
    return text.trimEnd();
  };
  return [options.style.dim(line(columns.map((column) => column.title))), ...rows.map(line)];
};
