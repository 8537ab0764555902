/** Levels that the text may open before the library is asked: it recurses, and a full stack ends the process. */
const MOST_OPEN = 120;

/** Offset at which too many levels are open: brackets, dashes and colons of one line, or indentation; undefined for all real files. */
export function tooManyLevels(text: string): number | undefined {
  let brackets = 0;
  const indents: number[] = [];
  let lineStart = 0;
  while (lineStart < text.length) {
    let lineEnd = text.indexOf('\n', lineStart);
    if (lineEnd < 0) lineEnd = text.length;
    let first = lineStart;
    while (first < lineEnd && text.charCodeAt(first) === 32) first++;
    if (first < lineEnd) {
      const indent = first - lineStart;
      while (indents.length > 0 && (indents.at(-1) as number) >= indent) indents.pop();
      indents.push(indent);
      if (indents.length > MOST_OPEN) return first;
    }
    let marks = 0;
    let quoted = false;
    for (let i = first; i < lineEnd; i++) {
      const code = text.charCodeAt(i);
      // What stands in a comment opens nothing; behind a quote a # may be a part of the text.
      if (code === 35 && !quoted && (i === first || text.charCodeAt(i - 1) === 32)) break;
      if (code === 34 || code === 39) quoted = true;
      if (code === 91 || code === 123) {
        brackets++;
        if (brackets > MOST_OPEN) return i;
      } else if (code === 93 || code === 125) {
        if (brackets > 0) brackets--;
      } else if (code === 58 || code === 45 || code === 63) {
        // `- `, `? ` and `: ` each may open a level.
        const next = text.charCodeAt(i + 1);
        if (i + 1 >= lineEnd || next === 32 || next === 9) marks++;
        if (marks > MOST_OPEN) return i;
      }
    }
    lineStart = lineEnd + 1;
  }
  return undefined;
}
