import type { Condition, ExitModel, Level } from '../compiler/model.ts';
import { BAR_FIELDS, type InstancePlan, type Ruleset } from '../compiler/ruleset.ts';
import { heldKey } from '../compiler/standing.ts';
import type { Steps } from '../compiler/steps.ts';
import { printTree } from '../expressions/print.ts';
import type { AccountState } from './account-measures.ts';
import type { Breakers } from './breakers.ts';
import type { CoreContext } from './context.ts';
import type { BoundEntry, Instance } from './instance.ts';
import { adoptLevels } from './legs.ts';
import type { Pipeline } from './pipeline.ts';
import type { RunningSeries } from './series.ts';

const CLOSE = BAR_FIELDS.indexOf('close');

/** All that a core remembers, for the core that goes on under other rules. */
export interface CoreMemory {
  readonly ruleset: Ruleset;
  readonly pipeline: Pipeline;
  readonly instances: readonly Instance[];
  readonly account: AccountState;
  readonly breakers: Breakers;
  readonly context: CoreContext;
}

const keyOf = ({ strategyIndex, symbolIndex }: InstancePlan): string => `${strategyIndex} ${symbolIndex}`;

/** Strategies and symbols with a position or an order at work. */
export const heldOf = ({ ruleset, instances }: Pick<CoreMemory, 'ruleset' | 'instances'>): ReadonlySet<string> =>
  new Set(
    instances
      .filter(
        ({ state, entryOrder, exitOrder, legs }) =>
          state.side !== 0 || entryOrder !== undefined || exitOrder !== undefined || legs.length > 0,
      )
      .map(({ plan }) => heldKey(ruleset.strategies[plan.strategyIndex]!.id, ruleset.symbols[plan.symbolIndex]!)),
  );

/** Whether rules have a place for what is held: told by its key. */
export function placesOf({ instances, symbols }: Ruleset, former: Ruleset): (key: string) => boolean {
  const numbers = new Map(former.strategies.map(({ id, index }) => [id, index]));
  const places = new Set(instances.map(({ strategyIndex, symbolIndex }) => `${strategyIndex} ${symbols[symbolIndex]}`));
  return (key) => {
    const [id, symbol] = key.split('\n', 2);
    return places.has(`${numbers.get(id!)} ${symbol}`);
  };
}

/** Whether indicators of the next rules must be filled from bars gone by before they can go on. */
export function needsHistory(former: Ruleset, next: Ruleset): boolean {
  const nodes = new Set(former.nodes.map(({ fingerprint }) => fingerprint));
  const series = new Map(former.series.map((plan) => [plan.key, plan]));
  return (
    next.nodes.some(({ fingerprint, late }) => !late && !nodes.has(fingerprint)) ||
    next.series.some(({ key, measures, fields, foreign }) => {
      const known = series.get(key);
      if (known === undefined || (measures.size > 0 && known.measures.size === 0)) return true;
      // What nobody read was left alone, the last bar's too.
      return (fields & ~known.fields) !== 0 || (foreign && !known.foreign);
    })
  );
}

/**
 * Prepares to move everything of a former core that the next rules still have a place for: indicators by what they work out,
 * bars in the making by series, positions and orders by strategy and symbol, the account, the breakers. What the next rules
 * alone have stays as it stands in the next core, filled from history or fresh. What comes back does it, in one go.
 */
export function* carrySteps(former: CoreMemory, next: CoreMemory): Steps<() => void> {
  const numbers = yield* numberPairs(former, next);
  const series = seriesPairs(former, next);
  const successors = yield* successorsOf(former, next);
  const moved: Instance[] = [];
  const risen: { readonly instance: Instance; readonly entry: BoundEntry }[] = [];
  for (const [n, instance] of next.instances.entries()) {
    if (n % 64 === 0) yield;
    const predecessor = successors.before.get(instance);
    if (predecessor !== undefined && adoptsLevels(predecessor, instance)) moved.push(instance);
    for (const entry of instance.entries) if (isAnother(entry, predecessor)) risen.push({ instance, entry });
  }
  return () => {
    for (const stretch of next.pipeline.stretches) {
      stretch?.publish();
      stretch?.forget();
    }
    numbers();
    series();
    carryAccount(former, next);
    for (const [instance, successor] of successors.after) carryInstance(former, instance, successor, next);
    for (const { instance, entry } of risen) seedRise(instance, entry);
    carryOrders(former, next, successors.after);
    next.context.active = former.context.active;
    next.context.stale = former.context.stale;
    next.context.clock[0] = former.context.clock[0]!;
    next.breakers.adopt(former.breakers);
    for (const instance of moved) adoptLevels(next.context, instance);
  };
}

