import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { indented } from './format-lines.ts';
import { type ListNode, type MapNode, type ScalarNode, toValue, type YamlNode } from './node.ts';
import { resolvePlain } from './scalar.ts';
import { readYaml } from './yaml.ts';

/** Longest list of single words that stays in brackets, in characters. */
const BRACKETS = 70;

const WORD = /^[\w.\-/+]+$/;

/** Text that other YAML readers may take for something else: numbers, dates, times, yes and no. */
const AMBIGUOUS = /^(?:[-+.]?\d[\d.:_eE+-]*|yes|no|on|off|y|n)$/i;

function plainSafe(text: string): boolean {
  if (text === '' || text !== text.trim() || typeof resolvePlain(text) !== 'string' || AMBIGUOUS.test(text))
    return false;
  if (/: |:$| #|[^\x20-\x7e\u00a1-\ud7ff\ue000-\ufefe]/.test(text)) return false;
  return !/^(?:[-?](?:\s|$)|---|\.\.\.|[&*!|>'"%@`[\]{},#:<=])/.test(text);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const source = (node: YamlNode): string => node.file.text.slice(node.start, node.end);

/** A scalar without needless quotes; what runs over several lines stays as it is. */
function scalarText(node: ScalarNode): string {
  const raw = source(node);
  const quoted = node.style === 'single' || node.style === 'double';
  return quoted && !raw.includes('\n') && plainSafe(node.text) ? node.text : raw;
}

function inBrackets(list: ListNode): string | undefined {
  const words: string[] = [];
  for (const item of list.items) {
    if (item.kind !== 'scalar') return undefined;
    const text = scalarText(item);
    if (!WORD.test(text) && !(item.style !== 'plain' && WORD.test(item.text))) return undefined;
    words.push(text);
  }
  const text = `[${words.join(', ')}]`;
  return text.length <= BRACKETS ? text : undefined;
}

/** A collection written out as lines, the first without its indentation. */
function block(node: YamlNode, indent: number): string {
  const margin = `\n${' '.repeat(indent)}`;
  if (node.kind === 'scalar') return scalarText(node);
  if (node.kind === 'list') {
    if (node.items.length === 0) return '[]';
    return node.items.map((item) => `- ${block(item, indent + 2)}`).join(margin);
  }
  if (node.entries.length === 0) return '{}';
  return node.entries.map((entry) => `${scalarText(entry.key)}:${valueText(entry.value, indent)}`).join(margin);
}

/** A value behind its colon: on the same line, or below it. */
function valueText(node: YamlNode, indent: number): string {
  if (node.kind === 'scalar') {
    const text = scalarText(node);
    return text === '' ? '' : ` ${text}`;
  }
  const brackets = node.kind === 'list' ? inBrackets(node) : undefined;
  if (brackets !== undefined) return ` ${brackets}`;
  if (node.kind === 'list' ? node.items.length === 0 : node.entries.length === 0) return ` ${block(node, 0)}`;
  return `\n${' '.repeat(indent + 2)}${block(node, indent + 2)}`;
}

const columnOf = (file: SourceFile, offset: number): number => offset - (file.text.lastIndexOf('\n', offset - 1) + 1);

/** Brackets that hold comments are left to their writer. */
const hasComment = (node: YamlNode): boolean => /(?:^|\s)#/.test(source(node));

function collectFlow(node: ListNode | MapNode, keyColumn: number | undefined, edits: Edit[]): void {
  if (hasComment(node)) return;
  const brackets = node.kind === 'list' ? inBrackets(node) : undefined;
  const empty = node.kind === 'list' ? node.items.length === 0 : node.entries.length === 0;
  let text: string;
  let { start } = node;
  if (brackets !== undefined) text = brackets;
  else if (empty) text = block(node, 0);
  else if (keyColumn === undefined) text = block(node, columnOf(node.file, node.start));
  else {
    text = `\n${' '.repeat(keyColumn + 2)}${block(node, keyColumn + 2)}`;
    while (node.file.text[start - 1] === ' ') start--;
    if (edits.at(-1)?.text === ': ')
      edits[edits.length - 1] = { start: (edits.at(-1) as Edit).start, end: start, text: ':' };
  }
  edits.push({ start, end: node.end, text });
}

function collect(node: YamlNode, keyColumn: number | undefined, edits: Edit[]): void {
  if (node.kind === 'scalar') edits.push({ start: node.start, end: node.end, text: scalarText(node) });
  else if (node.flow) collectFlow(node, keyColumn, edits);
  else if (node.kind === 'list') for (const item of node.items) collect(item, undefined, edits);
  else {
    for (const entry of node.entries) {
      edits.push({ start: entry.key.start, end: entry.key.end, text: scalarText(entry.key) });
      const gap = node.file.text.slice(entry.key.end, entry.value.start);
      if (/^ *: +$/.test(gap) && entry.value.end > entry.value.start)
        edits.push({ start: entry.key.end, end: entry.value.start, text: ': ' });
      collect(entry.value, columnOf(node.file, entry.key.start), edits);
    }
  }
}

/** Applies edits from left to right; undefined when they overlap, as they do where aliases repeat a place. */
function apply(text: string, edits: readonly Edit[]): string | undefined {
  let out = '';
  let at = 0;
  for (const edit of edits) {
    if (edit.start < at || edit.end < edit.start) return undefined;
    out += text.slice(at, edit.start);
    // A comment behind a changed value keeps its column as far as there is room.
    const gap = /^ +(?=#)/.exec(text.slice(edit.end));
    out += edit.text;
    at = edit.end;
    if (gap && !edit.text.includes('\n')) {
      const shift = edit.end - edit.start - edit.text.length;
      out += ' '.repeat(Math.max(1, gap[0].length + shift));
      at += gap[0].length;
    }
  }
  return out + text.slice(at);
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (Object.is(inner, -0) ? '-0' : inner));

interface Readable {
  readonly text: string;
  readonly root: MapNode;
  readonly meaning: string;
}

function readable(text: string): Readable | undefined {
  const reading = readYaml({ path: '', text });
  if (!reading.root || reading.diagnostics.length > 0) return undefined;
  return { text, root: reading.root, meaning: canonical(toValue(reading.root)) };
}

/** The text after a step, if the step kept its meaning; otherwise the text before it. */
function step(before: Readable, after: string | undefined): Readable {
  if (after === undefined || after === before.text) return before;
  const read = readable(after);
  return read && read.meaning === before.meaning ? read : before;
}

function once(start: Readable): Readable {
  const edits: Edit[] = [];
  collect(start.root, undefined, edits);
  const simplified = step(start, apply(start.text, edits));
  return step(simplified, indented(simplified.text, simplified.root));
}

/**
 * The canonical form of a document: comments, key order and single blank lines kept, two spaces a level, lists written out (single words
 * may stay in brackets), no needless quotes. Findings when the text is not readable YAML; its meaning never changes.
 */
export function formatDocument(
  text: string,
  path = '',
): { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] } {
  const unix = text.replaceAll('\r\n', '\n');
  const first = readable(unix);
  if (!first) return { diagnostics: readYaml({ path, text }).diagnostics };
  let current = first;
  // Written-out brackets are indented in a second pass, comments beside them may need a third.
  for (let pass = 0; pass < 4; pass++) {
    const next = once(current);
    if (next.text === current.text) break;
    current = next;
  }
  return { text: current.text };
}
