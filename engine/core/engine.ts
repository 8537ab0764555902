import type { Ruleset } from '../compiler/ruleset.ts';
import type { Book } from '../ledger/book.ts';
import { priceToNumber, qtyToNumber } from '../ledger/money.ts';
import type { Order, OrderEvent } from '../ledger/order.ts';
import type { TickRule } from '../ledger/tick.ts';
import type { Bars } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';
import { instant } from '../market/time.ts';
import { TIMEFRAME_MS, type Timeframe } from '../market/timeframe.ts';
import { type AccountState, bindAccountMeasures, createAccountState } from './account-measures.ts';
import { type BoundGraph, bindGraph } from './arena.ts';
import type { Broker } from './broker.ts';
import { type CoreContext, type CoreObserver, heldQty } from './context.ts';
import { decideEntry, expireEntry } from './entries.ts';
import type { BarsEvent, CoreEvent } from './events.ts';
import { decideExit, decideFlat, submitExit } from './exits.ts';
import { bindInstances, type Instance, type InstanceState } from './instance.ts';
import { cancelLegs, placeLegs, replaceLegs, shrinkLegs, trail } from './legs.ts';
import { createSeries, type RunningSeries, resetSeries, takeBar, takeBucket } from './series.ts';

export interface CoreOptions {
  readonly ruleset: Ruleset;
  readonly book: Book;
  readonly broker: Broker;
  readonly observer: CoreObserver;
  readonly fractional: boolean;
  /** Size of the feed's bars, calendar and price grid by symbol number of the ruleset. */
  readonly bases: readonly Timeframe[];
  readonly calendars: readonly Calendar[];
  readonly tickRules: readonly TickRule[];
}

export interface Core {
  /** Takes one event; what it decides goes to the broker before it returns. */
  process(event: CoreEvent): void;
  /** End of the earliest bucket that waits for the clock, ms; Infinity when none does. */
  due(): number;
  readonly orders: readonly Order[];
  readonly instances: readonly Instance[];
  readonly account: AccountState;
}

