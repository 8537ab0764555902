import { setImmediate as turn } from 'node:timers/promises';
import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Rules, Ruleset } from '../compiler/ruleset.ts';
import { planWithShadows } from '../compiler/shadows.ts';
import { drain } from '../compiler/steps.ts';
import type { Operator } from '../core/breakers.ts';
import { type Figures, figuresOf } from '../ledger/run-figures.ts';
import type { Bars, CorporateAction } from '../market/bars.ts';
import { isCrypto } from '../market/calendars.ts';
import { type Instant, instant } from '../market/time.ts';
import { until } from './backtest.ts';
import {
  compareTraces,
  type EntryTrace,
  type ExitMove,
  type ImpactFigures,
  type Side,
  type Trace,
  traceOf,
} from './impact-trace.ts';
import type { Progress } from './run.ts';
import type { Session } from './session.ts';
import { createShadowed, withShadowSymbols } from './shadowed.ts';

export interface ImpactOptions {
  /** Starting cash of both runs, dollars; undefined: each has the sum of its purses. */
  readonly cash: number | undefined;
  readonly assumptions: FillAssumptions;
  readonly operator?: Operator | undefined;
  /** Bars before it only warm up; undefined: all but the last `last` bars of each symbol do. */
  readonly from?: Instant | undefined;
  /** Bars that end later are left out; undefined: none are. */
  readonly to?: Instant | undefined;
  /** Bars of a symbol that count, when there is no `from`; undefined: all. */
  readonly last?: number | undefined;
  /** Bars of a symbol before those that count, for indicators to fill; undefined: all there are. */
  readonly warmup?: number | undefined;
  /** Splits and dividends of the bars. */
  readonly actions?: readonly CorporateAction[] | undefined;
  /** New id → id before, of strategies that were renamed. */
  readonly renamed?: ReadonlyMap<string, string> | undefined;
  /** Told after each slice how far both runs together are. */
  readonly progress?: ((progress: Progress) => void) | undefined;
  /** Instants worked off before others have a turn: some hundred are a millisecond of work. */
  readonly slice?: number | undefined;
}

export interface StrategyImpact {
  /** Its id in the new rules, or in the old ones when it is gone. */
  readonly id: string;
  readonly added: number;
  readonly removed: number;
  readonly moved: number;
  readonly resized: number;
  /** Undefined: it is not there on that side. */
  readonly before: ImpactFigures | undefined;
  readonly after: ImpactFigures | undefined;
}

/** What other rules would have done over the same bars: both were run, each from flat. */
export interface Impact {
  /** Most bars of one symbol that counted. */
  readonly bars: number;
  /** Start of the first of them and end of the last, ms; NaN without bars. */
  readonly from: number;
  readonly to: number;
  /** Symbols that either side trades and that have no bars here. */
  readonly missing: readonly string[];
  readonly added: readonly EntryTrace[];
  readonly removed: readonly EntryTrace[];
  readonly moved: readonly ExitMove[];
  /** Entries of both sides that are of another size. */
  readonly resized: number;
  readonly before: ImpactFigures;
  readonly after: ImpactFigures;
  readonly strategies: readonly StrategyImpact[];
  /** The same of those that decide beside the account; nothing else of this tells of them. */
  readonly shadows: readonly StrategyImpact[];
  /** Stopped by the signal: the two sides may not have seen the same bars. */
  readonly interrupted: boolean;
}

/** Instants of one turn. */
const SLICE = 250;

/**
 * Runs old and new rules over the same bars with the simulated broker and tells what differs. Gives way to others between slices,
 * so that it may be called beside a running session; it shares nothing with one.
 * @param given columns by symbol, warm-up included; they are only read
 * @throws RangeError when rules want bars finer than these
 */
