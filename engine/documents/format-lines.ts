import type { MapNode, YamlNode } from './node.ts';

interface Plan {
  /** Wanted indentation of each line that begins a key or an item. */
  readonly wanted: Map<number, number>;
  /** Lines inside a value that runs over several: they move with the line it begins on. */
  readonly owner: Map<number, number>;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function planner(text: string): { plan: Plan; visit: (node: YamlNode, indent: number) => void } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const plan: Plan = { wanted: new Map(), owner: new Map() };
  const want = (offset: number, indent: number): void => {
    const line = lineOf(offset);
    if (!plan.wanted.has(line) && !plan.owner.has(line)) plan.wanted.set(line, indent);
  };
  const visit = (node: YamlNode, indent: number): void => {
    if (node.kind === 'scalar' || node.flow) {
      const first = lineOf(node.start);
      const last = lineOf(Math.max(node.start, node.end - 1));
      for (let line = first + 1; line <= last; line++) plan.owner.set(line, first);
      return;
    }
    if (node.kind === 'list') {
      for (const item of node.items) {
        want(item.start, indent);
        visit(item, indent + 2);
      }
      return;
    }
    for (const entry of node.entries) {
      want(entry.key.start, indent);
      visit(entry.value, indent + 2);
    }
  };
  return { plan, visit };
}

/** Indentation of a comment line: that of the neighbour it was aligned with, the line below before the line above. */
function commentIndent(lines: readonly string[], at: number, wanted: ReadonlyMap<number, number>): number {
  const own = indentOf(lines[at] as string);
  let below = at + 1;
  while (below < lines.length && !wanted.has(below)) below++;
  const belowIndent = below < lines.length ? indentOf(lines[below] as string) : -1;
  if (own === belowIndent) return wanted.get(below) as number;
  for (let above = at - 1; above >= 0; above--) {
    const line = wanted.get(above);
    if (line === undefined) continue;
    const aboveIndent = indentOf(lines[above] as string);
    if (aboveIndent === own) return line;
    // Deeper than the line above and not aligned with the one below: it speaks of what is inside.
    if (aboveIndent < own) return belowIndent > aboveIndent ? (wanted.get(below) as number) : line + 2;
  }
  return 0;
}

/** A line with a new indentation and one space after each leading dash; a comment behind it keeps its column if it can. */
function moved(line: string, indent: number): string {
  const body = line.trimStart().replace(/^(?:- +)+/, (dashes) => '- '.repeat((dashes.match(/-/g) ?? []).length));
  const shift = indent + body.length - line.length;
  const comment = shift === 0 ? -1 : body.search(/\s+#[^'"]*$/);
  if (comment < 0) return (' '.repeat(indent) + body).trimEnd();
  const gap = /^\s+/.exec(body.slice(comment))?.[0].length ?? 1;
  const head = body.slice(0, comment);
  return `${' '.repeat(indent)}${head}${' '.repeat(Math.max(1, gap - shift))}${body.slice(comment + gap)}`.trimEnd();
}

/** The text with two spaces a level, blank lines at most one in a row, no spaces at line ends, and one newline at the end. */
export function indented(text: string, root: MapNode): string {
  const lines = text.split('\n');
  const { plan, visit } = planner(text);
  visit(root, 0);
  const out: string[] = [];
  const shiftOf = (line: number): number => (plan.wanted.get(line) ?? 0) - indentOf(lines[line] as string);
  for (const [at, line] of lines.entries()) {
    const owner = plan.owner.get(at);
    const wanted = plan.wanted.get(at);
    if (owner !== undefined) {
      const shift = plan.wanted.has(owner) ? shiftOf(owner) : 0;
      if (line.trim() === '') out.push(line);
      else out.push(shift >= 0 ? ' '.repeat(shift) + line : line.slice(Math.min(-shift, indentOf(line))));
    } else if (wanted !== undefined) out.push(moved(line, wanted));
    else if (line.trim() === '') {
      if (out.length > 0 && out.at(-1) !== '') out.push('');
    } else if (line.trimStart().startsWith('#'))
      out.push(' '.repeat(commentIndent(lines, at, plan.wanted)) + line.trim());
    else out.push(line.trimEnd());
  }
  // Block text may end in blank lines that count; it is left alone.
  if (!plan.owner.has(lines.length - 1) && !plan.owner.has(lines.length - 2))
    while (out.length > 0 && out.at(-1) === '') out.pop();
  const joined = out.join('\n');
  return joined.endsWith('\n') ? joined : `${joined}\n`;
}
