import type { Condition } from '../compiler/model.ts';
import type { RuleRecord } from '../core/decision.ts';
import type { UnknownCause } from '../core/unknown-cause.ts';
import type { SourceFile } from '../documents/diagnostic.ts';
import type { DocumentPath } from '../documents/document.ts';
import { lineOf, positionOf } from '../documents/position.ts';
import { childrenOf } from '../expressions/size.ts';
import { type Checked, FALSE, TRUE, type Tri, UNKNOWN } from '../expressions/tree.ts';
import { counted } from './amounts.ts';
import { distances } from './distance.ts';
import { pathOf, type RuleSource } from './rule-source.ts';
import type { Style } from './style.ts';
import { triWord, valueWords } from './value-words.ts';
import { clip, wrap } from './wrap.ts';

interface Mark {
  /** Column of the line, from 0. */
  readonly column: number;
  readonly text: string;
  /** As it is written, for lines that are cut. */
  readonly name: string;
}

interface DrawnLine {
  readonly number: number;
  readonly text: string;
  value: Tri | undefined;
  readonly marks: Mark[];
  readonly notes: string[];
}

/** Columns of the word true, false or unknown. */
const WORD = 'unknown'.length;

/**
 * The lines of a rule as they are written, with the value under each operand, whether each part is true beside it, and
 * how far what is not true is from it.
 */
export function drawRule(source: RuleSource, record: RuleRecord, width: number, style: Style): string[] {
  const { values } = record;
  const files = new Map<SourceFile, Map<number, DrawnLine>>();
  drawCondition(source.when, true);
  for (const { when, wanted } of source.named) drawCondition(when, wanted);
  return [...files].flatMap(([file, lines], n) => [
    ...(n > 0 ? [`  ${style.cyan(':::')} ${file.path}`] : []),
    ...drawn([...lines.values()], width, style),
  ]);

  function lineAt(file: SourceFile, offset: number): DrawnLine {
    const { line: number } = positionOf(file, offset);
    let lines = files.get(file);
    if (lines === undefined) {
      lines = new Map();
      files.set(file, lines);
    }
    let line = lines.get(number);
    if (line === undefined) {
      line = { number, text: lineOf(file, number).text, value: undefined, marks: [], notes: [] };
      lines.set(number, line);
    }
    return line;
  }

  function drawCondition(condition: Condition, wanted: boolean): Tri {
    const path = pathOf(condition);
    const file = source.document.source(path);
    if (condition.kind === 'expression') {
      const value = triOf(values.get(condition.tree));
      drawExpression(condition.tree, path, value, wanted);
      return value;
    }
    const turned = condition.kind === 'none';
    const parts = condition.parts.map((part) => drawCondition(part, wanted !== turned));
    const value = combined(condition.kind, parts);
    for (const key of [path, [...path, condition.kind]]) {
      if (typeof key.at(-1) !== 'number') lineAt(file, source.document.keySpan(key).start).value ??= value;
    }
    return value;
  }

  function drawExpression(tree: Checked, path: DocumentPath, value: Tri, wanted: boolean): void {
    const embedded = source.document.expression(path);
    const file = source.document.source(path);
    if (embedded === undefined) return;
    const whole = embedded.toFile({ start: 0, end: embedded.text.length });
    const first = lineAt(file, whole.start);
    first.value ??= value;
    for (const part of operandsOf(tree)) {
      const at = embedded.toFile(part.span).start;
      const { column } = positionOf(file, at);
      const text = valueWords(part, values.get(part) ?? Number.NaN);
      lineAt(file, at).marks.push({ column: column - 1, text, name: source.textOf(part) });
    }
    const last = lineAt(file, Math.max(whole.start, whole.end - 1));
    for (const cause of record.unknown) {
      const isHere = operandsOf(tree).some((part) => part === cause.tree || partsOf(part).includes(cause.tree));
      if (isHere) last.notes.push(shortCause(cause, source.textOf(cause.tree)));
    }
    if (value === (wanted ? TRUE : FALSE)) return;
    // What a named condition lacks is told where it is written.
    const own = distances(tree, values, source.textOf, { enter: false, wanted });
    for (const { operand, value: now, needs, gap, flag } of own) {
      if (flag && (own.length === 1 || now === 'unknown')) continue;
      const name = own.length > 1 || isCompound(tree) ? `${operand} ` : '';
      last.notes.push(flag ? `${operand} is ${now}` : `${name}needs ${needs}${gap === undefined ? '' : ` (${gap})`}`);
    }
  }
}

