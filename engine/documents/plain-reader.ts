import type { SourceFile } from './diagnostic.ts';
import { tooManyLevels } from './levels.ts';
import type { Entry, ListNode, MapNode, ScalarNode, YamlNode } from './node.ts';
import { resolvePlain } from './scalar.ts';

/**
 * Reads the plain part of YAML that nearly every strategy is written in: block maps and lists, one-line values, words in quotes, one-line
 * brackets of words, comments. Gives undefined at the first thing it is not sure of; the library then reads the whole text again and
 * finds the words for it. What it does give is what the library gives, at a twentieth of the time and without loading it.
 */
export function readPlain(file: SourceFile): MapNode | undefined {
  if (tooManyLevels(file.text) !== undefined) return undefined;
  const lines = scan(file.text);
  if (lines === undefined || lines.count === 0) return undefined;
  const reader: Reader = { file, text: file.text, lines, at: 0 };
  const root = readMap(reader, lines.indent[0] as number, 0);
  return root && reader.at === lines.count && lines.indent[0] === 0 ? root : undefined;
}

/** Lines that hold something: where their content begins, how far it is indented, where it ends (comments and spaces cut). */
interface Lines {
  readonly count: number;
  readonly start: Uint32Array;
  readonly indent: Uint32Array;
  readonly end: Uint32Array;
}

interface Reader {
  readonly file: SourceFile;
  readonly text: string;
  readonly lines: Lines;
  at: number;
}

const SPACE = 32;
const HASH = 35;
const DASH = 45;
const DOT = 46;
const COLON = 58;
const DOUBLE = 34;
const SINGLE = 39;

/** Deepest block that is read here; the library has its own words for more. */
const DEEPEST = 24;

/** End of a line's content: before a comment and the spaces in front of it; -1 when a quote makes that unsure. */
function contentEnd(text: string, start: number, end: number): number {
  let last = start;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === HASH && i > start && text.charCodeAt(i - 1) === SPACE) {
      // A # between quotes is no comment: values in quotes are few, and the library reads these.
      for (let j = start; j < i; j++) {
        const before = text.charCodeAt(j);
        if (before === DOUBLE || before === SINGLE) return -1;
      }
      break;
    }
    if (code !== SPACE) last = i + 1;
  }
  return last;
}

function scan(text: string): Lines | undefined {
  let capacity = 1;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) capacity++;
  const start = new Uint32Array(capacity);
  const indent = new Uint32Array(capacity);
  const end = new Uint32Array(capacity);
  let count = 0;
  let lineStart = 0;
  while (lineStart < text.length) {
    let lineEnd = text.indexOf('\n', lineStart);
    if (lineEnd < 0) lineEnd = text.length;
    let first = lineStart;
    while (first < lineEnd && text.charCodeAt(first) === SPACE) first++;
    const code = first < lineEnd ? text.charCodeAt(first) : HASH;
    // Carriage returns, tabs and whatever else is under a space: the library knows.
    if (code < SPACE) return undefined;
    if (code !== HASH) {
      const stop = contentEnd(text, first, lineEnd);
      if (stop < 0) return undefined;
      start[count] = first;
      indent[count] = first - lineStart;
      end[count] = stop;
      count++;
    }
    lineStart = lineEnd + 1;
  }
  return { count, start, indent, end };
}

/** `-` before a space or at the end of its line. */
const isItem = (text: string, at: number, end: number): boolean =>
  text.charCodeAt(at) === DASH && (at + 1 === end || text.charCodeAt(at + 1) === SPACE);

function readMap(reader: Reader, indent: number, depth: number): MapNode | undefined {
  if (depth > DEEPEST) return undefined;
  const first = reader.lines.start[reader.at] as number;
  return readEntries(reader, indent, depth, first, reader.at);
}

/** Entries of a map whose first key stands at `from` (behind a dash, or at the start of its line). */
function readEntries(reader: Reader, indent: number, depth: number, from: number, line: number): MapNode | undefined {
  const { text, lines, file } = reader;
  const entries: Entry[] = [];
  let start = from;
  let end = from;
  reader.at = line;
  while (reader.at < lines.count) {
    if (start !== from || entries.length > 0) {
      const own = lines.indent[reader.at] as number;
      if (own < indent) break;
      if (own > indent) return undefined;
      start = lines.start[reader.at] as number;
      if (isItem(text, start, lines.end[reader.at] as number)) return undefined;
    }
    const entry = readEntry(reader, start, indent, depth);
    if (!entry) return undefined;
    entries.push(entry);
    end = Math.max(entry.value.end, entry.key.end);
    start = -1;
  }
  return { kind: 'map', file, start: from, end, flow: false, entries };
}

