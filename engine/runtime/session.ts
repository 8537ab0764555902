import { createSimulatedBroker, type SimulatedBroker } from '../brokers/simulated.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { type Core, createCore } from '../core/engine.ts';
import type { BarsEvent } from '../core/events.ts';
import { type Book, createBook } from '../ledger/book.ts';
import type { Bars } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';
import { calendarOf, isCrypto } from '../market/calendars.ts';
import { type Instant, instant } from '../market/time.ts';
import type { Timeframe } from '../market/timeframe.ts';
import type { Observer, RunOptions } from './run.ts';

/** A run in progress over simulated fills: bars go in, in pieces of any size; the book holds what came of them. */
export interface Session {
  readonly book: Book;
  readonly core: Core;
  readonly broker: SimulatedBroker;
  readonly strategies: readonly { readonly id: string; readonly capital: number }[];
  readonly startCash: number;
  /** Market time reached, ms; NaN before the first bar. */
  readonly now: number;
  /** Bars processed after the warm-up, and in all. */
  readonly barsDone: number;
  /** First and last close of each traded symbol since the warm-up ended, for buy and hold. */
  readonly firstOpen: Float64Array;
  readonly lastClose: Float64Array;
  /** Gives the session further bars of each symbol, later than all before. Columns stay in use until they are worked off. */
  feed(bars: ReadonlyMap<string, Bars>): void;
  /** Works off up to `instants` instants; false when the bars fed so far are used up. */
  advance(instants: number): boolean;
  /** Cancels and closes what is open at the last bar's close, if asked, and takes the last sample of equity. */
  finish(closeAtEnd: boolean): void;
}

/**
 * Starts a run.
 * @param bases size of the feed's bars of each symbol of the ruleset; symbols without bars may be left out
 */
