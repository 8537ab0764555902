import { DEFAULT_ASSUMPTIONS, type FillAssumptions } from '../../brokers/assumptions.ts';
import { treeOf } from '../../compiler/expressions.ts';
import type { Watched } from '../../compiler/rule-tests.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { holdersOf, type Reading, type Trip } from '../../core/breakers.ts';
import type { Instance } from '../../core/instance.ts';
import type { Timing } from '../../core/windows.ts';
import { type Leaf, leaves } from '../../expressions/leaves.ts';
import { type Tri, UNKNOWN } from '../../expressions/tree.ts';
import type { Order } from '../../ledger/order.ts';
import { type Bars, REGULAR } from '../../market/bars.ts';
import { calendarOf } from '../../market/calendars.ts';
import { instant } from '../../market/time.ts';
import { TIMEFRAME_MS } from '../../market/timeframe.ts';
import { createSession, type Session } from '../session.ts';
import { blockerOf } from './blocked.ts';
import {
  type BarRecord,
  barAt,
  namedValues,
  orderSeen,
  type ReadTree,
  readerOf,
  type SeenExit,
  type SeenOrder,
  triOf,
} from './record.ts';

/** No costs, so that a person can work out every price of a test. */
const ASSUMPTIONS: FillAssumptions = { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } };

/** Dollars of the account of a test that names none; a larger purse makes it larger. */
const ACCOUNT = 100_000;

/** What a test says of the run around its bars. */
export interface TestRun {
  /** Dollars; undefined: 100,000, or the purse if that is more. */
  readonly account: number | undefined;
  /** Read the breakers on every bar. */
  readonly breakers: boolean;
}

/** A bar of a run, looked at when its decisions are made and nothing after them has happened. */
export interface Look {
  readonly instance: Instance;
  readonly read: ReadTree;
  readonly record: BarRecord;
  /** The position's side when the decisions were made. */
  readonly held: boolean;
}

/** What each instance has shown so far. */
interface Memory {
  readonly instance: Instance;
  readonly read: ReadTree;
  /** Bars of its own so far. */
  at: number;
  readonly before: Tri[];
  readonly known: Set<Leaf>;
}

/**
 * Runs the rules over bars, in the core and against the simulated broker of every backtest, and shows each bar.
 * Gives what breakers did. Bars go in one by one: so no bar is passed over as quiet, and the numbers that rules read stand in the arena on each.
 */
export function runOverBars(
  ruleset: Ruleset,
  watched: Watched,
  bars: ReadonlyMap<string, Bars>,
  { account, breakers }: TestRun,
  look: (seen: Look) => void,
): readonly Trip[] {
  const exits: { readonly order: Order; readonly exit: SeenExit }[] = [];
  const session = start(ruleset, bars, account, (order) => {
    if (order.role !== 'entry') exits.push({ order, exit: { rule: order.rule, reason: order.exitReason } });
  });
  const { core } = session;
  const timing = timingOf(ruleset, bars);
  const memories = core.instances.map((instance) => memoryOf(instance, core.arena.values));
  let sent = 0;
  for (const ending of instants(bars)) {
    timing.clock[0] = ending.time;
    session.feed(new Map([...ending.rows].map(([symbol, row]) => [symbol, oneBar(bars.get(symbol)!, row)])));
    while (session.advance(1));
    const orders = core.orderLog.length === sent ? [] : core.orders().slice(sent);
    sent = core.orderLog.length;
    for (const memory of memories) {
      const row = ending.rows.get(memory.instance.symbol);
      const column = bars.get(memory.instance.symbol);
      if (row === undefined || column === undefined) continue;
      if (memory.instance.series.hours === 'regular' && column.hours[row] !== REGULAR) continue;
      memory.instance.stretch?.publish();
      const own = (order: Order): boolean => order.symbol === memory.instance.symbol;
      const seen = recordOf(memory, watched, timing, column, row, {
        orders: orders.filter(own).map(orderSeen),
        exits: exits.filter(({ order }) => own(order)).map(({ exit }) => exit),
        values: core.arena.values,
        held: holdersOf(core.memory.breakers, ...placeOf(memory.instance)).length > 0,
        breakers: breakers ? core.memory.breakers.readings(...placeOf(memory.instance)) : [],
      });
      look({ instance: memory.instance, read: memory.read, record: seen, held: memory.instance.state.side !== 0 });
      memory.at++;
    }
    exits.length = 0;
  }
  return core.trips;
}

