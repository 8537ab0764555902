import type { BreakerModel, Until } from '../compiler/model.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { compileCondition } from '../expressions/compile-condition.ts';
import { leaves, measureName } from '../expressions/leaves.ts';
import { printTree } from '../expressions/print.ts';
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
  nextToAge,
  type Recent,
  readerOf,
  remember,
  returnsAsked,
  type View,
  type Window,
  watches,
  windowOf,
} from './breaker-measures.ts';
import { isOperators, type OperatorAnswer, type OperatorEvent } from './operator.ts';
import { createOperatorDesk, type Tripped } from './operator-desk.ts';

/**
 * Who clears breakers that wait for a person: `next_session`, the next session, where no person is (a backtest); `never`,
 * only a person.
 */
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
  /** Why a person tripped it, or cleared it, in their words. */
  readonly reason?: string | undefined;
  clearedReason?: string | undefined;
}

/** All that breakers remember: plain data, so that a trip survives whatever happens to the process. */
export interface BreakerState {
  readonly guards: Guard[];
  readonly trips: Trip[];
  readonly recent: Recent;
  /** Spread of each symbol's last quote, percent of its middle; NaN without one. */
  readonly spreads: number[];
  /** What breakers that are not among the rules now had counted, for their return. */
  readonly parked: Parked[];
  /** Who clears what waits for a person, from now on. */
  operator: Operator;
}

interface Parked {
  readonly id: string;
  readonly scope: BreakerModel['scope'];
  readonly guard: Guard;
}

/** What breakers do to the run. */
export interface BreakerHands {
  /**
   * Cancels entry orders at work where `holds` says so; gives how many.
   * @param breaker the one that wants it; undefined: a person does
   */
  cancelEntries(holds: (strategy: number, symbol: number) => boolean, breaker: string | undefined): number;
  /** Closes the positions there at the next open; gives how many. */
  flatten(holds: (strategy: number, symbol: number) => boolean, breaker: string | undefined): number;
  /** Largest number of bars in a row on which an exit of a position there was unknown. */
  exitUnknownBars(holds: (strategy: number, symbol: number) => boolean): number;
  tripped(trip: Trip): void;
  cleared(trip: Trip): void;
}

export interface Breakers {
  readonly state: BreakerState;
  /** By the numbers that guards give: the rules' breakers, then those that are tripped and not among the rules any more. */
  readonly models: readonly BreakerModel[];
  /** How many of them are the rules'. */
  readonly ruled: number;
  /** Goes on with what the breakers of former rules remember: a trip stays, under the rule that it tripped by. */
  adopt(former: Pick<Breakers, 'state' | 'models' | 'ruled'>): void;
  /** Marks move some breaker: every instant with a position open must be looked at. */
  onMarks(): boolean;
  /** Something is tripped that the very next bar may let go: none may be passed over. */
  attentive(): boolean;
  /** From here on (ms) the clock alone may trip or clear something: no bar that ends then may be passed over. Infinity: never. */
  clockActs(): number;
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
  /** Does what a person commands, between two instants. */
  command(event: OperatorEvent, instants: number): OperatorAnswer;
  /** What holds its place now, in the order of the guards. */
  tripped(): readonly Tripped[];
  /** The rules' enabled breakers that watch a strategy in a symbol, as they stand. */
  readings(strategy: number, symbol: number): readonly Reading[];
}

