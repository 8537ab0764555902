import type { Instant } from '../market/time.ts';
import type { Money } from './money.ts';
import type { EquityPoint, Trade } from './trade.ts';
import type { TradeLog } from './trade-log.ts';

/** Trades that have something in common. */
export interface TradeTally {
  readonly key: string;
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  /** Net, exact. */
  readonly pnl: Money;
}

/** A month or a year of a run: what its trades came to, and what the account made of it. */
export interface PeriodTally extends TradeTally {
  /** Return of the account over it, percent; null where equity was not above zero. */
  readonly returnPct: number | null;
}

type Shared = Pick<Trade, 'strategy' | 'symbol' | 'side' | 'entryRule' | 'exitRule' | 'exitReason'>;

const emptyTally = (key: string) => ({ key, trades: 0, wins: 0, losses: 0, pnl: 0n });

type Tally = ReturnType<typeof emptyTally>;

const tallyOf = (tallies: Map<string, Tally>, key: string): Tally => {
  let tally = tallies.get(key);
  if (tally === undefined) {
    tally = emptyTally(key);
    tallies.set(key, tally);
  }
  return tally;
};

const finished = (tallies: Iterable<Tally>): TradeTally[] =>
  Array.from(tallies, (tally) => ({ ...tally, pnl: tally.pnl as Money }));

function countIn(tally: Tally, log: TradeLog, row: number): void {
  const dollars = log.dollars[row]!;
  tally.trades += 1;
  if (dollars > 0) tally.wins += 1;
  else if (dollars < 0) tally.losses += 1;
  tally.pnl += log.pnl[row]!;
}

/** Counts trades by what they share, one tally for each of the log's kinds; nothing is made of the trades themselves. */
export function tallyKinds(log: TradeLog): readonly (TradeTally & { readonly shared: Shared })[] {
  const tallies = log.kinds.map((shared) => ({ ...emptyTally(''), shared }));
  for (let row = 0; row < log.length; row++) countIn(tallies[log.kind[row]!]!, log, row);
  // Figures that begin anew leave kinds behind that have no trade yet.
  return tallies.filter(({ trades }) => trades > 0).map((tally) => ({ ...tally, pnl: tally.pnl as Money }));
}

/** The same by a key, in the order in which keys first come up. */
export function tallyTrades(kinds: ReturnType<typeof tallyKinds>, keyOf: (shared: Shared) => string): TradeTally[] {
  const tallies = new Map<string, Tally>();
  // Kinds stand in the order of their first trades.
  for (const { shared, trades, wins, losses, pnl } of kinds) {
    const tally = tallyOf(tallies, keyOf(shared));
    tally.trades += trades;
    tally.wins += wins;
    tally.losses += losses;
    tally.pnl += pnl;
  }
  return finished(tallies.values());
}

export const sortedByKey = <Row extends TradeTally>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

/**
 * The months of a run, oldest first, those without a trade too; a trade belongs to the month of its exit.
 * @param monthOf `YYYY-MM` of a time, on the exchange's clock
 */
export function tallyMonths(
  log: TradeLog,
  startEquity: number,
  daily: readonly EquityPoint[],
  monthOf: (at: Instant) => string,
): PeriodTally[] {
  const closed = new Map<string, Tally>();
  for (let row = 0; row < log.length; row++) countIn(tallyOf(closed, monthOf(log.exitTime[row]! as Instant)), log, row);
  const trades = new Map(finished(closed.values()).map((one) => [one.key, one]));
  const ends = new Map<string, number>();
  for (const { time, equity } of daily) ends.set(monthOf(time), equity);
  let before = startEquity;
  const months = new Map<string, number | null>();
  for (const [month, equity] of ends) {
    months.set(month, before > 0 ? (equity / before - 1) * 100 : null);
    before = equity;
  }
  // A run that stops within a day has trades and no session close yet.
  for (const month of trades.keys()) if (!months.has(month)) months.set(month, null);
  return sortedByKey(
    [...months].map(([key, returnPct]) => ({
      ...(trades.get(key) ?? { ...emptyTally(key), pnl: 0n as Money }),
      returnPct,
    })),
  );
}

/** The same by year: returns of the months compounded. */
export function tallyYears(months: readonly PeriodTally[]): PeriodTally[] {
  const years = new Map<string, PeriodTally>();
  for (const month of months) {
    const key = month.key.slice(0, 4);
    const year = years.get(key);
    if (year === undefined) {
      years.set(key, { ...month, key });
      continue;
    }
    const grown =
      year.returnPct === null || month.returnPct === null
        ? null
        : ((1 + year.returnPct / 100) * (1 + month.returnPct / 100) - 1) * 100;
    years.set(key, {
      key,
      trades: year.trades + month.trades,
      wins: year.wins + month.wins,
      losses: year.losses + month.losses,
      pnl: (year.pnl + month.pnl) as Money,
      returnPct: grown,
    });
  }
  return [...years.values()];
}
