import { BAR_FIELDS, type InstancePlan, type NodePlan, type SeriesPlan, type Slots } from '../compiler/ruleset.ts';
import { compileCondition } from '../expressions/compile-condition.ts';
import type { ReadTri } from '../expressions/reader.ts';
import { type Checked, FALSE } from '../expressions/tree.ts';
import type { Step } from '../indicators/kernel.ts';
import { type Bars, REGULAR } from '../market/bars.ts';

/** Bars worked out at once, at most, where they lie at hand: their columns stay in the processor's nearest memory. */
export const ROWS_AHEAD = 256;

/** Up to here a loop copies faster than a view is made. */
const FEW = 16;

/**
 * The indicators of one series, worked out over the bars at hand before the first of them is decided: as many as the feed
 * has given, one at a time when bars come live. A kernel reads nothing but bars up to its own, so what a bar shows does not
 * hang on how many were taken together.
 */
export interface Stretch {
  /** A column of doubles a field and an output, as long as bars are worked out at once. */
  readonly columns: Float64Array;
  /** Bars worked out at once, at most. */
  readonly rows: number;
  /** Place of row 0 of a slot's column; -1 for a slot that the series alone does not give. */
  readonly placeOf: (slot: number) => number;
  /** Ties an indicator and what it remembers to the columns; steps run in the order of their coming. */
  add(step: Step, memory: Float64Array | undefined): void;
  /**
   * A column of what conditions are worth, worked out along: of several, the first value on a bar that is not false.
   * Undefined when one of them reads something else than this series.
   */
  conditions(trees: readonly Checked[], slots: Slots): Uint8Array | undefined;
  /** Conditions to be read on any row worked out; they may read steady measures too. Undefined when one reads more. */
  readers(trees: readonly Checked[], slots: Slots): readonly ReadTri[] | undefined;
  /** Sets a steady measure on all rows from `row` on. */
  hold(slot: number, value: number, row: number): void;
  /** Row of the bar at hand. */
  at: number;
  /** Rows worked out. */
  length: number;
  /** Moves to a bar; false when it lies outside the hours of the series. */
  take(bars: Bars, row: number): boolean;
  /** Writes the bar at hand into the arena, for those who read it there. Once a bar is enough. */
  publish(): void;
  /** Something reads the arena on every bar: `publish` is called on each. */
  everyBar: boolean;
  /** Forgets all bars, for a re-warm. */
  forget(): void;
  /**
   * Takes back what was worked out past a bar, and works nothing out ahead from there on: its indicators remember the bars up
   * to it, and no more. Its bar stands in the arena afterwards. Only where `rewindable` was asked for.
   */
  rewind(bars: Bars, row: number): void;
}

/** What a stretch is laid out for. */
export interface StretchPlan {
  readonly series: SeriesPlan;
  /** The indicators that are fed by this series. */
  readonly nodes: readonly NodePlan[];
  /** The strategies that decide on it. */
  readonly instances: readonly InstancePlan[];
}

/**
 * The stretch of a series whose bars come in its own size and are asked for nothing but themselves.
 * @param values the arena
 * @param rows bars worked out at once, at most; 1 where they come one at a time anyway: columns then lie close together
 * @param rewindable keeps what indicators remembered before the bars at hand
 */
