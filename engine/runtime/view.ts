import type { BreakerModel } from '../compiler/model.ts';
import { releaseOf, type Trip } from '../core/breakers.ts';
import type { Instance } from '../core/instance.ts';
import { figure, START } from '../ledger/curve.ts';
import { type Price, priceToNumber, type Qty, qtyToNumber } from '../ledger/money.ts';
import type { PositionSide } from '../ledger/order.ts';
import type { OpenPosition } from '../ledger/trade.ts';
import type { TradeLog } from '../ledger/trade-log.ts';
import { type Instant, instant } from '../market/time.ts';
import type { Session } from './session.ts';

/** What an account or a purse is worth, dollars. */
export interface Worth {
  readonly equity: number;
  /** Since the start, and percent of what it started with. */
  readonly pnl: number;
  readonly pnlPct: number;
}

export interface StrategyView extends Worth {
  readonly id: string;
  readonly trades: number;
  /** Percent of the closed trades; null without one. */
  readonly winRatePct: number | null;
}

export interface PositionView {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly qty: Qty;
  readonly entryPrice: Price;
  readonly lastPrice: number;
  /** Dollars, and percent of what the entry paid. */
  readonly unrealized: number;
  readonly unrealizedPct: number;
  /** The nearest stop and target at work, dollars; null for none. */
  readonly stop: number | null;
  readonly target: number | null;
  /** How far price has to go to them, percent of the last price: the stop's is negative while it is not reached. */
  readonly toStopPct: number | null;
  readonly toTargetPct: number | null;
}

/** When a tripped breaker lets go. */
export type Release =
  | { readonly kind: 'time'; readonly at: Instant }
  | { readonly kind: 'bars'; readonly left: number }
  | { readonly kind: 'next_session' | 'clear' | 'manual' };

export interface TrippedView {
  readonly breaker: string;
  readonly scope: BreakerModel['scope'];
  /** The strategy or the symbol; `account`. */
  readonly place: string;
  readonly action: BreakerModel['action'];
  readonly since: Instant;
  readonly until: Release;
  /** Entries held back so far. */
  readonly heldBack: number;
  /** What its measures were when it tripped. */
  readonly values: string;
}

/** Something that happened to the rules: told with the wall clock, ms since 1970. */
export interface RuleNews {
  readonly at: number;
  /** What: `2 files: ema.yaml, risk.yaml`. */
  readonly text: string;
}

/** Rules on disk that do not run. */
export interface StaleView {
  /** ms since 1970, wall clock. */
  readonly since: number;
  /** `strategies.d/ema.yaml:9:19`; undefined when no place says it. */
  readonly place: string | undefined;
  /** Why: `E201 unknown name slwo`; `waits for engine approve 8a01b77`. */
  readonly text: string;
}

export interface RulesView {
  readonly revision: string;
  readonly reloaded: RuleNews | undefined;
  readonly stale: StaleView | undefined;
}

export interface FeedView {
  readonly source: string;
  readonly synthetic: boolean;
  /** Market time reached; undefined before the first bar. */
  readonly marketTime: Instant | undefined;
  /** A symbol whose exchange's clock that time is read by. */
  readonly clock: string;
  /** `warming`: before the first bar that counts; `rushing`: as fast as it goes; `paced`: bar by bar. */
  readonly pace: 'warming' | 'rushing' | 'paced';
  readonly barsDone: number;
  /** Undefined when the feed has no end. */
  readonly barsTotal: number | undefined;
  /** Bars a second lately; undefined before it can be said. */
  readonly barsPerSecond: number | undefined;
  /** Milliseconds between two bars at this pace; undefined: none is set. */
  readonly paceMs: number | undefined;
  /** When the last bar came, ms since 1970, wall clock. */
  readonly lastBarAt: number | undefined;
}

/** What a person watching a run wants to know of it at one moment: plain data. */
export interface RunView {
  readonly account: Worth & {
    /** Since the last session's close. */
    readonly today: number;
    readonly todayPct: number;
    readonly trades: number;
  };
  readonly strategies: readonly StrategyView[];
  readonly positions: readonly PositionView[];
  /** Orders at work: entries and exits on their way, and those that rest to protect a position. */
  readonly orders: { readonly sent: number; readonly protective: number };
  readonly breakers: {
    /** Breakers of the rules. */
    readonly armed: number;
    readonly tripped: readonly TrippedView[];
  };
  readonly rules: RulesView;
  readonly feed: FeedView;
}

/** What the session itself does not know. */
export interface ViewExtras {
  readonly feed: Omit<FeedView, 'marketTime' | 'clock' | 'barsDone'>;
  /** What the reload says of itself. */
  readonly reload?: Pick<RulesView, 'reloaded' | 'stale'> | undefined;
}