/** Builds the deciding part of a run: state in, orders out, nothing else. */
export function createCore(options: CoreOptions): Core {
  const { ruleset, book, calendars } = options;
  const graph = bindGraph(ruleset);
  const { values } = graph.arena;
  const instances = bindInstances(ruleset, values);
  const series = ruleset.series.map((plan) =>
    createSeries(plan, options.bases[plan.symbolIndex]!, calendars[plan.symbolIndex]!, values),
  );
  const bySymbol = ruleset.symbols.map((_, symbol) => series.filter((one) => one.plan.symbolIndex === symbol));
  const aggregated = series.filter((one) => one.aggregator !== undefined);
  const foreign = series.filter((one) => one.plan.foreign);
  const account = createAccountState(book.equity(), ruleset.strategies.length);
  const measureAccount = bindAccountMeasures(ruleset, instances, values);
  const times = new Float64Array(1);
  const context: CoreContext = {
    ruleset,
    book,
    broker: options.broker,
    observer: options.observer,
    fractional: options.fractional,
    baseLength: options.bases.map((base) => TIMEFRAME_MS[base]),
    calendars,
    tickRules: options.tickRules,
    orders: [],
    owners: [],
    open: ruleset.symbols.map(() => []),
    // A typed array holds it: a double in a field of an object is boxed anew on every bar.
    get now() {
      return times[0]!;
    },
    active: true,
  };
  const flatBy = instances.filter((instance) => instance.strategy.session.flatBy !== undefined);
  let instantNumber = 0;

  function bars(event: BarsEvent): void {
    times[0] = event.time;
    instantNumber++;
    const { count, symbols, columns, rows } = event;
    for (let k = 0; k < count; k++) {
      const symbol = symbols[k]!;
      const column = columns[k]!;
      const row = rows[k]!;
      const holders = context.open[symbol]!;
      if (holders.length > 0) {
        for (let h = 0; h < holders.length; h++) trailInstance(context, holders[h]!, event, k);
        book.mark(symbol, column.high[row]!, column.low[row]!, column.close[row]!);
      }
      feedSeries(symbol, column, row);
    }
    if (context.active) book.endInstant();
    // Doubles that cross a call are boxed: this is the path of every bar.
    if (aggregated.length > 0) closeBuckets(event.time);
    decide();
    for (const instance of flatBy) decideFlat(context, instance);
  }

  function feedSeries(symbol: number, column: Bars, row: number): void {
    const fed = bySymbol[symbol]!;
    for (let s = 0; s < fed.length; s++) {
      const one = fed[s]!;
      if (one.aggregator !== undefined) one.aggregator.add(column, row);
      else if (takeBar(one, column, row, values)) one.stamp = instantNumber;
    }
  }

  function history(event: BarsEvent): void {
    instantNumber++;
    for (let k = 0; k < event.count; k++) feedSeries(event.symbols[k]!, event.columns[k]!, event.rows[k]!);
    closeBuckets(event.time);
    advance(graph, series, instantNumber);
  }

  function rewarm(): void {
    values.fill(Number.NaN);
    for (const state of graph.arena.states.values()) state.fill(0);
    for (const one of series) resetSeries(one);
  }

  function split(symbol: number, ratio: number): void {
    for (const instance of context.open[symbol]!) {
      const { state } = instance;
      state.entryPrice /= ratio;
      state.qty = qtyToNumber(heldQty(context, instance));
      if (state.protection === undefined || Number.isNaN(state.protection.best)) continue;
      state.protection.best /= ratio;
      state.protection.trailLevel /= ratio;
    }
  }

  function closeBuckets(time: number): boolean {
    let any = false;
    for (let s = 0; s < aggregated.length; s++) {
      const one = aggregated[s]!;
      if (one.aggregator!.due() > time) continue;
      takeBucket(one, values);
      one.stamp = instantNumber;
      any = true;
    }
    return any;
  }

  function clock(time: number): void {
    times[0] = time;
    instantNumber++;
    if (closeBuckets(time)) decide();
  }

  /** Indicators of every series with a new bar, then exits of all, then entries of all. */
  function decide(): void {
    advance(graph, series, instantNumber);
    if (foreign.length > 0) blankStale(foreign, graph, ruleset, context);
    if (measureAccount !== undefined) measureAccount(context, account);
    for (let k = 0; k < instances.length; k++) {
      const instance = instances[k]!;
      if (series[instance.plan.series]!.stamp !== instantNumber) continue;
      beforeExit(instance);
    }
    for (let k = 0; k < instances.length; k++) {
      const instance = instances[k]!;
      if (series[instance.plan.series]!.stamp !== instantNumber) continue;
      decideEntry(context, instance, values);
    }
  }

  function beforeExit(instance: Instance): void {
    const { state } = instance;
    if (instance.entryOrder !== undefined) expireEntry(context, instance, instance.entryOrder);
    state.sinceExit++;
    if (state.side === 0) {
      if (instance.hasMeasures) instance.measure();
      return;
    }
    state.bars++;
    followPeak(state, values[instance.series.slot + 3]!);
    if (instance.hasMeasures) instance.measure();
    decideExit(context, instance);
  }

  function order(event: OrderEvent): void {
    const { order: subject } = event;
    const trade = book.apply(event);
    const instance = context.owners[subject.seq]!;
    if (event.kind === 'fill') {
      if (options.observer.filled !== undefined) options.observer.filled(subject, event.fill);
      if (subject.role === 'entry') entered(instance, subject, event);
      else left(instance, subject);
    } else if (event.kind === 'refused') options.observer.refused?.(subject, event.reason);
    if (subject.status !== 'working') {
      if (instance.entryOrder === subject) instance.entryOrder = undefined;
      if (instance.exitOrder === subject) instance.exitOrder = undefined;
    }
    if (trade !== undefined) {
      const losses = account.consecutiveLosses;
      const strategy = instance.plan.strategyIndex;
      losses[strategy] = trade.pnl < 0n ? losses[strategy]! + 1 : 0;
      options.observer.traded?.(trade);
    }
  }

  function entered(instance: Instance, subject: Order, event: OrderEvent & { kind: 'fill' }): void {
    const { state, plan } = instance;
    const holding = book.holding(plan.strategyIndex, plan.symbolIndex)!;
    const first = state.side === 0;
    state.side = subject.positionSide === 'long' ? 1 : -1;
    state.qty = qtyToNumber(holding.qty);
    state.entryPrice = Number(holding.entryCost / (holding.entryQty === 0n ? 1n : holding.entryQty)) / 1e9;
    if (!first) {
      replaceLegs(context, instance);
      return;
    }
    account.dailyTrades++;
    state.entryPrice = priceToNumber(event.fill.price);
    state.entryTime = event.fill.time;
    // Counted up at the end of the fill's own bar, which makes it 0 there.
    state.bars = -1;
    state.peakProfitPct = Number.NaN;
    state.fired = 0;
    state.exitUnknownBars = 0;
    state.protection = instance.agreed;
    state.filledInside = event.fill.at === 'intrabar';
    instance.agreed = undefined;
    context.open[plan.symbolIndex]!.push(instance);
    placeLegs(context, instance);
  }

  function left(instance: Instance, subject: Order): void {
    const { state, plan } = instance;
    const holding = book.holding(plan.strategyIndex, plan.symbolIndex);
    if (holding !== undefined && holding.side === subject.positionSide) {
      state.qty = qtyToNumber(holding.qty);
      shrinkLegs(context, instance);
      return;
    }
    const holders = context.open[plan.symbolIndex]!;
    holders.splice(holders.indexOf(instance), 1);
    state.side = 0;
    state.qty = 0;
    state.entryPrice = Number.NaN;
    state.entryTime = Number.NaN;
    state.peakProfitPct = Number.NaN;
    state.protection = undefined;
    // Counted up at the end of the fill's own bar, which makes it 0 there.
    state.sinceExit = -1;
    state.exitTime = context.now;
    cancelLegs(context, instance);
    const { exitOrder } = instance;
    if (exitOrder !== undefined && exitOrder !== subject && exitOrder.status === 'working') {
      context.broker.cancel(exitOrder, 'position_closed');
    }
  }

  function closeAll(): void {
    for (const instance of instances) {
      if (instance.entryOrder !== undefined) context.broker.cancel(instance.entryOrder, 'end_of_data');
      if (instance.exitOrder !== undefined) context.broker.cancel(instance.exitOrder, 'end_of_data');
      if (instance.state.side !== 0) submitExit(context, instance, 'end_of_data', 'end_of_data', 100);
    }
  }

  return {
    process(event) {
      switch (event.kind) {
        case 'bars':
          bars(event);
          return;
        case 'order':
          order(event.event);
          return;
        case 'clock':
          clock(event.time);
          return;
        case 'session_close':
          account.dayStart = book.equity();
          account.dailyTrades = 0;
          return;
        case 'split':
          split(event.symbol, event.ratio);
          return;
        case 'rewarm':
          rewarm();
          return;
        case 'history':
          history(event.bars);
          return;
        case 'activate':
          context.active = event.active;
          return;
        case 'close_all':
          closeAll();
          return;
      }
    },
    due() {
      let earliest = Number.POSITIVE_INFINITY;
      for (let s = 0; s < aggregated.length; s++) {
        const time = aggregated[s]!.aggregator!.due();
        if (time < earliest) earliest = time;
      }
      return earliest;
    },
    orders: context.orders,
    instances,
    account,
  };
}

