/** Breaks prose at spaces so that no line is wider than `width` columns; words longer than that stand alone. */
export const wrap = (text: string, width: number, indent = ''): string[] => {
  const lines: string[] = [];
  const room = Math.max(20, width - indent.length);
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line === '') line = word;
      else if (line.length + 1 + word.length <= room) line += ` ${word}`;
      else {
        lines.push(indent + line);
        line = word;
      }
    }
    lines.push((indent + line).trimEnd());
  }
  return lines;
};

/** Cuts a text to `width` columns, its last one an ellipsis when something is lost. */
export const clip = (text: string, width: number): string =>
  text.length <= width ? text : width < 1 ? '' : `${text.slice(0, width - 1)}…`;

/** Lists things in a line of prose: `a`, `a and b`, `a, b and c`. */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