/** The protective levels of a position, open or on its way, become those of the next rules, where these say so and are others. */
function adoptsLevels(former: Instance, next: Instance): boolean {
  const { exits } = former.strategy;
  const { long, short } = next.strategy.exits;
  // A side that is not entered says nothing of its own.
  if (long.onChange !== 'adopt' && short.onChange !== 'adopt') return false;
  if (exits.long === long && exits.short === short) return false;
  return printLevels(exits.long) !== printLevels(long) || printLevels(exits.short) !== printLevels(short);
}

const printLevels = ({ stopLoss, takeProfit, trailing, breakEven }: ExitModel): string =>
  [
    printLevel(stopLoss),
    ...takeProfit.map(({ level, portion }) => `${printLevel(level)} ${portion}`),
    printLevel(trailing?.level),
    trailing?.activateAtPct === undefined ? '' : printTree(trailing.activateAtPct),
    breakEven === undefined ? '' : printTree(breakEven.atPct),
  ].join('; ');

function printLevel(level: Level | undefined): string {
  if (level === undefined) return '';
  if (level.kind === 'pct') return `pct ${printTree(level.pct)}`;
  return level.kind === 'price'
    ? `price ${printTree(level.price)}`
    : `${printTree(level.multiple)} ${printTree(level.atr)}`;
}

/** Slots whose numbers move from one arena to another. */
interface Moves {
  readonly from: number[];
  readonly to: number[];
}

const move = ({ from, to }: Moves, values: Float64Array, into: Float64Array): void => {
  for (let k = 0; k < from.length; k++) into[to[k]!] = values[from[k]!]!;
};

/** Outputs and memories of indicators that both have, and the measures of the account. */
function* numberPairs({ ruleset, pipeline }: CoreMemory, next: CoreMemory): Steps<() => void> {
  const { arena } = pipeline;
  const { arena: into } = next.pipeline;
  const known = new Map(ruleset.nodes.map((node) => [node.fingerprint, node]));
  const outputs: Moves = { from: [], to: [] };
  const memories: { readonly from: Float64Array; readonly to: Float64Array }[] = [];
  for (const [n, node] of next.ruleset.nodes.entries()) {
    if (n % 256 === 0) yield;
    const same = known.get(node.fingerprint);
    if (same === undefined) continue;
    outputs.from.push(...same.outputs);
    outputs.to.push(...node.outputs);
    const from = arena.states.get(node.fingerprint);
    if (from !== undefined) memories.push({ from, to: into.states.get(node.fingerprint)! });
  }
  measurePairs(ruleset.measures, next.ruleset.measures, outputs);
  return () => {
    move(outputs, arena.values, into.values);
    for (const { from, to } of memories) to.set(from);
  };
}

function measurePairs(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>, moves: Moves): void {
  for (const [name, slot] of to) {
    const known = from.get(name);
    if (known === undefined) continue;
    moves.from.push(known);
    moves.to.push(slot);
  }
}

/** Whether a field of the series is that of its last bar. */
const keeps = ({ fields, aggregator }: RunningSeries, field: number): boolean =>
  aggregator !== undefined || field === CLOSE || ((fields >> field) & 1) === 1;

/** Bars in the making, and the last ones done. */
function seriesPairs({ pipeline }: CoreMemory, { pipeline: next }: CoreMemory): () => void {
  const known = new Map(pipeline.series.map((one) => [one.plan.key, one]));
  const measures: Moves = { from: [], to: [] };
  const pairs = next.series.flatMap((one) => {
    const same = known.get(one.plan.key);
    if (same === undefined) return [];
    measurePairs(same.plan.measures, one.plan.measures, measures);
    return [{ same, one }];
  });
  return () => {
    for (const { same, one } of pairs) {
      for (let field = 0; field < 6; field++) {
        // A field that nobody read was left alone, wherever it stood when somebody did; history may know it.
        if (!keeps(same, field) && !same.stale) continue;
        next.arena.values[one.slot + field] = pipeline.arena.values[same.slot + field]!;
      }
      if (same.hasSession) {
        one.session = same.session;
        one.stale = same.stale;
      }
      if (same.aggregator !== undefined) one.aggregator?.cells.set(same.aggregator.cells);
      if (same.tracker !== undefined) one.tracker?.state.set(same.tracker.state);
    }
    move(measures, pipeline.arena.values, next.arena.values);
  };
}

