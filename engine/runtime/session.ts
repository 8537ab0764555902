import { createSimulatedBroker } from '../brokers/simulated.ts';
import type { Venue, VenueHooks } from '../brokers/venue.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { drain, type Steps } from '../compiler/steps.ts';
import type { Operator } from '../core/breakers.ts';
import type { Broker } from '../core/broker.ts';
import { heldOf, needsHistory, placesOf } from '../core/carry.ts';
import { type Core, coreSteps } from '../core/engine.ts';
import { type BarsEvent, emptyBars } from '../core/events.ts';
import type { OperatorAnswer, OperatorCommand } from '../core/operator.ts';
import { type Book, createBook } from '../ledger/book.ts';
import { beginAnew } from '../ledger/curve.ts';
import { quantityIncrement } from '../ledger/tick.ts';
import { type Bars, CLOSED, type CorporateAction, EXTENDED } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';
import { calendarOf, isCrypto } from '../market/calendars.ts';
import { instant } from '../market/time.ts';
import { TIMEFRAMES, type Timeframe } from '../market/timeframe.ts';
import { createPendingActions, type PendingActions, restated } from './actions.ts';
import { misfits } from './fit.ts';
import { createMerge } from './merge.ts';
import type { Observer, RunOptions } from './run.ts';

/** A run in progress over simulated fills: bars go in, in pieces of any size; the book holds what came of them. */
export interface Session {
  readonly book: Book;
  readonly core: Core;
  readonly broker: Venue;
  readonly strategies: readonly { readonly id: string; readonly capital: number }[];
  readonly startCash: number;
  /** Market time reached, ms; NaN before the first bar. */
  readonly now: number;
  /** Start of the first bar after the warm-up, ms; NaN before it. */
  readonly firstStart: number;
  /** Sizes of the feed's bars, finest first. */
  readonly timeframes: readonly Timeframe[];
  /** Bars processed after the warm-up, and in all. */
  readonly barsDone: number;
  /** First and last close of each traded symbol since the warm-up ended, for buy and hold. */
  readonly firstOpen: Float64Array;
  lastClose(symbol: number): number;
  /** What one share held from there on became by splits, and the dollars it was paid. */
  readonly held: { readonly shares: Float64Array; readonly dividends: Float64Array };
  /** Gives the session further bars of each symbol, later than all before. Columns stay in use until they are worked off. */
  feed(bars: ReadonlyMap<string, Bars>): void;
  /** Works off up to `instants` instants; false when the bars fed so far are used up. */
  advance(instants: number): boolean;
  /** Works off the instants that end by a time, ms. */
  advanceTo(time: number): void;
  /** Something waits for the clock to come to `time`, ms: a bar of a longer timeframe, or the session's close. */
  waitsFor(time: number): boolean;
  /** The bars from here on come too late to enter on, or no longer do. */
  stale(stale: boolean): void;
  /**
   * A share was split between two instants: positions, orders and levels are restated, and indicators worked out anew.
   * @param ratio new shares for an old one
   * @param past all bars so far of every symbol, on the new footing
   */
  restate(symbol: number, ratio: number, past: (symbol: number) => Bars | undefined): void;
  /** The clock has come to `time`, ms, and no bar that ends by then is missing: what waits for the clock happens. */
  clock(time: number): void;
  /** What decides beside it, over the same bars and in a ledger of its own. */
  readonly shadow?: Session;
  /** Instants worked off since the start: where the run stands in its bars. */
  readonly instants: number;
  /** The symbols that the rules trade or read. */
  readonly symbols: readonly string[];
  /** Indicators go on, entries rest, nothing is counted: a warm-up. */
  pause(): void;
  /** Ends a warm-up: from the next bar on, entries may be decided. */
  resume(): void;
  /** From now on breakers that wait for a person are cleared by whom this says. */
  attend(operator: Operator): void;
  /** End of the bars that come next, ms; Infinity when those fed are used up. */
  readonly nextTime: number;
  /** Figures begin anew at a time (ms) between the last bar and the next: what came before is no part of a report. */
  beginAnew(time: number): void;
  /** What came before figures began anew; nothing, unless they did. */
  readonly leftOut: LeftOut;
  /** Closes the running session if its last bar is done: figures taken now include its day. */
  settle(): void;
  /**
   * Does what a person commands, between two instants.
   * @param given the wall clock, ms; stands for the market's time as long as no bar is known
   */
  command(command: OperatorCommand, given: number): OperatorAnswer;
  /** Cancels and closes what is open at the last bar's close, if asked, and takes the last sample of equity. */
  finish(closeAtEnd: boolean): void;
  /** What it has, for the session that goes on under other rules. */
  readonly estate: Estate;
  /** Works nothing out ahead any more, for the session that goes on; bars may come in between. */
  halt(): Steps<void>;
  /**
   * Of a session made to go on for another: stops the other, takes all it has and stands where it stood.
   * The other must not be used any more.
   */
  takeOver(): void;
  /** Of such a session: its rules have a place for everything that the other holds now. */
  hasRoom(): boolean;
}

