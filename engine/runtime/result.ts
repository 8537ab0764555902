import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Trip } from '../core/breakers.ts';
import type { PeriodTally, TradeTally } from '../ledger/breakdown.ts';
import type { Drawdown } from '../ledger/drawdown.ts';
import type { MetricReasons, Metrics } from '../ledger/figures.ts';
import type { Order } from '../ledger/order.ts';
import type { RefusalTally } from '../ledger/order-log.ts';
import type { EquityPoint, OpenPosition, Trade } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';

export interface StrategyResult {
  readonly id: string;
  readonly capital: number;
  readonly metrics: Metrics;
  readonly reasons: MetricReasons;
}

/** A strategy that decided beside the others, in a ledger of its own. */
export interface ShadowResult extends StrategyResult {
  /** The strategy that it is compared with; undefined: none trades its symbols. */
  readonly beside: StrategyResult | undefined;
  readonly trades: readonly Trade[];
  readonly openPositions: readonly OpenPosition[];
}

/** Trades counted by what they have in common; by reason in the order in which they first came up, else by key. */
export interface Breakdown {
  readonly byExitReason: readonly TradeTally[];
  readonly bySymbol: readonly TradeTally[];
  /** `strategy.entry.long` */
  readonly byEntryRule: readonly TradeTally[];
  readonly byMonth: readonly PeriodTally[];
}

/** All that a finished (or interrupted) run has to say; every report is a rendering of it. */
export interface RunResult {
  readonly engine: string;
  readonly revision: string;
  readonly data: {
    readonly source: string;
    readonly synthetic: boolean;
    readonly symbols: readonly string[];
    readonly timeframe: string;
    readonly from: Instant;
    readonly to: Instant;
    readonly rowsRead: number;
    readonly barsUsed: number;
    readonly outsideSession: number;
    readonly quarantined: number;
    readonly hash: string;
    readonly warnings: readonly string[];
  };
  /** A stretch of a longer run: what was open where it begins counts at what it was worth there. */
  readonly stretch?: true;
  readonly assumptions: FillAssumptions;
  readonly ambiguousBars: number;
  /** The deepest fall of the account's daily equity; `start` undefined: from the first bar, `recovery`: not yet. */
  readonly drawdown: Pick<Drawdown, 'start' | 'bottom' | 'recovery'>;
  readonly metrics: Metrics & { readonly buyHoldPct: number | null };
  readonly reasons: MetricReasons;
  readonly strategies: readonly StrategyResult[];
  /** None in most runs. */
  readonly shadows: readonly ShadowResult[];
  readonly trades: readonly Trade[];
  readonly openPositions: readonly OpenPosition[];
  readonly orders: readonly Order[];
  /** What reports say of them all, counted without making one object of each: by what ended a trade, the last few trades,
   * what was refused or cut, and whether a trade was short. */
  readonly breakdown: Breakdown;
  readonly latest: readonly Trade[];
  readonly refusals: readonly RefusalTally[];
  readonly soldShort: boolean;
  readonly equity: readonly EquityPoint[];
  /** What circuit breakers did, oldest first. */
  readonly breakers: readonly Trip[];
  /** Keys of the documents that are checked but do not act yet, with a sentence each. */
  readonly notActing: readonly string[];
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** The same with some of it said otherwise. By descriptor: reading `orders` would make an object of every one. */
export const resultWith = (result: RunResult, changes: Partial<RunResult>): RunResult =>
  Object.defineProperties({} as RunResult, {
    ...Object.getOwnPropertyDescriptors(result),
    ...Object.getOwnPropertyDescriptors(changes),
  });
