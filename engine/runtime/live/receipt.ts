import { type Money, NO_MONEY } from '../../ledger/money.ts';
import { type Decided, type Decision, decisionsOf, pairs } from './day-decisions.ts';
import { type Cause, causeOf } from './difference-cause.ts';
import { type FillPair, fillPairs } from './fill-pairs.ts';
import type { MarketDay } from './market-day.ts';
import type { ModelledDay } from './modelled-day.ts';

/** Something that one side decided otherwise than the other. */
export interface Difference {
  /** `elsewhen`: a level was reached in another minute. */
  readonly kind: 'only_live' | 'only_backtest' | 'quantity' | 'elsewhen';
  /** As it was live; of what only the backtest decided, as there. */
  readonly decision: Decision;
  /** Of `quantity` and `elsewhen`, as it was in the backtest. */
  readonly modelled: Decision | undefined;
  readonly cause: Cause;
}

/** A day of a run that traded, beside the same day as a backtest on the bars that it saw. */
export interface Receipt {
  readonly day: MarketDay;
  /** The day is over; else it is the day so far. */
  readonly whole: boolean;
  /** Minutes that were seen, and those of them that came too late to enter on. */
  readonly minutes: number;
  readonly late: number;
  /** Entries and exits decided by either side, and those that both decided alike: rule, side, bar and quantity. */
  readonly decisions: { readonly equal: number; readonly all: number };
  readonly differences: readonly Difference[];
  /** Differences without a known cause. */
  readonly unexplained: number;
  readonly fills: FillFigures;
}

/** Real fills against modelled ones; positive is worse for the trader. */
export interface FillFigures {
  readonly count: number;
  /** Basis points of the modelled price; null without fills. */
  readonly meanBps: number | null;
  readonly medianBps: number | null;
  readonly worst: FillPair | undefined;
  /** What it cost in all, exact dollars. */
  readonly cost: Money;
  readonly pairs: readonly FillPair[];
}

/** Holds a day's decisions and fills to those of its backtest. */
export function receiptOf(day: MarketDay, live: Decided, modelled: ModelledDay): Receipt {
  const until = modelled.until;
  const matched = pairs(decisionsOf(day, until, live.orders), decisionsOf(day, until, modelled.orders));
  const compared = fillPairs(matched);
  const world = { day, live, modelled, matched, compared };
  const differences = matched.flatMap((pair): Difference[] => {
    if (pair.kind === 'equal') return [];
    const decision = (pair.live ?? pair.modelled)!;
    const other = pair.live === undefined ? undefined : pair.modelled;
    return [{ kind: pair.kind, decision, modelled: other, cause: causeOf(world, pair) }];
  });
  return {
    day,
    whole: modelled.until >= day.close,
    minutes: modelled.minutes,
    late: modelled.late.size,
    decisions: { equal: matched.length - differences.length, all: matched.length },
    differences,
    unexplained: differences.filter(({ cause }) => cause.code === 'unknown').length,
    fills: figuresOf(compared),
  };
}

function figuresOf(compared: readonly FillPair[]): FillFigures {
  const sorted = [...compared].sort((a, b) => a.bps - b.bps);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]?.bps : ((sorted[middle - 1]?.bps ?? 0) + (sorted[middle]?.bps ?? 0)) / 2;
  const none = sorted.length === 0;
  return {
    count: compared.length,
    meanBps: none ? null : compared.reduce((sum, { bps }) => sum + bps, 0) / compared.length,
    medianBps: none ? null : median!,
    worst: sorted.at(-1),
    cost: compared.reduce((sum, { cost }) => (sum + cost) as Money, NO_MONEY),
    pairs: compared,
  };
}
