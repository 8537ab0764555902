import type { SourceFile, Span } from './diagnostic.ts';

/** A place as people and editors count: lines and columns from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const starts = new WeakMap<SourceFile, Uint32Array>();

function lineStarts(file: SourceFile): Uint32Array {
  const known = starts.get(file);
  if (known) return known;
  const list = [0];
  for (let at = file.text.indexOf('\n'); at >= 0; at = file.text.indexOf('\n', at + 1)) list.push(at + 1);
  const table = Uint32Array.from(list);
  starts.set(file, table);
  return table;
}

export function positionOf(file: SourceFile, offset: number): Position {
  const table = lineStarts(file);
  let low = 0;
  let high = table.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((table[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (table[low] as number) + 1 };
}

/** The text of a line (from 1) without its end, and the offset where it begins. */
export function lineOf(file: SourceFile, line: number): { readonly text: string; readonly start: number } {
  const table = lineStarts(file);
  const start = table[line - 1] ?? file.text.length;
  const next = table[line];
  let text = file.text.slice(start, next === undefined ? file.text.length : next - 1);
  if (text.endsWith('\r')) text = text.slice(0, -1);
  return { text, start };
}

/** A span within its file: out-of-range offsets are brought back. */
export function clampSpan(file: SourceFile, span: Span | undefined): Span {
  const length = file.text.length;
  const start = Math.max(0, Math.min(span?.start ?? 0, length));
  return { start, end: Math.max(start, Math.min(span?.end ?? start, length)) };
}