/** What a report leaves out: how much there was of each, at a time (ms; NaN: from the start on nothing is left out). */
export interface LeftOut {
  readonly time: number;
  readonly trades: number;
  readonly orders: number;
  readonly ambiguousBars: number;
}

const NOTHING_LEFT_OUT: LeftOut = { time: Number.NaN, trades: 0, orders: 0, ambiguousBars: 0 };

/** A position or an order has come since rules were planned that leave no place for it: they must be planned again. */
export class StandingChanged extends Error {}

/** All that a session has but its core; it changes while the session runs. */
interface Estate {
  readonly book: Book;
  readonly broker: Venue;
  readonly wire: Wire;
  readonly startCash: number;
  readonly clock: Clock;
  readonly reference: Calendar;
  /** Columns in use, next row of each, the columns before them, and those restated for splits. */
  readonly columns: readonly (Bars | undefined)[];
  readonly rows: Int32Array;
  readonly before: readonly (Bars | undefined)[];
  readonly history: readonly (Bars | undefined)[];
  readonly pending: readonly PendingActions[];
  readonly firstOpen: Float64Array;
  readonly held: Session['held'];
}

/** Whom the broker talks to. */
interface Wire {
  core: Core | undefined;
}

interface Clock {
  now: number;
  nextClose: number;
  session: number;
  active: boolean;
  paused: boolean;
  barsDone: number;
  instants: number;
  firstStart: number;
  /** Traded symbols without a bar yet. */
  unopened: number;
  leftOut: LeftOut;
}

/** The session to go on for, and the bars before its columns, for indicators that its rules did not have. */
export interface Succession {
  readonly former: Session;
  /** What the feed has, at the moment of asking. */
  readonly at: () => Surroundings;
}

/** What a feed has around the bars at hand. */
export interface Surroundings {
  /** Names the columns in use: another number, other columns. */
  readonly piece: number;
  /** Bars before the columns in use, for indicators that are new. */
  readonly past: ReadonlyMap<string, Bars>;
  /** Columns like those in use, for symbols that are new. */
  readonly present: () => ReadonlyMap<string, Bars>;
}

/** Rows of the bars that end by a time, ms. */
const rowsUntil = (bars: Bars, time: number): number => {
  let row = 0;
  while (row < bars.length && bars.end[row]! <= time) row++;
  return row;
};

const isMixed = ({ hours, length }: Bars): boolean => {
  const used = hours.length === length ? hours : hours.subarray(0, length);
  return used.includes(EXTENDED) || used.includes(CLOSED);
};

/** The same bars, with an answer to whether all of them are regular. */
const looked = (bars: Bars): Bars => (bars.mixedHours === undefined ? { ...bars, mixedHours: isMixed(bars) } : bars);

/** The broker, whose orders are told to whoever asked for them. */
function watched(broker: Broker, observer: Observer): Broker {
  if (observer.placed === undefined) return broker;
  return {
    submit(order, intended) {
      observer.placed?.(order);
      broker.submit(order, intended);
    },
    cancel: (order, reason) => broker.cancel(order, reason),
    amend: (order, change) => broker.amend(order, change),
  };
}

/** Start of the first bar to begin of those that end together, ms. */
function earliestStart({ count, columns, rows }: BarsEvent): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < count; k++) earliest = Math.min(earliest, columns[k]!.start[rows[k]!]!);
  return earliest;
}