export async function impactOf(
  old: Rules,
  next: Rules,
  given: ReadonlyMap<string, Bars>,
  options: ImpactOptions,
  signal?: AbortSignal,
): Promise<Impact> {
  const whole = until(given, options.to);
  // Planned anew: what runs may hold strategies that left it, for the sake of their positions.
  const [before, after] = [old, next].map(({ revision, models, risk }) =>
    drain(planWithShadows(revision, models, risk, [])),
  );
  const traded = [...new Set([...before!.traded, ...after!.traded])];
  const from = options.from ?? startOf(traded, whole, options.last);
  const bars = warmedBy(whole, from, options.warmup);
  const sides: Side[] = [];
  const total = rowsOf(before!, bars) + rowsOf(after!, bars);
  for (const ruleset of [before!, after!]) {
    const done = sides.length === 0 ? 0 : rowsOf(before!, bars);
    sides.push(await run(ruleset, bars, { ...options, from }, { done, total }, signal));
  }
  const spans = traded.map((symbol) => spanOf(bars.get(symbol), from));
  const counted = spans.filter(({ length }) => length > 0);
  return impactBetween(sides[0]!, sides[1]!, options.renamed ?? new Map(), {
    bars: Math.max(0, ...spans.map(({ length }) => length)),
    from: counted.length === 0 ? Number.NaN : Math.min(...counted.map((span) => span.from)),
    to: counted.length === 0 ? Number.NaN : Math.max(...counted.map((span) => span.to)),
    missing: traded.filter((symbol) => (bars.get(symbol)?.length ?? 0) === 0),
    interrupted: signal?.aborted === true,
  });
}

/**
 * What two runs over the same bars did otherwise.
 * @param renamed new id → id before
 * @param over the bars that both saw
 */
export function impactBetween(
  before: Side,
  after: Side,
  renamed: ReadonlyMap<string, string>,
  over: Pick<Impact, 'bars' | 'from' | 'to' | 'missing' | 'interrupted'>,
): Impact {
  const { resizedBy, ...differences } = compareTraces(before, after, renamed);
  const [shadowBefore, shadowAfter] = [before.shadow ?? NOBODY, after.shadow ?? NOBODY];
  return {
    ...over,
    ...differences,
    before: before.figures,
    after: after.figures,
    strategies: byStrategy(before, after, { ...differences, resizedBy }, renamed),
    shadows: byStrategy(shadowBefore, shadowAfter, compareTraces(shadowBefore, shadowAfter, renamed), renamed),
  };
}

const NOTHING: ImpactFigures = {
  trades: 0,
  pnl: 0,
  returnPct: 0,
  winRatePct: null,
  maxDrawdownPct: 0,
  profitFactor: null,
};

const NOBODY: Side = { entries: new Map(), held: new Map(), figures: NOTHING, strategies: new Map() };

/** Start of the bar from which each symbol has at least `last` bars, or all that it has; undefined: from the first on. */
function startOf(
  symbols: readonly string[],
  bars: ReadonlyMap<string, Bars>,
  last: number | undefined,
): Instant | undefined {
  if (last === undefined) return undefined;
  let earliest = Number.POSITIVE_INFINITY;
  for (const symbol of symbols) {
    const column = bars.get(symbol);
    if (column !== undefined && column.length > 0)
      earliest = Math.min(earliest, column.start[Math.max(0, column.length - last)]!);
  }
  return earliest === Number.POSITIVE_INFINITY ? undefined : instant(earliest);
}

/** The bars from `warmup` bars before `from` on. */
function warmedBy(
  bars: ReadonlyMap<string, Bars>,
  from: Instant | undefined,
  warmup: number | undefined,
): ReadonlyMap<string, Bars> {
  if (from === undefined || warmup === undefined) return bars;
  return new Map(
    [...bars].map(([symbol, column]) => {
      const counted = column.length - spanOf(column, from).length;
      return [symbol, later(column, Math.max(0, counted - warmup))];
    }),
  );
}

/** The bars from a row on; the columns are views of the same memory. */
function later(bars: Bars, row: number): Bars {
  if (row === 0) return bars;
  const { length, start, end, open, high, low, close, volume, vwap, session, hours } = bars;
  return {
    ...bars,
    length: length - row,
    start: start.subarray(row, length),
    end: end.subarray(row, length),
    open: open.subarray(row, length),
    high: high.subarray(row, length),
    low: low.subarray(row, length),
    close: close.subarray(row, length),
    volume: volume.subarray(row, length),
    vwap: vwap?.subarray(row, length),
    session: session.subarray(row, length),
    hours: hours.subarray(row, length),
  };
}

