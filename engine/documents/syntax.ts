import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { finding, quoted } from './finding.ts';

interface Line {
  readonly file: SourceFile;
  readonly text: string;
  /** Offset of the line's first character in the file. */
  readonly at: number;
}

/** Parts of a line: indentation and dashes, the key with its colon, the value. */
interface Parts {
  readonly lead: string;
  readonly key: string | undefined;
  readonly value: string;
  readonly valueAt: number;
}

const PARTS = /^([ \t]*(?:-[ \t]+)*)(?:([A-Za-z_"'][\w."'-]*)[ \t]*:(?:[ \t]+|$))?(.*)$/;

function partsOf(line: Line): Parts {
  const match = PARTS.exec(line.text);
  const value = match?.[3] ?? '';
  return { lead: match?.[1] ?? '', key: match?.[2], value, valueAt: line.at + line.text.length - value.length };
}

function lineAt(file: SourceFile, offset: number): Line {
  const at = offset <= 0 ? 0 : file.text.lastIndexOf('\n', offset - 1) + 1;
  let end = file.text.indexOf('\n', at);
  if (end < 0) end = file.text.length;
  const text = file.text.slice(at, end);
  return { file, at, text: text.endsWith('\r') ? text.slice(0, -1) : text };
}

const isBlank = (text: string): boolean => /^\s*(#.*)?$/.test(text);

/** The nearest line above that holds something. */
function lineAbove(file: SourceFile, line: Line): Line | undefined {
  let at = line.at;
  while (at > 0) {
    const above = lineAt(file, at - 1);
    if (!isBlank(above.text)) return above;
    at = above.at;
  }
  return undefined;
}

/** Text without a trailing comment, for showing it in quotes. */
const withoutComment = (text: string): string => text.replace(/\s+#.*$/, '').trim();

const inQuotes = (text: string): string => (text.includes("'") ? `"${text.replaceAll('"', '\\"')}"` : `'${text}'`);

/** A mistake that one line shows by itself, whatever the parser made of it. */
function lineTrap(line: Line): Diagnostic | undefined {
  const { file } = line;
  const tab = /^ *(?:- *)*\t/.exec(line.text);
  if (tab) {
    const at = line.at + tab[0].length - 1;
    return finding(
      'E011',
      file,
      { start: at, end: at + 1 },
      'this line is indented with a tab',
      'use spaces: two for each level',
    );
  }
  const { key, value, valueAt, lead } = partsOf(line);
  return (
    tightKey(file, key, value, valueAt) ??
    valueTrap(file, key, value, valueAt) ??
    keyTrap(line, lead, key, value, valueAt)
  );
}

/** Characters that YAML takes for itself when a value begins with them. */
function valueTrap(file: SourceFile, key: string | undefined, value: string, at: number): Diagnostic | undefined {
  const rest = withoutComment(value);
  const first = value[0];
  const span = { start: at, end: at + Math.max(1, rest.length) };
  const one = { start: at, end: at + 1 };
  const before = key === undefined ? '' : `${key}: `;
  if ((first === '>' || first === '|') && !/^[>|][-+1-9]*$/.test(rest)) {
    const left = first === '>' ? `${before}close ${rest}` : undefined;
    const help = left
      ? `say what is compared, on the left: ${quoted(left, 60)}`
      : 'write `or` between two conditions, and put something on its left';
    return finding(
      'E023',
      file,
      one,
      `a value cannot begin with ${quoted(first)}: YAML takes it for the start of a text block`,
      help,
    );
  }
  if (first === '*') {
    const name = /^\*[\w-]+$/.exec(rest);
    if (name) {
      const help = `write the value itself, or define it above with ${quoted(`&${rest.slice(1)}`)}`;
      return finding(
        'E028',
        file,
        span,
        `nothing above is named ${quoted(`&${rest.slice(1)}`)}, so ${quoted(rest)} stands for nothing`,
        help,
      );
    }
    return finding(
      'E024',
      file,
      one,
      'a value cannot begin with `*`: YAML takes it for an alias',
      'say what is multiplied, on the left of `*`',
    );
  }
  if (first === '&') {
    return finding(
      'E025',
      file,
      one,
      'a value cannot begin with `&`: YAML takes it for an anchor',
      'write `and` between two conditions, and put something on its left',
    );
  }
  if (first === '!') {
    if (rest.startsWith('!!') || rest.startsWith('!<')) {
      const tag = /^\S+/.exec(rest)?.[0] ?? rest;
      const help = 'take the tag away; quotes make text, plain digits make numbers';
      return finding(
        'E030',
        file,
        { start: at, end: at + tag.length },
        `tags such as ${quoted(tag)} are not used here`,
        help,
      );
    }
    const help = `write ${quoted(`${before}not ${rest.replace(/^!\s*/, '')}`, 60)}`;
    return finding('E026', file, one, 'a value cannot begin with `!`: YAML takes it for a tag', help);
  }
  if (first === '@' || first === '`' || first === '%') {
    const help =
      first === '@'
        ? 'write the name without `@`'
        : `take the ${first === '%' ? '`%`' : 'backtick'} away, or put the text in quotes`;
    const what = first === '`' ? 'a backtick' : quoted(first);
    return finding('E027', file, one, `a value cannot begin with ${what}: YAML keeps it for itself`, help);
  }
  if (first === '"' || first === "'") return quoteTrap(file, before, value, at, first);
  return undefined;
}

function quoteTrap(file: SourceFile, before: string, value: string, at: number, quote: string): Diagnostic | undefined {
  const closed = quote === '"' ? /^"(?:[^"\\]|\\.)*"/.exec(value) : /^'(?:[^']|'')*'/.exec(value);
  if (!closed) {
    const help = `close it with ${quote === '"' ? '`"`' : "`'`"} at the end of the text`;
    return finding('E015', file, { start: at, end: at + 1 }, 'this quote is never closed', help);
  }
  const tail = value.slice(closed[0].length);
  if (tail.trim() === '' || /^\s+#/.test(tail)) return undefined;
  const start = at + closed[0].length + (tail.length - tail.trimStart().length);
  const whole = withoutComment(value);
  const message = `text goes on after the closing quote of ${quoted(closed[0], 24)}`;
  const help =
    quote === "'" && /^'[^']*'\w/.test(value)
      ? `double the quote inside, or use the other kind: ${quoted(`${before}"…"`)}`
      : `put the whole value in quotes: ${quoted(`${before}${inQuotes(whole)}`, 60)}`;
  return finding('E018', file, { start, end: at + whole.length }, message, help);
}

/** A key whose colon lacks its space: `timeframe:1h`. */
function tightKey(file: SourceFile, key: string | undefined, value: string, at: number): Diagnostic | undefined {
  const tight = key === undefined ? /^["']?([A-Za-z_]\w*)["']?:(?=[^\s/\\])/.exec(value) : null;
  if (!tight) return undefined;
  const help = `write ${quoted(`${tight[0]} ${withoutComment(value).slice(tight[0].length)}`)}`;
  return finding(
    'E013',
    file,
    { start: at, end: at + tight[0].length },
    `a space is missing after ${quoted(tight[0])}`,
    help,
  );
}

/** Colons and dashes that stand too close or too often. */
function keyTrap(
  line: Line,
  lead: string,
  key: string | undefined,
  value: string,
  valueAt: number,
): Diagnostic | undefined {
  const { file } = line;
  const rest = withoutComment(value);
  const plain = value !== '' && !/^["'[{]/.test(value);
  const inner = plain && key !== undefined ? /:(?:\s|$)/.exec(rest) : null;
  if (inner) {
    const at = valueAt + inner.index;
    const ternary = /\?/.test(rest.slice(0, inner.index));
    const message = ternary
      ? 'YAML cut this expression at its `: `'
      : `the text after ${quoted(`${key}:`)} holds another \`: \`, which YAML reads as a key`;
    return finding(
      'E020',
      file,
      { start: at, end: at + 1 },
      message,
      `put the value in quotes: ${quoted(`${key}: ${inQuotes(rest)}`, 70)}`,
    );
  }
  if (/^-[A-Za-z_"'(]/.test(value) && key === undefined) {
    const help = `write ${quoted(`- ${rest.slice(1)}`)}`;
    return finding(
      'E039',
      file,
      { start: valueAt, end: valueAt + 1 },
      'a space is missing after the dash of this list item',
      help,
    );
  }
  if (key === undefined && lead.trim() === '' && /^[A-Za-z_]\w*$/.test(rest)) {
    const help = `write ${quoted(`${rest}: value`)}, or ${quoted(`${rest}:`)} with what belongs to it below, indented`;
    return finding(
      'E014',
      file,
      { start: valueAt, end: valueAt + rest.length },
      `a colon is missing after ${quoted(rest)}`,
      help,
    );
  }
  return undefined;
}

const OPENING: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/** The first bracket at or above a line that is not closed on its own line, if the value begins with one. */
function openBracket(line: Line): Diagnostic | undefined {
  const { value, valueAt } = partsOf(line);
  const stack: number[] = [];
  let quote = '';
  for (let i = 0; i < value.length; i++) {
    const char = value[i] as string;
    if (quote) {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '#' && /\s/.test(value[i - 1] ?? ' ')) break;
    else if (char in OPENING) stack.push(i);
    else if (char === ']' || char === '}') stack.pop();
  }
  const first = stack[0];
  if (first === undefined || (value[0] !== '[' && value[0] !== '{')) return undefined;
  const char = value[first] as string;
  const at = valueAt + first;
  const message = `this ${quoted(char)} is never closed`;
  return finding(
    'E016',
    line.file,
    { start: at, end: at + 1 },
    message,
    `add ${quoted(OPENING[char] as string)} at its end, or write the items below, one a line, each after \`- \``,
  );
}

/** The quote that a text left open somewhere above `offset`. */
function openQuote(file: SourceFile, offset: number): Diagnostic | undefined {
  for (let line: Line | undefined = lineAt(file, offset); line; line = lineAbove(file, line)) {
    const { key, value, valueAt } = partsOf(line);
    if (value[0] !== '"' && value[0] !== "'") continue;
    const found = quoteTrap(file, key === undefined ? '' : `${key}: `, value, valueAt, value[0]);
    if (found?.code === 'E015') return found;
  }
  return undefined;
}

/** Says of a line that its indentation fits nothing above it. */
function indentation(file: SourceFile, line: Line): Diagnostic {
  const width = line.text.length - line.text.trimStart().length;
  const at = line.at + width;
  const above = lineAbove(file, line);
  const aboveWidth = above ? above.text.length - above.text.trimStart().length : 0;
  const end = at + Math.max(1, withoutComment(line.text).length);
  const opens = above !== undefined && /:\s*(#.*)?$/.test(above.text);
  const message =
    above !== undefined && width > aboveWidth && !opens
      ? `this line is indented deeper than ${quoted(withoutComment(above.text), 30)}, which holds a value already`
      : 'the indentation of this line fits none of the lines above';
  return finding(
    'E012',
    file,
    { start: at, end },
    message,
    'lines of one level begin in the same column; two spaces for each level',
  );
}

/**
 * One finding for the parser's first syntax error: the mistake that a person made there, or the parser's own words.
 * `code` is the library's, or ours (`TAG`, `UNRESOLVED_ALIAS`).
 */
export function syntaxFinding(file: SourceFile, code: string, offset: number, words: string): Diagnostic {
  const line = lineAt(file, offset);
  const above = lineAbove(file, line);
  if (code === 'MISSING_CHAR' && /quote/.test(words)) {
    const found = openQuote(file, offset);
    if (found) return found;
  }
  if (code === 'BAD_DQ_ESCAPE') {
    const help = 'write `\\\\` for a backslash, or use single quotes, which leave it alone';
    return finding(
      'E019',
      file,
      { start: offset, end: offset + 2 },
      `${quoted(file.text.slice(offset, offset + 2))} means nothing between double quotes`,
      help,
    );
  }
  if (
    code === 'BAD_DIRECTIVE' ||
    line.text.startsWith('%') ||
    (above?.text.startsWith('%') && code === 'MISSING_CHAR')
  ) {
    const at = line.text.startsWith('%') ? line : (above ?? line);
    const message = `a line that begins with ${quoted('%')} is a directive for the parser`;
    return finding(
      'E041',
      file,
      { start: at.at, end: at.at + at.text.trimEnd().length },
      message,
      'take the line away; comments begin with `#`',
    );
  }
  const trap = lineTrap(line) ?? flowTrap(file, code, offset, line, above);
  if (trap) return trap;
  const aboveTrap = above && code !== 'BAD_INDENT' ? lineTrap(above) : undefined;
  if (aboveTrap) return aboveTrap;
  if (['BAD_INDENT', 'BLOCK_AS_IMPLICIT_KEY', 'MULTILINE_IMPLICIT_KEY', 'MISSING_CHAR'].includes(code))
    return shapeFinding(file, line, above);
  const end = Math.min(file.text.length, offset + 1);
  return finding('E049', file, { start: Math.min(offset, end), end }, `YAML cannot read this: ${words}`, undefined);
}

/** Brackets that do not match, or that hide a mistake. */
function flowTrap(
  file: SourceFile,
  code: string,
  offset: number,
  line: Line,
  above: Line | undefined,
): Diagnostic | undefined {
  for (let at: Line | undefined = line, steps = 0; at && steps < 50; at = lineAbove(file, at), steps++) {
    const found = openBracket(at);
    if (
      found &&
      (/flow|Flow|sufficiently|Expected/i.test(code) ||
        code === 'BAD_INDENT' ||
        code === 'MISSING_CHAR' ||
        at === line ||
        at === above)
    )
      return found;
  }
  const char = file.text[offset];
  if (code === 'UNEXPECTED_TOKEN' && (char === ']' || char === '}')) {
    const message = `this ${quoted(char)} closes nothing`;
    return finding(
      'E017',
      file,
      { start: offset, end: offset + 1 },
      message,
      `take it away, or open it with ${quoted(char === ']' ? '[' : '{')}`,
    );
  }
  return undefined;
}

/** Keys and list items on one level, or a line that stands at the wrong depth. */
function shapeFinding(file: SourceFile, line: Line, above: Line | undefined): Diagnostic {
  const width = (text: string) => text.length - text.trimStart().length;
  if (above && width(line.text) === width(above.text)) {
    const dash = /^\s*-(\s|$)/;
    if (dash.test(line.text) !== dash.test(above.text)) {
      const at = line.at + width(line.text);
      const isItem = dash.test(line.text);
      const message = isItem ? 'a list item stands here among keys' : 'a key stands here among list items';
      const help = isItem
        ? 'indent the item below its key, or take the dash away'
        : 'begin it with `- `, or move it to the level of the key above the list';
      return finding('E038', file, { start: at, end: line.at + line.text.trimEnd().length }, message, help);
    }
  }
  const next = lineAt(file, line.at + line.text.length + 1);
  const deeper =
    next.at > line.at && !isBlank(next.text) && width(next.text) > width(line.text) && partsOf(line).value !== '';
  return indentation(file, deeper ? next : line);
}
