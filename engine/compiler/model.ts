import type { RiskDocument, StrategyDocument } from '../documents/document.ts';
import type { Checked, NodeLeaf } from '../expressions/tree.ts';
import type { OrderType, PositionSide, TimeInForce } from '../ledger/order.ts';
import type { Hours } from '../market/calendar.ts';
import type { Timeframe } from '../market/timeframe.ts';

/** A condition as it was written: lists keep their shape, so that an explanation can show each line by itself. */
export type Condition =
  | { readonly kind: 'expression'; readonly tree: Checked; readonly path: readonly (string | number)[] }
  | { readonly kind: 'all' | 'any' | 'none'; readonly parts: readonly Condition[] };

/** A length of time: bars of the strategy's timeframe, or milliseconds of the clock. */
export type Duration =
  | { readonly kind: 'bars'; readonly bars: number }
  | { readonly kind: 'time'; readonly milliseconds: number };

/** Where a protective level lies, measured from the entry's fill (a price expression is a price by itself). */
export type Level =
  | { readonly kind: 'pct'; readonly pct: Checked }
  | { readonly kind: 'atr'; readonly atr: NodeLeaf; readonly multiple: Checked }
  | { readonly kind: 'price'; readonly price: Checked };

export type SizeKind = 'shares' | 'notional' | 'purse_pct' | 'risk_pct' | 'volatility_target_pct';

export interface EntryModel {
  readonly side: PositionSide;
  /** `entry.long` or `entry.short`. */
  readonly rule: string;
  readonly when: Condition;
  readonly trigger: 'on_rise' | 'while_true';
  readonly order: {
    readonly type: OrderType;
    readonly limitPrice: Checked | undefined;
    readonly stopPrice: Checked | undefined;
    readonly timeInForce: TimeInForce;
    readonly expires: Duration | undefined;
  };
  readonly size: {
    readonly kind: SizeKind;
    readonly amount: Checked;
    /** For `volatility_target_pct`: the standard deviation of a bar's change, percent; and bars in a year. */
    readonly volatility: { readonly ofBar: Checked; readonly barsPerYear: number } | undefined;
  };
  readonly cooldown: Duration | undefined;
  readonly entriesPerSession: number | undefined;
  /** Entries that may stand in one position; above 1 it adds to an open one. */
  readonly maxEntries: number;
}

export interface ExitRule {
  /** `exit.cross_back`, or `exit.when` for a single unnamed rule. */
  readonly rule: string;
  readonly when: Condition;
  /** Percent of the position at its largest, 100 closes it. */
  readonly portion: number;
}

export interface ExitModel {
  readonly rules: readonly ExitRule[];
  readonly stopLoss: Level | undefined;
  readonly takeProfit: readonly { readonly level: Level; readonly portion: number }[];
  readonly trailing: { readonly level: Level; readonly activateAtPct: Checked | undefined } | undefined;
  readonly breakEven: { readonly atPct: Checked } | undefined;
  readonly timeStop: Duration | undefined;
  /** An edit of the levels above: open positions keep those set at their fill, or take the new ones over. */
  readonly onChange: 'keep' | 'adopt';
  /** The strategy or symbol leaves the rules: open positions keep these exits, or are closed. */
  readonly onRemove: 'keep_exits' | 'flatten';
}

/** Offsets in milliseconds from the open (>= 0) or to the close (<= 0 side) of a session. */
export interface SessionWord {
  readonly anchor: 'open' | 'close';
  /** Signed offset: `15m after open` = +15 minutes from the open, `30m before close` = -30 minutes from the close. */
  readonly offset: number;
}

export interface SessionModel {
  readonly hours: Hours;
  readonly entriesFrom: SessionWord | undefined;
  readonly entriesUntil: SessionWord | undefined;
  readonly flatBy: SessionWord | undefined;
  /** Weekdays (0 Sunday) on which entries may fill; undefined: all. */
  readonly days: readonly number[] | undefined;
}

/** One strategy, checked: every expression is a tree, every default is filled in. */
export interface StrategyModel {
  readonly id: string;
  /** The id that it had before: what is kept under that one is its own. */
  readonly renamedFrom: string | undefined;
  readonly document: StrategyDocument;
  readonly enabled: boolean;
  /** It decides in a ledger of its own and sends no order. */
  readonly shadow: boolean;
  /** The strategy that a shadow is compared with, if one is named. */
  readonly shadowOf: string | undefined;
  /** The higher goes first when cash is short; among equals the order of the files. */
  readonly priority: number;
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** Dollars, or percent of the account's starting equity. */
  readonly capital: { readonly kind: 'dollars' | 'account_pct'; readonly amount: number };
  readonly session: SessionModel;
  readonly entries: readonly EntryModel[];
  readonly exits: { readonly long: ExitModel; readonly short: ExitModel };
  /** Trees that no rule reads and a test does: laid out with the rest, for whoever looks at the arena. */
  readonly watched?: readonly Checked[];
}

/** What lets a tripped breaker go. */
export type Until =
  | { readonly kind: 'manual' }
  | { readonly kind: 'next_session' }
  /** The condition is false again. */
  | { readonly kind: 'clear' }
  | Duration;

export interface BreakerModel {
  readonly id: string;
  /** The id that it had before: a trip of that one is its own. */
  readonly renamedFrom: string | undefined;
  readonly enabled: boolean;
  readonly when: Checked;
  readonly scope: 'account' | 'strategy' | 'symbol';
  readonly action: 'pause_entries' | 'flatten' | 'halt';
  readonly until: Until;
}

/**
 * The built-in breaker of the person at the engine: it has no condition, a command trips it and a command clears it. Rules
 * may not call one of theirs so.
 */
export const OPERATOR_BREAKER = 'operator';

export interface RiskModel {
  readonly document: RiskDocument | undefined;
  readonly limits: Readonly<Record<string, number | boolean>>;
  readonly breakers: readonly BreakerModel[];
}
