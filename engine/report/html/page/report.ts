import type { FillAssumptions } from '../../../brokers/assumptions.ts';
import type { MetricReasons, Metrics } from '../../../ledger/figures.ts';
import type { ExitReason, PositionSide } from '../../../ledger/order.ts';
import type { PageMember } from '../page-member.ts';

/** Times are ISO 8601 UTC, exact amounts decimal strings, as in every JSON report. */
export interface LegRow {
  readonly time: string;
  readonly price: string;
  readonly qty: string;
  readonly pnl: string;
  readonly exitRule: string;
  readonly exitReason: ExitReason;
}

export interface TradeRow {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly qty: string;
  readonly entryTime: string;
  readonly entryPrice: string;
  readonly exitTime: string;
  readonly exitPrice: string;
  readonly pnl: string;
  readonly pnlPct: number;
  readonly entryRule: string;
  readonly exitRule: string | null;
  readonly exitReason: ExitReason;
  readonly bars: number;
  readonly riskAtEntry: number | null;
  readonly maePct: number;
  readonly mfePct: number;
  readonly legs: readonly LegRow[];
}

export interface PositionRow {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly qty: string;
  readonly entryTime: string;
  readonly entryPrice: string;
  readonly lastPrice: string;
  readonly unrealized: string;
}

export interface TripRow {
  readonly id: string;
  readonly scope: 'account' | 'strategy' | 'symbol';
  readonly place: string;
  readonly action: 'pause_entries' | 'flatten' | 'halt';
  readonly trippedAt: string;
  readonly clearedAt: string | null;
  readonly heldFlatDays: number;
  readonly heldBack: number;
  readonly values: string;
}

export interface TallyRow {
  readonly key: string;
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  readonly pnl: string;
}

export interface ClauseRow {
  readonly text: string;
  readonly true: number;
  readonly false: number;
  readonly unknown: number;
  readonly alone: number;
}

export interface BlockerRow {
  readonly strategy: string;
  readonly rule: string;
  readonly bars: number;
  readonly true: number;
  readonly false: number;
  readonly unknown: number;
  readonly clauses: readonly ClauseRow[];
  readonly blocked: Readonly<Record<string, number>>;
  readonly orders: number;
}

/** What decided beside the account. */
export interface ShadowRow {
  readonly id: string;
  /** Its like among `strategies`. */
  readonly beside: string | null;
  readonly capital: number;
  readonly metrics: Metrics;
}

interface StrategyRow {
  readonly capital: number;
  readonly metrics: Metrics;
  readonly reasons: MetricReasons;
}

/** The JSON report with what the page adds, as this page holds it. */
export interface Report {
  readonly engine: string;
  readonly revision: string;
  readonly data: {
    readonly source: string;
    readonly symbols: readonly string[];
    readonly timeframe: string;
    readonly from: string;
    readonly to: string;
    readonly rowsRead: number;
    readonly barsUsed: number;
    readonly quarantined: number;
    readonly hash: string;
    readonly synthetic: boolean;
    readonly outsideSession: number;
    readonly warnings: readonly string[];
  };
  readonly assumptions: Omit<FillAssumptions, 'slippage' | 'commission' | 'participationPct'> & {
    readonly slippage: FillAssumptions['slippage'] | Readonly<Record<string, never>>;
    readonly commission: FillAssumptions['commission'] | Readonly<Record<string, never>>;
    readonly participationPct: number | null;
  };
  readonly ambiguousBars: number;
  readonly drawdown: { readonly start: string; readonly bottom: string | null; readonly recovery: string | null };
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly notActing: readonly string[];
  readonly metrics: Metrics & { readonly buyHoldPct: number | null };
  readonly reasons: MetricReasons;
  readonly strategies: Readonly<Record<string, StrategyRow>>;
  readonly trades: readonly TradeRow[];
  readonly openPositions: readonly PositionRow[];
  readonly breakdown: {
    readonly byExitReason: readonly TallyRow[];
    readonly bySymbol: readonly TallyRow[];
    readonly byEntryRule: readonly TallyRow[];
    readonly byMonth: readonly (TallyRow & { readonly returnPct: number | null })[];
  };
  readonly breakers: readonly TripRow[];
  readonly equity: readonly { readonly time: string; readonly equity: string }[];
  readonly shadows?: readonly ShadowRow[];
  readonly blockers?: readonly BlockerRow[];
  readonly page: PageMember;
}
