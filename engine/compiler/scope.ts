import type { Span } from '../documents/diagnostic.ts';
import type { Checked, Meaning, Scope } from '../expressions/tree.ts';
import { DAY } from '../market/time.ts';
import { TIMEFRAME_MS, TIMEFRAME_WORDS, type Timeframe } from '../market/timeframe.ts';
import { MEASURES } from './measures.ts';

const FIELDS: Readonly<Record<string, 'price' | 'volume'>> = {
  open: 'price',
  high: 'price',
  low: 'price',
  close: 'price',
  volume: 'volume',
  bar_vwap: 'price',
};
const POSITIVE: readonly [number, number] = [0, Number.POSITIVE_INFINITY];

/** A name that a document defines: looked at when somebody first asks for it. */
export interface Definition {
  /** Checks it (once) and says what it means; `broken` when it failed or refers to itself. */
  meaning(): Meaning;
  used: boolean;
}

/** Says that a name means a series finer than the strategy's own bars. */
export type FinerFound = (name: string, timeframe: Timeframe) => void;

export interface StrategyScope extends Scope {
  /** Symbols other than its own that were read, with the first name that did. */
  readonly otherSymbols: ReadonlyMap<string, string>;
  /** The names under `sources:` that were read. */
  readonly usedSources: ReadonlySet<string>;
}

/** Words about the course of a session: bars of a whole session know nothing of it. */
const INTRADAY = /^(opening_high|opening_low|minutes_since_open|minutes_to_close|time)$/;

/** A name of capitals reads as a symbol: SPY, QQQ, AAPL. */
const SYMBOL = /^[A-Z][A-Z0-9]{0,9}$/;

/**
 * What the expressions of one strategy can see: its own definitions, the bar, other series and symbols, measures.
 * @param definitions params, indicators and conditions by name
 * @param tooLarge told of a word about the course of a day in a strategy whose bars are days
 * @param sources other names for symbols: `btc` → `BTC/USD`
 */
export function createStrategyScope(
  definitions: ReadonlyMap<string, Definition>,
  sources: ReadonlyMap<string, string>,
  timeframe: Timeframe,
  finer: FinerFound,
  tooLarge: (name: string) => void,
): StrategyScope {
  const otherSymbols = new Map<string, string>();

  const usedSources = new Set<string>();

  function symbolOf(word: string): string | undefined {
    const symbol = sources.get(word);
    if (symbol === undefined) return SYMBOL.test(word) ? word : undefined;
    usedSources.add(word);
    return symbol;
  }

  const source = (symbol: string | undefined, other: Timeframe | undefined, name: string): Meaning => {
    if (symbol !== undefined && !otherSymbols.has(symbol)) otherSymbols.set(symbol, name);
    if (other !== undefined && TIMEFRAME_MS[other] < TIMEFRAME_MS[timeframe]) {
      finer(name, other);
      return { kind: 'broken' };
    }
    return { kind: 'source', symbol, timeframe: other };
  };

  const field = (word: string, series: Meaning): Meaning | undefined => {
    if (series.kind !== 'source') return series;
    const unit = FIELDS[word];
    if (unit === undefined || !Object.hasOwn(FIELDS, word)) return undefined;
    const { symbol, timeframe: other } = series;
    const operand = { kind: 'bar' as const, field: word as 'close', symbol, timeframe: other };
    return { kind: 'operand', operand, type: 'number', unit, range: POSITIVE };
  };

  function defined(name: string): Meaning | undefined {
    const definition = definitions.get(name);
    if (definition === undefined) return undefined;
    definition.used = true;
    return definition.meaning();
  }

  function series(parts: readonly string[], name: string): Meaning | undefined {
    const [first, second, third] = parts;
    if (first === undefined) return undefined;
    const word = Object.hasOwn(TIMEFRAME_WORDS, first) ? TIMEFRAME_WORDS[first] : undefined;
    if (word !== undefined) {
      if (parts.length === 1) return source(undefined, word, name);
      if (parts.length === 2 && second !== undefined) return field(second, source(undefined, word, name));
      return undefined;
    }
    const symbol = symbolOf(first);
    if (symbol === undefined) return undefined;
    if (parts.length === 1) return source(symbol, undefined, name);
    const other = second !== undefined && Object.hasOwn(TIMEFRAME_WORDS, second) ? TIMEFRAME_WORDS[second] : undefined;
    if (parts.length === 2 && second !== undefined) {
      return other === undefined ? field(second, source(symbol, undefined, name)) : source(symbol, other, name);
    }
    if (parts.length === 3 && other !== undefined && third !== undefined)
      return field(third, source(symbol, other, name));
    return undefined;
  }

  return {
    otherSymbols,
    usedSources,
    resolve(name) {
      const own = defined(name);
      if (own !== undefined) return own;
      if (Object.hasOwn(FIELDS, name)) return field(name, { kind: 'source', symbol: undefined, timeframe: undefined });
      const measure = MEASURES.get(name);
      if (measure !== undefined && measure.readIn !== 'risk') {
        if (INTRADAY.test(name) && TIMEFRAME_MS[timeframe] >= DAY) {
          tooLarge(name);
          return { kind: 'broken' };
        }
        const operand = { kind: 'measure' as const, name };
        return { kind: 'operand', operand, type: measure.type, unit: measure.unit, range: measure.range };
      }
      return series(name.split('.'), name);
    },
    names() {
      const visible = [...MEASURES.values()]
        .filter((measure) => measure.readIn !== 'risk')
        .map((measure) => measure.name);
      return [
        ...definitions.keys(),
        ...Object.keys(FIELDS),
        ...sources.keys(),
        ...Object.keys(TIMEFRAME_WORDS),
        ...visible,
      ];
    },
  };
}

/** What the expressions of `risk.yaml` can see: the measures. */
export function createRiskScope(): Scope {
  const visible = [...MEASURES.values()].filter((measure) => measure.readIn !== 'strategy');
  return {
    resolve(name) {
      const measure = visible.find((candidate) => candidate.name === name);
      if (measure === undefined) return undefined;
      const operand = { kind: 'measure' as const, name };
      return { kind: 'operand', operand, type: measure.type, unit: measure.unit, range: measure.range };
    },
    names: () => visible.map((measure) => measure.name),
  };
}

/** A tree that stands for both of two (or one of two) conditions, written in different places. */
export function joined(kind: 'and' | 'or', left: Checked, right: Checked): Checked {
  const span: Span = left.span;
  return { kind, left, right, span, type: 'condition', unit: 'none', range: [0, 1] };
}

/** The contrary of a condition. */
export function negated(operand: Checked): Checked {
  return {
    kind: 'unary',
    operator: 'not',
    operand,
    span: operand.span,
    type: 'condition',
    unit: 'none',
    range: [0, 1],
  };
}