/** `sessionSteps` at once. */
export const createSession = (...given: Parameters<typeof sessionSteps>): Session => drain(sessionSteps(...given));

/** Instants of history shown at once: a millisecond of work or two. */
const SHOWN_AT_ONCE = 500;

/**
 * Starts a run.
 * @throws RangeError when the rules want bars finer than the feed's (`misfits` says so before)
 * @param actions splits and dividends of the bars that will be fed
 * @param bases size of the feed's bars of each symbol of the ruleset; symbols without bars may be left out
 * @param succession makes the session that is to go on under these rules; `takeOver` does it
 */
export function* sessionSteps(
  ruleset: Ruleset,
  bases: ReadonlyMap<string, Timeframe>,
  options: RunOptions,
  observer: Observer,
  actions: readonly CorporateAction[] = [],
  succession?: Succession,
): Steps<Session> {
  // Let go of once they are taken over: a run that is edited often would keep every session that it ever was.
  let predecessor = succession;
  let former = succession?.former.estate;
  const [misfit] = misfits(ruleset, bases);
  if (misfit !== undefined) throw new RangeError(misfit.message);
  const { symbols } = ruleset;
  const calendars = symbols.map((symbol) => calendarOf(symbol));
  const capitals = ruleset.strategies.map(({ capital }) => (capital.kind === 'dollars' ? capital.amount : 0));
  const startCash = former?.startCash ?? options.cash ?? capitals.reduce((sum, capital) => sum + capital, 0);
  const strategies = ruleset.strategies.map(({ id, capital }, index) => ({
    id,
    capital: capital.kind === 'dollars' ? capitals[index]! : (startCash * capital.amount) / 100,
  }));
  const book = former?.book ?? createBook({ cash: startCash, strategies, symbols });
  const tickRules = symbols.map((symbol) => (isCrypto(symbol) ? ('crypto' as const) : ('equity' as const)));
  const desks = symbols.map((symbol, index) => ({ symbol, kind: tickRules[index]! }));
  const wire: Wire = former?.wire ?? { core: undefined };
  const hooks: VenueHooks = {
    symbols: desks,
    sink:
      observer.heard === undefined
        ? (event) => wire.core!.process(event)
        : (event) => {
            observer.heard?.(event);
            wire.core!.process(event);
          },
  };
  const broker =
    former?.broker ??
    options.venue?.(hooks) ??
    createSimulatedBroker({
      ...hooks,
      assumptions: options.assumptions,
      buyingPower: (order, need) => book.buyingPower(order, need),
    });
  const core: Core = yield* coreSteps({
    ruleset,
    book,
    broker: watched(broker, observer),
    observer,
    fractional: options.assumptions.fractional,
    fillAtClose: options.assumptions.fillAt === 'close',
    operator: options.operator ?? 'next_session',
    bases: symbols.map((symbol) => bases.get(symbol) ?? '1m'),
    calendars,
    tickRules,
    barByBar: options.barByBar === true,
    swappable: options.swappable === true,
    ...(succession === undefined ? {} : { orders: succession.former.core.orderLog }),
  });

  const count = symbols.length;
  const from = options.from ?? Number.NEGATIVE_INFINITY;
  const fillAtClose = options.assumptions.fillAt === 'close';
  // Sessions are those of the exchange as soon as one share is traded; a run of coins alone has UTC days.
  const reference: Calendar =
    former?.reference ?? calendars.find((calendar) => calendar.id === 'XNYS') ?? calendarOf('BTC/USD');
  const merge = createMerge(count);
  const { columns, rows } = merge;
  const event = emptyBars(count);
  const firstOpen = new Float64Array(count).fill(Number.NaN);
  /** Columns restated for the splits so far. */
  const history: (Bars | undefined)[] = [];
  /** The columns before those in use. */
  const before: (Bars | undefined)[] = [];
  const newcomers = symbols.slice(former?.columns.length ?? 0);
  const pending: readonly PendingActions[] = [
    ...(former?.pending ?? []),
    ...(newcomers.length > 0 ? [createPendingActions(actions, newcomers)] : []),
  ];
  /** What buy and hold gathers of a share held from the start: shares now, and dollars paid. */
  const held = { shares: new Float64Array(count).fill(1), dividends: new Float64Array(count) };
  const clock: Clock = former?.clock ?? {
    now: Number.NaN,
    nextClose: Number.NaN,
    session: -1,
    active: false,
    paused: false,
    barsDone: 0,
    instants: 0,
    firstStart: Number.NaN,
    unopened: count,
    leftOut: NOTHING_LEFT_OUT,
  };
  if (succession === undefined) begin();

  function begin(): void {
    wire.core = core;
    if (from > Number.NEGATIVE_INFINITY) core.process({ kind: 'activate', active: false });
    else clock.active = true;
  }

  /** Rows of each symbol that were shown to indicators before the take-over, of which columns, in which piece. */
  const shown = { piece: -1, rows: new Int32Array(count), columns: [] as (Bars | undefined)[] };

  /** The bars of a column that are past, restated for the splits so far. */
  function gone(symbol: number): Bars | undefined {
    const known = history[symbol] ?? columns[symbol];
    return known === undefined ? undefined : { ...known, length: nextRow(symbol) };
  }

  /** The same of the session to go on for. */
  const goneBefore =
    (present: ReadonlyMap<string, Bars>) =>
    (symbol: number): Bars | undefined => {
      const known = former!.history[symbol] ?? former!.columns[symbol];
      if (known !== undefined) return { ...known, length: former!.rows[symbol]! };
      const column = present.get(symbols[symbol]!);
      return column && { ...column, length: rowsUntil(column, clock.now) };
    };

  /** Fills indicators that the former rules did not have, while the former session goes on. */
  function* fillNew({ at }: Succession): Steps<void> {
    if (!isNew) return;
    const { piece, past, present } = at();
    shown.piece = piece;
    yield* replay((symbol) => past.get(symbols[symbol]!));
    const bars = symbols.map((_, symbol) => symbol).map(goneBefore(present()));
    yield* replay((symbol) => bars[symbol]);
    bars.forEach((known, symbol) => {
      shown.rows[symbol] = known?.length ?? 0;
      shown.columns[symbol] = former!.history[symbol] ?? former!.columns[symbol];
    });
  }

  /** Shows what came since. */
  function finishHistory({ piece, past, present }: Surroundings): void {
    if (!isNew) return;
    const moved =
      piece !== shown.piece ||
      former!.columns.some((column, symbol) => (former!.history[symbol] ?? column) !== shown.columns[symbol]);
    if (moved) {
      core.process({ kind: 'rewarm' });
      drain(replay((symbol) => past.get(symbols[symbol]!)));
    }
    drain(replay(goneBefore(present()), moved ? undefined : shown.rows));
  }

  function takeOver(): void {
    const other = predecessor!.former;
    const surroundings = predecessor!.at();
    drain(other.halt());
    finishHistory(surroundings);
    if (
      symbols.length > former!.columns.length ||
      strategies.length > book.state.strategies.length ||
      strategies.some(({ id, capital }, n) => {
        const known = book.state.strategies[n]!;
        return known.id !== id || known.capital !== capital;
      })
    )
      book.extend({ symbols, strategies, deposits: options.cash === undefined });
    broker.extend(desks.slice(former!.columns.length));
    former!.columns.forEach((column, symbol) => {
      merge.put(symbol, column);
      if (column !== undefined) merge.skip(symbol, former!.rows[symbol]!);
      history[symbol] = former!.history[symbol];
      before[symbol] = former!.before[symbol];
    });
    const present = symbols.some((_, symbol) => columns[symbol] === undefined) ? surroundings.present() : undefined;
    symbols.forEach((name, symbol) => {
      const column = columns[symbol] === undefined ? present!.get(name) : undefined;
      if (column === undefined) return;
      merge.put(symbol, { ...column, mixedHours: isMixed(column) });
      merge.skip(symbol, rowsUntil(column, clock.now));
    });
    firstOpen.set(former!.firstOpen);
    held.shares.set(former!.held.shares);
    held.dividends.set(former!.held.dividends);
    clock.unopened += count - former!.columns.length;
    if (newcomers.length > 0) pending.at(-1)!.skipBefore(reference, clock.session);
    wire.core = core;
    adopt!();
    predecessor = undefined;
    former = undefined;
    others = undefined;
    hasPlace = undefined;
    adopt = undefined;
  }

  /** Shows the core bars gone by, for its indicators alone. */
  function* replay(barsOf: (symbol: number) => Bars | undefined, from?: Int32Array): Steps<void> {
    const instantBars = emptyBars(count);
    const order = createMerge(count);
    symbols.forEach((_, symbol) => {
      const known = barsOf(symbol);
      if (known === undefined) return;
      order.put(symbol, { ...known, mixedHours: isMixed(known) });
      if (from !== undefined) order.skip(symbol, from[symbol]!);
    });
    for (let n = 1; order.next(instantBars); n++) {
      const start = earliestStart(instantBars);
      for (let due = core.due(); due <= start; due = core.due()) {
        core.process({ kind: 'history', bars: { ...instantBars, time: due, count: 0 } });
      }
      core.process({ kind: 'history', bars: instantBars });
      if (n % SHOWN_AT_ONCE === 0) yield;
    }
  }

  function closeSession(): void {
    const time = instant(clock.nextClose);
    for (let s = 0; s < count; s++) if (calendars[s] === reference) broker.endOfSession(s, time);
    if (clock.active) {
      book.sampleSession(time);
      observer.sampled?.(time, book.equity());
    }
    core.process({ kind: 'session_close', time });
    clock.session++;
    clock.nextClose = reference.close(clock.session);
  }

  function lastClose(symbol: number): number {
    const row = rows[symbol]!;
    // The columns at hand may have only just come.
    const column = row > 0 ? columns[symbol] : before[symbol];
    return column?.close[(row > 0 ? row : column.length) - 1] ?? Number.NaN;
  }

  function settle(): void {
    if (clock.now >= clock.nextClose) closeSession();
  }

  function beginAt(start: number): void {
    clock.session = Math.max(0, reference.sessionOn(instant(start)));
    if (reference.close(clock.session) <= start) clock.session++;
    clock.nextClose = reference.close(clock.session);
    for (const one of pending) one.skipBefore(reference, clock.session);
  }

  /** Fills of this instant's bars: exits at the open, entries at the open, then inside the bar. */
  function fill(): void {
    const { count: filled, symbols: numbers, columns: bars, rows: at } = event;
    let any = false;
    for (let k = 0; k < filled; k++) {
      if (!broker.hasOrders(numbers[k]!)) continue;
      any = true;
      broker.open(bars[k]!, at[k]!, numbers[k]!, true);
    }
    if (!any) return;
    for (let k = 0; k < filled; k++)
      if (broker.hasOrders(numbers[k]!)) broker.open(bars[k]!, at[k]!, numbers[k]!, false);
    for (let k = 0; k < filled; k++) if (broker.hasOrders(numbers[k]!)) broker.intrabar(bars[k]!, at[k]!, numbers[k]!);
    for (let k = 0; k < filled; k++) {
      const symbol = numbers[k]!;
      if (broker.hasOrders(symbol) && endsSession(bars[k]!, at[k]!, symbol))
        broker.sessionClose(bars[k]!, at[k]!, symbol);
    }
  }

  function endsSession(bars: Bars, row: number, symbol: number): boolean {
    const session = bars.session[row]!;
    return session >= 0 && bars.end[row] === calendars[symbol]!.close(session);
  }

  function fillClose(): void {
    const { count: filled, symbols: numbers, columns: bars, rows: at } = event;
    for (const exitsOnly of [true, false]) {
      for (let k = 0; k < filled; k++) {
        if (broker.hasOrders(numbers[k]!)) broker.close(bars[k]!, at[k]!, numbers[k]!, exitsOnly);
      }
    }
  }

  /** First opens since the warm-up ended: what buy and hold pays. */
  function noteFirstOpens(): void {
    for (let k = 0; k < event.count; k++) {
      const symbol = event.symbols[k]!;
      if (Number.isNaN(firstOpen[symbol]!)) {
        firstOpen[symbol] = event.columns[k]!.open[event.rows[k]!]!;
        clock.unopened--;
      }
    }
  }

  /** Splits and dividends of the session that begins with this bar, before its first fills. */
  function act(start: number): void {
    const session = reference.sessionOn(instant(start));
    const take = (): CorporateAction | undefined => {
      for (const one of pending) {
        const action = one.take(reference, session);
        if (action !== undefined) return action;
      }
      return undefined;
    };
    for (let action = take(); action !== undefined; action = take()) {
      const symbol = symbols.indexOf(action.symbol);
      if (action.split !== 1) split(symbol, action.split, start);
      if (action.dividend > 0) {
        book.applyDividend(symbol, action.dividend);
        if (clock.active) held.dividends[symbol] = held.dividends[symbol]! + action.dividend * held.shares[symbol]!;
      }
    }
  }

  function split(symbol: number, ratio: number, start: number): void {
    const bars = columns[symbol];
    const row = nextRow(symbol);
    restateHoldings(symbol, ratio, bars?.open[row] ?? Number.NaN, start);
    if (bars === undefined) return;
    history[symbol] = restated(history[symbol] ?? bars, row, ratio);
    core.process({ kind: 'rewarm' });
    drain(replay(gone));
  }

  function restateHoldings(symbol: number, ratio: number, price: number, time: number): void {
    const increment = quantityIncrement(tickRules[symbol]!, options.assumptions.fractional);
    for (const trade of book.applySplit(symbol, ratio, price, increment, instant(time))) observer.traded?.(trade);
    broker.applySplit(symbol, ratio);
    core.process({ kind: 'split', symbol, ratio });
    if (clock.active) held.shares[symbol] = held.shares[symbol]! * ratio;
  }

  /** First row of a symbol that is not past: the running instant's own bar, if it has one. */
  function nextRow(symbol: number): number {
    for (let k = 0; k < event.count; k++) if (event.symbols[k] === symbol) return event.rows[k]!;
    return rows[symbol]!;
  }

  /** Bars of longer timeframes that were over before this instant's bars began. */
  function catchUp(start: number): void {
    for (let due = core.due(); due <= start; due = core.due()) core.process({ kind: 'clock', time: due });
  }

  function step(): void {
    // Starts are read where something hangs on them: every column is a stream of memory of its own.
    if (Number.isNaN(clock.nextClose)) beginAt(earliestStart(event));
    while (event.time > clock.nextClose) {
      // Bars that end with the session decide before its day is over.
      catchUp(clock.nextClose);
      closeSession();
    }
    if (actions.length > 0) act(earliestStart(event));
    if (!clock.active && !clock.paused && earliestStart(event) >= from) {
      clock.active = true;
      core.process({ kind: 'activate', active: true });
    }
    if (core.due() !== Number.POSITIVE_INFINITY) catchUp(earliestStart(event));
    fill();
    core.process(event);
    if (fillAtClose) fillClose();
    if (clock.active) {
      if (clock.barsDone === 0) clock.firstStart = earliestStart(event);
      clock.barsDone += event.count;
      if (clock.unopened > 0) noteFirstOpens();
    }
    clock.now = event.time;
  }

  /** Takes the bars of a single symbol that nothing happens on, up to the session's close and `most`; gives how many. */
  function coast(most: number): number {
    const bars = columns[0];
    const row = rows[0]!;
    if (bars === undefined || row >= bars.length || !clock.active || clock.unopened > 0 || actions.length > 0) return 0;
    if (broker.hasOrders(0)) return 0;
    const taken = core.coast(0, bars, row, clock.nextClose, most);
    if (taken === 0) return 0;
    merge.skip(0, taken);
    clock.barsDone += taken;
    clock.now = bars.end[row + taken - 1]!;
    return taken;
  }

  /** Where the market stands: the end of the last bar, or the start of the first. */
  function marketTime(): number {
    if (!Number.isNaN(clock.now)) return clock.now;
    let first = Number.POSITIVE_INFINITY;
    columns.forEach((column, symbol) => {
      if (column !== undefined && column.length > 0) first = Math.min(first, column.start[rows[symbol]!]!);
    });
    return first;
  }

  let others = succession?.former.core;
  /** Indicators of these rules are not among the former ones. */
  const isNew = others !== undefined && needsHistory(others.memory.ruleset, ruleset);
  let hasPlace = others && placesOf(ruleset, others.memory.ruleset);
  let adopt = others && (yield* core.adopt(others));
  if (succession !== undefined) {
    yield* fillNew(succession);
    yield* succession.former.halt();
  }

  return {
    book,
    core,
    broker,
    strategies,
    startCash,
    get now() {
      return clock.now;
    },
    get firstStart() {
      return clock.firstStart;
    },
    timeframes: TIMEFRAMES.filter((timeframe) => symbols.some((symbol) => bases.get(symbol) === timeframe)),
    get barsDone() {
      return clock.barsDone;
    },
    get instants() {
      return clock.instants;
    },
    firstOpen,
    lastClose,
    held,
    symbols,
    get nextTime() {
      return merge.peek();
    },
    get leftOut() {
      return clock.leftOut;
    },
    beginAnew(time) {
      // As the next bar would: sessions that close by then are over.
      while (clock.nextClose <= time && merge.peek() > clock.nextClose) {
        catchUp(clock.nextClose);
        closeSession();
      }
      beginAnew(book.state.curve);
      clock.leftOut = {
        time,
        trades: book.state.trades.length,
        orders: core.orderLog.length,
        ambiguousBars: broker.ambiguousBars(),
      };
      clock.firstStart = time;
      // Who buys and holds from here on pays what it was worth.
      symbols.forEach((_, symbol) => {
        const close = lastClose(symbol);
        if (!Number.isNaN(close)) firstOpen[symbol] = close;
      });
      held.shares.fill(1);
      held.dividends.fill(0);
    },
    attend(operator) {
      core.memory.breakers.state.operator = operator;
    },
    settle,
    pause() {
      clock.active = false;
      clock.paused = true;
      core.process({ kind: 'activate', active: false });
    },
    resume() {
      // The day of the last warm-up session ends before anything counts.
      settle();
      clock.active = true;
      clock.paused = false;
      core.process({ kind: 'activate', active: true });
    },
    feed(bars) {
      symbols.forEach((symbol, index) => {
        const column = bars.get(symbol);
        if (column === undefined || column.length === 0) return;
        before[index] = columns[index];
        merge.put(index, looked(column));
      });
    },
    advance(instants) {
      for (let k = 0; k < instants; k++) {
        const coasted = count === 1 ? coast(instants - k) : 0;
        if (coasted > 0) {
          k += coasted - 1;
          clock.instants += coasted;
          continue;
        }
        if (!merge.next(event)) return false;
        step();
        clock.instants++;
      }
      return true;
    },
    advanceTo(time) {
      while (merge.peek() <= time && merge.next(event)) {
        step();
        clock.instants++;
      }
    },
    waitsFor: (time) => !Number.isNaN(clock.nextClose) && (time >= clock.nextClose || core.due() <= time),
    stale(stale) {
      core.process({ kind: 'stale', stale });
    },
    restate(symbol, ratio, past) {
      const known = past(symbol);
      const price = known === undefined || known.length === 0 ? Number.NaN : known.close[known.length - 1]!;
      restateHoldings(symbol, ratio, price, clock.now);
      core.process({ kind: 'rewarm' });
      drain(replay(past));
    },
    clock(time) {
      if (Number.isNaN(clock.nextClose)) return;
      while (time >= clock.nextClose) {
        catchUp(clock.nextClose);
        closeSession();
      }
      catchUp(time);
    },
    command(command, given) {
      const time = marketTime();
      return core.command({ ...command, time: Number.isFinite(time) ? time : given });
    },
    finish(closeAtEnd) {
      if (closeAtEnd) {
        core.process({ kind: 'close_all', reason: 'end_of_data' });
        for (let symbol = 0; symbol < count; symbol++) {
          const bars = columns[symbol];
          if (bars !== undefined && broker.hasOrders(symbol)) broker.close(bars, rows[symbol]! - 1, symbol, true);
        }
        book.endInstant();
      }
      settle();
    },
    estate: {
      book,
      broker,
      wire,
      startCash,
      clock,
      reference,
      columns,
      rows,
      before,
      history,
      pending,
      firstOpen,
      held,
    },
    halt: () =>
      core.halt((symbol) => {
        const row = rows[symbol]! - 1;
        const bars = row >= 0 ? columns[symbol] : before[symbol];
        return bars === undefined ? undefined : { bars, row: row >= 0 ? row : bars.length - 1 };
      }),
    takeOver,
    hasRoom: () => [...heldOf(others!.memory)].every((key) => hasPlace!(key)),
  };
}
