import type { Condition } from '../compiler/model.ts';
import type { InstancePlan, Ruleset } from '../compiler/ruleset.ts';
import { heldKey } from '../compiler/standing.ts';
import { printTree } from '../expressions/print.ts';
import type { AccountState } from './account-measures.ts';
import type { Breakers } from './breakers.ts';
import type { CoreContext } from './context.ts';
import type { BoundEntry, Instance } from './instance.ts';
import type { Pipeline } from './pipeline.ts';

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

/** Whether rules have a place for everything that is held. */
export function holdsAll(
  { instances, strategies, symbols }: Ruleset,
  former: Ruleset,
  held: ReadonlySet<string>,
): boolean {
  const numbers = new Map(former.strategies.map(({ id, index }) => [id, index]));
  const places = new Set(instances.map(({ strategyIndex, symbolIndex }) => `${strategyIndex} ${symbols[symbolIndex]}`));
  return [...held].every((key) => {
    const [id, symbol] = key.split('\n', 2);
    const number = numbers.get(id!);
    return number !== undefined && number < strategies.length && places.has(`${number} ${symbol}`);
  });
}

/** Whether indicators of the next rules must be filled from bars gone by before they can go on. */
export function needsHistory(former: Ruleset, next: Ruleset): boolean {
  const nodes = new Set(former.nodes.map(({ fingerprint }) => fingerprint));
  const series = new Map(former.series.map((plan) => [plan.key, plan]));
  return (
    next.nodes.some(({ fingerprint, late }) => !late && !nodes.has(fingerprint)) ||
    next.series.some(({ key, measures }) => {
      const known = series.get(key);
      return known === undefined || (measures.size > 0 && known.measures.size === 0);
    })
  );
}

/**
 * Moves everything of a former core that the next rules still have a place for: indicators by what they work out, bars in the
 * making by series, positions and orders by strategy and symbol, the account, the breakers. What the next rules alone have
 * stays as it stands in the next core, filled from history or fresh.
 */
export function carryOver(former: CoreMemory, next: CoreMemory): void {
  for (const stretch of next.pipeline.stretches) {
    stretch?.publish();
    stretch?.forget();
  }
  carryNumbers(former, next);
  carrySeries(former, next);
  carryAccount(former, next);
  const successors = carryInstances(former, next);
  former.context.open.forEach((holders, symbol) => {
    for (const holder of holders) next.context.open[symbol]!.push(successors.get(holder)!);
  });
  const { orders } = next.context;
  orders.makers.forEach((maker, place) => {
    const order = orders.atWork[place]!;
    const successor = successors.get(former.instances[maker]!);
    if (successor === undefined)
      throw new Error(`order ${order.seq} of \`${order.strategy}\` is at work and its rules are gone`);
    orders.makers[place] = successor.plan.index;
  });
  orders.kindsOf.clear();
  next.context.active = former.context.active;
  next.context.clock[0] = former.context.clock[0]!;
  next.breakers.adopt(former.breakers);
}

/** Outputs and memories of indicators that both have, and the measures. */
function carryNumbers({ ruleset, pipeline }: CoreMemory, next: CoreMemory): void {
  const { values, states } = pipeline.arena;
  const { arena } = next.pipeline;
  const known = new Map(ruleset.nodes.map((node) => [node.fingerprint, node]));
  for (const node of next.ruleset.nodes) {
    const same = known.get(node.fingerprint);
    if (same === undefined) continue;
    node.outputs.forEach((slot, k) => {
      arena.values[slot] = values[same.outputs[k]!]!;
    });
    const memory = states.get(node.fingerprint);
    if (memory !== undefined) arena.states.get(node.fingerprint)!.set(memory);
  }
  carryMeasures(ruleset.measures, values, next.ruleset.measures, arena.values);
}

function carryMeasures(
  from: ReadonlyMap<string, number>,
  values: Float64Array,
  to: ReadonlyMap<string, number>,
  into: Float64Array,
): void {
  for (const [name, slot] of to) {
    const known = from.get(name);
    if (known !== undefined) into[slot] = values[known]!;
  }
}

/** Bars in the making, and the last ones done. */
function carrySeries({ pipeline }: CoreMemory, { pipeline: next }: CoreMemory): void {
  const known = new Map(pipeline.series.map((one) => [one.plan.key, one]));
  for (const one of next.series) {
    const same = known.get(one.plan.key);
    if (same === undefined) continue;
    for (let field = 0; field < 6; field++) {
      const value = pipeline.arena.values[same.slot + field]!;
      // A field that nobody read was left alone; history may know it.
      if (!Number.isNaN(value) || same.stale) next.arena.values[one.slot + field] = value;
    }
    carryMeasures(same.plan.measures, pipeline.arena.values, one.plan.measures, next.arena.values);
    if (same.hasSession) {
      one.session = same.session;
      one.stale = same.stale;
    }
    if (same.aggregator !== undefined) one.aggregator?.cells.set(same.aggregator.cells);
    if (same.tracker !== undefined) one.tracker?.state.set(same.tracker.state);
  }
}

function carryAccount({ account }: CoreMemory, { account: next }: CoreMemory): void {
  next.peak = account.peak;
  next.dayStart = account.dayStart;
  next.dailyTrades = account.dailyTrades;
  account.consecutiveLosses.forEach((losses, strategy) => {
    next.consecutiveLosses[strategy] = losses;
  });
}

/** Gives the successor of each instance that has one. */
function carryInstances(former: CoreMemory, next: CoreMemory): ReadonlyMap<Instance, Instance> {
  const places = new Map(next.instances.map((instance) => [keyOf(instance.plan), instance]));
  const successors = new Map<Instance, Instance>();
  for (const instance of former.instances) {
    const successor = places.get(keyOf(instance.plan));
    if (successor === undefined) continue;
    successors.set(instance, successor);
    successor.state = instance.state;
    successor.entryOrder = instance.entryOrder;
    successor.entryAge = instance.entryAge;
    successor.exitOrder = instance.exitOrder;
    successor.agreed = instance.agreed;
    successor.legs.push(...instance.legs);
    Object.assign(successor.parts, instance.parts);
    const { values } = former.pipeline.arena;
    carryMeasures(instance.plan.measures, values, successor.plan.measures, next.pipeline.arena.values);
    successor.measure();
    keepFired(instance, successor);
  }
  const predecessors = new Map([...successors].map(([before, after]) => [after, before]));
  for (const instance of next.instances) {
    for (const entry of instance.entries) seedRise(instance, entry, predecessors.get(instance));
  }
  return successors;
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

/** A rise is one of the condition that rules now: what it was on the last bar is worked out where it is another. */
function seedRise(instance: Instance, entry: BoundEntry, former: Instance | undefined): void {
  const same = former?.entries.find(({ sign }) => sign === entry.sign);
  if (same !== undefined && printCondition(same.model.when) === printCondition(entry.model.when)) return;
  const value = entry.when(0);
  if (entry.sign > 0) instance.state.lastLong = value;
  else instance.state.lastShort = value;
}

/** A condition as it means, whatever it was written like. */
export const printCondition = (condition: Condition): string =>
  condition.kind === 'expression'
    ? printTree(condition.tree)
    : `${condition.kind}(${condition.parts.map(printCondition).join(', ')})`;