/** A breaker at the place where it watches, read between two instants. */
export interface Reading {
  readonly breaker: string;
  readonly tripped: boolean;
  /** What its measures are now: `consecutive_losses 4`; while it is tripped, what they were when it tripped. */
  readonly values: string;
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

/** @param operator who clears what waits for a person at first */
export function createBreakers(ruleset: Ruleset, book: Book, operator: Operator, hands: BreakerHands): Breakers {
  const bounds = ruleset.risk.breakers.filter(({ enabled }) => enabled).map(bind);
  /** Those after them are tripped, and not among the rules any more. */
  const ruled = bounds.length;
  const guards: Guard[] = bounds.flatMap(({ model }, breaker) =>
    placesOf(ruleset, model.scope).map((place) => freshGuard(breaker, place, equityOf(book, model.scope, place))),
  );
  const state: BreakerState = {
    guards,
    trips: [],
    recent: { count: 0, stops: [], closed: [], refusals: [] },
    spreads: ruleset.symbols.map(() => Number.NaN),
    parked: [],
    operator,
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
  const flags = {
    events: true,
    tripped: 0,
    nextClear: Number.POSITIVE_INFINITY,
    /** When the next happening grows too old for a measure over a length of time. */
    nextAge: Number.POSITIVE_INFINITY,
    barsTrips: 0,
    newSession: false,
  };
  let onMarks = false;
  let windows: readonly Window[] = [];
  survey();

  const touches = (guard: Guard, strategy: number, symbol: number): boolean =>
    watches(guard, bounds[guard.breaker]!.model.scope, strategy, symbol);

  /** What the breakers at hand watch. */
  function survey(): void {
    onMarks = bounds.some((bound) => bound.onMarks);
    windows = bounds.flatMap(({ reads }) => reads.flatMap(({ name }) => windowOf(name) ?? []));
  }

  /** Takes over a former guard; gives its place among the guards. */
  function takeOver(former: Guard, model: BreakerModel): boolean {
    const breaker = bounds.findIndex((bound, n) => n < ruled && isSame(bound.model, model));
    const own = guards.find((guard) => guard.breaker === breaker && guard.place === former.place);
    const { breaker: _, place: __, ...memory } = former;
    if (former.trip >= 0 && (own === undefined || !isEqual(bounds[breaker]!.model, model))) {
      guards.push({ ...former, breaker: unruled(model) });
      return true;
    }
    if (own !== undefined) Object.assign(own, memory);
    return own !== undefined;
  }

  const nameOf = (scope: BreakerModel['scope'], place: number): string =>
    scope === 'account' ? 'account' : scope === 'strategy' ? ruleset.strategies[place]!.id : ruleset.symbols[place]!;

  const trippedNow = (): readonly Tripped[] =>
    guards.filter((guard) => guard.trip >= 0).map((guard) => trippedOf(guard, state.trips[guard.trip]!));

  function trippedOf(guard: Guard, record: Trip): Tripped {
    const { model } = bounds[guard.breaker]!;
    return { guard, model, trip: record, place: { scope: model.scope, name: nameOf(model.scope, guard.place) } };
  }

  /** Number of a model that is not among the rules. */
  function unruled(model: BreakerModel): number {
    const known = bounds.findIndex((bound, n) => n >= ruled && isEqual(bound.model, model));
    return known < 0 ? bounds.push(bind(model)) - 1 : known;
  }

  const command = createOperatorDesk({
    ruleset,
    tripped: trippedNow,
    trip(model, place, { time, reason }, instants) {
      const breaker = unruled(model);
      let guard = guards.find((one) => one.breaker === breaker && one.place === place);
      if (guard === undefined) {
        guard = freshGuard(breaker, place, equityOf(book, model.scope, place));
        guards.push(guard);
      }
      return trippedOf(guard, note(guard, bounds[breaker]!, time, instants, reason));
    },
    enforce: ({ guard, model }) => enforce(guard, model),
    clear({ guard, trip: record }, { time, reason }) {
      if (reason !== undefined) record.clearedReason = reason;
      clear(guard, time);
      // What still is as it was says so at once.
      flags.events = true;
    },
  });

  function trip(guard: Guard, bound: Bound, now: number, instants: number): void {
    note(guard, bound, now, instants, undefined);
    enforce(guard, bound.model);
  }

  /** Writes a trip down. */
  function note(guard: Guard, bound: Bound, now: number, instants: number, reason: string | undefined): Trip {
    const { model } = bound;
    guard.trip = state.trips.length;
    guard.trippedAt = now;
    guard.trippedInstant = instants;
    const record: Trip = {
      breaker: model.id,
      scope: model.scope,
      place: nameOf(model.scope, guard.place),
      action: model.action,
      trippedAt: instant(now),
      values: valuesText(bound),
      clearedAt: undefined,
      heldBack: 0,
      heldFlatDays: 0,
      ...(reason === undefined ? {} : { reason }),
    };
    state.trips.push(record);
    flags.tripped++;
    const until = untilOf(model);
    if (until.kind === 'time') flags.nextClear = Math.min(flags.nextClear, now + until.milliseconds);
    if (until.kind === 'bars') flags.barsTrips++;
    hands.tripped(record);
    return record;
  }

  function enforce(guard: Guard, model: BreakerModel): { cancelled: number; closing: number } {
    const holds = (strategy: number, symbol: number): boolean => touches(guard, strategy, symbol);
    const by = isOperators(model) ? undefined : model.id;
    const cancelled = hands.cancelEntries(holds, by);
    return { cancelled, closing: model.action === 'flatten' ? hands.flatten(holds, by) : 0 };
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

  function readValues(guard: Guard, { reads, values, model }: Bound): void {
    for (let slot = 0; slot < reads.length; slot++) values[slot] = reads[slot]!.of(guard, model.scope, view);
  }

  /** A guard's condition, its values written. */
  function isTrue(guard: Guard, bound: Bound): number {
    readValues(guard, bound);
    return bound.when(0);
  }

  return {
    state,
    get models() {
      return bounds.map(({ model }) => model);
    },
    ruled,
    adopt(former) {
      // Made ahead of the swap: what nobody hands down is counted from now on.
      for (const guard of guards) {
        const { breaker, place } = guard;
        Object.assign(guard, freshGuard(breaker, place, equityOf(book, bounds[breaker]!.model.scope, place)));
      }
      state.trips.push(...former.state.trips);
      for (const list of ['stops', 'closed', 'refusals'] as const)
        state.recent[list].push(...former.state.recent[list]);
      state.recent.count = former.state.recent.count;
      state.operator = former.state.operator;
      former.state.spreads.forEach((spread, symbol) => {
        state.spreads[symbol] = spread;
      });
      for (const { id, scope, guard } of former.state.parked) {
        const model = bounds.find((bound) => isSame(bound.model, { ...bound.model, id, scope }))?.model;
        if (model === undefined || !takeOver(guard, model)) state.parked.push({ id, scope, guard });
      }
      for (const guard of former.state.guards) {
        const model = former.models[guard.breaker]!;
        // One that has let go was only waiting for that.
        if (guard.breaker >= former.ruled && guard.trip < 0) continue;
        if (!takeOver(guard, model)) state.parked.push({ id: model.id, scope: model.scope, guard });
      }
      survey();
      const tripped = guards.filter(({ trip }) => trip >= 0);
      flags.tripped = tripped.length;
      flags.barsTrips = tripped.filter(({ breaker }) => untilOf(bounds[breaker]!.model).kind === 'bars').length;
      // The next look finds out what the clock has in store.
      flags.events = true;
      flags.newSession = true;
      flags.nextClear = Number.NEGATIVE_INFINITY;
      flags.nextAge = Number.NEGATIVE_INFINITY;
    },
    onMarks: () => onMarks,
    attentive: () =>
      (flags.events && guards.length > 0) || (flags.tripped > 0 && (flags.barsTrips > 0 || flags.newSession)),
    clockActs: () => (flags.tripped > 0 ? Math.min(flags.nextClear, flags.nextAge) : flags.nextAge),
    look(now, instants, marked) {
      if (guards.length === 0) return;
      view.now = now;
      if (flags.tripped > 0 && (flags.newSession || flags.barsTrips > 0 || now >= flags.nextClear))
        letGo(now, instants);
      const events = flags.events || now >= flags.nextAge;
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
        if (guard.trip < 0 && value === TRUE && guard.breaker < ruled) trip(guard, bound, now, instants);
        else if (untilClear && value === FALSE) clear(guard, now);
      }
      if (events && windows.length > 0) flags.nextAge = nextToAge(windows, state.recent, now);
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
        // What a person tripped, only a person clears.
        const unasked = kind === 'manual' && state.operator === 'next_session' && !isOperators(model);
        if (kind === 'next_session' || unasked) guard.over = true;
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
    command,
    tripped: trippedNow,
    readings: (strategy, symbol) =>
      guards
        .filter((guard) => guard.breaker < ruled && touches(guard, strategy, symbol))
        .map((guard) => {
          const bound = bounds[guard.breaker]!;
          const record = state.trips[guard.trip];
          if (record === undefined) readValues(guard, bound);
          return {
            breaker: bound.model.id,
            tripped: record !== undefined,
            values: record?.values ?? valuesText(bound),
          };
        }),
  };
}

/** The trips that hold a strategy's entries in a symbol back now, as they stand, their places by the names of today. */
export const holdersOf = (breakers: Pick<Breakers, 'tripped'>, strategy: number, symbol: number): readonly Trip[] =>
  breakers
    .tripped()
    .filter(({ guard, model }) => watches(guard, model.scope, strategy, symbol))
    .map(({ trip, place }) => ({ ...trip, place: place.name }));

/** The same breaker, whatever its rule says now. */
const isSame = (now: BreakerModel, before: BreakerModel): boolean =>
  (now.id === before.id || now.renamedFrom === before.id) && now.scope === before.scope;

/** Trips and lets go alike. */
const isEqual = (a: BreakerModel, b: BreakerModel): boolean =>
  isSame(a, b) &&
  a.action === b.action &&
  printTree(a.when) === printTree(b.when) &&
  JSON.stringify(a.until) === JSON.stringify(b.until);

/** When a tripped breaker lets go, as things stand: one that waits for a person may have none to wait for. */
export const releaseOf = (model: BreakerModel, operator: Operator): Until => {
  const until = untilOf(model);
  return until.kind === 'manual' && operator === 'next_session' && !isOperators(model)
    ? { kind: 'next_session' }
    : until;
};

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

const valuesText = ({ reads, values }: Bound): string =>
  reads.map(({ name }, slot) => `${spoken(name)} ${shown(values[slot]!)}`).join(', ');

const shown = (value: number): string =>
  Number.isInteger(value) ? String(value) : Number.isNaN(value) ? 'unknown' : value.toFixed(2);