/** Runs the indicators of every series that has a bar in this instant, stage by stage. */
function advance(graph: BoundGraph, series: readonly RunningSeries[], instantNumber: number): void {
  for (let stage = 0; stage < graph.stages; stage++) {
    for (let s = 0; s < series.length; s++) {
      if (series[s]!.stamp !== instantNumber) continue;
      const steps = graph.steps[s]![stage];
      if (steps === undefined) continue;
      for (let k = 0; k < steps.length; k++) steps[k]!();
    }
  }
}

/** Keeps the best profit at a decision since the entry. */
function followPeak(state: InstanceState, close: number): void {
  const gain = state.side * (close / state.entryPrice - 1) * 100;
  if (!(gain <= state.peakProfitPct)) state.peakProfitPct = gain;
}

function trailInstance(context: CoreContext, instance: Instance, event: BarsEvent, k: number): void {
  trail(context, instance, event.columns[k]!, event.rows[k]!, instance.state.filledInside);
  instance.state.filledInside = false;
}

/** Sessions that may pass until the next bar of a timeframe is complete, and one more. */
const allowedAge = (one: RunningSeries): number => (one.plan.timeframe === '1w' ? 10 : 1);

/** Another symbol's last complete bar serves until it is older than a session; then it and what is made of it is unknown. */
function blankStale(
  foreign: readonly RunningSeries[],
  graph: BoundGraph,
  ruleset: Ruleset,
  context: CoreContext,
): void {
  for (const one of foreign) {
    if (one.stale || one.session < 0) continue;
    const today = one.calendar.sessionOn(instant(context.now));
    if (today - one.session <= allowedAge(one)) continue;
    one.stale = true;
    const { values } = graph.arena;
    for (let k = 0; k < 6; k++) values[one.plan.slot + k] = Number.NaN;
    for (const node of ruleset.nodes) {
      if (ruleset.series[node.series] !== one.plan) continue;
      for (const slot of node.outputs) values[slot] = Number.NaN;
    }
  }
}
