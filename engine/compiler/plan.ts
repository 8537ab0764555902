import { leaves } from '../expressions/leaves.ts';
import { printTree } from '../expressions/print.ts';
import type { Checked, NodeLeaf, OperandLeaf } from '../expressions/tree.ts';
import type { Hours } from '../market/calendar.ts';
import { isTimeframe, type Timeframe } from '../market/timeframe.ts';
import { measureOf } from './measures.ts';
import type { Condition, EntryModel, ExitModel, Level, RiskModel, StrategyModel } from './model.ts';
import {
  BAR_FIELDS,
  type InstancePlan,
  type NodePlan,
  type Ruleset,
  type SeriesPlan,
  type StrategyPlan,
} from './ruleset.ts';
import { heldKey, keptExits, numberStrategies, type Standing } from './standing.ts';
import { drain, type Steps } from './steps.ts';

const CLOSE_BIT = 1 << BAR_FIELDS.indexOf('close');

/** The place an expression is planned for: a strategy on one symbol. */
interface Place {
  readonly series: number;
  readonly instance: MutableInstance;
  /** What names the instance in fingerprints, whatever else there is. */
  readonly name: string;
}

interface MutableInstance {
  readonly index: number;
  readonly strategyIndex: number;
  readonly symbolIndex: number;
  readonly series: number;
  readonly retired: boolean;
  readonly slots: Map<Checked, number>;
  readonly measures: Map<string, number>;
}

type MutableSeries = Omit<SeriesPlan, 'foreign' | 'fields' | 'measures'> & {
  fields: number;
  foreign: boolean;
  readonly measures: Map<string, number>;
};

/** Builds the graph: gives every series, node and measure its slots, once however many rules read it. */
interface Planner {
  readonly symbols: string[];
  readonly series: MutableSeries[];
  readonly nodes: NodePlan[];
  readonly account: Map<string, number>;
  slotCount: number;
}

function symbolIndex(planner: Planner, symbol: string): number {
  const known = planner.symbols.indexOf(symbol);
  if (known >= 0) return known;
  planner.symbols.push(symbol);
  return planner.symbols.length - 1;
}

function createIndex() {
  return { series: new Map<string, number>(), nodes: new Map<string, number>() };
}

type Index = ReturnType<typeof createIndex>;

function seriesFor(planner: Planner, index: Index, symbol: number, timeframe: Timeframe, hours: Hours): number {
  const key = `${planner.symbols[symbol]} ${timeframe} ${hours}`;
  const known = index.series.get(key);
  if (known !== undefined) return known;
  const slot = allocate(planner, BAR_FIELDS.length);
  planner.series.push({
    key,
    symbolIndex: symbol,
    timeframe,
    hours,
    slot,
    fields: CLOSE_BIT,
    foreign: false,
    measures: new Map(),
  });
  index.series.set(key, planner.series.length - 1);
  return planner.series.length - 1;
}

function allocate(planner: Planner, count: number): number {
  const slot = planner.slotCount;
  planner.slotCount += count;
  return slot;
}

function measureSlot(planner: Planner, measures: Map<string, number>, name: string): number {
  let slot = measures.get(name);
  if (slot === undefined) {
    slot = allocate(planner, 1);
    measures.set(name, slot);
  }
  return slot;
}

/** A leaf's slot, the series whose bars move it (undefined: not a bar), its stage, and whether it is the instance's alone. */
interface Origin {
  readonly slot: number;
  readonly series: number | undefined;
  readonly stage: number;
  /** It hangs on a measure of account or position. */
  readonly late: boolean;
  readonly fingerprint: string;
}

function originOf(planner: Planner, index: Index, place: Place, leaf: OperandLeaf | NodeLeaf): Origin {
  if (leaf.kind === 'node') {
    const id = nodeFor(planner, index, place, leaf);
    const node = planner.nodes[id]!;
    return {
      slot: node.outputs[leaf.output]!,
      series: node.series,
      stage: node.stage,
      late: node.late,
      fingerprint: `${node.fingerprint}#${leaf.output}`,
    };
  }
  const operand = leaf.operand;
  const own = planner.series[place.series]!;
  if (operand.kind === 'bar') {
    const symbol = operand.symbol === undefined ? own.symbolIndex : symbolIndex(planner, operand.symbol);
    const timeframe =
      operand.timeframe !== undefined && isTimeframe(operand.timeframe) ? operand.timeframe : own.timeframe;
    const series = seriesFor(planner, index, symbol, timeframe, own.hours);
    if (symbol !== own.symbolIndex) planner.series[series]!.foreign = true;
    const field = BAR_FIELDS.indexOf(operand.field);
    planner.series[series]!.fields |= 1 << field;
    const slot = planner.series[series]!.slot + field;
    return { slot, series, stage: 0, late: false, fingerprint: `${planner.series[series]!.key}.${operand.field}` };
  }
  const kept = measureOf(operand.name)?.kept ?? 'account';
  if (kept === 'series') {
    const slot = measureSlot(planner, own.measures, operand.name);
    return { slot, series: place.series, stage: 0, late: false, fingerprint: `${own.key}.${operand.name}` };
  }
  if (kept === 'account') {
    const slot = measureSlot(planner, planner.account, operand.name);
    return { slot, series: undefined, stage: 0, late: true, fingerprint: operand.name };
  }
  const slot = measureSlot(planner, place.instance.measures, operand.name);
  return { slot, series: undefined, stage: 0, late: true, fingerprint: `${place.name}.${operand.name}` };
}

