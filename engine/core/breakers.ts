import type { BreakerModel, Until } from '../compiler/model.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { compileCondition } from '../expressions/compile-condition.ts';
import { leaves, measureName } from '../expressions/leaves.ts';
import type { ReadTri } from '../expressions/reader.ts';
import { durationText } from '../expressions/texts.ts';
import { type Checked, FALSE, TRUE } from '../expressions/tree.ts';
import type { Book } from '../ledger/book.ts';
import { moneyToNumber } from '../ledger/money.ts';
import type { Trade } from '../ledger/trade.ts';
import { sessionsAYear } from '../market/calendars.ts';
import { type Instant, instant } from '../market/time.ts';
import {
  equityOf,
  freshGuard,
  type Guard,
  MARKED,
  type Recent,
  readerOf,
  remember,
  returnsAsked,
  type View,
  watches,
} from './breaker-measures.ts';

/** When a breaker that waits for a person is cleared where no person is: in a backtest. */
export type Operator = 'next_session' | 'never';

/** One trip of a breaker, from the bar that tripped it to the one that it let go. */
export interface Trip {
  readonly breaker: string;
  readonly scope: BreakerModel['scope'];
  /** The strategy or the symbol; `account`. */
  readonly place: string;
  readonly action: BreakerModel['action'];
  readonly trippedAt: Instant;
  /** What its measures were then: `daily_loss_pct 5.23`. */
  readonly values: string;
  clearedAt: Instant | undefined;
  /** Entries that rules asked for and it held back. */
  heldBack: number;
  /** Session closes at which it held its place without a position. */
  heldFlatDays: number;
}

/** All that breakers remember: plain data, so that a trip survives whatever happens to the process. */
export interface BreakerState {
  readonly guards: Guard[];
  readonly trips: Trip[];
  readonly recent: Recent;
  /** Spread of each symbol's last quote, percent of its middle; NaN without one. */
  readonly spreads: number[];
}

/** What breakers do to the run. */
export interface BreakerHands {
  /** Cancels entry orders at work where `holds` says so. */
  cancelEntries(holds: (strategy: number, symbol: number) => boolean): void;
  /** Closes the positions there at the next open. */
  flatten(holds: (strategy: number, symbol: number) => boolean, breaker: string): void;
  /** Largest number of bars in a row on which an exit of a position there was unknown. */
  exitUnknownBars(holds: (strategy: number, symbol: number) => boolean): number;
  tripped(trip: Trip): void;
  cleared(trip: Trip): void;
}

export interface Breakers {
  readonly state: BreakerState;
  /** Marks move some breaker: every instant with a position open must be looked at. */
  readonly onMarks: boolean;
  /** Something is tripped that the very next bar may let go: none may be passed over. */
  attentive(): boolean;
  /** After the marks of an instant, before its decisions. */
  look(now: number, instants: number, marked: boolean): void;
  /** An entry was filled. */
  entered(strategy: number, symbol: number): void;
  /** A trade ended, by `when`, ms. */
  closed(trade: Trade, strategy: number, symbol: number, when: number): void;
  refused(strategy: number, symbol: number, when: number): void;
  /** @param active whether anything counts yet: a day of the warm-up has no return */
  sessionClosed(now: number, instants: number, active: boolean): void;
  /** A symbol's bid and ask, dollars. */
  quoted(symbol: number, bid: number, ask: number): void;
  /** Entries of a strategy in a symbol are held back; counted for the trips that do it. */
  holdsBack(strategy: number, symbol: number): boolean;
}

interface Bound {
  readonly model: BreakerModel;
  readonly when: ReadTri;
  readonly values: Float64Array;
  /** The measures that it reads, by their slots among `values`. */
  readonly reads: readonly { readonly name: string; readonly of: ReturnType<typeof readerOf> }[];
  readonly onMarks: boolean;
  /** Daily returns that its measures look back over. */
  readonly returns: number;
}