function carryAccount({ account }: CoreMemory, { account: next }: CoreMemory): void {
  next.peak = account.peak;
  next.dayStart = account.dayStart;
  next.dailyTrades = account.dailyTrades;
  account.consecutiveLosses.forEach((losses, strategy) => {
    next.consecutiveLosses[strategy] = losses;
  });
}

interface Successors {
  /** The next instance of a former one, and the former one of a next. */
  readonly after: ReadonlyMap<Instance, Instance>;
  readonly before: ReadonlyMap<Instance, Instance>;
}

function* successorsOf(former: CoreMemory, next: CoreMemory): Steps<Successors> {
  const places = new Map(next.instances.map((instance) => [keyOf(instance.plan), instance]));
  const after = new Map<Instance, Instance>();
  const before = new Map<Instance, Instance>();
  for (const [n, instance] of former.instances.entries()) {
    if (n % 256 === 0) yield;
    const successor = places.get(keyOf(instance.plan));
    if (successor === undefined) continue;
    after.set(instance, successor);
    before.set(successor, instance);
  }
  return { after, before };
}

function carryInstance(former: CoreMemory, instance: Instance, successor: Instance, next: CoreMemory): void {
  successor.state = instance.state;
  successor.entryOrder = instance.entryOrder;
  successor.entryAge = instance.entryAge;
  successor.exitOrder = instance.exitOrder;
  successor.agreed = instance.agreed;
  for (const leg of instance.legs) successor.legs.push(leg);
  successor.parts.at = instance.parts.at;
  successor.parts.next = instance.parts.next;
  if (successor.hasMeasures) {
    const moves: Moves = { from: [], to: [] };
    measurePairs(instance.plan.measures, successor.plan.measures, moves);
    move(moves, former.pipeline.arena.values, next.pipeline.arena.values);
    successor.measure();
  }
  keepFired(instance, successor);
}

/** Positions in the order of entry, and orders at work, under the instances that go on with them. */
function carryOrders(former: CoreMemory, next: CoreMemory, successors: Successors['after']): void {
  former.context.open.forEach((holders, symbol) => {
    for (const holder of holders) next.context.open[symbol]!.push(successors.get(holder)!);
  });
  const { orders } = next.context;
  orders.makers.forEach((maker, place) => {
    orders.makers[place] = successors.get(former.instances[maker]!)!.plan.index;
  });
  orders.kindsOf.clear();
}

/** Exit rules with a portion that have fired for the open position, found by their names. */
function keepFired(former: Instance, next: Instance): void {
  const { state } = next;
  if (state.fired === 0 || state.side === 0) return;
  const side = state.side > 0 ? 'long' : 'short';
  const fired = new Set(
    former.exits[side].rules.filter((_, k) => (state.fired & (1 << k)) !== 0).map(({ rule }) => rule),
  );
  state.fired = next.exits[side].rules.reduce((bits, { rule }, k) => (fired.has(rule) ? bits | (1 << k) : bits), 0);
}

const isAnother = (entry: BoundEntry, former: Instance | undefined): boolean => {
  const same = former?.entries.find(({ sign }) => sign === entry.sign);
  if (same === undefined) return true;
  return same.model.when !== entry.model.when && printCondition(same.model.when) !== printCondition(entry.model.when);
};

/** A rise is one of the condition that rules now: what another one was on the last bar is worked out. */
function seedRise(instance: Instance, entry: BoundEntry): void {
  const value = entry.when(0);
  if (entry.sign > 0) instance.state.lastLong = value;
  else instance.state.lastShort = value;
}

/** A condition as it means, whatever it was written like. */
export const printCondition = (condition: Condition): string =>
  condition.kind === 'expression'
    ? printTree(condition.tree)
    : `${condition.kind}(${condition.parts.map(printCondition).join(', ')})`;
