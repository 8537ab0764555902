import type { Ruleset } from '../compiler/ruleset.ts';
import { buyHoldPct } from '../ledger/benchmark.ts';
import { computeMetrics } from '../ledger/metrics.ts';
import type { EquityPoint, Trade } from '../ledger/trade.ts';
import type { MarketData } from '../market/bars.ts';
import { isCrypto } from '../market/calendars.ts';
import { type Instant, instant } from '../market/time.ts';
import type { RunResult } from '../report/result.ts';
import type { RunOptions } from './run.ts';
import type { Session } from './session.ts';
import { ENGINE_VERSION } from './version.ts';

/** What came of a session so far, as every report renders it. */
export function resultOf(
  ruleset: Ruleset,
  session: Session,
  data: Omit<MarketData, 'bars' | 'actions'>,
  options: RunOptions,
  interrupted: boolean,
  seconds: number,
): RunResult {
  const { book } = session;
  const from = instant(Number.isNaN(session.firstStart) ? 0 : session.firstStart);
  const to = instant(Number.isNaN(session.now) ? 0 : session.now);
  const annualisation = ruleset.traded.length > 0 && ruleset.traded.every(isCrypto) ? 365 : 252;
  const figures = (
    row: number,
    start: number,
    end: number,
    daily: readonly EquityPoint[],
    trades: readonly Trade[],
  ) => {
    const { curve } = book.state;
    return computeMetrics({
      startEquity: start,
      endEquity: end,
      from,
      daily,
      trades,
      bars: curve.instants,
      exposedBars: curve.exposed[row]!,
      barDrawdown: curve.drawdown[row]!,
      annualisation,
      traded: curve.traded[row]!,
      commission: curve.commission[row]!,
    });
  };
  const equity = withLast(book.equityPoints(), to, book.equity());
  const whole = figures(0, session.startCash, book.equity(), equity, book.trades);
  const held = ruleset.traded.map((symbol) => {
    const index = ruleset.symbols.indexOf(symbol);
    return {
      firstOpen: session.firstOpen[index]!,
      lastClose: session.lastClose[index]!,
      split: session.held.shares[index]!,
      dividends: session.held.dividends[index]!,
    };
  });
  const byStrategy = new Map<string, Trade[]>(session.strategies.map(({ id }) => [id, []]));
  for (const trade of book.trades) byStrategy.get(trade.strategy)?.push(trade);
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
    ambiguousBars: session.broker.ambiguousBars(),
    metrics: { ...whole.metrics, buyHoldPct: buyHoldPct(held) },
    reasons: whole.reasons,
    strategies: session.strategies.map(({ id, capital }, index) => {
      const daily = withLast(book.strategyEquityPoints(index), to, book.strategyEquity(index));
      const { metrics, reasons } = figures(
        index + 1,
        capital,
        book.strategyEquity(index),
        daily,
        byStrategy.get(id) ?? [],
      );
      return { id, capital, metrics, reasons };
    }),
    trades: book.trades,
    openPositions: book.openPositions(),
    orders: session.core.orders,
    equity,
    notActing: ruleset.notActing,
    interrupted,
    seconds,
  };
}

/** The samples, and the present equity when it is later than the last of them. */
function withLast(points: EquityPoint[], time: Instant, equity: number): EquityPoint[] {
  const last = points.at(-1);
  if (last === undefined || last.time < time) points.push({ time, equity });
  return points;
}
