import { asMoney, type Money, NO_MONEY } from '../ledger/money.ts';
import type { Trade } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';
import type { Session } from '../runtime/session.ts';
import { viewOf } from '../runtime/view.ts';
import type { Day } from './messages.ts';

/** What was closed and tripped since the last session's close. */
export interface DayTally {
  count: number;
  won: number;
  pnl: Money;
  trips: number;
}

export const freshTally = (): DayTally => ({ count: 0, won: 0, pnl: NO_MONEY, trips: 0 });

export const tallyTrade = (tally: DayTally, { pnl }: Trade): void => {
  tally.count++;
  if (pnl > 0n) tally.won++;
  tally.pnl = asMoney(tally.pnl + pnl);
};

/**
 * The day that a session's close ends. To be called while the close is told: its equity is sampled, and the account's next day
 * has not begun.
 */
export const dayOf = (session: Session, close: Instant, synthetic: boolean, tally: DayTally): Day => {
  const { book, core } = session;
  const view = viewOf(session, {
    feed: {
      source: '',
      synthetic,
      pace: 'paced',
      barsTotal: undefined,
      barsPerSecond: undefined,
      paceMs: undefined,
      lastBarAt: undefined,
    },
  });
  const { samples } = book.state.curve;
  const retired = new Set(core.memory.ruleset.strategies.flatMap((one) => (one.retired ? one.id : [])));
  return {
    close,
    symbol: view.feed.clock,
    synthetic,
    equity: view.account.equity,
    today: view.account.today,
    todayPct: view.account.todayPct,
    pnl: view.account.pnl,
    strategies: view.strategies
      .map(({ id, equity, pnl }, n) => {
        // The last sample is this close; the one before it, or what it began with, is where the day began.
        const before = samples[n + 1]?.at(-2) ?? equity - pnl;
        return { id, today: equity - before, pnl };
      })
      .filter(({ id }) => !retired.has(id)),
    trades: { count: tally.count, won: tally.won, pnl: tally.pnl },
    positions: view.positions,
    tripped: view.breakers.tripped,
    trips: tally.trips,
  };
};