/** Resolves every leaf of a tree into `place.instance.slots`; returns what the tree depends on. */
function planTree(planner: Planner, index: Index, place: Place, tree: Checked): readonly Origin[] {
  const origins: Origin[] = [];
  leaves(tree, (leaf) => {
    const origin = originOf(planner, index, place, leaf);
    place.instance.slots.set(leaf, origin.slot);
    origins.push(origin);
  });
  return origins;
}

/** The series that feeds a source-clocked node: the one series all its inputs come from, else the strategy's own. */
function sourceSeries(inputs: readonly (readonly Origin[])[], own: number): number {
  let source: number | undefined;
  for (const origins of inputs) {
    for (const origin of origins) {
      if (origin.series === undefined) return own;
      if (source === undefined) source = origin.series;
      else if (source !== origin.series) return own;
    }
  }
  return source ?? own;
}

/** Stage of something fed by `series` from these origins. */
function stageOf(series: number, origins: readonly Origin[]): number {
  let stage = 0;
  for (const origin of origins) {
    if (origin.series === undefined) continue;
    stage = Math.max(stage, origin.series === series ? origin.stage : origin.stage + 1);
  }
  return stage;
}

function bare(tree: Checked): Checked {
  return tree.kind === 'named' ? bare(tree.target) : tree;
}

function nodeFor(planner: Planner, index: Index, place: Place, leaf: NodeLeaf): number {
  const origins = leaf.inputs.map((input) => planTree(planner, index, place, input));
  const prices = origins.filter((_, k) => leaf.entry.inputs[k]?.role !== 'session');
  const series = leaf.entry.clock === 'own' ? place.series : sourceSeries(prices, place.series);
  leaf.entry.inputs.forEach(({ role }, k) => {
    if (role === 'session') origins[k] = [sessionOrigin(planner, series)];
  });
  const inputs: number[] = [];
  const names: string[] = [];
  let stage = 0;
  leaf.inputs.forEach((input, k) => {
    const tree = bare(input);
    const from = origins[k]!;
    if (tree.kind === 'operand' || tree.kind === 'node') {
      const origin = from[0]!;
      inputs.push(origin.slot);
      names.push(origin.fingerprint);
      stage = Math.max(stage, stageOf(series, from));
      return;
    }
    const node = planner.nodes[expressionNode(planner, index, place, series, tree, from)]!;
    inputs.push(node.outputs[0]!);
    names.push(node.fingerprint);
    stage = Math.max(stage, node.stage);
  });
  const fingerprint = `${planner.series[series]!.key}|${leaf.entry.name}(${names.join(', ')})[${leaf.options.join(', ')}]`;
  return addNode(planner, index, {
    fingerprint,
    series,
    stage,
    late: origins.some((from) => from.some((origin) => origin.late)),
    work: { kind: 'indicator', entry: leaf.entry, options: leaf.options },
    inputs,
    outputs: leaf.entry.outputs,
  });
}

/** The session's number as the series counts it that feeds the node. */
function sessionOrigin(planner: Planner, series: number): Origin {
  const { measures, key } = planner.series[series]!;
  return {
    slot: measureSlot(planner, measures, 'session_number'),
    series,
    stage: 0,
    late: false,
    fingerprint: `${key}.session_number`,
  };
}

function expressionNode(
  planner: Planner,
  index: Index,
  place: Place,
  series: number,
  tree: Checked,
  from: readonly Origin[],
): number {
  const fingerprint = `${planner.series[series]!.key}|${printTree(tree)} of ${from.map((origin) => origin.fingerprint).join(', ')}`;
  return addNode(planner, index, {
    fingerprint,
    series,
    stage: stageOf(series, from),
    late: from.some((origin) => origin.late),
    work: { kind: 'expression', tree, slots: place.instance.slots },
    inputs: from.map((origin) => origin.slot),
    outputs: [{}],
  });
}

function addNode(
  planner: Planner,
  index: Index,
  node: Omit<NodePlan, 'outputs'> & { readonly outputs: readonly unknown[] },
): number {
  const known = index.nodes.get(node.fingerprint);
  if (known !== undefined) return known;
  const first = allocate(planner, node.outputs.length);
  planner.nodes.push({ ...node, outputs: node.outputs.map((_, k) => first + k) });
  index.nodes.set(node.fingerprint, planner.nodes.length - 1);
  return planner.nodes.length - 1;
}

function conditionTrees(condition: Condition, visit: (tree: Checked) => void): void {
  if (condition.kind === 'expression') visit(condition.tree);
  else for (const part of condition.parts) conditionTrees(part, visit);
}

