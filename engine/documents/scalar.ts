import type { EmbeddedExpression } from './document.ts';
import type { ScalarNode } from './node.ts';

const INTEGER = /^[-+]?[0-9]+$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;

/** What unquoted text means by YAML 1.2's core schema (yaml.org/spec/1.2.2, 10.3.2). */
export function resolvePlain(text: string): string | number | boolean | null {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
    case '.nan':
    case '.NaN':
    case '.NAN':
      return Number.NaN;
  }
  const first = text.charCodeAt(0);
  // Most text begins with a letter: nothing below can match it.
  if (first > 57 || first < 43) return text;
  if (INTEGER.test(text) || FLOAT.test(text)) return Number(text);
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  return text;
}

const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\n' || char === '\t' || char === '\r';

/** For each character of a scalar's text its offset in the file; folds, escapes and doubled quotes are stepped over. */
function offsets(node: ScalarNode): number[] {
  const raw = node.file.text;
  const at: number[] = [];
  let from = node.start + (node.style === 'single' || node.style === 'double' ? 1 : 0);
  if (node.style === 'block') {
    const header = raw.indexOf('\n', from);
    if (header >= 0) from = header + 1;
  }
  for (const char of node.text.split('')) {
    let seek = from;
    if (isSpace(char)) {
      while (seek < node.end && !isSpace(raw[seek])) seek++;
      at.push(seek < node.end ? seek : from);
      if (seek < node.end) from = seek + 1;
      continue;
    }
    while (seek < node.end && raw[seek] !== char) seek++;
    // An escape such as \x41 does not show its character: it stands where the reading is.
    at.push(seek < node.end ? seek : from);
    from = seek < node.end ? seek + 1 : from + 1;
  }
  return at;
}

/** A scalar as the expression parser reads it, with the way back to the file. */
export function embedded(node: ScalarNode): EmbeddedExpression {
  if (node.style === 'plain' && node.end - node.start === node.text.length) {
    return { text: node.text, toFile: (span) => ({ start: node.start + span.start, end: node.start + span.end }) };
  }
  let table: number[] | undefined;
  return {
    text: node.text,
    toFile(span) {
      table ??= offsets(node);
      const first = table[span.start] ?? node.end;
      const last = span.end > span.start ? (table[span.end - 1] ?? node.end - 1) + 1 : first;
      return { start: first, end: Math.max(first, last) };
    },
  };
}
