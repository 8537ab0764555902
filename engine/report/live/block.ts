import type { RunView } from '../../runtime/view.ts';
import { fitLine } from './fit-line.ts';
import {
  accountLine,
  feedLine,
  hintsLine,
  type LineOptions,
  oneLine,
  ordersLine,
  rulesLine,
  staleLine,
} from './lines.ts';
import { breakerTable, positionTable, strategyTable } from './tables.ts';

export interface BlockOptions extends LineOptions {
  /** Rows of the whole terminal: the block leaves some for what scrolls above it. */
  readonly height: number;
}

/** Below this many rows the block is one line. */
const LEAST_HEIGHT = 8;

/** Rows left for what scrolls by. */
const roomAbove = (height: number): number => (height >= 30 ? 8 : height >= 20 ? 5 : height >= 12 ? 2 : 1);

/** A part of the block; parts of the lowest worth give lines first. */
interface Section {
  lines: readonly string[];
  readonly worth: number;
  /** The first line is a header and the rest are rows: it may lose rows, and says how many. */
  readonly rows?: { readonly thing: string; readonly least: number };
}

/** A table cut to `most` lines, header and a line on what is missing among them; nothing when that leaves no row. */
const shortened = (lines: readonly string[], most: number, thing: string, style: LineOptions['style']): string[] => {
  if (lines.length <= most) return [...lines];
  const shown = most - 2;
  if (shown < 1) return [];
  const left = lines.length - 1 - shown;
  return [...lines.slice(0, shown + 1), style.dim(` and ${left} more ${thing}`)];
};

/** Takes lines from the sections worth least until all fit. */
const fitSections = (sections: readonly Section[], budget: number, style: LineOptions['style']): readonly Section[] => {
  const total = (): number => sections.reduce((sum, { lines }) => sum + lines.length, 0);
  for (const section of sections.toSorted((a, b) => a.worth - b.worth)) {
    const excess = total() - budget;
    if (excess <= 0) break;
    const { lines, rows } = section;
    section.lines =
      rows === undefined ? [] : shortened(lines, Math.max(rows.least, lines.length - excess), rows.thing, style);
  }
  return sections;
};

/**
 * The block at the bottom of a terminal while a run goes on: lines of at most `width` columns, few enough to leave room above
 * them on `height` rows, and one alone when there are hardly any.
 */
export const liveBlock = (view: RunView, options: BlockOptions): readonly string[] => {
  const { width, height, style } = options;
  if (height < LEAST_HEIGHT || width < 20) return [fitLine(oneLine(view, options), width)];
  const stale = staleLine(view, options);
  const sections: Section[] = [
    // The first row is blank: the cursor rests there, and a row that is never wrapped anew stays where it is.
    { lines: [''], worth: 2 },
    { lines: [accountLine(view, options)], worth: 100 },
    { lines: strategyTable(view, options), worth: 5, rows: { thing: 'strategies', least: 0 } },
    { lines: positionTable(view, options), worth: 3, rows: { thing: 'positions', least: 0 } },
    { lines: [ordersLine(view, options)], worth: 7 },
    { lines: breakerTable(view, options), worth: 8, rows: { thing: 'tripped', least: 3 } },
    { lines: [rulesLine(view, options)], worth: 6 },
    { lines: stale === undefined ? [] : [stale], worth: 99 },
    { lines: [feedLine(view, options)], worth: 9 },
    { lines: [hintsLine(options)], worth: 1 },
  ];
  return fitSections(sections, height - roomAbove(height), style)
    .flatMap(({ lines }) => lines)
    .map((line) => fitLine(line, width));
};
