import type { NodePlan, Ruleset } from '../compiler/ruleset.ts';
import type { Steps } from '../compiler/steps.ts';
import { compileCondition } from '../expressions/compile-condition.ts';
import { compileNumber } from '../expressions/compile-number.ts';
import { TRUE, UNKNOWN } from '../expressions/tree.ts';
import type { Step } from '../indicators/kernel.ts';
import { kernelOf } from '../indicators/tulind.ts';
import { grouped } from './grouped.ts';
import { createStretch, type Stretch } from './stretch.ts';

/**
 * All numbers that rules read and indicators remember. Plans are frozen and closures own nothing, so storing,
 * copying or carrying over an arena carries the whole memory of a run's indicators.
 */
export interface Arena {
  /** One double a slot; NaN is unknown. */
  readonly values: Float64Array;
  /** State of every indicator, by fingerprint. */
  readonly states: ReadonlyMap<string, Float64Array>;
}

/** The steps of each series, by stage: `steps[series][stage]` runs on every bar of that series. */
export interface BoundGraph {
  readonly arena: Arena;
  /** Of the series that have one: what reads it alone runs there and is not among `steps`. */
  readonly stretches: readonly (Stretch | undefined)[];
  readonly steps: readonly (readonly (readonly Step[])[])[];
  readonly stages: number;
  /** Steps over measures of account and position, each with its series: run once those measures are written. */
  readonly late: readonly { readonly series: number; readonly step: Step }[];
}

/**
 * Ties a ruleset's graph to memory.
 * @param ahead by series number: its indicators may be worked out ahead of the decisions
 * @param rows bars worked out at once, at most
 * @param rewindable what was worked out ahead can be taken back
 */
export function* bindGraph(
  ruleset: Ruleset,
  ahead: readonly boolean[],
  rows: number,
  rewindable: boolean,
): Steps<BoundGraph> {
  const values = new Float64Array(ruleset.slotCount).fill(Number.NaN);
  const states = new Map<string, Float64Array>();
  const nodes = grouped(ruleset.nodes, ({ series }) => series);
  const instances = grouped(ruleset.instances, ({ series }) => series);
  const stretches = ruleset.series.map((series, number) => {
    if (ahead[number] !== true) return undefined;
    const plan = { series, nodes: nodes.get(number) ?? [], instances: instances.get(number) ?? [] };
    return createStretch(plan, values, rows, rewindable);
  });
  let readFromWithout = false;
  // What is worked out together is bound together: it then lies together in memory, which is what thousands of series cost.
  let bound = 0;
  for (const [number, stretch] of stretches.entries()) {
    if (stretch === undefined) continue;
    const own = (nodes.get(number) ?? []).filter(({ stage, late }) => stage === 0 && !late);
    const room = roomFor(own);
    for (const node of own) {
      if (bound++ % 64 === 0) yield;
      stretch.add(bindNode(node, stretch.columns, stretch.placeOf, states, room), states.get(node.fingerprint));
    }
  }
  const steps: Step[][][] = ruleset.series.map(() => []);
  const late: { series: number; step: Step }[] = [];
  let stages = 1;
  for (const [number, node] of ruleset.nodes.entries()) {
    if (number % 64 === 0) yield;
    if (stretches[node.series] !== undefined && node.stage === 0 && !node.late) continue;
    // Whoever reads a stretch from without reads it in the arena.
    readFromWithout = true;
    if (node.late) {
      late.push({ series: node.series, step: bindNode(node, values, slotItself, states) });
      continue;
    }
    stages = Math.max(stages, node.stage + 1);
    const ofSeries = steps[node.series]!;
    while (ofSeries.length <= node.stage) ofSeries.push([]);
    ofSeries[node.stage]!.push(bindNode(node, values, slotItself, states));
  }
  if (readFromWithout) for (const one of stretches) if (one !== undefined) one.everyBar = true;
  return { arena: { values, states }, stretches, steps, stages, late };
}

const slotItself = (slot: number): number => slot;

/** Gives one piece of memory after the other, side by side: all that the indicators of a series remember. */
function roomFor(nodes: readonly NodePlan[]): (doubles: number) => Float64Array {
  const all = new Float64Array(nodes.reduce((sum, node) => sum + memoryOf(node), 0));
  let taken = 0;
  return (doubles) => {
    taken += doubles;
    return all.subarray(taken - doubles, taken);
  };
}

const memoryOf = ({ work }: NodePlan): number =>
  work.kind === 'indicator' ? kernelOf(work.entry).stateSize(work.options) : 0;

/**
 * @param placeOf where a slot lies among `values`
 * @param room where it keeps what it remembers
 */
function bindNode(
  node: NodePlan,
  values: Float64Array,
  placeOf: (slot: number) => number,
  states: Map<string, Float64Array>,
  room: (doubles: number) => Float64Array = (doubles) => new Float64Array(doubles),
): Step {
  if (node.work.kind === 'indicator') {
    const { entry, options } = node.work;
    const kernel = kernelOf(entry);
    const state = room(kernel.stateSize(options));
    states.set(node.fingerprint, state);
    return kernel.bind(options, state, values, node.inputs.map(placeOf), node.outputs.map(placeOf));
  }
  const { tree, slots } = node.work;
  const slotOf = (leaf: Parameters<typeof slots.get>[0]): number => placeOf(slots.get(leaf)!);
  const out = placeOf(node.outputs[0]!);
  if (tree.type === 'condition') {
    const read = compileCondition(tree, slotOf, values);
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const tri = read(row);
        values[out + row] = tri === UNKNOWN ? Number.NaN : tri === TRUE ? 1 : 0;
      }
    };
  }
  const read = compileNumber(tree, slotOf, values);
  return (from, to) => {
    for (let row = from; row < to; row++) values[out + row] = read(row);
  };
}
