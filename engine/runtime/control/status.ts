import type { BreakerModel, Until } from '../../compiler/model.ts';
import { tradesBeside } from '../../compiler/shadows.ts';
import { type Operator, releaseOf, untilOf } from '../../core/breakers.ts';
import type { Tripped } from '../../core/operator-desk.ts';
import { printTree } from '../../expressions/print.ts';
import { tallyKinds, tallyTrades } from '../../ledger/breakdown.ts';
import { formatExactMoney, formatPrice, formatQty, moneyToNumber } from '../../ledger/money.ts';
import { type OrderRow, orderRow, priceText } from '../order-row.ts';
import type { Session } from '../session.ts';
import { type TripResult, tripResult } from './results.ts';

/** What of a status only the run itself knows. Times ISO 8601, wall clock. */
export interface RunFacts {
  readonly engine: string;
  readonly pid: number;
  readonly mode: 'dry' | 'paper' | 'live';
  readonly since: string;
  /** Name of the session in the journal; null when nothing is kept. */
  readonly session: string | null;
  /** `the sample market`, `CSV bars from DIR`. */
  readonly feed: string;
  readonly synthetic: boolean;
  readonly rules: RulesFacts;
}

/** How the rules that run stand to the files. */
export interface RulesFacts {
  readonly revision: string;
  /** Since when the files are not what runs, and why; null: they are. */
  readonly stale: { readonly since: string; readonly reason: string } | null;
  /** Rules that wait for `engine approve`. */
  readonly pending: {
    readonly revision: string;
    readonly losses: readonly string[];
    /** When they are taken unasked; null: never. */
    readonly until: string | null;
  } | null;
  readonly lastReload: { readonly at: string; readonly from: string; readonly to: string } | null;
}

export interface PositionStatus {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly qty: string;
  readonly entryTime: string;
  readonly entryPrice: string;
  readonly lastPrice: string;
  readonly unrealized: string;
  /** An exit is on its way: its reason. */
  readonly closing: string | null;
  /** Stops and targets at work, nearest rule first. */
  readonly protection: readonly { readonly role: string; readonly price: string; readonly qty: string }[];
}

/** A strategy that decides beside the account. */
export interface ShadowStatus {
  readonly id: string;
  /** The strategy that it is held against; null: none trades its symbols. */
  readonly beside: string | null;
  readonly equity: string;
  readonly pnl: string;
  readonly pnlToday: string;
  readonly trades: number;
  /** The symbols that it holds. */
  readonly positions: readonly string[];
}

export type EntriesState = 'active' | 'paused' | 'halted';

export interface TrippedStatus extends TripResult {
  readonly until: Until['kind'];
  /** When the clock lets it go; null: something else does. */
  readonly untilTime: string | null;
  /** Instants until it lets go; null: they do not count. */
  readonly untilBars: number | null;
}

export interface BreakerRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly when: string;
  readonly scope: BreakerModel['scope'];
  readonly action: BreakerModel['action'];
  readonly until: string;
}

/** A running engine at one moment. Dollars are texts; JSON names are frozen: add, never rename. */
export interface EngineStatus extends RunFacts {
  readonly market: {
    /** End of the last bar; null before the first. */
    readonly time: string | null;
    readonly instants: number;
    readonly bars: number;
    readonly symbols: readonly string[];
  };
  readonly account: {
    readonly equity: string;
    readonly cash: string;
    readonly startCash: string;
    readonly pnl: string;
    /** Since the last session close. */
    readonly pnlToday: string;
    readonly trades: number;
  };
  readonly strategies: readonly {
    readonly id: string;
    readonly equity: string;
    readonly pnl: string;
    readonly pnlToday: string;
    readonly entries: EntriesState;
    readonly retired: boolean;
  }[];
  /** Those that decide in a ledger of their own. */
  readonly shadows: readonly ShadowStatus[];
  readonly positions: readonly PositionStatus[];
  /** At work, protective ones apart. */
  readonly orders: readonly OrderRow[];
  readonly breakers: {
    /** Of the account: one strategy or symbol may be worse. */
    readonly entries: EntriesState;
    readonly tripped: readonly TrippedStatus[];
    readonly rules: readonly BreakerRule[];
  };
}

const iso = (at: number): string => new Date(at).toISOString();

const dollars = (amount: number): string => amount.toFixed(2);

const PROTECTIVE: ReadonlySet<string> = new Set(['stop_loss', 'take_profit', 'trailing_stop', 'break_even']);

/** The worst that trips make of a place. */
const entriesOf = (tripped: readonly Tripped[]): EntriesState =>
  tripped.some(({ model }) => model.action === 'halt') ? 'halted' : tripped.length > 0 ? 'paused' : 'active';

