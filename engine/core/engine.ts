import type { Ruleset } from '../compiler/ruleset.ts';
import type { Steps } from '../compiler/steps.ts';
import type { Book } from '../ledger/book.ts';
import { priceToNumber, qtyToNumber } from '../ledger/money.ts';
import type { Order, OrderEvent, PositionSide } from '../ledger/order.ts';
import { createOrderLog, fileOrder, makerOf, type OrderLog, ordersOf } from '../ledger/order-log.ts';
import type { TickRule } from '../ledger/tick.ts';
import { type Bars, REGULAR } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';
import type { Instant } from '../market/time.ts';
import { TIMEFRAME_MS, type Timeframe } from '../market/timeframe.ts';
import { type AccountState, bindAccountMeasures, createAccountState } from './account-measures.ts';
import type { Arena } from './arena.ts';
import { createBreakers, type Operator, type Trip } from './breakers.ts';
import type { Broker } from './broker.ts';
import { type CoreMemory, carrySteps } from './carry.ts';
import { type CoreContext, type CoreObserver, heldQty } from './context.ts';
import { decideEntry, expireEntry } from './entries.ts';
import { type BarsEvent, type CoreEvent, emptyBars } from './events.ts';
import { decideExit, decideFlat, submitExit } from './exits.ts';
import { bindInstances, type Instance, type InstanceState } from './instance.ts';
import { cancelLegs, growLegs, placeLegs, shrinkLegs, sideOf, trail } from './legs.ts';
import { createLimitDesk } from './limits.ts';
import type { OperatorAnswer, OperatorEvent } from './operator.ts';
import { createPipeline } from './pipeline.ts';
import type { Probe } from './probe.ts';
import { moves, restated } from './protection.ts';
import { createQuiet } from './quiet.ts';
import { ROWS_AHEAD } from './stretch.ts';
import { entrySession } from './windows.ts';

export interface CoreOptions {
  readonly ruleset: Ruleset;
  readonly book: Book;
  readonly broker: Broker;
  readonly observer: CoreObserver;
  readonly fractional: boolean;
  readonly fillAtClose: boolean;
  /** Who clears breakers that wait for a person. */
  readonly operator: Operator;
  /** Size of the feed's bars, calendar and price grid by symbol number of the ruleset. */
  readonly bases: readonly Timeframe[];
  readonly calendars: readonly Calendar[];
  readonly tickRules: readonly TickRule[];
  /** Bars come one at a time: nothing is worked out ahead of them. */
  readonly barByBar?: boolean;
  /** The run may go on under other rules: `adopt` and `halt` are of use. */
  readonly swappable?: boolean;
  /** Orders of the run so far. */
  readonly orders?: OrderLog;
}

/** The last bar that the core has had of a symbol; undefined before the first. */
export type Reached = (symbol: number) => { readonly bars: Bars; readonly row: number } | undefined;

export interface Core {
  /** Takes one event; what it decides goes to the broker before it returns. */
  process(event: CoreEvent): void;
  /** Takes a person's command between two instants, as `process` does, and gives what came of it. */
  command(event: OperatorEvent): OperatorAnswer;
  /**
   * Takes bars of a symbol from `row` on, with no other symbol's among them and no order that they could fill, for as long
   * as its rules ask for nothing: what `process` would do with each, in one go. Gives how many it took: `most` at most, and
   * none ends after `until`.
   */
  coast(symbol: number, bars: Bars, row: number, until: number, most: number): number;
  /**
   * Works nothing out ahead any more, and takes back what it has, series by series: between two instants when it is done at
   * once, and while bars go on when it is done before, to have little left to do.
   */
  halt(reached: Reached): Steps<void>;
  /** Prepares to go on where a core of former rules stands; what comes back does it, once that one is halted. */
  adopt(former: Core): Steps<() => void>;
  readonly memory: CoreMemory;
  /** Number of the last instant. */
  readonly instant: number;
  /** End of the earliest bucket that waits for the clock, ms; Infinity when none does. */
  due(): number;
  /** Every order so far, by number; those that ended are made anew on every reading. */
  readonly orders: () => readonly Order[];
  readonly orderLog: OrderLog;
  /** What breakers did, oldest first. */
  readonly trips: readonly Trip[];
  /** Every number that rules read. */
  readonly arena: Arena;
  readonly instances: readonly Instance[];
  readonly account: AccountState;
}

