import type { Instant } from '../market/time.ts';
import type { Book } from './book.ts';
import type { MetricReasons, Metrics } from './figures.ts';
import { computeMetrics } from './metrics.ts';

/** The account, where a strategy's number is wanted. */
export const ACCOUNT = -1;

/** The figures of the account (`ACCOUNT`) or of one strategy, from what its book recorded since `from`. */
export const figuresOf = (
  book: Book,
  strategy: number,
  from: Instant,
  annualisation: 252 | 365,
): { metrics: Metrics; reasons: MetricReasons } => {
  const { curve, strategies } = book.state;
  const row = strategy + 1;
  const id = strategies[strategy]?.id;
  return computeMetrics({
    startEquity: curve.start[row]!,
    endEquity: strategy === ACCOUNT ? book.equity() : book.strategyEquity(strategy),
    from,
    daily: strategy === ACCOUNT ? book.equityPoints() : book.strategyEquityPoints(strategy),
    trades:
      strategy === ACCOUNT || strategies.length === 1
        ? book.trades
        : book.trades.filter((trade) => trade.strategy === id),
    bars: curve.instants,
    exposedBars: curve.exposed[row]!,
    barDrawdown: curve.drawdown[row]!,
    annualisation,
    traded: curve.traded[row]!,
    commission: curve.commission[row]!,
  });
};
