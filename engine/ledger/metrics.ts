import { DAY, type Instant } from '../market/time.ts';
import { drawdownOf } from './drawdown.ts';
import type { MetricReasons, Metrics } from './figures.ts';
import { moneyToNumber } from './money.ts';
import type { EquityPoint, Trade } from './trade.ts';

/** What the figures of trades rest on, oldest first. */
export interface TradeSample {
  /** Net dollars. */
  readonly profits: Float64Array;
  /** Bars held. */
  readonly bars: Float64Array;
  /** Loss in dollars that the stop would have taken at entry, NaN without a stop. */
  readonly risks: Float64Array;
}

export const sampleOf = (trades: readonly Trade[]): TradeSample => ({
  profits: Float64Array.from(trades, ({ pnl }) => moneyToNumber(pnl)),
  bars: Float64Array.from(trades, ({ bars }) => bars),
  risks: Float64Array.from(trades, ({ riskAtEntry }) => riskAtEntry ?? Number.NaN),
});

type Numbers = Float64Array | readonly number[];

export type TradeFigures = ReturnType<typeof tradeFigures>;

export interface MetricsInput {
  readonly startEquity: number;
  /** At the last bar; the last sample when the run ended on a session close. */
  readonly endEquity: number;
  /** When the first bar began. */
  readonly from: Instant;
  /** At each session close, days without trades included; without a point for the start. */
  readonly daily: readonly EquityPoint[];
  readonly trades: TradeSample;
  /** `tradeFigures(trades)` where it is known already. */
  readonly tradeFigures?: TradeFigures;
  /** Instants of the run, and those with a position. */
  readonly bars: number;
  readonly exposedBars: number;
  /** Deepest bar-by-bar fall, as a fraction of the peak. */
  readonly barDrawdown: number;
  /** Sessions a year: 252, or 365 for crypto. */
  readonly annualisation: 252 | 365;
  /** Dollars bought and sold, and commissions paid. */
  readonly traded: number;
  readonly commission: number;
}

const FEW_RETURNS = 20;
const FEW_TRADES = 30;
const YEAR_DAYS = 365.25;

/** Spread this small against the values is rounding noise of an even series. */
const NOISE = 1e-12;

/** Sum over all values, from the first on. */
const total = (values: Numbers, of: (value: number) => number): number => {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += of(values[n]!);
  return sum;
};

const itself = (value: number): number => value;

const mean = (values: Numbers): number => total(values, itself) / values.length;

const deviation = (values: Numbers): number => {
  const middle = mean(values);
  const squares = total(values, (value) => (value - middle) ** 2);
  const spread = Math.sqrt(squares / (values.length - 1));
  let size = 0;
  for (let n = 0; n < values.length; n++) size = Math.max(size, Math.abs(values[n]!));
  return spread <= NOISE * size ? 0 : spread;
};