/** @param operator who clears what waits for a person */
export function createBreakers(ruleset: Ruleset, book: Book, operator: Operator, hands: BreakerHands): Breakers {
  const bounds = ruleset.risk.breakers.filter(({ enabled }) => enabled).map(bind);
  const guards: Guard[] = bounds.flatMap(({ model }, breaker) =>
    placesOf(ruleset, model.scope).map((place) => freshGuard(breaker, place, equityOf(book, model.scope, place))),
  );
  const state: BreakerState = {
    guards,
    trips: [],
    recent: { count: 0, stops: [], closed: [], refusals: [] },
    spreads: ruleset.symbols.map(() => Number.NaN),
  };
  const view: View = {
    book,
    recent: state.recent,
    now: 0,
    exitUnknownBars: (guard) => hands.exitUnknownBars((strategy, symbol) => touches(guard, strategy, symbol)),
    spreadPct(guard) {
      let widest = Number.NaN;
      for (const { strategyIndex, symbolIndex } of ruleset.instances) {
        const spread = touches(guard, strategyIndex, symbolIndex) ? state.spreads[symbolIndex]! : Number.NaN;
        if (!(spread <= widest)) widest = Number.isNaN(spread) ? widest : spread;
      }
      return widest;
    },
    sessionsAYear: sessionsAYear(ruleset.symbols),
  };
  const flags = { events: true, tripped: 0, nextClear: Number.POSITIVE_INFINITY, barsTrips: 0, newSession: false };
  const onMarks = bounds.some((bound) => bound.onMarks);

  const touches = (guard: Guard, strategy: number, symbol: number): boolean =>
    watches(guard, bounds[guard.breaker]!.model.scope, strategy, symbol);

  function trip(guard: Guard, bound: Bound, now: number, instants: number): void {
    const { model } = bound;
    guard.trip = state.trips.length;
    guard.trippedAt = now;
    guard.trippedInstant = instants;
    const place =
      model.scope === 'account'
        ? 'account'
        : model.scope === 'strategy'
          ? ruleset.strategies[guard.place]!.id
          : ruleset.symbols[guard.place]!;
    const record: Trip = {
      breaker: model.id,
      scope: model.scope,
      place,
      action: model.action,
      trippedAt: instant(now),
      values: bound.reads.map(({ name }, slot) => `${spoken(name)} ${shown(bound.values[slot]!)}`).join(', '),
      clearedAt: undefined,
      heldBack: 0,
      heldFlatDays: 0,
    };
    state.trips.push(record);
    flags.tripped++;
    const until = untilOf(model);
    if (until.kind === 'time') flags.nextClear = Math.min(flags.nextClear, now + until.milliseconds);
    if (until.kind === 'bars') flags.barsTrips++;
    hands.tripped(record);
    const holds = (strategy: number, symbol: number): boolean => touches(guard, strategy, symbol);
    hands.cancelEntries(holds);
    if (model.action === 'flatten') hands.flatten(holds, model.id);
  }

  /** Clearing starts every measure anew. */
  function clear(guard: Guard, at: number): void {
    const bound = bounds[guard.breaker]!;
    const record = state.trips[guard.trip]!;
    record.clearedAt = instant(at);
    Object.assign(guard, freshGuard(guard.breaker, guard.place, equityOf(book, bound.model.scope, guard.place)), {
      since: at,
      sinceCount: state.recent.count,
      // The rest of this day is no day.
      lastClose: Number.NaN,
    });
    flags.tripped--;
    if (untilOf(bound.model).kind === 'bars') flags.barsTrips--;
    hands.cleared(record);
  }

  /** Lets go what is over by the clock, by bars, or by a session that has closed. */
  function letGo(now: number, instants: number): void {
    let next = Number.POSITIVE_INFINITY;
    for (const guard of guards) {
      if (guard.trip < 0) continue;
      const until = untilOf(bounds[guard.breaker]!.model);
      if (until.kind === 'time') {
        const end = guard.trippedAt + until.milliseconds;
        if (end <= now) clear(guard, end);
        else next = Math.min(next, end);
      } else if (until.kind === 'bars' ? instants - guard.trippedInstant >= until.bars : guard.over) clear(guard, now);
    }
    flags.nextClear = next;
    flags.newSession = false;
  }

  const anyHeld = (guard: Guard): boolean =>
    ruleset.instances.some(
      ({ strategyIndex, symbolIndex }) =>
        touches(guard, strategyIndex, symbolIndex) && book.holding(strategyIndex, symbolIndex) !== undefined,
    );

  /** A guard's condition, its values written. */
  function isTrue(guard: Guard, bound: Bound): number {
    const { reads, values, model } = bound;
    for (let slot = 0; slot < reads.length; slot++) values[slot] = reads[slot]!.of(guard, model.scope, view);
    return bound.when(0);
  }

  return {
    state,
    onMarks,
    attentive: () => flags.tripped > 0 && (flags.barsTrips > 0 || flags.newSession),
    look(now, instants, marked) {
      if (guards.length === 0) return;
      view.now = now;
      if (flags.tripped > 0 && (flags.newSession || flags.barsTrips > 0 || now >= flags.nextClear))
        letGo(now, instants);
      const { events } = flags;
      flags.events = false;
      if (!events && !(marked && onMarks)) return;
      for (let k = 0; k < guards.length; k++) {
        const guard = guards[k]!;
        const bound = bounds[guard.breaker]!;
        if (!events && !bound.onMarks) continue;
        if (bound.onMarks) follow(guard, bound.model, book);
        const untilClear = guard.trip >= 0 && untilOf(bound.model).kind === 'clear';
        if (guard.trip >= 0 && !untilClear) continue;
        const value = isTrue(guard, bound);
        if (guard.trip < 0 && value === TRUE) trip(guard, bound, now, instants);
        else if (untilClear && value === FALSE) clear(guard, now);
      }
    },
    entered(strategy, symbol) {
      flags.events = true;
      for (const guard of guards) if (touches(guard, strategy, symbol)) guard.dailyTrades++;
    },
    closed(trade, strategy, symbol, when) {
      flags.events = true;
      const { recent } = state;
      const stopped = trade.exitReason === 'stop_loss' || trade.exitReason === 'trailing_stop';
      const lists = stopped ? [recent.closed, recent.stops] : [recent.closed];
      remember(recent, lists, { time: when, strategy, symbol, pnl: moneyToNumber(trade.pnl) });
      for (const guard of guards) {
        if (touches(guard, strategy, symbol)) guard.losses = trade.pnl < 0n ? guard.losses + 1 : 0;
      }
    },
    refused(strategy, symbol, when) {
      flags.events = true;
      remember(state.recent, [state.recent.refusals], { time: when, strategy, symbol, pnl: 0 });
    },
    sessionClosed(now, instants, active) {
      // What the clock has let go by then does not count for the day.
      if (flags.tripped > 0 && now >= flags.nextClear) letGo(now, instants);
      flags.events = true;
      flags.newSession = true;
      for (const guard of guards) {
        const { model } = bounds[guard.breaker]!;
        const equity = equityOf(book, model.scope, guard.place);
        guard.losingDays = equity < guard.dayStart ? guard.losingDays + 1 : 0;
        guard.dayStart = equity;
        guard.dailyTrades = 0;
        if (active) countReturn(guard, bounds[guard.breaker]!.returns, equity);
        if (guard.trip < 0) continue;
        if (!anyHeld(guard)) state.trips[guard.trip]!.heldFlatDays++;
        const kind = untilOf(model).kind;
        if (kind === 'next_session' || (kind === 'manual' && operator === 'next_session')) guard.over = true;
      }
    },
    quoted(symbol, bid, ask) {
      flags.events = true;
      // A quote of one side, or with its sides crossed, says nothing.
      state.spreads[symbol] = bid > 0 && ask >= bid ? ((ask - bid) / ((ask + bid) / 2)) * 100 : Number.NaN;
    },
    holdsBack(strategy, symbol) {
      if (flags.tripped === 0) return false;
      let held = false;
      for (const guard of guards) {
        if (guard.trip < 0 || !touches(guard, strategy, symbol)) continue;
        state.trips[guard.trip]!.heldBack++;
        held = true;
      }
      return held;
    },
  };
}