function spanOf(column: Bars | undefined, from: Instant | undefined): { length: number; from: number; to: number } {
  if (column === undefined || column.length === 0) return { length: 0, from: Number.NaN, to: Number.NaN };
  const end = column.length;
  let first = 0;
  while (from !== undefined && first < end && column.start[first]! < from) first++;
  return { length: end - first, from: column.start[first] ?? Number.NaN, to: column.end[end - 1]! };
}

/** Bars of the symbols that rules read. */
const rowsOf = ({ symbols }: Ruleset, bars: ReadonlyMap<string, Bars>): number =>
  symbols.reduce((sum, symbol) => sum + (bars.get(symbol)?.length ?? 0), 0);

async function run(
  ruleset: Ruleset,
  bars: ReadonlyMap<string, Bars>,
  options: ImpactOptions,
  { done, total }: { readonly done: number; readonly total: number },
  signal: AbortSignal | undefined,
): Promise<Side> {
  const { symbols } = withShadowSymbols(ruleset);
  const own = new Map(symbols.flatMap((symbol) => (bars.has(symbol) ? [[symbol, bars.get(symbol)!]] : [])));
  const bases = new Map([...own].map(([symbol, { timeframe }]) => [symbol, timeframe]));
  const { cash, assumptions, operator, from } = options;
  const driven = { cash, from, to: undefined, assumptions, operator, closeAtEnd: false };
  const session = createShadowed(ruleset, bases, driven, {}, options.actions ?? []);
  session.feed(own);
  while (signal?.aborted !== true && session.advance(options.slice ?? SLICE)) {
    const { now, book, barsDone } = session;
    const trades = book.state.trades.length;
    options.progress?.({ done: done + barsDone, total, at: instant(now), equity: book.equity(), trades });
    await turn();
  }
  session.finish(false);
  return sideOf(session, ruleset.traded);
}

/** What a run that is over did. */
export function sideOf(session: Session, traded: readonly string[]): Side {
  const trace: Trace = traceOf(session);
  const first = instant(Number.isNaN(session.firstStart) ? 0 : session.firstStart);
  const coins = traded.length > 0 && traded.every(isCrypto);
  const { account, strategies } = figuresOf(session.book, first, coins ? 365 : 252);
  return {
    ...trace,
    figures: shortly(account),
    strategies: new Map(session.strategies.map(({ id }, index) => [id, shortly(strategies[index]!)])),
    shadow: session.shadow && sideOf(session.shadow, session.shadow.core.memory.ruleset.traded),
  };
}

const shortly = ({ metrics }: Figures): ImpactFigures => ({
  trades: metrics.trades,
  pnl: metrics.endEquity - metrics.startEquity,
  returnPct: metrics.returnPct,
  winRatePct: metrics.winRatePct,
  maxDrawdownPct: metrics.maxDrawdownPct,
  profitFactor: metrics.profitFactor,
});

function byStrategy(
  before: Side,
  after: Side,
  { added, removed, moved, resizedBy }: ReturnType<typeof compareTraces>,
  renamed: ReadonlyMap<string, string>,
): readonly StrategyImpact[] {
  const formerly = (id: string): string => renamed.get(id) ?? id;
  const heirs = new Set([...after.strategies.keys()].map(formerly));
  const ids = [...after.strategies.keys(), ...[...before.strategies.keys()].filter((id) => !heirs.has(id))];
  return ids.map((id) => {
    const of = (list: readonly { readonly strategy: string }[]): number =>
      list.filter(({ strategy }) => strategy === id).length;
    return {
      id,
      added: of(added),
      removed: of(removed),
      moved: of(moved),
      resized: resizedBy.get(id) ?? 0,
      before: before.strategies.get(after.strategies.has(id) ? formerly(id) : id),
      after: after.strategies.get(id),
    };
  });
}
