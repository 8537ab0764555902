import type { SourceFile, Span } from '../../documents/diagnostic.ts';
import type { DocumentPath, StrategyDocument } from '../../documents/document.ts';
import { ALWAYS, changesOf, NEVER } from './mutate-expression.ts';

/** One small wrong change of a strategy's text. */
export interface Mutant {
  readonly file: SourceFile;
  readonly span: Span;
  readonly path: DocumentPath;
  /** What stands there, and what the mutant has in its place. */
  readonly before: string;
  readonly after: string;
}

/** Blocks that decide what a strategy does. */
const BLOCKS = ['params', 'indicators', 'conditions', 'session', 'entry', 'exit'];

/** Keys that name or describe, or whose values are words without a neighbour. */
const LEFT_ALONE = new Set([
  'id',
  'description',
  'time_in_force',
  'hours',
  'days',
  'min',
  'max',
  'step',
  'type',
  'on_remove',
  'on_change',
]);

const LISTS = ['all', 'any'] as const;

/** Every mutant of a strategy, in the order of its text. */
export function mutantsOf(document: StrategyDocument): readonly Mutant[] {
  const mutants: Mutant[] = [];
  for (const block of BLOCKS) {
    const value: unknown = document.value[block as 'params'];
    if (value !== undefined) visit(document, value, [block], mutants);
  }
  return mutants.sort(
    (a, b) =>
      compareText(a.file.path, b.file.path) ||
      a.span.start - b.span.start ||
      a.span.end - b.span.end ||
      compareText(a.after, b.after),
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function visit(document: StrategyDocument, value: unknown, path: DocumentPath, mutants: Mutant[]): void {
  if (typeof value !== 'object' || value === null) {
    scalar(document, path, mutants);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (LEFT_ALONE.has(key)) continue;
    visit(document, inner, [...path, Array.isArray(value) ? Number(key) : key], mutants);
  }
  for (const kind of LISTS) {
    const parts = (value as Readonly<Record<string, unknown>>)[kind];
    if (!Array.isArray(parts) || parts.length < 2) continue;
    const at = [...path, kind];
    add(document, at, document.keySpan(at), kind === 'all' ? 'any' : 'all', mutants);
    // What a list is without one of its lines.
    parts.forEach((part, k) => {
      if (typeof part === 'string')
        add(document, [...at, k], document.valueSpan([...at, k]), kind === 'all' ? ALWAYS : NEVER, mutants);
    });
  }
}

function add(document: StrategyDocument, path: DocumentPath, span: Span, after: string, mutants: Mutant[]): void {
  const file = document.source(path);
  mutants.push({ file, span, path, before: file.text.slice(span.start, span.end), after });
}

const WINDOW = / (?:after open|before close)$/;
const BARS = /^(\d+)( bars?)$/;

function scalar(document: StrategyDocument, path: DocumentPath, mutants: Mutant[]): void {
  const written = document.expression(path);
  if (written === undefined) return;
  const { text } = written;
  const put = (span: Span, after: string): void => add(document, path, written.toFile(span), after, mutants);
  if (path.at(-1) === 'trigger') {
    put({ start: 0, end: text.length }, text === 'on_rise' ? 'while_true' : 'on_rise');
    return;
  }
  if (WINDOW.test(text)) {
    // Without the word, all of the session is open to entries.
    if (path[0] === 'session')
      add(document, path, { start: document.keySpan(path).start, end: document.valueSpan(path).end }, '', mutants);
    return;
  }
  const bars = BARS.exec(text);
  if (bars !== null) {
    for (const after of shifted(bars[1]!)) put({ start: 0, end: bars[1]!.length }, after);
    return;
  }
  for (const { span, after } of changesOf(text, shifted)) put(span, after);
}

/** A number one more, one less and a fifth more; what cannot stand there is refused by the checker afterwards. */
export function shifted(written: string): readonly string[] {
  const value = Number(written);
  if (!Number.isFinite(value)) return [];
  const more = Number((value * 1.2).toPrecision(6));
  const forms = Number.isInteger(value)
    ? [value + 1, value - 1, ...(value >= 5 ? [Math.round(more)] : [])]
    : [more, Number((value / 1.2).toPrecision(6))];
  return [...new Set(forms)].filter((form) => form >= 0 && form !== value).map(String);
}
