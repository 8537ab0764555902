/** Figures of a run or of one strategy, as SEMANTICS defines them. `null`: cannot be computed; `reasons` says why. */
export interface Metrics {
  readonly startEquity: number;
  readonly endEquity: number;
  readonly returnPct: number;
  readonly cagrPct: number | null;
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly volatilityPct: number | null;
  /** Of daily equity, percent, >= 0. */
  readonly maxDrawdownPct: number;
  readonly maxDrawdown: number;
  /** Bar by bar. */
  readonly maxDrawdownBarPct: number;
  readonly calmar: number | null;
  readonly trades: number;
  readonly winRatePct: number | null;
  readonly profitFactor: number | null;
  readonly expectancy: number | null;
  readonly expectancyR: number | null;
  readonly sqn: number | null;
  readonly exposurePct: number;
  readonly turnover: number;
  readonly tradesPerDay: number;
  readonly averageBars: number | null;
  readonly medianBars: number | null;
  readonly bestTrade: number | null;
  readonly worstTrade: number | null;
  readonly longestWinStreak: number;
  readonly longestLossStreak: number;
  readonly commission: number;
}

/** Why a figure is null, or to be read with care: `no_losing_trades`, `no_variance`, `few_trades`, `few_returns`, ... */
export type MetricReasons = Readonly<Record<string, string>>;
