import { treeOf } from '../compiler/expressions.ts';
import type { Duration, EntryModel, ExitModel, Level } from '../compiler/model.ts';
import type { InstancePlan, Ruleset, SeriesPlan, StrategyPlan } from '../compiler/ruleset.ts';
import type { Steps } from '../compiler/steps.ts';
import { compileCondition } from '../expressions/compile-condition.ts';
import { compileNumber } from '../expressions/compile-number.ts';
import type { ReadTri } from '../expressions/reader.ts';
import { type Checked, type Tri, UNKNOWN } from '../expressions/tree.ts';
import type { Order, PositionSide } from '../ledger/order.ts';
import { bindPositionMeasures } from './position-measures.ts';
import type { Protection } from './protection.ts';
import type { Stretch } from './stretch.ts';
import { hasWindow } from './windows.ts';

/** What an instance remembers between bars: plain data, so that it can be stored and resumed. */
export interface InstanceState {
  /** 1 long, -1 short, 0 flat. */
  side: -1 | 0 | 1;
  /** Shares held; the exact quantity is the ledger's. */
  qty: number;
  /** Mean entry price in dollars; NaN when flat. */
  entryPrice: number;
  /**
   * From when a time stop counts, ms; NaN when flat: the start of the bar that the first entry filled in, the earliest that
   * it can have been; its end for a fill at the close.
   */
  entryTime: number;
  /** Bars of the strategy's timeframe since the entry filled, 0 on the bar of the fill. */
  bars: number;
  /** Best profit_pct at a decision since the entry. */
  peakProfitPct: number;
  /** Bars since the last exit filled; Infinity before the first. */
  sinceExit: number;
  /**
   * From when a cooldown counts, ms; -Infinity before the first exit: the start of the bar that the last exit filled in when
   * that was at its open; its end, the latest that it can have been, for a fill inside the bar or at its close.
   */
  exitTime: number;
  /** Entries that make up the open position. */
  entries: number;
  /** The session of the last entry, and how many it had. */
  entrySession: number;
  entriesInSession: number;
  /** Last known value of the entry conditions, for `on_rise`. */
  lastLong: Tri;
  lastShort: Tri;
  /** Bit n: exit rule n with a portion has fired for this position. */
  fired: number;
  /** Bars in a row on which an exit rule of the open position was unknown. */
  exitUnknownBars: number;
  /** The entry filled inside the bar that is running: only its close is known to come after. */
  filledInside: boolean;
  /** The levels agreed at the decision, and where they lie since the fill. */
  protection: Protection | undefined;
}

export const flatState = (): InstanceState => ({
  side: 0,
  qty: 0,
  entryPrice: Number.NaN,
  entryTime: Number.NaN,
  bars: 0,
  peakProfitPct: Number.NaN,
  sinceExit: Number.POSITIVE_INFINITY,
  exitTime: Number.NEGATIVE_INFINITY,
  entries: 0,
  entrySession: -1,
  entriesInSession: 0,
  lastLong: UNKNOWN,
  lastShort: UNKNOWN,
  fired: 0,
  exitUnknownBars: 0,
  filledInside: false,
  protection: undefined,
});

/** A level's expressions, bound. */
export type BoundLevel =
  | { readonly kind: 'pct'; readonly pct: () => number }
  | { readonly kind: 'atr'; readonly atr: () => number; readonly multiple: () => number }
  | { readonly kind: 'price'; readonly price: () => number };

export interface BoundEntry {
  readonly model: EntryModel;
  readonly sign: 1 | -1;
  readonly when: ReadTri;
  /** What `when` is worth on the bars of the stretch, where it reads nothing but the instance's own series. */
  readonly ahead: Uint8Array | undefined;
  readonly amount: () => number;
  /** Standard deviation of a bar's change, percent. */
  readonly volatility: (() => number) | undefined;
  readonly limitPrice: (() => number) | undefined;
  readonly stopPrice: (() => number) | undefined;
}

export interface BoundExit {
  readonly model: ExitModel;
  readonly rules: readonly { readonly rule: string; readonly portion: number; readonly when: ReadTri }[];
  /** False on the bars of the stretch on which every rule is false, where they read nothing but the instance's own series. */
  readonly ahead: Uint8Array | undefined;
  /** The rules over the stretch where they read nothing but the instance's own series and its steady measures. */
  readonly overStretch: readonly ReadTri[] | undefined;
  readonly stopLoss: BoundLevel | undefined;
  readonly takeProfit: readonly { readonly level: BoundLevel; readonly portion: number }[];
  readonly trailPct: (() => number) | undefined;
  readonly activatePct: (() => number) | undefined;
  readonly breakEvenPct: (() => number) | undefined;
  readonly timeStop: Duration | undefined;
}

