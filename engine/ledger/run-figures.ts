import type { Instant } from '../market/time.ts';
import type { Book } from './book.ts';
import { COMMISSION, DRAWDOWN, exposedInstants, figure, START, TRADED } from './curve.ts';
import type { MetricReasons, Metrics } from './figures.ts';
import { computeMetrics, type TradeFigures, tradeFigures } from './metrics.ts';
import type { EquityPoint, Trade } from './trade.ts';

export interface Figures {
  readonly metrics: Metrics;
  readonly reasons: MetricReasons;
}

/** The figures of the account and of every strategy, from what the book recorded since `from`. */
export const figuresOf = (
  book: Book,
  from: Instant,
  annualisation: 252 | 365,
): { readonly account: Figures; readonly strategies: readonly Figures[] } => {
  const { curve, strategies } = book.state;
  const ofAll = tradeFigures(book.trades);
  const row = (
    number: number,
    endEquity: number,
    daily: readonly EquityPoint[],
    trades: readonly Trade[],
    ofTrades: TradeFigures,
  ) =>
    computeMetrics({
      startEquity: figure(curve, number, START),
      endEquity,
      from,
      daily,
      trades,
      tradeFigures: ofTrades,
      bars: curve.instants,
      exposedBars: exposedInstants(curve, number),
      barDrawdown: figure(curve, number, DRAWDOWN),
      annualisation,
      traded: figure(curve, number, TRADED),
      commission: figure(curve, number, COMMISSION),
    });
  return {
    account: row(0, book.equity(), book.equityPoints(), book.trades, ofAll),
    strategies: strategies.map(({ id }, index) => {
      const trades = strategies.length === 1 ? book.trades : book.trades.filter((trade) => trade.strategy === id);
      const ofTrades = strategies.length === 1 ? ofAll : tradeFigures(trades);
      return row(index + 1, book.strategyEquity(index), book.strategyEquityPoints(index), trades, ofTrades);
    }),
  };
};