/** The run as it stands between two instants. Cheap enough for ten times a second. */
export function viewOf(session: Session, extras: ViewExtras): RunView {
  const { book, core } = session;
  const { ruleset } = core.memory;
  const { curve } = book.state;
  const worth = (equity: number, row: number): Worth => {
    const start = figure(curve, row, START);
    return { equity, pnl: equity - start, pnlPct: percentOf(equity - start, start) };
  };
  const equity = book.equity();
  const { dayStart } = core.account;
  const counts = countsOf(book.state.trades);
  const protective = core.orderLog.atWork.filter(({ role }) => role !== 'entry' && role !== 'exit').length;
  const holders = new Map(
    core.instances.filter(({ state }) => state.side !== 0).map((one) => [keyOf(one.strategy.id, one.symbol), one]),
  );
  return {
    account: {
      ...worth(equity, 0),
      today: equity - dayStart,
      todayPct: percentOf(equity - dayStart, dayStart),
      trades: book.state.trades.length,
    },
    strategies: session.strategies.map(({ id }, index) => {
      const { trades, wins } = counts.get(id) ?? NONE;
      return {
        id,
        ...worth(book.strategyEquity(index), index + 1),
        trades,
        winRatePct: trades === 0 ? null : percentOf(wins, trades),
      };
    }),
    positions: book.openPositions().map((one) => positionView(one, holders.get(keyOf(one.strategy, one.symbol)))),
    orders: { sent: core.orderLog.atWork.length - protective, protective },
    breakers: {
      armed: core.memory.breakers.ruled,
      tripped: core.trips.filter(({ clearedAt }) => clearedAt === undefined).map((trip) => trippedView(session, trip)),
    },
    rules: {
      revision: ruleset.revision,
      reloaded: extras.reload?.reloaded,
      stale: extras.reload?.stale,
    },
    feed: {
      ...extras.feed,
      marketTime: Number.isNaN(session.now) ? undefined : instant(session.now),
      clock: ruleset.traded[0] ?? '',
      barsDone: session.barsDone,
    },
  };
}

const percentOf = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);

const keyOf = (strategy: string, symbol: string): string => `${strategy} ${symbol}`;

interface Count {
  trades: number;
  wins: number;
}

const NONE: Readonly<Count> = { trades: 0, wins: 0 };

/** Trades counted so far by their kind: a log only grows, so each look goes on where the last one stopped. */
const counted = new WeakMap<TradeLog, { rows: number; readonly byKind: Count[] }>();

/** Trades and wins by strategy. */
function countsOf(log: TradeLog): ReadonlyMap<string, Readonly<Count>> {
  const known = counted.get(log) ?? { rows: 0, byKind: [] };
  counted.set(log, known);
  for (; known.rows < log.length; known.rows++) {
    const kind = log.kind[known.rows]!;
    const count = known.byKind[kind] ?? { trades: 0, wins: 0 };
    known.byKind[kind] = count;
    count.trades++;
    if (log.dollars[known.rows]! > 0) count.wins++;
  }
  const byStrategy = new Map<string, Count>();
  known.byKind.forEach((count, kind) => {
    const { strategy } = log.kinds[kind]!;
    const sum = byStrategy.get(strategy) ?? { trades: 0, wins: 0 };
    byStrategy.set(strategy, { trades: sum.trades + count.trades, wins: sum.wins + count.wins });
  });
  return byStrategy;
}

function positionView(position: OpenPosition, instance: Instance | undefined): PositionView {
  const { strategy, symbol, side, qty, entryPrice, lastPrice } = position;
  const sign = side === 'long' ? 1 : -1;
  const entry = priceToNumber(entryPrice);
  const unrealized = Number(position.unrealized) / 1e18;
  const working = (instance?.legs ?? []).filter(({ status }) => status === 'working');
  const nearest = (prices: readonly (Price | undefined)[], towards: 1 | -1): number | null => {
    const levels = prices.filter((price) => price !== undefined).map((price) => towards * sign * priceToNumber(price));
    return levels.length === 0 ? null : towards * sign * Math.min(...levels);
  };
  const stop = nearest(
    working.map(({ stopPrice }) => stopPrice),
    -1,
  );
  const target = nearest(
    working.map(({ limitPrice }) => limitPrice),
    1,
  );
  const away = (level: number | null): number | null =>
    level === null ? null : percentOf(sign * (level - lastPrice), lastPrice);
  return {
    strategy,
    symbol,
    side,
    qty,
    entryPrice,
    lastPrice,
    unrealized,
    unrealizedPct: percentOf(unrealized, entry * qtyToNumber(qty)),
    stop,
    target,
    toStopPct: away(stop),
    toTargetPct: away(target),
  };
}

function trippedView(session: Session, trip: Trip): TrippedView {
  const { breaker, scope, place, action, trippedAt, heldBack, values } = trip;
  return { breaker, scope, place, action, since: trippedAt, until: release(session, trip), heldBack, values };
}

function release({ core }: Session, trip: Trip): Release {
  const { breakers } = core.memory;
  const guard = breakers.state.guards.find((one) => one.trip >= 0 && breakers.state.trips[one.trip] === trip);
  const model = guard === undefined ? undefined : breakers.models[guard.breaker];
  if (guard === undefined || model === undefined) return { kind: 'manual' };
  const until = releaseOf(model, breakers.state.operator);
  switch (until.kind) {
    case 'time':
      return { kind: 'time', at: instant(trip.trippedAt + until.milliseconds) };
    case 'bars':
      return { kind: 'bars', left: Math.max(0, until.bars - (core.instant - guard.trippedInstant)) };
    case 'manual':
    case 'next_session':
    case 'clear':
      return { kind: until.kind };
  }
}
