import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { finding, quoted } from './finding.ts';
import type { ListNode, MapNode, ScalarNode, YamlNode } from './node.ts';

/** Names that reach into a JavaScript object. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

const EXPRESSION_KEY = /[?<>=()]|\s(?:and|or|not)\s/;

/** Net count of `(` over `)`. */
function openParentheses(text: string): number {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 40) open++;
    else if (char === 41) open--;
  }
  return open;
}

const isHalf = (text: string): boolean =>
  /(?:[-+*/%^<>=,(&|?:]|\b(?:and|or|not))\s*$/.test(text) || openParentheses(text) > 0;

/** What YAML accepted without a word and a person did not mean. `broken` collects the values that nobody should judge further. */
export interface Traps {
  readonly diagnostics: Diagnostic[];
  readonly broken: Set<YamlNode>;
}

/** Walks a tree for the silent mistakes of YAML; `root` may not be a map. */
export function findTraps(root: YamlNode): Traps {
  const traps: Traps = { diagnostics: [], broken: new Set() };
  visit(root, traps);
  return traps;
}

function report(traps: Traps, node: YamlNode, found: Diagnostic): void {
  traps.diagnostics.push(found);
  traps.broken.add(node);
}

function visit(node: YamlNode, traps: Traps): void {
  if (node.kind === 'scalar') visitScalar(node, traps);
  else if (node.kind === 'list') visitList(node, traps);
  else visitMap(node, traps);
}

function visitScalar(node: ScalarNode, traps: Traps): void {
  if (node.style !== 'plain') return;
  if (typeof node.value === 'number') {
    numberTrap(node, traps);
    return;
  }
  if (node.end - node.start > node.text.length || node.file.text.indexOf('\n', node.start) < node.end)
    lineTraps(node, traps);
  if (typeof node.value === 'string') commentTrap(node, traps);
}

function numberTrap(node: ScalarNode, traps: Traps): void {
  const { file, text, value } = node;
  if (typeof value !== 'number') return;
  const span = { start: node.start, end: node.end };
  if (!Number.isFinite(value)) {
    report(
      traps,
      node,
      finding(
        'E037',
        file,
        span,
        `${quoted(text)} is not a number with a size`,
        'write a plain number, or leave the key out',
      ),
    );
  } else if (/^[-+]?0[xo0-9]/.test(text)) {
    const plain = /^[-+]?0[0-9]/.test(text) ? text.replace(/^([-+]?)0+(?=\d)/, '$1') : String(value);
    report(
      traps,
      node,
      finding(
        'E036',
        file,
        span,
        `${quoted(text)} is read as different numbers by different programs`,
        `write ${quoted(plain)}`,
      ),
    );
  }
}

/** Text that runs over several lines because a colon or a dash lacks its space. */
function lineTraps(node: ScalarNode, traps: Traps): void {
  const raw = node.file.text.slice(node.start, node.end);
  if (!raw.includes('\n')) return;
  const tight = /(?:^|\n)[ \t]*([A-Za-z_]\w*:)(?=[^\s/])/.exec(raw);
  if (tight) {
    const word = tight[1] as string;
    const at = node.start + tight.index + tight[0].length - word.length;
    const help = `write ${quoted(`${word} …`)} with a space after the colon`;
    report(
      traps,
      node,
      finding(
        'E013',
        node.file,
        { start: at, end: at + word.length },
        `a space is missing after ${quoted(word)}`,
        help,
      ),
    );
    return;
  }
  if (/^-[A-Za-z_("']/.test(raw) && /\n\s*-[A-Za-z_("']/.test(raw)) {
    const line = raw.slice(1, raw.indexOf('\n')).trim();
    report(
      traps,
      node,
      finding(
        'E039',
        node.file,
        { start: node.start, end: node.start + 1 },
        'a space is missing after the dash of this list item',
        `write ${quoted(`- ${line}`)}`,
      ),
    );
  }
}

/** A comment that ate the second half of an expression. */
function commentTrap(node: ScalarNode, traps: Traps): void {
  const source = node.file.text;
  let at = node.end;
  while (source[at] === ' ' || source[at] === '\t') at++;
  if (source[at] !== '#' || at === node.end || !isHalf(node.text)) return;
  let end = source.indexOf('\n', at);
  if (end < 0) end = source.length;
  const eaten = source.slice(at + 1, end).trim();
  const message = `\`#\` begins a comment, so ${quoted(eaten)} is not read and ${quoted(node.text)} is left unfinished`;
  report(
    traps,
    node,
    finding(
      'E022',
      node.file,
      { start: at, end: at + 1 },
      message,
      `take the \`#\` away: ${quoted(`${node.text} ${eaten}`, 60)}`,
    ),
  );
}

function visitList(node: ListNode, traps: Traps): void {
  if (node.flow && cutCall(node, node.items, traps)) return;
  for (const item of node.items) {
    if (item.kind === 'list' && !item.flow && !node.flow && dashes(item)) {
      const text = item.file.text.slice(item.start, item.end).replace(/^-\s+/, '').split('\n')[0] ?? '';
      const span = { start: item.start, end: item.start + 1 };
      report(
        traps,
        item,
        finding(
          'E040',
          item.file,
          span,
          'a second dash makes a list inside the list',
          `write ${quoted(`- ${text}`, 60)}`,
        ),
      );
    } else visit(item, traps);
  }
}

/** `- - text`: both dashes on one line, and the item is no number (rows of numbers are written so). */
function dashes(inner: ListNode): boolean {
  const before = inner.file.text.slice(inner.file.text.lastIndexOf('\n', inner.start) + 1, inner.start);
  const first = inner.items[0];
  return /^\s*(?:- +)+$/.test(before) && first?.kind === 'scalar' && typeof first.value === 'string';
}

/** A call inside brackets, cut at its comma: `[ema(close, 50)]`. */
function cutCall(collection: YamlNode, parts: readonly YamlNode[], traps: Traps): boolean {
  for (const part of parts) {
    if (part.kind !== 'scalar' || part.style !== 'plain' || openParentheses(part.text) <= 0) continue;
    const { file } = part;
    let end = part.end;
    let open = openParentheses(part.text);
    while (end < collection.end && open > 0) {
      if (file.text[end] === '(') open++;
      else if (file.text[end] === ')') open--;
      end++;
    }
    const whole = file.text.slice(part.start, end).replace(/\s+/g, ' ');
    const message = `YAML cut ${quoted(whole)} at its comma, because it stands between brackets`;
    const help =
      collection.kind === 'list'
        ? `write the items below, one a line: ${quoted(`- ${whole}`)}`
        : `write the keys below, one a line, without braces: ${quoted(keyed(collection, part, whole))}`;
    report(traps, collection, finding('E021', file, { start: part.start, end }, message, help));
    return true;
  }
  return false;
}

function keyed(collection: YamlNode, part: YamlNode, whole: string): string {
  if (collection.kind !== 'map') return whole;
  const entry = collection.entries.find((item) => item.value === part);
  return entry ? `${entry.key.text}: ${whole}` : whole;
}

function visitMap(node: MapNode, traps: Traps): void {
  if (node.flow) {
    const parts = node.entries.flatMap((entry) => [entry.key, entry.value]);
    if (cutCall(node, parts, traps)) return;
  }
  const seen = new Map<string, ScalarNode>();
  for (const entry of node.entries) {
    const { key } = entry;
    const first = seen.get(key.text);
    if (first) report(traps, entry.value, duplicate(key, first));
    else seen.set(key.text, key);
    if (!keyTrap(node, key, entry.value, traps)) visit(entry.value, traps);
  }
}

function duplicate(key: ScalarNode, first: ScalarNode): Diagnostic {
  const related = [{ file: first.file, span: { start: first.start, end: first.end }, message: 'first written here' }];
  const span = { start: key.start, end: key.end };
  return finding(
    'E010',
    key.file,
    span,
    `the key ${quoted(key.text)} is written twice`,
    'keep one of the two',
    undefined,
    related,
  );
}

function keyTrap(map: MapNode, key: ScalarNode, value: YamlNode, traps: Traps): boolean {
  const file: SourceFile = key.file;
  const span = { start: key.start, end: key.end };
  if (FORBIDDEN.has(key.text)) {
    report(traps, value, finding('E033', file, span, `${quoted(key.text)} cannot be a name`, 'choose another name'));
    return true;
  }
  if (key.text === '<<') {
    report(
      traps,
      value,
      finding(
        'E031',
        file,
        span,
        'merge keys are not part of this language',
        'share keys with `extends: _base.yaml`, or write them out',
      ),
    );
    return true;
  }
  if (key.style !== 'plain') return false;
  if (key.text === '') {
    report(
      traps,
      value,
      finding(
        'E034',
        file,
        { start: key.start, end: key.start + 1 },
        'a key is missing before this colon',
        'write `key: value`',
      ),
    );
    return true;
  }
  const tight = map.flow ? /^([A-Za-z_]\w*):(?=\S)/.exec(key.text) : null;
  if (tight) {
    const help = `write ${quoted(`${tight[0]} ${key.text.slice(tight[0].length)}`)}`;
    report(
      traps,
      map,
      finding(
        'E013',
        file,
        { start: key.start, end: key.start + tight[0].length },
        `a space is missing after ${quoted(tight[0])}`,
        help,
      ),
    );
    return true;
  }
  if (EXPRESSION_KEY.test(key.text)) {
    const whole = file.text.slice(key.start, Math.max(key.end, value.end)).split('\n')[0] as string;
    const quote = whole.includes("'") ? '"' : "'";
    const message = `YAML read ${quoted(key.text)} as a key, because of the colon after it`;
    report(
      traps,
      map,
      finding(
        'E035',
        file,
        span,
        message,
        `put the whole expression in quotes: ${quoted(`${quote}${whole.trim()}${quote}`, 70)}`,
      ),
    );
    return true;
  }
  return false;
}