function levelTrees(level: Level | undefined, visit: (tree: Checked) => void): void {
  if (level === undefined) return;
  if (level.kind === 'pct') visit(level.pct);
  else if (level.kind === 'price') visit(level.price);
  else {
    visit(level.atr);
    visit(level.multiple);
  }
}

function entryTrees(entry: EntryModel, visit: (tree: Checked) => void): void {
  conditionTrees(entry.when, visit);
  if (entry.order.limitPrice !== undefined) visit(entry.order.limitPrice);
  if (entry.order.stopPrice !== undefined) visit(entry.order.stopPrice);
  visit(entry.size.amount);
  if (entry.size.volatility !== undefined) visit(entry.size.volatility.ofBar);
}

function exitTrees(exit: ExitModel, visit: (tree: Checked) => void): void {
  for (const rule of exit.rules) conditionTrees(rule.when, visit);
  levelTrees(exit.stopLoss, visit);
  for (const target of exit.takeProfit) levelTrees(target.level, visit);
  levelTrees(exit.trailing?.level, visit);
  if (exit.trailing?.activateAtPct !== undefined) visit(exit.trailing.activateAtPct);
  if (exit.breakEven !== undefined) visit(exit.breakEven.atPct);
}

/** Every tree that a strategy evaluates at run time. */
export function strategyTrees(
  strategy: Pick<StrategyModel, 'entries' | 'exits'>,
  visit: (tree: Checked) => void,
): void {
  for (const entry of strategy.entries) entryTrees(entry, visit);
  exitTrees(strategy.exits.long, visit);
  exitTrees(strategy.exits.short, visit);
}

/** `planSteps` at once. */
export const planRuleset = (...given: Parameters<typeof planSteps>): Ruleset => drain(planSteps(...given));

/**
 * Lays checked strategies out as one graph over numbered slots.
 * @param standing the rules that run now: their symbols and strategies keep their numbers, and what is open keeps its exits
 * @param shadows those that send no order, in place of those that do
 */
export function* planSteps(
  revision: string,
  models: readonly StrategyModel[],
  risk: RiskModel,
  notActing: readonly string[],
  standing?: Standing,
  shadows = false,
): Steps<Ruleset> {
  const symbols = [...(standing?.ruleset.symbols ?? [])];
  const planner: Planner = { symbols, series: [], nodes: [], account: new Map(), slotCount: 0 };
  const index = createIndex();
  const running = models
    .filter((model) => model.enabled && model.shadow === shadows)
    .sort((a, b) => b.priority - a.priority);
  const { numbers, retired } = numberStrategies(
    running.map(({ id, renamedFrom }) => ({ id, formerly: renamedFrom })),
    standing?.ruleset,
  );
  const strategies: StrategyPlan[] = [];
  for (const plan of retired) strategies[plan.index] = plan;
  const instances: InstancePlan[] = [];
  const traded: string[] = [];
  const placed = new Set<string>();

  const place = (plan: StrategyPlan, symbol: string, watched: readonly Checked[], leaving: boolean): void => {
    // What is on its way out may be gone by the swap; the rules do not trade it any more.
    if (!leaving && !traded.includes(symbol)) traded.push(symbol);
    const number = symbolIndex(planner, symbol);
    placed.add(`${plan.index} ${number}`);
    const series = seriesFor(planner, index, number, plan.timeframe, plan.session.hours);
    const instance: MutableInstance = {
      index: instances.length,
      strategyIndex: plan.index,
      symbolIndex: number,
      series,
      retired: leaving,
      slots: new Map(),
      measures: new Map(),
    };
    const where: Place = { series, instance, name: `${plan.id} ${symbol}` };
    strategyTrees({ entries: leaving ? [] : plan.entries, exits: plan.exits }, (tree) => {
      planTree(planner, index, where, tree);
    });
    for (const tree of watched) planTree(planner, index, where, tree);
    instances.push(instance);
  };

  for (const [n, model] of running.entries()) {
    const { id, document, timeframe, session, capital, entries } = model;
    const number = numbers[n]!;
    const exits = keptExits(model, standing?.ruleset.strategies[number]);
    const plan = { index: number, id, document, timeframe, session, capital, entries, exits, retired: false };
    strategies[number] = plan;
    for (const symbol of model.symbols) place(plan, symbol, model.watched ?? [], false);
    yield;
  }
  for (const former of standing?.ruleset.instances ?? []) {
    const plan = strategies[former.strategyIndex]!;
    const symbol = symbols[former.symbolIndex]!;
    const stays = placed.has(`${plan.index} ${former.symbolIndex}`);
    const id = standing!.ruleset.strategies[former.strategyIndex]!.id;
    if (!stays && standing!.held.has(heldKey(id, symbol))) place(plan, symbol, [], true);
  }
  return Object.freeze({
    revision,
    models,
    strategies,
    instances,
    symbols: planner.symbols,
    traded,
    series: planner.series,
    nodes: planner.nodes,
    measures: planner.account,
    slotCount: planner.slotCount,
    risk,
    notActing,
  });
}