/** A strategy on one symbol, with its rules bound to the arena and its orders at work. */
export interface Instance {
  readonly plan: InstancePlan;
  readonly strategy: StrategyPlan;
  readonly series: SeriesPlan;
  /** Where the indicators of its series are worked out ahead; its bar stands in the arena once `publish` was called. */
  readonly stretch: Stretch | undefined;
  readonly symbol: string;
  readonly entries: readonly BoundEntry[];
  readonly exits: Readonly<Record<PositionSide, BoundExit>>;
  state: InstanceState;
  entryOrder: Order | undefined;
  /** Bars of the strategy's timeframe that the entry order has worked. */
  entryAge: number;
  exitOrder: Order | undefined;
  /** Levels agreed with the working entry order; they become the position's when it fills. */
  agreed: Protection | undefined;
  /** Protective orders of the open position. */
  readonly legs: Order[];
  /** How many orders it has made since the bar that ended at `at`. */
  readonly parts: { at: number; next: number };
  /** Writes the measures of position and strategy that its rules read. */
  readonly measure: () => void;
  readonly hasMeasures: boolean;
  /** Some rule reads the best profit since the entry. */
  readonly hasPeak: boolean;
  /** The session block shuts some entries out. */
  readonly hasWindow: boolean;
}

/** Binds every instance of a ruleset to the arena's values. */
export function* bindInstances(
  ruleset: Ruleset,
  values: Float64Array,
  stretches: readonly (Stretch | undefined)[],
): Steps<readonly Instance[]> {
  const instances: Instance[] = [];
  for (const plan of ruleset.instances) {
    if (plan.index % 64 === 0) yield;
    instances.push(bindInstance(ruleset, plan, values, stretches[plan.series]));
  }
  return instances;
}

/** Measures that read the close of the bar at hand on every bar. */
const OF_THE_CLOSE = ['position.profit_pct', 'position.peak_profit_pct'] as const;

function bindInstance(
  ruleset: Ruleset,
  plan: InstancePlan,
  values: Float64Array,
  stretch: Stretch | undefined,
): Instance {
  const strategy = ruleset.strategies[plan.strategyIndex]!;
  const slotOf = (leaf: Checked): number => plan.slots.get(leaf)!;
  const number = (tree: Checked): (() => number) => {
    const read = compileNumber(tree, slotOf, values);
    return () => read(0);
  };
  const optional = (tree: Checked | undefined): (() => number) | undefined =>
    tree === undefined ? undefined : number(tree);
  const condition = (tree: Checked): ReadTri => compileCondition(tree, slotOf, values);
  const level = (model: Level): BoundLevel => {
    if (model.kind === 'pct') return { kind: 'pct', pct: number(model.pct) };
    if (model.kind === 'price') return { kind: 'price', price: number(model.price) };
    return { kind: 'atr', atr: number(model.atr), multiple: number(model.multiple) };
  };
  // Where nothing is worked out ahead, exits are read when there is something to leave.
  const ahead = stretch !== undefined && stretch.rows > 1 ? stretch : undefined;
  const whens = (model: ExitModel): Checked[] => model.rules.map(({ when }) => treeOf(when));
  const exit = (model: ExitModel): BoundExit => ({
    model,
    rules: model.rules.map(({ rule, portion, when }) => ({ rule, portion, when: condition(treeOf(when)) })),
    ahead: ahead?.conditions(whens(model), plan.slots),
    overStretch: ahead?.readers(whens(model), plan.slots),
    stopLoss: model.stopLoss === undefined ? undefined : level(model.stopLoss),
    takeProfit: model.takeProfit.map((target) => ({ level: level(target.level), portion: target.portion })),
    trailPct: model.trailing?.level.kind === 'pct' ? number(model.trailing.level.pct) : undefined,
    activatePct: optional(model.trailing?.activateAtPct),
    breakEvenPct: optional(model.breakEven?.atPct),
    timeStop: model.timeStop,
  });
  const instance: Instance = {
    plan,
    strategy,
    series: ruleset.series[plan.series]!,
    stretch,
    symbol: ruleset.symbols[plan.symbolIndex]!,
    // What has left the rules was laid out without its entries.
    entries: (plan.retired ? [] : strategy.entries).map((model) => ({
      model,
      sign: model.side === 'long' ? 1 : -1,
      when: condition(treeOf(model.when)),
      ahead: stretch?.conditions([treeOf(model.when)], plan.slots),
      amount: number(model.size.amount),
      volatility: optional(model.size.volatility?.ofBar),
      limitPrice: optional(model.order.limitPrice),
      stopPrice: optional(model.order.stopPrice),
    })),
    exits: { long: exit(strategy.exits.long), short: exit(strategy.exits.short) },
    state: flatState(),
    entryOrder: undefined,
    entryAge: 0,
    exitOrder: undefined,
    agreed: undefined,
    legs: [],
    parts: { at: Number.NaN, next: 0 },
    measure: () => writeMeasures(instance),
    hasMeasures: plan.measures.size > 0,
    hasPeak: plan.measures.has('position.peak_profit_pct'),
    hasWindow: hasWindow(strategy.session),
  };
  const everyBar =
    instance.entries.some(({ ahead }) => ahead === undefined) ||
    OF_THE_CLOSE.some((measure) => plan.measures.has(measure));
  if (everyBar && stretch !== undefined) stretch.everyBar = true;
  const writeMeasures = bindPositionMeasures(plan.measures, values, ruleset.series[plan.series]!.slot + 3);
  return instance;
}
