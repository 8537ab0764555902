import type { Ruleset } from '../compiler/ruleset.ts';
import type { ReadTri } from '../expressions/reader.ts';
import { FALSE, TRUE, type Tri, UNKNOWN } from '../expressions/tree.ts';
import type { Bars } from '../market/bars.ts';
import { grouped } from './grouped.ts';
import type { BoundEntry, Instance } from './instance.ts';
import { holdSteady } from './position-measures.ts';
import type { Stretch } from './stretch.ts';

/**
 * Quiet bars: no rule of the symbol asks for anything on them, so nobody looks at it until the next bar that is not.
 * What its instances count by bars is made up for in one step. Marks, equity and resting orders have their bar all the same.
 */
export interface Quiet {
  /** Passes over the bar if it is quiet. */
  pass(symbol: number, bars: Bars, row: number): boolean;
  /** Rows of these bars from `row` on that are quiet, one after the other. */
  ahead(symbol: number, bars: Bars, row: number): number;
  /** Passes over that many of them. */
  passAll(symbol: number, bars: number): void;
  /** Makes up for the bars passed over, before anything of the symbol changes or reads them. */
  catchUp(symbol: number): void;
  /** After the decisions of a bar: finds how many of the bars after it are quiet. */
  look(symbol: number, bars: Bars, row: number): void;
  /** Something of the symbol has changed: its next bar is looked at. */
  wake(symbol: number): void;
}

interface Watched {
  readonly stretch: Stretch;
  readonly instances: readonly Instance[];
}

/**
 * @param possible false when something reads the account on every bar
 * @param ahead bars that an order decided now is ahead of its fill: 1, or 0 when it fills at the close
 */
export function createQuiet(
  ruleset: Ruleset,
  instances: readonly Instance[],
  stretches: readonly (Stretch | undefined)[],
  possible: boolean,
  ahead: 0 | 1,
): Quiet {
  const watched = possible ? watchedOf(ruleset, instances, stretches) : ruleset.symbols.map(() => undefined);
  const sources: (Bars | undefined)[] = ruleset.symbols.map(() => undefined);
  /** First row that is not quiet, and how many have been passed over and not made up for. */
  const until = new Int32Array(ruleset.symbols.length);
  const passed = new Int32Array(ruleset.symbols.length);

  function catchUp(symbol: number): void {
    const bars = passed[symbol]!;
    if (bars === 0) return;
    passed[symbol] = 0;
    const { stretch, instances: own } = watched[symbol]!;
    // The bar at hand was the last one looked at; those passed over lie right behind it.
    for (let k = 0; k < own.length; k++) makeUp(own[k]!, stretch.at + 1, bars);
  }

  return {
    pass(symbol, bars, row) {
      if (row >= until[symbol]! || sources[symbol] !== bars) return false;
      passed[symbol] = passed[symbol]! + 1;
      return true;
    },
    ahead: (symbol, bars, row) => (sources[symbol] === bars ? Math.max(0, until[symbol]! - row) : 0),
    passAll(symbol, bars) {
      passed[symbol] = passed[symbol]! + bars;
    },
    catchUp,
    look(symbol, bars, row) {
      const one = watched[symbol];
      if (one === undefined) return;
      const { stretch, instances: own } = one;
      const from = stretch.at + 1;
      let to = stretch.length;
      for (let k = 0; k < own.length && to > from; k++) to = firstBusy(own[k]!, stretch, from, to, ahead);
      sources[symbol] = bars;
      until[symbol] = row + 1 + Math.max(0, to - from);
    },
    wake(symbol) {
      catchUp(symbol);
      until[symbol] = 0;
    },
  };
}

/** By symbol its one series and its instances, if nothing about them reads every bar. */
function watchedOf(
  ruleset: Ruleset,
  instances: readonly Instance[],
  stretches: readonly (Stretch | undefined)[],
): (Watched | undefined)[] {
  const numbers = grouped([...ruleset.series.keys()], (number) => ruleset.series[number]!.symbolIndex);
  const bySymbol = grouped(instances, ({ plan }) => plan.symbolIndex);
  return ruleset.symbols.map((_, symbol) => {
    const [only, ...others] = numbers.get(symbol) ?? [];
    const stretch = only !== undefined && others.length === 0 ? stretches[only] : undefined;
    if (stretch === undefined || stretch.everyBar) return undefined;
    return { stretch, instances: bySymbol.get(symbol) ?? [] };
  });
}

/** First row of [from, to) on which an instance would do something; `to` when there is none. */
function firstBusy(instance: Instance, stretch: Stretch, from: number, to: number, ahead: number): number {
  const { state, entries } = instance;
  if (instance.entryOrder !== undefined || instance.exitOrder !== undefined) return from;
  if (state.side === 0) {
    let first = to;
    for (let k = 0; k < entries.length; k++) first = firstRise(entries[k]!, lastOf(instance, entries[k]!), from, first);
    return first;
  }
  const exit = state.side > 0 ? instance.exits.long : instance.exits.short;
  if (exit.overStretch === undefined || state.exitUnknownBars !== 0) return from;
  let end = to;
  if (exit.timeStop !== undefined) {
    if (exit.timeStop.kind !== 'bars') return from;
    end = Math.min(to, from + Math.max(0, exit.timeStop.bars - ahead - state.bars - 1));
  }
  // Where there is room for one more, an entry may add.
  for (let k = 0; k < entries.length; k++) {
    const entry = entries[k]!;
    if (entry.sign === state.side && state.entries < entry.model.maxEntries)
      end = firstRise(entry, lastOf(instance, entry), from, end);
  }
  return exit.ahead === undefined
    ? firstNotFalse(instance, stretch, exit.overStretch, from, end)
    : firstMarked(exit.ahead, from, end);
}

function firstMarked(ahead: Uint8Array, from: number, to: number): number {
  for (let row = from; row < to; row++) if (ahead[row] !== FALSE) return row;
  return to;
}

function firstNotFalse(
  instance: Instance,
  stretch: Stretch,
  reads: readonly ReadTri[],
  from: number,
  to: number,
): number {
  if (from === to) return to;
  holdSteady(instance, stretch, from);
  for (let row = from; row < to; row++) {
    for (let k = 0; k < reads.length; k++) if (reads[k]!(row) !== FALSE) return row;
  }
  return to;
}

const lastOf = ({ state }: Instance, { sign }: BoundEntry): Tri => (sign > 0 ? state.lastLong : state.lastShort);

/** First row of [from, to) on which an entry acts, if it may. */
function firstRise({ ahead, model }: BoundEntry, before: Tri, from: number, to: number): number {
  const onRise = model.trigger === 'on_rise';
  let last = before;
  for (let row = from; row < to; row++) {
    const value = ahead![row]!;
    if (value === TRUE && (!onRise || last === FALSE)) return row;
    if (value !== UNKNOWN) last = value as Tri;
  }
  return to;
}

/** What an instance would have counted and remembered on `bars` rows from `from` on. */
function makeUp({ state, entries }: Instance, from: number, bars: number): void {
  state.sinceExit += bars;
  if (state.side !== 0) state.bars += bars;
  for (let k = 0; k < entries.length; k++) {
    const { ahead, sign } = entries[k]!;
    let row = from + bars - 1;
    while (row >= from && ahead![row] === UNKNOWN) row--;
    if (row < from) continue;
    if (sign > 0) state.lastLong = ahead![row] as Tri;
    else state.lastShort = ahead![row] as Tri;
  }
}
