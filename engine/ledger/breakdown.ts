import { dateOfDay, dateText, utcDay } from '../market/civil.ts';
import type { Instant } from '../market/time.ts';
import { profitFactorOf } from './metrics.ts';
import { moneyToNumber } from './money.ts';
import type { EquityPoint, Trade } from './trade.ts';

/** One line of a table of trades. */
export interface BreakdownRow {
  readonly key: string;
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  /** Dollars, net. */
  readonly pnl: number;
  readonly winRatePct: number;
  /** `null` without a losing trade. */
  readonly profitFactor: number | null;
  readonly expectancy: number;
}

export interface Breakdown {
  readonly bySymbol: readonly BreakdownRow[];
  readonly byStrategy: readonly BreakdownRow[];
  readonly byEntryRule: readonly BreakdownRow[];
  readonly byExitReason: readonly BreakdownRow[];
  readonly byMonth: readonly BreakdownRow[];
}

/** `YYYY-MM` of an instant, UTC. */
export const monthOf = (at: Instant): string => dateText(dateOfDay(utcDay(at))).slice(0, 7);

const rowOf = (key: string, trades: readonly Trade[]): BreakdownRow => {
  const profits = trades.map(({ pnl }) => moneyToNumber(pnl));
  const wins = profits.filter((profit) => profit > 0).length;
  const pnl = profits.reduce((sum, profit) => sum + profit, 0);
  const factor = profitFactorOf(profits);
  return {
    key,
    trades: trades.length,
    wins,
    losses: profits.filter((profit) => profit < 0).length,
    pnl,
    winRatePct: (wins / trades.length) * 100,
    profitFactor: typeof factor === 'number' ? factor : null,
    expectancy: pnl / trades.length,
  };
};

/** Rows of trades that share a key, sorted by key. */
export const tableBy = (trades: readonly Trade[], keyOf: (trade: Trade) => string): BreakdownRow[] => {
  const groups = new Map<string, Trade[]>();
  for (const trade of trades) {
    const key = keyOf(trade);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [trade]);
    else group.push(trade);
  }
  return [...groups].map(([key, group]) => rowOf(key, group)).toSorted((a, b) => (a.key < b.key ? -1 : 1));
};

/** The tables of a run; a trade belongs to the month of its exit (`month`: the exchange's, UTC when left out). */
export const breakDown = (trades: readonly Trade[], month: (at: Instant) => string = monthOf): Breakdown => ({
  bySymbol: tableBy(trades, (trade) => trade.symbol),
  byStrategy: tableBy(trades, (trade) => trade.strategy),
  byEntryRule: tableBy(trades, (trade) => `${trade.strategy}.${trade.entryRule}`),
  byExitReason: tableBy(trades, (trade) => trade.exitReason),
  byMonth: tableBy(trades, (trade) => month(trade.exitTime)),
});

/** Return of each calendar month of an equity curve, percent, oldest first. */
export const monthlyReturns = (
  startEquity: number,
  daily: readonly EquityPoint[],
  month: (at: Instant) => string = monthOf,
): { month: string; returnPct: number }[] => {
  const ends = new Map<string, number>();
  for (const { time, equity } of daily) ends.set(month(time), equity);
  let before = startEquity;
  return [...ends].map(([key, equity]) => {
    const returnPct = (equity / before - 1) * 100;
    before = equity;
    return { month: key, returnPct };
  });
};