export function createStretch(
  { series: plan, nodes, instances }: StretchPlan,
  values: Float64Array,
  rows: number,
  rewindable: boolean,
): Stretch {
  const slots = slotsOf(plan, nodes);
  const place = new Map(slots.map((slot, n) => [slot, n * rows]));
  const steady = new Map(steadySlots(instances).map((slot, n) => [slot, (slots.length + n) * rows]));
  const columns = new Float64Array((slots.length + steady.size) * rows).fill(Number.NaN);
  const fields = BAR_FIELDS.flatMap((_, field) => {
    const to = place.get(plan.slot + field);
    return to === undefined ? [] : [{ field, to }];
  });
  const steps: Step[] = [];
  const memories: { readonly now: Float64Array; readonly before: Float64Array }[] = [];
  const readers: { readonly reads: readonly ReadTri[]; readonly into: Uint8Array }[] = [];
  const regularOnly = plan.hours === 'regular';
  const state: { most: number; first: number; published: boolean; source: Bars | undefined } = {
    most: rows,
    first: 0,
    published: true,
    source: undefined,
  };

  function fill(bars: Bars, row: number): void {
    const length = regularOnly && bars.mixedHours !== false ? 1 : Math.min(state.most, bars.length - row);
    for (const { field, to } of fields) copy(columns, to, columnOf(bars, field), row, length);
    // Of a bar on its own nothing has to be taken back.
    if (length > 1) for (let k = 0; k < memories.length; k++) memories[k]!.before.set(memories[k]!.now);
    for (let k = 0; k < steps.length; k++) steps[k]!(0, length);
    for (let k = 0; k < readers.length; k++) readAll(readers[k]!.reads, readers[k]!.into, length);
    state.source = bars;
    state.first = row;
    stretch.length = length;
  }

  function bind(
    trees: readonly Checked[],
    slotOf: Slots,
    find: (slot: number) => number | undefined,
  ): readonly ReadTri[] | undefined {
    let known = true;
    const at = (leaf: Checked): number => {
      const found = find(slotOf.get(leaf)!);
      if (found === undefined) known = false;
      return found ?? 0;
    };
    const reads = trees.map((tree) => compileCondition(tree, at, columns));
    return known ? reads : undefined;
  }

  function publish(): void {
    if (state.published) return;
    state.published = true;
    const { at } = stretch;
    for (let k = 0; k < slots.length; k++) values[slots[k]!] = columns[k * rows + at]!;
  }

  // A plain field, not a getter: objects with getters of their own are of a kind of their own to V8.
  const stretch: Stretch = {
    at: 0,
    length: 0,
    everyBar: false,
    rows,
    columns,
    placeOf: (slot) => place.get(slot) ?? -1,
    add(step, memory) {
      steps.push(step);
      if (rewindable && rows > 1 && memory !== undefined) memories.push({ now: memory, before: memory.slice() });
    },
    readers: (trees, slotOf) => bind(trees, slotOf, (slot) => place.get(slot) ?? steady.get(slot)),
    hold(slot, value, row) {
      const at = steady.get(slot)!;
      columns.fill(value, at + row, at + stretch.length);
    },
    conditions(trees, slotOf) {
      const reads = bind(trees, slotOf, (slot) => place.get(slot));
      if (reads === undefined) return undefined;
      const into = new Uint8Array(rows);
      readers.push({ reads, into });
      return into;
    },
    take(bars, row) {
      if (regularOnly && bars.mixedHours !== false && bars.hours[row] !== REGULAR) return false;
      const at = row - state.first;
      if (state.source === bars && at < stretch.length && at >= 0) stretch.at = at;
      else {
        fill(bars, row);
        stretch.at = 0;
      }
      state.published = false;
      if (stretch.everyBar) publish();
      return true;
    },
    publish,
    forget() {
      state.source = undefined;
      stretch.length = 0;
    },
    rewind(bars, row) {
      const at = row - state.first;
      // Bars of another column have all been worked off.
      if (state.source === bars && at >= 0 && at < stretch.length) {
        if (at < stretch.length - 1) {
          for (const { now, before } of memories) now.set(before);
          for (let k = 0; k < steps.length; k++) steps[k]!(0, at + 1);
        }
        stretch.at = at;
        state.published = false;
      }
      publish();
      state.most = 1;
      state.source = undefined;
      stretch.length = 0;
    },
  };
  return stretch;
}

/** Measures of a position that stay as they are from one fill to the next. */
export const STEADY: readonly string[] = ['position.side', 'position.qty', 'position.entry_price'];

/** Slots of the steady measures that these rules read. */
const steadySlots = (instances: readonly InstancePlan[]): number[] =>
  instances.flatMap(({ measures }) => STEADY.flatMap((name) => measures.get(name) ?? []));

/** The fields that rules read and the outputs of the indicators that read this series alone. */
function slotsOf(plan: SeriesPlan, nodes: readonly NodePlan[]): number[] {
  const fields = BAR_FIELDS.flatMap((_, field) =>
    (plan.fields >> field) & 1 || field === 3 ? [plan.slot + field] : [],
  );
  const own = nodes.filter(({ stage, late }) => stage === 0 && !late);
  return [...fields, ...own.flatMap(({ outputs }) => outputs)];
}

function columnOf(bars: Bars, field: number): Float64Array | undefined {
  switch (field) {
    case 0:
      return bars.open;
    case 1:
      return bars.high;
    case 2:
      return bars.low;
    case 3:
      return bars.close;
    case 4:
      return bars.volume;
    default:
      return bars.vwap;
  }
}

function copy(columns: Float64Array, to: number, from: Float64Array | undefined, row: number, length: number): void {
  if (from === undefined) columns.fill(Number.NaN, to, to + length);
  else if (length > FEW) columns.set(from.subarray(row, row + length), to);
  else for (let k = 0; k < length; k++) columns[to + k] = from[row + k]!;
}

function readAll(reads: readonly ReadTri[], into: Uint8Array, length: number): void {
  const [only] = reads;
  if (only !== undefined && reads.length === 1) {
    for (let row = 0; row < length; row++) into[row] = only(row);
    return;
  }
  for (let row = 0; row < length; row++) {
    let value: number = FALSE;
    for (let k = 0; k < reads.length && value === FALSE; k++) value = reads[k]!(row);
    into[row] = value;
  }
}