/** A halt waits for a person, whatever its `until` says. */
export const untilOf = (model: BreakerModel): Until => (model.action === 'halt' ? { kind: 'manual' } : model.until);

function bind(model: BreakerModel): Bound {
  const names: string[] = [];
  const slotOf = new Map<Checked, number>();
  leaves(model.when, (leaf) => {
    const name = measureName(leaf) ?? '';
    if (!names.includes(name)) names.push(name);
    slotOf.set(leaf, names.indexOf(name));
  });
  const values = new Float64Array(names.length).fill(Number.NaN);
  return {
    model,
    values,
    when: compileCondition(model.when, (leaf) => slotOf.get(leaf)!, values),
    reads: names.map((name) => ({ name, of: readerOf(name) })),
    onMarks: names.some((name) => MARKED.has(name)),
    returns: Math.max(0, ...names.map(returnsAsked)),
  };
}

const placesOf = (ruleset: Ruleset, scope: BreakerModel['scope']): readonly number[] =>
  scope === 'account' ? [0] : (scope === 'strategy' ? ruleset.strategies : ruleset.symbols).map((_, n) => n);

/** The return of a session that is over. */
function countReturn(guard: Guard, kept: number, equity: number): void {
  if (kept === 0) return;
  if (!Number.isNaN(guard.lastClose)) guard.returns.push(equity / guard.lastClose - 1);
  if (guard.returns.length > kept) guard.returns.shift();
  guard.lastClose = equity;
}

function follow(guard: Guard, { scope }: BreakerModel, book: Book): void {
  const equity = equityOf(book, scope, guard.place);
  if (equity > guard.peak) guard.peak = equity;
}

/** `rejections:10` as it is written. */
const spoken = (name: string): string =>
  name.replace(/:(\d+)$/, (_, minutes: string) => `("${durationText(Number(minutes))}")`);

const shown = (value: number): string =>
  Number.isInteger(value) ? String(value) : Number.isNaN(value) ? 'unknown' : value.toFixed(2);