const median = (values: Numbers): number => {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const longestStreak = (profits: Numbers, sign: 1 | -1): number => {
  let longest = 0;
  let running = 0;
  for (const profit of profits) {
    running = profit * sign > 0 ? running + 1 : 0;
    if (running > longest) longest = running;
  }
  return longest;
};

type Figure = number | string;

interface Judged {
  /** The figure, or null with its reason kept under `name`; a caution is kept too. */
  take(name: keyof Metrics, figure: Figure, caution: string | undefined): number | null;
  readonly reasons: Record<string, string>;
}

const judge = (): Judged => {
  const reasons: Record<string, string> = {};
  return {
    reasons,
    take: (name, figure, caution) => {
      const broken = typeof figure === 'number' && !Number.isFinite(figure);
      const reason = typeof figure === 'string' ? figure : broken ? 'not_finite' : caution;
      if (reason !== undefined) reasons[name] = reason;
      return typeof figure === 'string' || broken ? null : figure;
    },
  };
};

const returnsOf = (startEquity: number, daily: readonly EquityPoint[]): number[] => {
  let before = startEquity;
  return daily.map(({ equity }) => {
    const change = equity / before - 1;
    before = equity;
    return change;
  });
};

const yearly = (input: MetricsInput, judged: Judged, drawdown: number) => {
  const { startEquity, daily, annualisation } = input;
  const ruined = startEquity <= 0 || daily.some(({ equity }) => equity <= 0);
  const returns = ruined ? [] : returnsOf(startEquity, daily);
  const few = returns.length < FEW_RETURNS ? 'few_returns' : undefined;
  const short = ruined ? 'equity_not_positive' : returns.length < 2 ? 'too_few_returns' : undefined;
  const middle = mean(returns);
  const spread = returns.length < 2 ? 0 : deviation(returns);
  const root = Math.sqrt(annualisation);
  const downside = Math.sqrt(returns.reduce((sum, value) => sum + Math.min(value, 0) ** 2, 0) / returns.length);
  const flat = short ?? (spread === 0 ? 'no_variance' : undefined);
  const last = daily.at(-1);
  const days = last === undefined ? 0 : (last.time - input.from) / DAY;
  const growth = last === undefined ? 1 : last.equity / startEquity;
  const lasting = ruined ? 'equity_not_positive' : days <= 0 ? 'no_time' : undefined;
  const cagr = lasting ?? growth ** (YEAR_DAYS / days) - 1;
  const noFall = drawdown === 0 ? 'no_drawdown' : undefined;
  return {
    cagrPct: judged.take('cagrPct', typeof cagr === 'string' ? cagr : cagr * 100, few),
    sharpe: judged.take('sharpe', flat ?? (middle / spread) * root, few),
    sortino: judged.take('sortino', short ?? (downside === 0 ? 'no_losing_days' : (middle * root) / downside), few),
    volatilityPct: judged.take('volatilityPct', short ?? spread * root * 100, few),
    calmar: judged.take('calmar', typeof cagr === 'string' ? cagr : (noFall ?? cagr / drawdown), few),
  };
};

/** Sum of wins over the size of the sum of losses, or why there is none. */
export const profitFactorOf = (profits: Numbers): Figure => {
  if (profits.length === 0) return 'no_trades';
  const won = total(profits, (profit) => Math.max(profit, 0));
  const lost = total(profits, (profit) => -Math.min(profit, 0));
  return lost === 0 ? 'no_losing_trades' : won / lost;
};

const sqnOf = (profits: Numbers): Figure => {
  if (profits.length < 2) return profits.length === 0 ? 'no_trades' : 'one_trade';
  const spread = deviation(profits);
  return spread === 0 ? 'no_variance' : (Math.sqrt(profits.length) * mean(profits)) / spread;
};

/** The figures of a list of trades, with the reasons of those that cannot be computed. */
export const tradeFigures = ({ profits, bars, risks }: TradeSample) => {
  const judged = judge();
  const inR: number[] = [];
  risks.forEach((risk, n) => {
    if (risk > 0) inR.push(profits[n]! / risk);
  });
  const few = profits.length < FEW_TRADES ? 'few_trades' : undefined;
  const none = profits.length === 0 ? 'no_trades' : undefined;
  const noRisk = none ?? (inR.length === 0 ? 'no_stop' : undefined);
  const partR = inR.length < profits.length ? 'some_without_stop' : few;
  return {
    figures: {
      trades: profits.length,
      winRatePct: judged.take(
        'winRatePct',
        none ?? (total(profits, (profit) => (profit > 0 ? 1 : 0)) / profits.length) * 100,
        few,
      ),
      profitFactor: judged.take('profitFactor', profitFactorOf(profits), few),
      expectancy: judged.take('expectancy', none ?? mean(profits), few),
      expectancyR: judged.take('expectancyR', noRisk ?? mean(inR), partR),
      sqn: judged.take('sqn', sqnOf(profits), few),
      averageBars: judged.take('averageBars', none ?? mean(bars), undefined),
      medianBars: judged.take('medianBars', none ?? median(bars), undefined),
      bestTrade: judged.take(
        'bestTrade',
        none ?? profits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
        undefined,
      ),
      worstTrade: judged.take(
        'worstTrade',
        none ?? profits.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
        undefined,
      ),
      longestWinStreak: longestStreak(profits, 1),
      longestLossStreak: longestStreak(profits, -1),
    },
    reasons: judged.reasons,
  };
};

/**
 * The figures of a run or a strategy (SEMANTICS, "Trades and metrics"; risk-free rate 0). What cannot be computed is
 * `null` with a reason; what rests on under 20 returns or 30 trades is given, with `few_returns` or `few_trades`.
 * `turnover` is dollars bought and sold over the mean daily equity; `tradesPerDay` is trades over sessions.
 */
export const computeMetrics = (input: MetricsInput): { metrics: Metrics; reasons: MetricReasons } => {
  const judged = judge();
  const { startEquity, endEquity, daily, bars } = input;
  const ofTrades = input.tradeFigures ?? tradeFigures(input.trades);
  const drawdown = drawdownOf(startEquity, daily);
  const level = daily.length === 0 ? startEquity : mean(daily.map(({ equity }) => equity));
  const metrics: Metrics = {
    startEquity,
    endEquity,
    returnPct: startEquity === 0 ? 0 : (endEquity / startEquity - 1) * 100,
    ...yearly(input, judged, drawdown.fraction),
    maxDrawdownPct: drawdown.fraction * 100,
    maxDrawdown: drawdown.dollars,
    maxDrawdownBarPct: Math.max(input.barDrawdown, drawdown.fraction) * 100,
    ...ofTrades.figures,
    exposurePct: bars === 0 ? 0 : (input.exposedBars / bars) * 100,
    turnover: level > 0 ? input.traded / level : 0,
    tradesPerDay: daily.length === 0 ? 0 : input.trades.profits.length / daily.length,
    commission: input.commission,
  };
  return { metrics, reasons: { ...judged.reasons, ...ofTrades.reasons } };
};