/** `until` as risk.yaml writes it. */
function untilWords(until: Until): string {
  if (until.kind === 'bars') return `${until.bars} bars`;
  if (until.kind !== 'time') return until.kind;
  const minutes = until.milliseconds / 60_000;
  return minutes % 1440 === 0 ? `${minutes / 1440}d` : minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

function trippedStatus({ guard, model, trip }: Tripped, instants: number, operator: Operator): TrippedStatus {
  const until = releaseOf(model, operator);
  return {
    ...tripResult(trip),
    until: until.kind,
    untilTime: until.kind === 'time' ? iso(trip.trippedAt + until.milliseconds) : null,
    untilBars: until.kind === 'bars' ? Math.max(0, until.bars - (instants - guard.trippedInstant)) : null,
  };
}

function shadowsOf({ shadow, core }: Session): ShadowStatus[] {
  if (shadow === undefined) return [];
  const { models } = core.memory.ruleset;
  const { book } = shadow;
  const trades = new Map<string, number>();
  for (const { key, trades: count } of tallyTrades(tallyKinds(book.state.trades), ({ strategy }) => strategy))
    trades.set(key, count);
  const open = book.openPositions();
  return shadow.strategies.map(({ id, capital }, number) => {
    const own = book.strategyEquity(number);
    const model = models.find((one) => one.id === id && one.shadow);
    return {
      id,
      beside: (model && tradesBeside(model, models)) ?? null,
      equity: dollars(own),
      pnl: dollars(own - capital),
      pnlToday: dollars(own - (book.state.curve.samples[number + 1]?.at(-1) ?? capital)),
      trades: trades.get(id) ?? 0,
      positions: open.filter(({ strategy }) => strategy === id).map(({ symbol }) => symbol),
    };
  });
}

/** A run as it stands between two bars. */
export function statusOf(session: Session, facts: RunFacts): EngineStatus {
  const { book, core } = session;
  const { ruleset, breakers } = core.memory;
  const tripped = breakers.tripped();
  const equity = book.equity();
  const working = core.orderLog.atWork.filter(({ status }) => status === 'working').sort((a, b) => a.seq - b.seq);
  const today = (row: number, now: number, start: number): string => {
    const last = book.state.curve.samples[row]?.at(-1) ?? start;
    return dollars(now - last);
  };
  return {
    ...facts,
    market: {
      time: Number.isNaN(session.now) ? null : iso(session.now),
      instants: session.instants,
      bars: session.barsDone,
      symbols: ruleset.traded,
    },
    account: {
      equity: dollars(equity),
      cash: dollars(moneyToNumber(book.cash())),
      startCash: dollars(session.startCash),
      pnl: dollars(equity - session.startCash),
      pnlToday: today(0, equity, session.startCash),
      trades: book.state.trades.length,
    },
    strategies: session.strategies.map(({ id, capital }, number) => {
      const own = book.strategyEquity(number);
      const touching = tripped.filter(
        ({ place }) => place.scope === 'account' || (place.scope === 'strategy' && place.name === id),
      );
      return {
        id,
        equity: dollars(own),
        pnl: dollars(own - capital),
        pnlToday: today(number + 1, own, capital),
        entries: entriesOf(touching),
        retired: ruleset.strategies[number]?.retired === true,
      };
    }),
    shadows: shadowsOf(session),
    positions: book.openPositions().map((position) => {
      const own = working.filter(
        ({ strategy, symbol, role }) =>
          strategy === position.strategy && symbol === position.symbol && role !== 'entry',
      );
      const exit = own.find(({ role }) => role === 'exit');
      return {
        strategy: position.strategy,
        symbol: position.symbol,
        side: position.side,
        qty: formatQty(position.qty),
        entryTime: iso(position.entryTime),
        entryPrice: formatPrice(position.entryPrice),
        lastPrice: String(position.lastPrice),
        unrealized: formatExactMoney(position.unrealized),
        closing: exit?.exitReason ?? null,
        protection: own
          .filter(({ role }) => PROTECTIVE.has(role))
          .map((order) => ({
            role: order.role,
            price: priceText(order.stopPrice ?? order.limitPrice) ?? '',
            qty: formatQty(order.qty),
          })),
      };
    }),
    orders: working.filter(({ role }) => !PROTECTIVE.has(role)).map(orderRow),
    breakers: {
      entries: entriesOf(tripped.filter(({ place }) => place.scope === 'account')),
      tripped: tripped.map((one) => trippedStatus(one, core.instant, breakers.state.operator)),
      rules: ruleset.risk.breakers.map((model) => ({
        id: model.id,
        enabled: model.enabled,
        when: printTree(model.when),
        scope: model.scope,
        action: model.action,
        until: untilWords(untilOf(model)),
      })),
    },
  };
}