const isKeyCode = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  code === 95 ||
  (code >= 48 && code <= 57) ||
  code === DASH ||
  code === DOT;

function readEntry(reader: Reader, start: number, indent: number, depth: number): Entry | undefined {
  const { text, lines, file } = reader;
  const lineEnd = lines.end[reader.at] as number;
  let colon = start;
  while (colon < lineEnd && isKeyCode(text.charCodeAt(colon))) colon++;
  if (colon === start || text.charCodeAt(colon) !== COLON) return undefined;
  if (text.charCodeAt(start) === DASH || text.charCodeAt(start) === DOT) return undefined;
  const word = text.slice(start, colon);
  const key: ScalarNode = {
    kind: 'scalar',
    file,
    start,
    end: colon,
    value: resolvePlain(word),
    text: word,
    style: 'plain',
  };
  if (typeof key.value !== 'string') return undefined;
  if (colon + 1 < lineEnd) {
    if (text.charCodeAt(colon + 1) !== SPACE) return undefined;
    let at = colon + 1;
    while (text.charCodeAt(at) === SPACE) at++;
    const value = readInline(reader, at, lineEnd);
    reader.at++;
    // A deeper line would go on with this value.
    if (!value || (reader.at < lines.count && (lines.indent[reader.at] as number) > indent)) return undefined;
    return { key, value };
  }
  reader.at++;
  const value = readBelow(reader, indent, depth, true);
  if (value === undefined) return undefined;
  return { key, value: value ?? nothing(file, colon + 1) };
}

const nothing = (file: SourceFile, at: number): ScalarNode => ({
  kind: 'scalar',
  file,
  start: at,
  end: at,
  value: null,
  text: '',
  style: 'plain',
});

/** What stands on the lines below a key: null when nothing does, undefined when unsure. */
function readBelow(reader: Reader, indent: number, depth: number, mayAlign: boolean): YamlNode | null | undefined {
  const { lines, text } = reader;
  if (reader.at >= lines.count) return null;
  const own = lines.indent[reader.at] as number;
  const start = lines.start[reader.at] as number;
  const item = isItem(text, start, lines.end[reader.at] as number);
  // A list may stand at the level of its key.
  if (own < indent || (own === indent && !(item && mayAlign))) return null;
  return item ? readList(reader, own, depth + 1) : readMap(reader, own, depth + 1);
}

function readList(reader: Reader, indent: number, depth: number): ListNode | undefined {
  if (depth > DEEPEST) return undefined;
  const { text, lines, file } = reader;
  const first = lines.start[reader.at] as number;
  const items: YamlNode[] = [];
  let end = first;
  while (reader.at < lines.count) {
    const own = lines.indent[reader.at] as number;
    if (own < indent) break;
    const start = lines.start[reader.at] as number;
    const lineEnd = lines.end[reader.at] as number;
    if (own > indent) return undefined;
    if (!isItem(text, start, lineEnd)) {
      // The key that follows a list at its own level.
      break;
    }
    const item = readItem(reader, start, lineEnd, depth);
    if (!item) return undefined;
    items.push(item);
    end = Math.max(end, item.end);
  }
  return { kind: 'list', file, start: first, end, flow: false, items };
}

function readItem(reader: Reader, dash: number, lineEnd: number, depth: number): YamlNode | undefined {
  const { text, lines } = reader;
  let at = dash + 1;
  while (at < lineEnd && text.charCodeAt(at) === SPACE) at++;
  if (at >= lineEnd || isItem(text, at, lineEnd)) return undefined;
  const column = (lines.indent[reader.at] as number) + at - dash;
  let colon = at;
  while (colon < lineEnd && isKeyCode(text.charCodeAt(colon))) colon++;
  const key =
    colon > at && text.charCodeAt(colon) === COLON && (colon + 1 === lineEnd || text.charCodeAt(colon + 1) === SPACE);
  if (key) return depth > DEEPEST ? undefined : readEntries(reader, column, depth + 1, at, reader.at);
  const value = readInline(reader, at, lineEnd);
  reader.at++;
  if (
    !value ||
    (reader.at < lines.count && (lines.indent[reader.at] as number) > (lines.indent[reader.at - 1] as number))
  )
    return undefined;
  return value;
}

