import type { BreakerModel } from '../compiler/model.ts';
import type { Book } from '../ledger/book.ts';
import { moneyToNumber } from '../ledger/money.ts';
import { MINUTE } from '../market/time.ts';

/** One breaker at one place: what it counts since it was last cleared, and whether it is tripped. Plain data. */
export interface Guard {
  /** Number among the enabled breakers. */
  readonly breaker: number;
  /** Number of the strategy or symbol; 0 for the account. */
  readonly place: number;
  /** Number of its running trip; -1 when it is not tripped. */
  trip: number;
  trippedAt: number;
  trippedInstant: number;
  /** Its `until` has come: it lets go at the next bar. */
  over: boolean;
  /** When it was last cleared, ms, and how many happenings there had been by then. */
  since: number;
  sinceCount: number;
  /** Highest equity since. */
  peak: number;
  /** Equity at the last session close, or when it was cleared since. */
  dayStart: number;
  dailyTrades: number;
  /** Closed trades in a row with a loss. */
  losses: number;
  /** Sessions in a row that ended lower. */
  losingDays: number;
  /** Equity at the start of the day whose return is counted next; NaN until a whole one begins. */
  lastClose: number;
  /** Returns of whole sessions since, oldest first, as many as its measures ask for. */
  returns: number[];
}

export const freshGuard = (breaker: number, place: number, equity: number): Guard => ({
  breaker,
  place,
  trip: -1,
  trippedAt: Number.NaN,
  trippedInstant: 0,
  over: false,
  since: Number.NEGATIVE_INFINITY,
  sinceCount: 0,
  peak: equity,
  dayStart: equity,
  dailyTrades: 0,
  losses: 0,
  losingDays: 0,
  lastClose: equity,
  returns: [],
});

/** Something that happened to a strategy in a symbol. */
export interface Happening {
  /** 1, 2, 3, ... in the order in which they became known. */
  readonly number: number;
  /** When it had happened, ms: at a bar's open its start, inside a bar its end. */
  readonly time: number;
  readonly strategy: number;
  readonly symbol: number;
  readonly pnl: number;
}

/** What measures over a length of time count, oldest first. */
export interface Recent {
  /** Happenings so far. */
  count: number;
  /** Trades that a stop ended. */
  readonly stops: Happening[];
  readonly closed: Happening[];
  readonly refusals: Happening[];
}

/** What a measure is read from. */
export interface View {
  readonly book: Book;
  readonly recent: Recent;
  now: number;
  readonly exitUnknownBars: (guard: Guard) => number;
  /** The widest spread of its symbols at their last quotes, percent; NaN without one. */
  readonly spreadPct: (guard: Guard) => number;
  /** What makes a daily deviation one of a year. */
  readonly sessionsAYear: number;
}

type Scope = BreakerModel['scope'];
type Reader = (guard: Guard, scope: Scope, view: View, minutes: number) => number;

/** Nothing older is asked for. */
const LONGEST = 31 * 24 * 60 * MINUTE;

const fall = (from: number, to: number): number => Math.max(0, (1 - to / from) * 100);

/** The equity that a breaker watches, dollars: the purse of a strategy, else the account. */
export const equityOf = (book: Book, scope: Scope, place: number): number =>
  scope === 'strategy' ? book.strategyEquity(place) : book.equity();

const equity = (guard: Guard, scope: Scope, { book }: View): number => equityOf(book, scope, guard.place);

/** What a strategy does in a symbol is a guard's business. */
export const watches = ({ place }: Guard, scope: Scope, strategy: number, symbol: number): boolean =>
  scope === 'account' || (scope === 'strategy' ? strategy : symbol) === place;

const exposureOf = (book: Book, guard: Guard, scope: Scope): ReturnType<Book['exposure']> =>
  book.exposure((strategy, symbol) => watches(guard, scope, strategy, symbol));

/** A bar that clears a breaker ends where the next begins: what happened at that very moment is told apart by its number. */
const isSince = ({ since, sinceCount }: Guard, { time, number }: Happening): boolean =>
  time > since || (time === since && number > sinceCount);

const within = (list: readonly Happening[], guard: Guard, scope: Scope, now: number, minutes: number): Happening[] => {
  const from = now - minutes * MINUTE;
  return list.filter(
    (one) => one.time > from && isSince(guard, one) && watches(guard, scope, one.strategy, one.symbol),
  );
};

