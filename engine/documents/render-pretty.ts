import type { Diagnostic, SourceFile, Span } from './diagnostic.ts';
import { clampSpan, lineOf, positionOf } from './position.ts';
import { columnsOf, printed, widthOf } from './terminal-width.ts';

/** Paints text; the plain one gives it back. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly dim: (text: string) => string;
}

const wrap =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;
const same = (text: string): string => text;

export const PLAIN: Paint = { bold: same, red: same, yellow: same, blue: same, dim: same };
export const COLOURED: Paint = {
  bold: wrap(1, 22),
  red: wrap(31, 39),
  yellow: wrap(33, 39),
  blue: wrap(36, 39),
  dim: wrap(2, 22),
};

interface Snippet {
  readonly line: string;
  readonly indent: number;
  readonly length: number;
}

/** The part of a line around a span that fits, and where the span stands in it, in columns. */
function snippet(text: string, from: number, to: number, room: number): Snippet {
  const cells: { readonly shown: string; readonly width: number }[] = [];
  let first = -1;
  let last = -1;
  let at = 0;
  for (const char of text) {
    const shown = printed(char);
    const end = at + char.length;
    if (first < 0 && end > from) first = cells.length;
    if (at < to) last = cells.length;
    cells.push({ shown, width: shown.length > 1 && char === '\t' ? shown.length : columnsOf(shown) });
    at = end;
  }
  if (first < 0) first = cells.length;
  if (last < first) last = first - 1;
  const widths = (start: number, end: number): number => {
    let sum = 0;
    for (let i = start; i < end; i++) sum += cells[i]?.width ?? 0;
    return sum;
  };
  let start = 0;
  let end = cells.length;
  if (widths(0, end) > room) {
    const space = Math.max(10, room - 2);
    start = Math.max(0, first - Math.floor(space / 3));
    while (start > 0 && widths(start, last + 1) < (space * 2) / 3 && widths(start - 1, cells.length) <= space) start--;
    end = start;
    while (end < cells.length && widths(start, end + 1) <= space) end++;
  }
  const head = start > 0 ? '…' : '';
  const tail = end < cells.length ? '…' : '';
  const line =
    head +
    cells
      .slice(start, end)
      .map((cell) => cell.shown)
      .join('') +
    tail;
  const indent = head.length + widths(start, Math.max(start, Math.min(first, end)));
  return { line: line.trimEnd(), indent, length: Math.max(1, widths(first, Math.min(last + 1, end))) };
}

function marked(
  file: SourceFile,
  span: Span,
  gutter: number,
  width: number,
  mark: string,
  words: string,
  paint: (text: string) => string,
  edge: Paint,
): string[] {
  const { line } = positionOf(file, span.start);
  const { text, start } = lineOf(file, line);
  const room = Math.max(20, width - gutter - 3);
  const {
    line: shown,
    indent,
    length,
  } = snippet(text, span.start - start, Math.min(span.end - start, text.length), room);
  const bar = edge.blue('|');
  const under = ' '.repeat(indent) + paint(mark.repeat(length) + (words === '' ? '' : ` ${words}`));
  return [
    `${edge.blue(String(line).padStart(gutter))} ${bar} ${shown}`.trimEnd(),
    `${' '.repeat(gutter)} ${bar} ${under}`,
  ];
}

/** Breaks words at spaces so that no line is longer than `width`; the first line is shortened by `used`. */
function folded(words: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(' ')) {
    if (line !== '' && widthOf(indent) + widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word.trimStart();
    } else line = line === '' && lines.length > 0 ? word : line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
}

function heading(diagnostic: Diagnostic, gutter: number, width: number, paint: Paint): string[] {
  const { file, context } = diagnostic;
  if (!file || diagnostic.span === undefined)
    return file && file.path !== '' && !diagnostic.message.includes(file.path)
      ? [`${' '.repeat(gutter)}${paint.blue('-->')} ${file.path}`]
      : [];
  const { line, column } = positionOf(file, clampSpan(file, diagnostic.span).start);
  const where = `${file.path}:${line}:${column}`;
  const start = `${' '.repeat(gutter)}${paint.blue('-->')} ${where}`;
  if (context === undefined) return [start];
  const used = gutter + 4 + widthOf(where);
  const column2 = Math.max(used + 2, Math.min(58, width - widthOf(context)));
  if (column2 + widthOf(context) <= width) return [`${start}${' '.repeat(column2 - used)}${paint.dim(context)}`];
  return [start, `${' '.repeat(gutter + 4)}${paint.dim(context)}`];
}

/** One finding as a screen shows it: message, place, the line with a caret, help. */
export function prettyDiagnostic(diagnostic: Diagnostic, width: number, paint: Paint): string {
  const { file, code, severity, message, help } = diagnostic;
  const severityPaint = severity === 'error' ? paint.red : severity === 'warning' ? paint.yellow : paint.blue;
  const span = file ? clampSpan(file, diagnostic.span) : undefined;
  const placed = file !== undefined && diagnostic.span !== undefined && file.text !== '';
  const related = diagnostic.related ?? [];
  const lines = [
    ...(placed && span ? [positionOf(file, span.start).line] : []),
    ...related.map((other) => positionOf(other.file, other.span.start).line),
  ];
  const gutter = Math.max(2, ...lines.map((line) => String(line).length));
  const edge = `${' '.repeat(gutter)} ${paint.blue('|')}`;
  const out = [paint.bold(`${severityPaint(`${severity}[${code}]`)}: ${folded(message, width, '  ')}`)];
  out.push(...heading(diagnostic, gutter, width, paint));
  if (placed && span) {
    out.push(edge, ...marked(file, span, gutter, width, '^', '', severityPaint, paint));
  }
  for (const other of related) {
    if (other.file !== file) {
      const { line, column } = positionOf(other.file, other.span.start);
      out.push(`${' '.repeat(gutter)}${paint.blue(':::')} ${other.file.path}:${line}:${column}`);
    }
    out.push(
      edge,
      ...marked(other.file, clampSpan(other.file, other.span), gutter, width, '-', other.message, paint.blue, paint),
    );
  }
  const note = (name: string, words: string): string =>
    `${' '.repeat(gutter)} ${paint.blue('=')} ${paint.bold(`${name}:`)} ${folded(words, width, ' '.repeat(gutter + 3))}`;
  if (help !== undefined) out.push(note('help', help));
  out.push(note('more', `engine explain ${code}`));
  return out.join('\n');
}
