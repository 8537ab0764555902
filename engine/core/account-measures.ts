import type { Ruleset } from '../compiler/ruleset.ts';
import { moneyToNumber } from '../ledger/money.ts';
import type { CoreContext } from './context.ts';
import type { Instance } from './instance.ts';

/** What the core counts between session closes, and since when falls are measured: plain data. */
export interface AccountState {
  /** Highest marked-to-market equity since last cleared, dollars. */
  peak: number;
  /** Equity at the last session close, dollars. */
  dayStart: number;
  /** Filled entries since the last session close. */
  dailyTrades: number;
  /** Closed trades in a row with a net loss, by strategy number. */
  readonly consecutiveLosses: number[];
}

export const createAccountState = (equity: number, strategies: number): AccountState => ({
  peak: equity,
  dayStart: equity,
  dailyTrades: 0,
  consecutiveLosses: Array.from({ length: strategies }, () => 0),
});

/** Writes the account and strategy measures that rules read; undefined when none do. */
export function bindAccountMeasures(
  ruleset: Ruleset,
  instances: readonly Instance[],
  values: Float64Array,
): ((context: CoreContext, state: AccountState) => void) | undefined {
  const writers: ((context: CoreContext, state: AccountState) => void)[] = [];
  const readers: Readonly<Record<string, (context: CoreContext, state: AccountState) => number>> = {
    equity: ({ book }) => book.equity(),
    cash: ({ book }) => moneyToNumber(book.cash()),
    drawdown_pct: ({ book }, state) => (1 - book.equity() / state.peak) * 100,
    daily_loss_pct: ({ book }, state) => Math.max(0, (1 - book.equity() / state.dayStart) * 100),
    daily_trades: (_context, state) => state.dailyTrades,
    open_positions: ({ book }) => book.openCount(),
    gross_exposure_pct: ({ book }) => (book.exposure(() => true).gross / book.equity()) * 100,
  };
  for (const [name, slot] of ruleset.measures) {
    const read = readers[name];
    if (read === undefined) continue;
    writers.push((context, state) => {
      values[slot] = read(context, state);
    });
  }
  for (const instance of instances) {
    const strategy = instance.plan.strategyIndex;
    const purse = instance.plan.measures.get('purse');
    if (purse !== undefined) {
      writers.push(({ book }) => {
        values[purse] = book.strategyEquity(strategy);
      });
    }
    const losses = instance.plan.measures.get('consecutive_losses');
    if (losses !== undefined) {
      writers.push((_context, state) => {
        values[losses] = state.consecutiveLosses[strategy]!;
      });
    }
  }
  if (writers.length === 0) return undefined;
  return (context, state) => {
    state.peak = Math.max(state.peak, context.book.equity());
    for (const writer of writers) writer(context, state);
  };
}