/** Builds the deciding part of a run: state in, orders out, nothing else. */
export function* coreSteps(options: CoreOptions): Steps<Core> {
  const { ruleset, book, calendars } = options;
  const pipeline = yield* createPipeline(
    ruleset,
    options.bases,
    calendars,
    options.barByBar === true ? 1 : ROWS_AHEAD,
    options.swappable === true,
  );
  const { stamps } = pipeline;
  const { values } = pipeline.arena;
  const instances = yield* bindInstances(ruleset, values, pipeline.stretches);
  const seriesOf = Int32Array.from(instances, (instance) => instance.plan.series);
  const account = createAccountState(book.equity(), ruleset.strategies.length);
  const measureAccount = bindAccountMeasures(ruleset, instances, values);
  const clock = new Float64Array(1);
  const limits = createLimitDesk(ruleset.risk, book);
  const breakers = createBreakers(ruleset, book, options.operator, {
    cancelEntries(holds, breaker) {
      let cancelled = 0;
      for (const { plan, entryOrder } of instances) {
        if (entryOrder === undefined || !holds(plan.strategyIndex, plan.symbolIndex)) continue;
        context.broker.cancel(entryOrder, reasonOf(breaker));
        cancelled++;
      }
      return cancelled;
    },
    flatten(holds, breaker) {
      let closing = 0;
      for (const instance of instances) {
        const { state, plan, exitOrder } = instance;
        if (state.side === 0 || !holds(plan.strategyIndex, plan.symbolIndex)) continue;
        closing++;
        // It has an order at work now, quiet or not.
        quiet.wake(plan.symbolIndex);
        if (breaker === undefined && exitOrder?.exitReason === 'manual') continue;
        // A part on its way out is not enough.
        if (exitOrder !== undefined) context.broker.cancel(exitOrder, reasonOf(breaker));
        if (breaker === undefined) submitExit(context, instance, 'manual', 'manual', 100);
        else submitExit(context, instance, `breaker.${breaker}`, 'breaker', 100);
      }
      return closing;
    },
    exitUnknownBars: (holds) =>
      instances.reduce(
        (most, { plan, state }) =>
          holds(plan.strategyIndex, plan.symbolIndex) ? Math.max(most, state.exitUnknownBars) : most,
        0,
      ),
    tripped: (trip) => options.observer.tripped?.(trip),
    cleared: (trip) => options.observer.cleared?.(trip),
  });
  const context: CoreContext = {
    limits,
    breakers,
    ruleset,
    book,
    broker: options.broker,
    observer: options.observer,
    fractional: options.fractional,
    fillAtClose: options.fillAtClose,
    baseLength: options.bases.map((base) => TIMEFRAME_MS[base]),
    calendars,
    tickRules: options.tickRules,
    orders: options.orders ?? createOrderLog(),
    open: ruleset.symbols.map(() => []),
    clock,
    active: true,
    stale: false,
  };
  const windowed = instances.filter((instance) => instance.hasWindow);
  const quiet = createQuiet(
    ruleset,
    instances,
    pipeline.stretches,
    measureAccount === undefined && options.observer.probe === undefined,
    options.fillAtClose ? 0 : 1,
  );
  /** The bars of the instant that are not quiet, and the instances whose series has one. */
  const awake = emptyBars(ruleset.symbols.length);
  const due = new Int32Array(instances.length);
  let instantNumber = 0;

  function bars(event: BarsEvent): void {
    clock[0] = event.time;
    instantNumber++;
    if (book.openCount() > 0) follow(event);
    const marked = book.openCount() > 0;
    if (context.active) {
      book.endInstant();
      breakers.look(event.time, instantNumber, marked);
    }
    const count = wakeful(event);
    if (count > 0 || pipeline.builds) {
      pipeline.take(awake, instantNumber);
      decide();
      for (let k = 0; k < count; k++) quiet.look(awake.symbols[k]!, awake.columns[k]!, awake.rows[k]!);
    }
    for (let k = 0; k < windowed.length; k++) keepWindow(windowed[k]!);
  }

  /**
   * Takes the bars of a symbol from `row` on, no other symbol's among them, for as long as they are quiet: marks and equity
   * are all they move. Gives how many it took: `most` at most, and none ends after `until`.
   */
  function coast(symbol: number, column: Bars, row: number, until: number, most: number): number {
    if (pipeline.builds || breakers.attentive()) return 0;
    if (breakers.onMarks() && book.openCount() > 0) return 0;
    const holders = context.open[symbol]!;
    if (book.openCount() > holders.length || (windowed.length > 0 && holders.length > 0)) return 0;
    for (let h = 0; h < holders.length; h++) if (moves(holders[h]!.state.protection)) return 0;
    let count = Math.min(most, quiet.ahead(symbol, column, row));
    const acts = breakers.clockActs();
    while (count > 0 && (column.end[row + count - 1]! > until || column.end[row + count - 1]! >= acts)) count--;
    if (count <= 0) return 0;
    quiet.passAll(symbol, count);
    instantNumber += count;
    clock[0] = column.end[row + count - 1]!;
    book.coast(symbol, column, row, row + count);
    return count;
  }

  /** Collects the bars that are not quiet; gives how many. */
  function wakeful(event: BarsEvent): number {
    const { symbols, columns, rows } = event;
    let count = 0;
    for (let k = 0; k < event.count; k++) {
      const symbol = symbols[k]!;
      if (quiet.pass(symbol, columns[k]!, rows[k]!)) continue;
      quiet.catchUp(symbol);
      awake.symbols[count] = symbol;
      awake.columns[count] = columns[k]!;
      awake.rows[count] = rows[k]!;
      count++;
    }
    awake.time = event.time;
    awake.count = count;
    return count;
  }

  function wakeAll(): void {
    for (let symbol = 0; symbol < ruleset.symbols.length; symbol++) quiet.wake(symbol);
  }

  /** Trailing levels and marks of the open positions. */
  function follow(event: BarsEvent): void {
    for (let k = 0; k < event.count; k++) {
      const symbol = event.symbols[k]!;
      const holders = context.open[symbol]!;
      if (holders.length === 0) continue;
      for (let h = 0; h < holders.length; h++) {
        const instance = holders[h]!;
        if (moves(instance.state.protection) && takesPart(instance, event, k)) {
          trail(context, instance, event.columns[k]!, event.rows[k]!, instance.state.filledInside);
        }
        instance.state.filledInside = false;
      }
      const column = event.columns[k]!;
      const row = event.rows[k]!;
      book.mark(symbol, column.high[row]!, column.low[row]!, column.close[row]!);
    }
  }

  function split(symbol: number, ratio: number): void {
    wakeAll();
    for (const instance of instances) {
      if (instance.plan.symbolIndex !== symbol) continue;
      if (instance.agreed !== undefined) instance.agreed = restated(instance.agreed, ratio);
      const { state } = instance;
      if (state.side === 0) continue;
      if (heldQty(context, instance) === 0n) {
        // A reverse split that left no whole share: the ledger has paid it out.
        flatten(instance, clock[0]!);
        continue;
      }
      state.entryPrice /= ratio;
      state.qty = qtyToNumber(heldQty(context, instance));
      if (state.protection !== undefined) state.protection = restated(state.protection, ratio);
    }
  }

  /** What the session block no longer allows: a position past its hour, an entry order that would fill outside the window. */
  function keepWindow(instance: Instance): void {
    decideFlat(context, instance);
    const { entryOrder } = instance;
    if (entryOrder !== undefined && entrySession(context, instance) < 0) context.broker.cancel(entryOrder, 'session');
  }

  function tick(time: number): void {
    clock[0] = time;
    instantNumber++;
    if (pipeline.clock(time, instantNumber)) decide();
  }

  /** Exits of all whose series has a new bar, then entries of all. */
  function decide(): void {
    if (measureAccount !== undefined) measureAccount(context, account);
    let found = 0;
    for (let k = 0; k < instances.length; k++) {
      if (stamps[seriesOf[k]!] !== instantNumber) continue;
      due[found++] = k;
      count(instances[k]!);
    }
    if (pipeline.hasLate) pipeline.late(instantNumber);
    const { probe } = options.observer;
    if (probe !== undefined) for (let n = 0; n < found; n++) begin(probe, instances[due[n]!]!);
    for (let n = 0; n < found; n++) {
      const instance = instances[due[n]!]!;
      if (instance.state.side !== 0) decideExit(context, instance);
    }
    for (let n = 0; n < found; n++) decideEntry(context, instances[due[n]!]!, values);
  }

  function begin(probe: Probe, instance: Instance): void {
    instance.stretch?.publish();
    probe.begin(context, instance, values);
  }

  /** One more bar for an instance: ages, and the measures that its rules read. */
  function count(instance: Instance): void {
    const { state } = instance;
    if (instance.entryOrder !== undefined) expireEntry(context, instance, instance.entryOrder);
    state.sinceExit++;
    if (state.side === 0) {
      if (instance.hasMeasures) instance.measure();
      return;
    }
    state.bars++;
    if (instance.hasPeak) followPeak(state, values[instance.series.slot + 3]!);
    if (instance.hasMeasures) instance.measure();
  }

  function order(event: OrderEvent): void {
    const { order: subject } = event;
    quiet.wake(subject.symbolIndex);
    const trade = book.apply(event);
    const when = event.kind === 'fill' ? momentOf(event) : event.time;
    const instance = instances[makerOf(context.orders, subject)]!;
    if (event.kind === 'fill') {
      if (options.observer.filled !== undefined) options.observer.filled(subject, event.fill);
      if (subject.role === 'entry') entered(instance, subject, event);
      else left(instance, subject, event);
    } else if (event.kind === 'refused') {
      breakers.refused(instance.plan.strategyIndex, instance.plan.symbolIndex, when);
      options.observer.refused?.(subject, event.reason);
    }
    if (subject.status !== 'working') {
      if (instance.entryOrder === subject) instance.entryOrder = undefined;
      if (instance.exitOrder === subject) instance.exitOrder = undefined;
      // What follows from a fill may have filed the order already.
      fileOrder(context.orders, subject);
    }
    if (trade !== undefined) {
      const losses = account.consecutiveLosses;
      const strategy = instance.plan.strategyIndex;
      losses[strategy] = trade.pnl < 0n ? losses[strategy]! + 1 : 0;
      breakers.closed(trade, strategy, instance.plan.symbolIndex, when);
      options.observer.traded?.(trade);
    }
  }

  function entered(instance: Instance, subject: Order, event: OrderEvent & { kind: 'fill' }): void {
    const { state, plan } = instance;
    const holding = book.holding(plan.strategyIndex, plan.symbolIndex)!;
    const first = state.side === 0;
    state.side = subject.positionSide === 'long' ? 1 : -1;
    state.qty = holding.shares;
    // A further part of the same order is no further entry.
    if (first || subject.filled === event.fill.qty) {
      state.entries++;
      account.dailyTrades++;
      breakers.entered(plan.strategyIndex, plan.symbolIndex);
      countEntry(instance, calendars[plan.symbolIndex]!.sessionOn(event.fill.time));
    }
    if (!first) {
      state.entryPrice = Number(holding.entryCost / holding.entryQty) / 1e9;
      growLegs(context, instance);
      return;
    }
    state.entryPrice = priceToNumber(event.fill.price);
    state.entryTime = event.fill.at === 'close' ? momentOf(event) : event.fill.time;
    // Counted up at the end of the fill's own bar, which makes it 0 there; a fill at the close comes after that.
    state.bars = event.fill.at === 'close' ? 0 : -1;
    state.peakProfitPct = Number.NaN;
    state.fired = 0;
    state.exitUnknownBars = 0;
    state.protection = instance.agreed;
    state.filledInside = event.fill.at === 'intrabar';
    instance.agreed = undefined;
    context.open[plan.symbolIndex]!.push(instance);
    placeLegs(context, instance);
  }

  function left(instance: Instance, subject: Order, event: OrderEvent & { kind: 'fill' }): void {
    const { state, plan } = instance;
    const holding = book.holding(plan.strategyIndex, plan.symbolIndex);
    if (holding !== undefined && holding.side === subject.positionSide) {
      state.qty = holding.shares;
      shrinkLegs(context, instance);
      // A reversal waits for the whole exit: its entry may not fill against what is left.
      const { entryOrder } = instance;
      if (
        subject === instance.exitOrder &&
        entryOrder !== undefined &&
        entryOrder.positionSide !== subject.positionSide
      ) {
        context.broker.cancel(entryOrder, 'exit_unfilled');
      }
      return;
    }
    flatten(instance, momentOf(event));
    // Counted up at the end of the fill's own bar, which makes it 0 there; a fill at the close comes after that.
    state.sinceExit = event.fill.at === 'close' ? 0 : -1;
    const { exitOrder } = instance;
    if (exitOrder !== undefined && exitOrder !== subject) context.broker.cancel(exitOrder, 'position_closed');
  }

  /** The position is gone: nothing that protected it or would add to it stays at work. */
  function flatten(instance: Instance, time: number): void {
    const { state, plan, entryOrder } = instance;
    const { protection } = state;
    remove(context.open[plan.symbolIndex]!, instance);
    state.side = 0;
    state.entries = 0;
    state.qty = 0;
    state.entryPrice = Number.NaN;
    state.entryTime = Number.NaN;
    state.peakProfitPct = Number.NaN;
    state.protection = undefined;
    state.sinceExit = 0;
    state.exitTime = time;
    cancelLegs(context, instance);
    if (entryOrder !== undefined && entryOrder.filled > 0n && entryOrder.status === 'working') {
      // A broker elsewhere may fill more of it before it hears: that position is protected like the one before.
      if (protection !== undefined) instance.agreed = { ...protection, best: Number.NaN, trailLevel: Number.NaN };
      context.broker.cancel(entryOrder, 'position_closed');
    }
  }

  function closeAll(): void {
    wakeAll();
    for (const instance of instances) {
      if (instance.entryOrder !== undefined) context.broker.cancel(instance.entryOrder, 'end_of_data');
      if (instance.exitOrder !== undefined) context.broker.cancel(instance.exitOrder, 'end_of_data');
      if (instance.state.side !== 0) submitExit(context, instance, 'end_of_data', 'end_of_data', 100);
    }
  }

  /** Those whose symbol, strategy or side has left the rules enter no more, and leave as they were told to. */
  function retire(): void {
    for (const instance of instances) {
      const { entryOrder, state, strategy, plan } = instance;
      const isGone = (side: PositionSide): boolean =>
        plan.retired || !strategy.entries.some((entry) => entry.side === side);
      if (entryOrder !== undefined && isGone(entryOrder.positionSide)) context.broker.cancel(entryOrder, 'removed');
      if (state.side === 0) continue;
      const side = sideOf(instance);
      if (!isGone(side) || strategy.exits[side].onRemove !== 'flatten') continue;
      if (instance.exitOrder !== undefined) context.broker.cancel(instance.exitOrder, 'removed');
      submitExit(context, instance, 'removed', 'removed', 100);
    }
  }

  function command(event: OperatorEvent): OperatorAnswer {
    wakeAll();
    return breakers.command(event, instantNumber);
  }

  const memory: CoreMemory = { ruleset, pipeline, instances, account, breakers, context };

  return {
    coast,
    command,
    *halt(reached) {
      for (const [series, stretch] of pipeline.stretches.entries()) {
        if (stretch === undefined) continue;
        const symbol = ruleset.series[series]!.symbolIndex;
        quiet.wake(symbol);
        const at = reached(symbol);
        if (at !== undefined) stretch.rewind(at.bars, at.row);
        yield;
      }
    },
    *adopt(former) {
      const carry = yield* carrySteps(former.memory, memory);
      return () => {
        carry();
        instantNumber = former.instant;
        stamps.fill(-1);
        retire();
      };
    },
    memory,
    get instant() {
      return instantNumber;
    },
    process(event) {
      switch (event.kind) {
        case 'bars':
          bars(event);
          return;
        case 'fill':
        case 'cancelled':
        case 'refused':
        case 'cut':
          order(event);
          return;
        case 'clock':
          tick(event.time);
          return;
        case 'session_close':
          account.dayStart = book.equity();
          account.dailyTrades = 0;
          breakers.sessionClosed(event.time, instantNumber, context.active);
          return;
        case 'quote':
          breakers.quoted(event.symbol, event.bid, event.ask);
          return;
        case 'split':
          split(event.symbol, event.ratio);
          return;
        case 'rewarm':
          wakeAll();
          pipeline.reset();
          return;
        case 'history':
          pipeline.take(event.bars, ++instantNumber);
          return;
        case 'activate':
          context.active = event.active;
          return;
        case 'stale':
          context.stale = event.stale;
          return;
        case 'close_all':
          closeAll();
          return;
        case 'operate':
        case 'reset':
          command(event);
          return;
      }
    },
    due: () => pipeline.due(),
    orders: () => ordersOf(context.orders),
    orderLog: context.orders,
    trips: breakers.state.trips,
    arena: pipeline.arena,
    instances,
    account,
  };
}

