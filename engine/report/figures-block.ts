import type { MetricReasons, Metrics } from '../ledger/figures.ts';
import type { Instant } from '../market/time.ts';
import type { RunResult } from '../runtime/result.ts';
import { count, dollars, fixed, percent, signedDollars, signedPercent } from './amounts.ts';
import type { Style } from './style.ts';
import { metricName, reasonWords } from './words.ts';
import { listed, wrap } from './wrap.ts';

export const NOTHING = '-';

/** A figure that may not exist: a dash then, and the reason stands in the notes. */
export const maybe = (value: number | null | undefined, write: (value: number) => string): string =>
  value === null || value === undefined || !Number.isFinite(value) ? NOTHING : write(value);

export const two = (value: number): string => fixed(value, 2);

type Pair = readonly [label: string, value: string];

/** The account's figures, two columns side by side, units on every value. */
export const accountBlock = ({ metrics, data }: Pick<RunResult, 'metrics' | 'data'>, style: Style): string[] => {
  const gain = metrics.endEquity - metrics.startEquity;
  const tint = gain > 0 ? style.green : gain < 0 ? style.red : style.dim;
  const bars = (value: number): string =>
    `${fixed(value, 1)} bars${data.timeframe.includes(',') ? '' : ` of ${data.timeframe}`}`;
  const left: Pair[] = [
    ['equity', dollars(metrics.endEquity)],
    ['started with', dollars(metrics.startEquity)],
    ['P&L', signedDollars(gain)],
    ['return', signedPercent(metrics.returnPct)],
    ['return a year', maybe(metrics.cagrPct, signedPercent)],
    ['buy and hold', maybe(metrics.buyHoldPct, signedPercent)],
    ['Sharpe', maybe(metrics.sharpe, two)],
    ['Sortino', maybe(metrics.sortino, two)],
    ['volatility', maybe(metrics.volatilityPct, percent)],
    ['max drawdown', percent(metrics.maxDrawdownPct)],
    ['  in dollars', dollars(metrics.maxDrawdown)],
    ['  bar by bar', percent(metrics.maxDrawdownBarPct)],
  ];
  const right: Pair[] = [
    ['trades', count(metrics.trades)],
    ['a day', two(metrics.tradesPerDay)],
    ['win rate', maybe(metrics.winRatePct, percent)],
    ['profit factor', maybe(metrics.profitFactor, two)],
    ['expectancy', maybe(metrics.expectancy, signedDollars)],
    ['  in R', maybe(metrics.expectancyR, two)],
    ['best / worst', `${maybe(metrics.bestTrade, signedDollars)} / ${maybe(metrics.worstTrade, signedDollars)}`],
    ['streaks', `${count(metrics.longestWinStreak)} won, ${count(metrics.longestLossStreak)} lost`],
    ['held', maybe(metrics.averageBars, bars)],
    ['in the market', percent(metrics.exposurePct)],
    ['Calmar / SQN', `${maybe(metrics.calmar, two)} / ${maybe(metrics.sqn, two)}`],
    ['commission', dollars(metrics.commission)],
  ];
  return left.map(([label, value], index) => {
    const [label2, value2] = right[index]!;
    const first = value.padStart(16);
    const emphasised = label === 'P&L' ? tint(first) : label === 'equity' ? style.bold(first) : first;
    return `  ${label.padEnd(15)}${emphasised}      ${label2.padEnd(14)}${value2.padStart(25)}`.trimEnd();
  });
};

/** When the deepest fall began, ended and was made good; nothing without a fall. */
export const drawdownLine = (
  { drawdown, data }: Pick<RunResult, 'drawdown' | 'data'>,
  date: (at: Instant) => string,
): string | undefined => {
  if (drawdown.bottom === undefined) return undefined;
  const back = drawdown.recovery === undefined ? 'not recovered yet' : `recovered ${date(drawdown.recovery)}`;
  return `max drawdown: peak ${date(drawdown.start ?? data.from)}, bottom ${date(drawdown.bottom)}, ${back}`;
};

/** Why a figure is missing, or to be read with care: figures of one reason together, in words. */
export const figureNotes = (metrics: Metrics, reasons: MetricReasons, width: number): string[] => {
  const missing = new Map<string, string[]>();
  const careful = new Map<string, string[]>();
  for (const [key, reason] of Object.entries(reasons)) {
    const isNull = (metrics as unknown as Record<string, unknown>)[key] === null;
    const into = isNull ? missing : careful;
    into.set(reason, [...(into.get(reason) ?? []), metricName(key)]);
  }
  const lines = (from: Map<string, string[]>, word: (names: string, reason: string) => string): string[] =>
    [...from].flatMap(([reason, names]) => wrap(word(listed(names), reasonWords(reason)), width, '  '));
  return [
    ...lines(missing, (names, reason) => `no ${names}: ${reason}`),
    ...lines(careful, (names, reason) => `read with care (${reason}): ${names}`),
  ];
};
