import type { Ruleset } from '../compiler/ruleset.ts';
import { tradesBeside } from '../compiler/shadows.ts';
import { buyHoldPct } from '../ledger/benchmark.ts';
import type { Book } from '../ledger/book.ts';
import { sortedByKey, tallyKinds, tallyMonths, tallyTrades } from '../ledger/breakdown.ts';
import { figure, START } from '../ledger/curve.ts';
import { drawdownOf } from '../ledger/drawdown.ts';
import type { Order } from '../ledger/order.ts';
import { tallyRefusals } from '../ledger/order-log.ts';
import { figuresOf } from '../ledger/run-figures.ts';
import { anyShort, latestTrades, logSince, type TradeLog } from '../ledger/trade-log.ts';
import type { MarketData } from '../market/bars.ts';
import { calendarOf, sessionsAYear } from '../market/calendars.ts';
import { type Instant, instant } from '../market/time.ts';
import type { Breakdown, RunResult, ShadowResult, StrategyResult } from './result.ts';
import type { RunOptions } from './run.ts';
import type { Session } from './session.ts';
import { ENGINE_VERSION } from './version.ts';

/** Trades that a report shows one by one. */
const LATEST = 8;

/** @param symbol the one whose exchange's clock says which month it is */
function breakdownOf(book: Book, log: TradeLog, symbol: string): Breakdown {
  const calendar = calendarOf(symbol);
  // Trades and samples come in the order of time: a session's month is asked for once.
  let known = -1;
  let month = '';
  const monthOf = (at: Instant): string => {
    // A session closes at its end: what is sampled then belongs to it.
    const session = Math.max(0, calendar.sessionOn(instant(at - 1)));
    if (session !== known) {
      known = session;
      month = calendar.date(session).slice(0, 7);
    }
    return month;
  };
  const kinds = tallyKinds(log);
  return {
    byExitReason: tallyTrades(kinds, ({ exitReason }) => exitReason),
    bySymbol: sortedByKey(tallyTrades(kinds, (shared) => shared.symbol)),
    byEntryRule: sortedByKey(tallyTrades(kinds, ({ strategy, entryRule }) => `${strategy}.${entryRule}`)),
    byMonth: tallyMonths(log, figure(book.state.curve, 0, START), book.equityPoints(), monthOf),
  };
}

/** What each strategy that decided beside the others came to, and the one that it is compared with. */
function shadowsOf(
  { book, strategies, firstStart, leftOut }: Session,
  { models }: Ruleset,
  trading: readonly StrategyResult[],
  annualisation: 252 | 365,
): readonly ShadowResult[] {
  const log = logSince(book.state.trades, leftOut.trades);
  const figures = figuresOf(book, instant(Number.isNaN(firstStart) ? 0 : firstStart), annualisation, log);
  const trades = book.trades().slice(leftOut.trades);
  const open = book.openPositions();
  return strategies.map(({ id, capital }, index) => {
    const model = models.find((one) => one.id === id && one.shadow);
    const other = model && tradesBeside(model, models);
    return {
      id,
      capital,
      ...figures.strategies[index]!,
      beside: trading.find((one) => one.id === other),
      trades: trades.filter(({ strategy }) => strategy === id),
      openPositions: open.filter(({ strategy }) => strategy === id),
    };
  });
}

/** What came of a session so far, as every report renders it. */
export function resultOf(
  ruleset: Ruleset,
  session: Session,
  data: Omit<MarketData, 'bars' | 'actions'>,
  options: RunOptions,
  interrupted: boolean,
  seconds: number,
): RunResult {
  const { book, leftOut } = session;
  const log = logSince(book.state.trades, leftOut.trades);
  // Made of their columns only for reports that show them.
  let orders: readonly Order[] | undefined;
  const from = instant(Number.isNaN(session.firstStart) ? 0 : session.firstStart);
  const to = instant(Number.isNaN(session.now) ? 0 : session.now);
  const annualisation = sessionsAYear(ruleset.symbols);
  const { account: whole, strategies } = figuresOf(book, from, annualisation, log);
  const held = ruleset.traded.map((symbol) => {
    const index = ruleset.symbols.indexOf(symbol);
    return {
      firstOpen: session.firstOpen[index]!,
      lastClose: session.lastClose(index),
      split: session.held.shares[index]!,
      dividends: session.held.dividends[index]!,
    };
  });
  const results = session.strategies.map(({ id, capital }, index) => ({ id, capital, ...strategies[index]! }));
  return {
    engine: ENGINE_VERSION,
    revision: ruleset.revision,
    data: {
      source: data.source,
      synthetic: data.synthetic,
      symbols: ruleset.symbols,
      timeframe: session.timeframes.join(', '),
      from,
      to,
      rowsRead: data.rowsRead,
      barsUsed: data.barsUsed,
      outsideSession: data.outsideSession,
      quarantined: data.quarantinedCount,
      hash: data.hash,
      warnings: data.warnings,
    },
    assumptions: options.assumptions,
    ...(Number.isNaN(leftOut.time) ? {} : { stretch: true as const }),
    ambiguousBars: session.broker.ambiguousBars() - leftOut.ambiguousBars,
    drawdown: drawdownOf(whole.metrics.startEquity, book.equityPoints()),
    metrics: { ...whole.metrics, buyHoldPct: buyHoldPct(held) },
    reasons: whole.reasons,
    strategies: results,
    shadows: session.shadow === undefined ? [] : shadowsOf(session.shadow, ruleset, results, annualisation),
    get trades() {
      return leftOut.trades === 0 ? book.trades() : book.trades().slice(leftOut.trades);
    },
    openPositions: book.openPositions(),
    get orders() {
      orders ??= session.core.orders().filter(({ seq }) => seq > leftOut.orders);
      return orders;
    },
    breakdown: breakdownOf(book, log, ruleset.traded[0] ?? ''),
    latest: latestTrades(log, LATEST),
    refusals: tallyRefusals(session.core.orderLog, leftOut.orders),
    soldShort: anyShort(log),
    equity: book.equityPoints(),
    breakers: session.core.trips.filter(({ clearedAt }) => !((clearedAt ?? Number.NaN) <= leftOut.time)),
    notActing: ruleset.notActing,
    interrupted,
    seconds,
  };
}