const READERS: Readonly<Record<string, Reader>> = {
  equity,
  purse: equity,
  cash: (_guard, _scope, { book }) => moneyToNumber(book.cash()),
  drawdown_pct: (guard, scope, view) => fall(guard.peak, equity(guard, scope, view)),
  daily_loss_pct: (guard, scope, view) => fall(guard.dayStart, equity(guard, scope, view)),
  daily_trades: ({ dailyTrades }) => dailyTrades,
  consecutive_losses: ({ losses }) => losses,
  losing_days: ({ losingDays }) => losingDays,
  open_positions: (guard, scope, { book }) => exposureOf(book, guard, scope).positions,
  gross_exposure_pct: (guard, scope, view) =>
    (exposureOf(view.book, guard, scope).gross / equity(guard, scope, view)) * 100,
  exit_unknown_bars: (guard, _scope, view) => view.exitUnknownBars(guard),
  // A simulated feed is never late.
  bars_late: () => 0,
  spread_pct: (guard, _scope, view) => view.spreadPct(guard),
  equity_volatility_pct: ({ returns }, _scope, { sessionsAYear }, minutes) =>
    deviationOf(returns, sessionsOf(minutes)) * Math.sqrt(sessionsAYear) * 100,
  rejections: (guard, scope, { recent, now }, minutes) => within(recent.refusals, guard, scope, now, minutes).length,
  stop_outs: (guard, scope, { recent, now }, minutes) => within(recent.stops, guard, scope, now, minutes).length,
  closed_trades: (guard, scope, { recent, now }, minutes) => within(recent.closed, guard, scope, now, minutes).length,
  closed_profit_pct: (guard, scope, view, minutes) => {
    const trades = within(view.recent.closed, guard, scope, view.now, minutes);
    return (trades.reduce((sum, { pnl }) => sum + pnl, 0) / equity(guard, scope, view)) * 100;
  },
};

const sessionsOf = (minutes: number): number => minutes / (24 * 60);

/** Standard deviation (n-1) of the last `count`; NaN while there are fewer. */
function deviationOf(returns: readonly number[], count: number): number {
  if (returns.length < count) return Number.NaN;
  const last = returns.slice(-count);
  const mean = last.reduce((sum, one) => sum + one, 0) / count;
  return Math.sqrt(last.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1));
}

/** How many daily returns a measure looks back over, by its canonical name. */
export function returnsAsked(name: string): number {
  const [base, minutes] = name.split(':', 2);
  return base === 'equity_volatility_pct' ? sessionsOf(Number(minutes)) : 0;
}

/** Measures that move with the marks of open positions; all others move with fills, refusals and session closes. */
export const MARKED: ReadonlySet<string> = new Set([
  'equity',
  'purse',
  'drawdown_pct',
  'daily_loss_pct',
  'gross_exposure_pct',
  'exit_unknown_bars',
]);

/** What a measure over a length of time counts, and that length. */
export interface Window {
  readonly of: Exclude<keyof Recent, 'count'>;
  /** Milliseconds. */
  readonly length: number;
}

const COUNTED: Readonly<Record<string, Window['of']>> = {
  rejections: 'refusals',
  stop_outs: 'stops',
  closed_trades: 'closed',
  closed_profit_pct: 'closed',
};

/** The window of a measure, by its canonical name; undefined when the clock does not move it. */
export function windowOf(name: string): Window | undefined {
  const [base, minutes] = name.split(':', 2);
  const of = COUNTED[base ?? ''];
  return of === undefined || minutes === undefined ? undefined : { of, length: Number(minutes) * MINUTE };
}

/** When the first happening leaves a window after `now`, ms; Infinity when none lies in one. */
export function nextToAge(windows: readonly Window[], recent: Recent, now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { of, length } of windows) {
    const first = recent[of].find(({ time }) => time + length > now);
    if (first !== undefined) next = Math.min(next, first.time + length);
  }
  return next;
}

/** How a measure is read, by its canonical name (`rejections:10` is over ten minutes). */
export function readerOf(name: string): (guard: Guard, scope: Scope, view: View) => number {
  const [base, minutes] = name.split(':', 2);
  const read = READERS[base ?? ''];
  const length = Number(minutes ?? 0);
  return read === undefined ? () => Number.NaN : (guard, scope, view) => read(guard, scope, view, length);
}

/** Every measure that a breaker can read. */
export const BREAKER_MEASURES: readonly string[] = Object.keys(READERS);

/** Length at whose multiples a list lets go what no measure can ask for any more: it is moved once for many. */
const TIDIED = 256;

/** Keeps a happening in the lists that it belongs to; what no measure can ask for any more goes in time. */
export function remember(recent: Recent, lists: readonly Happening[][], what: Omit<Happening, 'number'>): void {
  const happening: Happening = { number: ++recent.count, ...what };
  for (const list of lists) {
    list.push(happening);
    if (list.length % TIDIED !== 0) continue;
    let old = 0;
    while (list[old]!.time <= happening.time - LONGEST) old++;
    list.splice(0, old);
  }
}