export function createSession(
  ruleset: Ruleset,
  bases: ReadonlyMap<string, Timeframe>,
  options: RunOptions,
  observer: Observer,
): Session {
  const { symbols } = ruleset;
  const calendars = symbols.map((symbol) => calendarOf(symbol));
  const capitals = ruleset.strategies.map(({ capital }) => (capital.kind === 'dollars' ? capital.amount : 0));
  const startCash = options.cash ?? capitals.reduce((sum, capital) => sum + capital, 0);
  const strategies = ruleset.strategies.map(({ id, capital }, index) => ({
    id,
    capital: capital.kind === 'dollars' ? capitals[index]! : (startCash * capital.amount) / 100,
  }));
  const book = createBook({ cash: startCash, strategies, symbols });
  const tickRules = symbols.map((symbol) => (isCrypto(symbol) ? ('crypto' as const) : ('equity' as const)));
  const broker = createSimulatedBroker({
    assumptions: options.assumptions,
    symbols: symbols.map((symbol, index) => ({ symbol, kind: tickRules[index]! })),
    buyingPower: (order, need) => book.buyingPower(order, need),
    sink: (event) => core.process({ kind: 'order', event }),
  });
  const core: Core = createCore({
    ruleset,
    book,
    broker,
    observer,
    fractional: options.assumptions.fractional,
    bases: symbols.map((symbol) => bases.get(symbol) ?? '1m'),
    calendars,
    tickRules,
  });

  const count = symbols.length;
  const from = options.from ?? Number.NEGATIVE_INFINITY;
  const fillAtClose = options.assumptions.fillAt === 'close';
  // Sessions are those of the exchange as soon as one share is traded; a run of coins alone has UTC days.
  const reference: Calendar = calendars.find((calendar) => calendar.id === 'XNYS') ?? calendarOf('BTC/USD');
  const columns: (Bars | undefined)[] = new Array<Bars | undefined>(count).fill(undefined);
  /** The columns last fed, kept when they are used up. */
  const fed: (Bars | undefined)[] = new Array<Bars | undefined>(count).fill(undefined);
  const rows = new Int32Array(count);
  const event: BarsEvent = { kind: 'bars', time: 0, count: 0, symbols: new Int32Array(count), columns: [], rows: new Int32Array(count) };
  const firstOpen = new Float64Array(count).fill(Number.NaN);
  const lastClose = new Float64Array(count).fill(Number.NaN);
  const clock = { now: Number.NaN, nextClose: Number.NaN, session: -1, active: false, barsDone: 0, earliest: 0 };
  if (from > Number.NEGATIVE_INFINITY) core.process({ kind: 'activate', active: false });
  else clock.active = true;

  /** Collects the bars that end next into the event; false when there are none. */
  function gather(): boolean {
    let time = Number.POSITIVE_INFINITY;
    for (let s = 0; s < count; s++) {
      const bars = columns[s];
      if (bars === undefined) continue;
      const end = bars.end[rows[s]!]!;
      if (end < time) time = end;
    }
    if (time === Number.POSITIVE_INFINITY) return false;
    let filled = 0;
    let earliest = Number.POSITIVE_INFINITY;
    for (let s = 0; s < count; s++) {
      const bars = columns[s];
      if (bars === undefined) continue;
      const row = rows[s]!;
      if (bars.end[row] !== time) continue;
      event.symbols[filled] = s;
      event.columns[filled] = bars;
      event.rows[filled] = row;
      filled++;
      if (bars.start[row]! < earliest) earliest = bars.start[row]!;
      rows[s] = row + 1;
      if (row + 1 === bars.length) columns[s] = undefined;
    }
    event.time = time;
    event.count = filled;
    clock.earliest = earliest;
    return true;
  }

  function closeSession(): void {
    const time = instant(clock.nextClose);
    for (let s = 0; s < count; s++) broker.endOfSession(s, time);
    if (clock.active) book.sampleSession(time);
    core.process({ kind: 'session_close', time });
    clock.session++;
    clock.nextClose = reference.close(clock.session);
  }

  function beginAt(start: number): void {
    clock.session = Math.max(0, reference.sessionOn(instant(start)));
    if (reference.close(clock.session) <= start) clock.session++;
    clock.nextClose = reference.close(clock.session);
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
    for (let k = 0; k < filled; k++) if (broker.hasOrders(numbers[k]!)) broker.open(bars[k]!, at[k]!, numbers[k]!, false);
    for (let k = 0; k < filled; k++) if (broker.hasOrders(numbers[k]!)) broker.intrabar(bars[k]!, at[k]!, numbers[k]!);
    for (let k = 0; k < filled; k++) {
      const symbol = numbers[k]!;
      if (broker.hasOrders(symbol) && endsSession(bars[k]!, at[k]!, symbol)) broker.sessionClose(bars[k]!, at[k]!, symbol);
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

  function buyAndHold(): void {
    const { count: filled, symbols: numbers, columns: bars, rows: at } = event;
    for (let k = 0; k < filled; k++) {
      const symbol = numbers[k]!;
      if (Number.isNaN(firstOpen[symbol]!)) firstOpen[symbol] = bars[k]!.open[at[k]!]!;
      lastClose[symbol] = bars[k]!.close[at[k]!]!;
    }
  }

  function step(): void {
    const start = clock.earliest;
    if (Number.isNaN(clock.nextClose)) beginAt(start);
    while (start >= clock.nextClose) closeSession();
    if (!clock.active && start >= from) {
      clock.active = true;
      core.process({ kind: 'activate', active: true });
    }
    for (let due = core.due(); due <= start; due = core.due()) core.process({ kind: 'clock', time: due });
    fill();
    core.process(event);
    if (fillAtClose) fillClose();
    if (clock.active) {
      clock.barsDone += event.count;
      buyAndHold();
    }
    clock.now = event.time;
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
    get barsDone() {
      return clock.barsDone;
    },
    firstOpen,
    lastClose,
    feed(bars) {
      symbols.forEach((symbol, index) => {
        const column = bars.get(symbol);
        if (column === undefined || column.length === 0) return;
        columns[index] = column;
        fed[index] = column;
        rows[index] = 0;
      });
    },
    advance(instants) {
      for (let k = 0; k < instants; k++) {
        if (!gather()) return false;
        step();
      }
      return true;
    },
    finish(closeAtEnd) {
      if (closeAtEnd) {
        core.process({ kind: 'close_all', reason: 'end_of_data' });
        for (let symbol = 0; symbol < count; symbol++) {
          const bars = fed[symbol];
          if (bars !== undefined && broker.hasOrders(symbol)) broker.close(bars, rows[symbol]! - 1, symbol, true);
        }
        book.endInstant();
      }
      if (!Number.isNaN(clock.now)) book.sampleSession((clock.now >= clock.nextClose ? clock.nextClose : clock.now) as Instant);
    },
  };
}