/** By when a fill had happened, ms. */
const momentOf = ({ by, fill }: OrderEvent & { kind: 'fill' }): Instant => by ?? fill.time;
/** Why what stands in the way of a breaker, or of a person's command, was cancelled. */
const reasonOf = (breaker: string | undefined): 'breaker' | 'manual' => (breaker === undefined ? 'manual' : 'breaker');

/** Entries are counted by the session of their fill. */
function countEntry({ state }: Instance, session: number): void {
  state.entriesInSession = state.entrySession === session ? state.entriesInSession + 1 : 1;
  state.entrySession = session;
}

/** A bar outside the hours of a strategy moves none of its levels. */
const takesPart = (instance: Instance, event: BarsEvent, k: number): boolean =>
  instance.series.hours !== 'regular' || event.columns[k]!.hours[event.rows[k]!] === REGULAR;

/** Keeps the best profit at a decision since the entry. */
function followPeak(state: InstanceState, close: number): void {
  const gain = state.side * (close / state.entryPrice - 1) * 100;
  if (!(gain <= state.peakProfitPct)) state.peakProfitPct = gain;
}

/** Takes an instance out of a list whose order is the order of entry. */
function remove(list: Instance[], instance: Instance): void {
  let kept = 0;
  for (let k = 0; k < list.length; k++) if (list[k] !== instance) list[kept++] = list[k]!;
  list.length = kept;
}
