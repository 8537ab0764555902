import type { StrategyDocument } from '../documents/document.ts';
import type { Checked } from '../expressions/tree.ts';
import type { IndicatorEntry } from '../indicators/entry.ts';
import type { Hours } from '../market/calendar.ts';
import type { Timeframe } from '../market/timeframe.ts';
import type { EntryModel, ExitModel, RiskModel, SessionModel, StrategyModel } from './model.ts';

/** Offsets of a bar's fields from `SeriesPlan.slot`. */
export const BAR_FIELDS = ['open', 'high', 'low', 'close', 'volume', 'bar_vwap'] as const;

/** The bars of one symbol in one size and session hours, as some rule reads them. */
export interface SeriesPlan {
  /** Stable name: `AAPL 1h regular`. */
  readonly key: string;
  readonly symbolIndex: number;
  readonly timeframe: Timeframe;
  readonly hours: Hours;
  /** First of its six bar slots. */
  readonly slot: number;
  /** Bit n: some rule reads field n of `BAR_FIELDS`; only these are copied on every bar. The close always is. */
  readonly fields: number;
  /** Some strategy reads it for a symbol other than its own: blanked when its last bar is older than a session. */
  readonly foreign: boolean;
  /** Session and clock measures that rules read of this series: canonical name → slot. */
  readonly measures: ReadonlyMap<string, number>;
}

/** One node of the indicator graph. Nodes with the same fingerprint are one node, however many rules use them. */
export interface NodePlan {
  readonly fingerprint: string;
  /** The series whose bars feed it. */
  readonly series: number;
  /** Reads a measure of account or position, so it runs once those are written. */
  readonly late: boolean;
  /** 0: reads its own series only; n: reads nodes of other series of stage n-1. Stages run one after another in an instant. */
  readonly stage: number;
  readonly work:
    | { readonly kind: 'indicator'; readonly entry: IndicatorEntry; readonly options: readonly number[] }
    /** An expression that feeds an indicator: evaluated on every bar of its series. */
    | { readonly kind: 'expression'; readonly tree: Checked; readonly slots: Slots };
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Slot of each operand and node leaf of the trees of one place. */
export type Slots = ReadonlyMap<Checked, number>;

/** A strategy on one of its symbols. */
export interface InstancePlan {
  /** Its number in the ruleset, in order of decision. */
  readonly index: number;
  readonly strategyIndex: number;
  readonly symbolIndex: number;
  /** The series that its decisions run on. */
  readonly series: number;
  readonly slots: Slots;
  /** Its symbol or strategy has left the rules with a position open: exits only. */
  readonly retired: boolean;
  /** Measures of this instance and its strategy that rules read: canonical name → slot. */
  readonly measures: ReadonlyMap<string, number>;
}

export interface StrategyPlan {
  readonly index: number;
  readonly id: string;
  /** What it was written as, for explanations. */
  readonly document: StrategyDocument;
  readonly timeframe: Timeframe;
  readonly session: SessionModel;
  readonly capital: StrategyModel['capital'];
  readonly entries: readonly EntryModel[];
  readonly exits: { readonly long: ExitModel; readonly short: ExitModel };
  /** It has left the rules; it keeps its number, its purse and the exits of what is open. */
  readonly retired: boolean;
}

/** All documents, compiled: frozen, without state. What runs is this and an arena of numbers. */
export interface Ruleset {
  readonly revision: string;
  /** Every strategy as it was checked, disabled ones too, in the order of the files: what two rulesets are compared by. */
  readonly models: readonly StrategyModel[];
  readonly strategies: readonly StrategyPlan[];
  /** In the order of decision: priority, file, symbol. */
  readonly instances: readonly InstancePlan[];
  /** Every symbol traded or read; a symbol's place is its number everywhere. */
  readonly symbols: readonly string[];
  /** The symbols that some strategy trades. */
  readonly traded: readonly string[];
  readonly series: readonly SeriesPlan[];
  readonly nodes: readonly NodePlan[];
  /** Account measures that rules read: canonical name → slot. */
  readonly measures: ReadonlyMap<string, number>;
  readonly slotCount: number;
  readonly risk: RiskModel;
  /** What is checked but does not act yet, a sentence each. */
  readonly notActing: readonly string[];
  /** Those that decide beside these, in a ledger of their own; undefined: none ever did. */
  readonly shadow?: Ruleset;
}

/** The checked documents, whatever is planned of them: what two rulesets are compared by. */
export type Rules = Pick<Ruleset, 'revision' | 'models' | 'risk'>;