const partsOf = (tree: Checked): readonly Checked[] =>
  tree.kind === 'named' && tree.type !== 'condition' ? [tree.target] : tree.kind === 'node' ? tree.inputs : [];

const shortCause = (cause: UnknownCause, name: string): string => {
  if (cause.kind === 'flat') return `${name}: no position`;
  if (cause.kind === 'missing') return `${name} is missing`;
  return cause.left === undefined
    ? `${name} is warming up`
    : `${name} is warming up, ${counted(cause.left, 'more bar')} to come`;
};

const isCompound = (tree: Checked): boolean => tree.kind === 'and' || tree.kind === 'or' || tree.kind === 'unary';

const triOf = (value: number | undefined): Tri =>
  value === undefined || Number.isNaN(value) ? UNKNOWN : value === 0 ? FALSE : TRUE;

const combined = (kind: 'all' | 'any' | 'none', parts: readonly Tri[]): Tri => {
  const decisive = kind === 'all' ? FALSE : TRUE;
  if (parts.includes(decisive)) return kind === 'any' ? TRUE : FALSE;
  if (parts.includes(UNKNOWN)) return UNKNOWN;
  return kind === 'any' ? FALSE : TRUE;
};

/** What a value is written under: names, bar fields, calls, in the order written; numbers speak for themselves. */
function operandsOf(tree: Checked): readonly Checked[] {
  if (tree.kind === 'number') return tree.name === undefined ? [] : [tree];
  // A cross says more by what it compares.
  const isWhole =
    tree.kind === 'operand' || tree.kind === 'named' || (tree.kind === 'node' && tree.type !== 'condition');
  return isWhole ? [tree] : childrenOf(tree).flatMap(operandsOf);
}

function drawn(lines: readonly DrawnLine[], width: number, style: Style): string[] {
  const sorted = lines.toSorted((a, b) => a.number - b.number);
  const gutter = Math.max(2, ...sorted.map(({ number }) => String(number).length));
  const room = width - gutter - WORD - 5;
  const edge = style.cyan('|');
  const blank = `${' '.repeat(gutter + WORD + 2)} ${edge}`;
  const out = [blank];
  let before = sorted[0]?.number ?? 0;
  for (const line of sorted) {
    if (line.number > before + 1) out.push(style.dim(`${' '.repeat(gutter - 2)}...`));
    before = line.number;
    const number = style.cyan(String(line.number).padStart(gutter));
    out.push(`${number}  ${word(line.value, style)} ${edge} ${clip(line.text, room)}`.trimEnd());
    for (const under of underlines(line, room)) out.push(`${blank} ${style.bold(under)}`);
  }
  return [...out, blank];
}

const word = (value: Tri | undefined, style: Style): string => {
  if (value === undefined) return ' '.repeat(WORD);
  const text = triWord(value).padEnd(WORD);
  return value === TRUE ? style.green(text) : value === FALSE ? style.red(text) : style.yellow(text);
};

/** Values under their operands, as many lines as they need, and what is lacking behind them. */
function underlines({ text, marks, notes }: DrawnLine, room: number): string[] {
  const rows: string[] = [];
  const cut: string[] = [];
  for (const { column, text: value, name } of marks.toSorted((a, b) => a.column - b.column)) {
    if (column + value.length > room || (text.length > room && column >= room - 1)) {
      cut.push(`${name} ${value}`);
      continue;
    }
    // A value may begin a little to the right of its operand's first letter, as long as it stands under it.
    const last = rows.at(-1);
    if (last === undefined || last.length + 2 > column + Math.min(3, name.length - 1))
      rows.push(' '.repeat(column) + value);
    else rows[rows.length - 1] = last.padEnd(Math.max(column, last.length + 2)) + value;
  }
  const note = notes.join('; ');
  const last = rows.at(-1);
  // As near to the operand as leaves it in one line; no further left than the text begins.
  const first = marks.reduce((least, { column }) => Math.min(least, column), room);
  const start = Math.max(text.search(/\S/), Math.min(first, room - note.length));
  if (note !== '') {
    if (last !== undefined && last.length + 3 + note.length <= room) rows[rows.length - 1] = `${last}   ${note}`;
    else rows.push(...wrap(note, room, ' '.repeat(Math.max(0, Math.min(start, room - 20)))));
  }
  if (cut.length > 0) rows.push(...wrap(cut.join(', '), room, ' '.repeat(Math.max(0, Math.min(start, room - 20)))));
  return rows;
}