const placeOf = ({ plan }: Instance) => [plan.strategyIndex, plan.symbolIndex] as const;

function start(
  ruleset: Ruleset,
  bars: ReadonlyMap<string, Bars>,
  account: number | undefined,
  filled: (order: Order) => void,
): Session {
  const bases = new Map([...bars].map(([symbol, column]) => [symbol, column.timeframe]));
  const purses = ruleset.strategies.map(({ capital }) => (capital.kind === 'dollars' ? capital.amount : 0));
  const options = {
    cash: account ?? Math.max(ACCOUNT, ...purses),
    from: undefined,
    to: undefined,
    assumptions: ASSUMPTIONS,
    closeAtEnd: false,
    // No person stands beside a test: what waits for one holds to its end.
    operator: 'never' as const,
  };
  return createSession(ruleset, bases, options, { filled });
}

const timingOf = ({ symbols }: Ruleset, bars: ReadonlyMap<string, Bars>): Timing => ({
  calendars: symbols.map((symbol) => calendarOf(symbol)),
  baseLength: symbols.map((symbol) => TIMEFRAME_MS[bars.get(symbol)?.timeframe ?? '1m']),
  clock: new Float64Array(1),
});

const memoryOf = (instance: Instance, values: Float64Array): Memory => ({
  instance,
  read: readerOf(instance.plan, values),
  at: 0,
  before: instance.entries.map(() => UNKNOWN),
  known: new Set(),
});

/** The bars that end together, in the order of time. */
function* instants(
  bars: ReadonlyMap<string, Bars>,
): Generator<{ readonly time: number; readonly rows: ReadonlyMap<string, number> }> {
  const next = new Map([...bars.keys()].map((symbol) => [symbol, 0]));
  for (;;) {
    let time = Number.POSITIVE_INFINITY;
    for (const [symbol, row] of next) {
      const { end, length } = bars.get(symbol)!;
      if (row < length) time = Math.min(time, end[row]!);
    }
    if (time === Number.POSITIVE_INFINITY) return;
    const rows = new Map<string, number>();
    for (const [symbol, row] of next) {
      const { end, length } = bars.get(symbol)!;
      if (row >= length || end[row] !== time) continue;
      rows.set(symbol, row);
      next.set(symbol, row + 1);
    }
    yield { time, rows };
  }
}

function oneBar(bars: Bars, row: number): Bars {
  const cut = (column: Float64Array): Float64Array => column.subarray(row, row + 1);
  return {
    ...bars,
    length: 1,
    start: cut(bars.start),
    end: cut(bars.end),
    open: cut(bars.open),
    high: cut(bars.high),
    low: cut(bars.low),
    close: cut(bars.close),
    volume: cut(bars.volume),
    vwap: bars.vwap === undefined ? undefined : cut(bars.vwap),
    session: bars.session.subarray(row, row + 1),
    hours: bars.hours.subarray(row, row + 1),
  };
}

function recordOf(
  memory: Memory,
  watched: Watched,
  timing: Timing,
  bars: Bars,
  row: number,
  happened: {
    readonly orders: readonly SeenOrder[];
    readonly exits: readonly SeenExit[];
    readonly values: Float64Array;
    readonly held: boolean;
    readonly breakers: readonly Reading[];
  },
): BarRecord {
  const { instance, read, before, known } = memory;
  const { orders, exits, values, held, breakers } = happened;
  const blocked = new Map<string, string | undefined>();
  instance.entries.forEach((entry, k) => {
    const tree = treeOf(entry.model.when);
    const value = triOf(read(tree));
    const seen = { instance, entry, value, before: before[k]!, orders, known, values, timing, held };
    if (value !== 0) blocked.set(entry.model.rule, blockerOf(seen));
    if (value !== UNKNOWN) before[k] = value;
    leaves(tree, (leaf) => {
      if (!Number.isNaN(values[instance.plan.slots.get(leaf)!]!)) known.add(leaf);
    });
  });
  const { side } = instance.state;
  return {
    symbol: instance.symbol,
    at: memory.at,
    start: instant(bars.start[row]!),
    bar: barAt(bars, row),
    ...namedValues(watched, read),
    orders,
    exits,
    blocked,
    breakers,
    position: side > 0 ? 'long' : side < 0 ? 'short' : 'flat',
  };
}
