import type { DocumentPath } from '../documents/document.ts';
import type { Strategy } from '../documents/generated/types.ts';
import type { Meaning } from '../expressions/tree.ts';
import { TIMEFRAME_WORDS } from '../market/timeframe.ts';
import { checkCondition, checkNumbers, treeOf } from './expressions.ts';
import type { Reporter } from './finding.ts';
import { MEASURES } from './measures.ts';
import { type Place, reportPart } from './part.ts';
import { checkOutcome } from './rule-outcomes.ts';
import { createStrategyScope, type Definition, type StrategyScope } from './scope.ts';

/** The names that a strategy defines, and the scope that sees them. */
export interface Definitions {
  readonly scope: StrategyScope;
  readonly named: ReadonlyMap<string, Definition & { readonly path: DocumentPath }>;
  /** Checks also what nobody asked for, so that a mistake in an unused definition is found. */
  checkAll(): void;
}

const BAR_WORDS = [
  'open',
  'high',
  'low',
  'close',
  'volume',
  'bar_vwap',
  'hl2',
  'hlc3',
  'ohlc4',
  'true',
  'false',
  'and',
  'or',
  'not',
];

/** Collects params, indicators and conditions; each is checked when first asked for, so that order does not matter. */
export function createDefinitions(reporter: Reporter, value: Strategy): Definitions {
  const named = new Map<string, Definition & { readonly path: DocumentPath }>();
  const sources = new Map(Object.entries(value.sources ?? {}));
  const reportedFiner = new Set<string>();
  const scope = createStrategyScope(
    named,
    sources,
    value.timeframe,
    (name, timeframe) => {
      if (reportedFiner.has(name)) return;
      reportedFiner.add(name);
      reportPart(
        reporter,
        'E322',
        placeOf(reporter, value, name),
        `\`${name}\` reads ${timeframe} bars, finer than the strategy's own ${value.timeframe}`,
        `read a timeframe of ${value.timeframe} or longer, or set \`timeframe: ${timeframe}\``,
      );
    },
    (name) => {
      if (reportedFiner.has(name)) return;
      reportedFiner.add(name);
      reportPart(
        reporter,
        'E332',
        placeOf(reporter, value, name),
        `\`${name}\` speaks of the course of a session, and a ${value.timeframe} bar is a whole one`,
        'use a timeframe of 1h or finer, or take the word out',
      );
    },
  );

  for (const name of sources.keys()) {
    const path: DocumentPath = ['sources', name];
    const help = 'choose another name: `btc: BTC/USD`, then `btc.close`';
    if (isTaken(name)) reporter.at('E302', path, `\`${name}\` is a name of the language already`, help, 'key');
  }

  function define(name: string, path: DocumentPath, check: () => Meaning): void {
    if (named.has(name) || sources.has(name)) {
      reporter.at('E302', path, `\`${name}\` is defined twice in this file`, 'give one of them another name', 'key');
      return;
    }
    if (isTaken(name)) {
      reporter.at('E302', path, `\`${name}\` is a name of the language already`, 'choose another name', 'key');
      return;
    }
    let meaning: Meaning | undefined;
    let busy = false;
    named.set(name, {
      path,
      used: false,
      meaning() {
        if (meaning !== undefined) return meaning;
        if (busy) {
          reporter.at(
            'E301',
            path,
            `\`${name}\` refers to itself, directly or through other names`,
            'break the circle: define one of them without the others',
            'key',
          );
          meaning = { kind: 'broken' };
          return meaning;
        }
        busy = true;
        const checked = check();
        busy = false;
        meaning ??= checked;
        return meaning;
      },
    });
  }

  for (const [name, parameter] of Object.entries(value.params ?? {})) {
    const path: DocumentPath = ['params', name];
    const amount = typeof parameter === 'number' ? parameter : parameter.value;
    if (typeof parameter === 'object') checkParameterRange(reporter, name, parameter, path);
    define(name, path, () => ({ kind: 'constant', value: amount, unit: 'none' }));
  }
  for (const name of Object.keys(value.indicators ?? {})) {
    const path: DocumentPath = ['indicators', name];
    define(name, path, () => checkNumbers(reporter, scope, path));
  }
  for (const [name, written] of Object.entries(value.conditions ?? {})) {
    const path: DocumentPath = ['conditions', name];
    define(name, path, () => {
      const condition = checkCondition(reporter, scope, written, path);
      if (condition === undefined) return { kind: 'broken' };
      checkOutcome(reporter, condition, path);
      return { kind: 'tree', tree: treeOf(condition) };
    });
  }
  return {
    scope,
    named,
    checkAll() {
      for (const definition of named.values()) definition.meaning();
    },
  };
}

function checkParameterRange(
  reporter: Reporter,
  name: string,
  { value, min, max }: { readonly value: number; readonly min?: number; readonly max?: number },
  path: DocumentPath,
): void {
  if (min !== undefined && max !== undefined && min > max) {
    reporter.at('E323', [...path, 'min'], `\`${name}\` has min ${min} above max ${max}`, 'swap them');
    return;
  }
  const low = min !== undefined && value < min;
  if (low || (max !== undefined && value > max)) {
    const side = low ? `below its own min of ${min}` : `above its own max of ${max}`;
    reporter.at('E323', [...path, 'value'], `\`${name}\` is ${value}, ${side}`, 'change the value or the bound');
  }
}

const isTaken = (name: string): boolean =>
  MEASURES.has(name) || BAR_WORDS.includes(name) || Object.hasOwn(TIMEFRAME_WORDS, name);

const asWritten = (name: string): RegExp => new RegExp(`(?<![\\w.])${name.replace(/[^\w]/g, '\\$&')}(?![\\w.])`);

/** Where a name is written first, in the text of the definition or rule that mentions it. */
function placeOf(reporter: Reporter, value: Strategy, name: string): Place {
  const path = nameIn(value, asWritten(name)) ?? ['timeframe'];
  const start = reporter.document.expression(path)?.text.search(asWritten(name)) ?? -1;
  return { path, span: start < 0 ? undefined : { start, end: start + name.length } };
}

function nameIn(value: unknown, name: RegExp, path: DocumentPath = []): DocumentPath | undefined {
  if (typeof value === 'string') return name.test(value) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (path.length === 0 && (key === 'description' || key === 'tests')) continue;
    const found = nameIn(inner, name, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Warns about names that nothing reads: dead weight, or a rule that forgot them. */
export function reportUnused(reporter: Reporter, value: Strategy, definitions: Definitions): void {
  const tested = new Set(
    (value.tests ?? []).flatMap((test) =>
      test.expect.flatMap(({ conditions = {}, indicators = {} }) => [
        ...Object.keys(conditions),
        ...Object.keys(indicators).map((name) => name.split('.')[0]),
      ]),
    ),
  );
  for (const name of Object.keys(value.sources ?? {})) {
    if (definitions.scope.usedSources.has(name) || isTaken(name)) continue;
    const help = `read it in a rule, as in \`${name}.close\`, or take it out`;
    reporter.at('W324', ['sources', name], `source \`${name}\` is never used`, help, 'key');
  }
  for (const [name, definition] of definitions.named) {
    if (definition.used || tested.has(name)) continue;
    const kind =
      definition.path[0] === 'params' ? 'parameter' : definition.path[0] === 'indicators' ? 'indicator' : 'condition';
    reporter.at(
      'W324',
      definition.path,
      `${kind} \`${name}\` is never used`,
      'use it in a rule, or take it out',
      'key',
    );
  }
}