/** Characters that make a plain value something else when it begins with them. */
const STARTS = new Set('&*!|>\'"%@`[]{},#?:-'.split('').map((char) => char.charCodeAt(0)));

function readInline(reader: Reader, start: number, end: number): YamlNode | undefined {
  const { text, file } = reader;
  const first = text.charCodeAt(start);
  if (first === 91) return readBrackets(reader, start, end);
  if (first === 123) return readBraces(file, start, end);
  if (first === DOUBLE || first === SINGLE) return readQuoted(file, start, end);
  if (STARTS.has(first)) {
    // `-1` and `?x` are plain; `- x` and `? x` are not.
    if ((first !== DASH && first !== COLON && first !== 63) || start + 1 >= end || text.charCodeAt(start + 1) === SPACE)
      return undefined;
  }
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code < SPACE || (code === COLON && (i + 1 === end || text.charCodeAt(i + 1) === SPACE))) return undefined;
  }
  const word = text.slice(start, end);
  return { kind: 'scalar', file, start, end, value: resolvePlain(word), text: word, style: 'plain' };
}

/** Text in quotes that ends with its line and holds no escape. */
function readQuoted(file: SourceFile, start: number, end: number): ScalarNode | undefined {
  const { text } = file;
  const quote = text.charCodeAt(start);
  if (end - start < 2 || text.charCodeAt(end - 1) !== quote) return undefined;
  for (let i = start + 1; i < end - 1; i++) {
    const code = text.charCodeAt(i);
    if (code === quote || code === 92 || code < SPACE) return undefined;
  }
  const word = text.slice(start + 1, end - 1);
  return { kind: 'scalar', file, start, end, value: word, text: word, style: quote === DOUBLE ? 'double' : 'single' };
}

const BRACKET_WORD = /^[A-Za-z0-9][\w./-]*$/;

/** `[AAPL, BRK.B, 5]`: single words on one line. */
function readBrackets(reader: Reader, start: number, end: number): ListNode | undefined {
  const { text, file } = reader;
  if (text.charCodeAt(end - 1) !== 93) return undefined;
  const items: YamlNode[] = [];
  let at = start + 1;
  while (at < end - 1) {
    while (text.charCodeAt(at) === SPACE) at++;
    let stop = text.indexOf(',', at);
    if (stop < 0 || stop > end - 1) stop = end - 1;
    let last = stop;
    while (last > at && text.charCodeAt(last - 1) === SPACE) last--;
    const word = text.slice(at, last);
    if (!BRACKET_WORD.test(word)) return undefined;
    items.push({ kind: 'scalar', file, start: at, end: last, value: resolvePlain(word), text: word, style: 'plain' });
    at = stop + 1;
  }
  return { kind: 'list', file, start, end, flow: true, items };
}

const BRACE_PAIR = /^( *)([A-Za-z_]\w*): +([A-Za-z0-9][\w./-]*) *$/;

/** `{ side: buy, type: market }`: single words on one line. */
function readBraces(file: SourceFile, start: number, end: number): MapNode | undefined {
  const { text } = file;
  if (text.charCodeAt(end - 1) !== 125) return undefined;
  const entries: Entry[] = [];
  let at = start + 1;
  for (const part of text.slice(start + 1, end - 1).split(',')) {
    const match = BRACE_PAIR.exec(part);
    if (!match) return undefined;
    const word = match[2] as string;
    const held = match[3] as string;
    const first = at + (match[1] as string).length;
    const value = first + word.length + 1 + (/^ */.exec(text.slice(first + word.length + 1))?.[0].length ?? 0);
    const name = resolvePlain(word);
    if (typeof name !== 'string') return undefined;
    entries.push({
      key: { kind: 'scalar', file, start: first, end: first + word.length, value: name, text: word, style: 'plain' },
      value: {
        kind: 'scalar',
        file,
        start: value,
        end: value + held.length,
        value: resolvePlain(held),
        text: held,
        style: 'plain',
      },
    });
    at += part.length + 1;
  }
  return { kind: 'map', file, start, end, flow: true, entries };
}
