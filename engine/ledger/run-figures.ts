import type { Instant } from '../market/time.ts';
import type { Book } from './book.ts';
import { COMMISSION, DRAWDOWN, exposedInstants, figure, START, TRADED } from './curve.ts';
import type { MetricReasons, Metrics } from './figures.ts';
import { computeMetrics, type TradeFigures, type TradeSample, tradeFigures } from './metrics.ts';
import type { EquityPoint } from './trade.ts';
import { sampleOfLog } from './trade-log.ts';

export interface Figures {
  readonly metrics: Metrics;
  readonly reasons: MetricReasons;
}

/**
 * The figures of the account and of every strategy, from what the book recorded since `from`.
 * @param trades those that count
 */
export const figuresOf = (
  book: Book,
  from: Instant,
  annualisation: 252 | 365,
  trades = book.state.trades,
): { readonly account: Figures; readonly strategies: readonly Figures[] } => {
  const { curve, strategies } = book.state;
  const all = sampleOfLog(trades);
  const ofAll = tradeFigures(all);
  const row = (
    number: number,
    endEquity: number,
    daily: readonly EquityPoint[],
    sample: TradeSample,
    ofTrades: TradeFigures,
  ) =>
    computeMetrics({
      startEquity: figure(curve, number, START),
      endEquity,
      from,
      daily,
      trades: sample,
      tradeFigures: ofTrades,
      bars: curve.instants,
      exposedBars: exposedInstants(curve, number),
      barDrawdown: figure(curve, number, DRAWDOWN),
      annualisation,
      traded: figure(curve, number, TRADED),
      commission: figure(curve, number, COMMISSION),
    });
  return {
    account: row(0, book.equity(), book.equityPoints(), all, ofAll),
    strategies: strategies.map(({ id }, index) => {
      const own = strategies.length === 1 ? all : sampleOfLog(trades, id);
      const ofOwn = strategies.length === 1 ? ofAll : tradeFigures(own);
      return row(index + 1, book.strategyEquity(index), book.strategyEquityPoints(index), own, ofOwn);
    }),
  };
};
