import { certainties, ofBars, type RangeOf } from './certainties.ts';
import { agree, type Demand, possible } from './demand.ts';
import { feasible } from './inequalities.ts';
import { bare, keyOf } from './linear.ts';
import { CONTRARY } from './relation.ts';
import { rowsOf } from './relaxed.ts';
import type { Checked, Compare, NodeLeaf } from './tree.ts';

/** A condition and the value that it must take. */
export interface Goal {
  readonly tree: Checked;
  readonly wanted: boolean;
}

export type { RangeOf } from './certainties.ts';

const OWN_RANGE: RangeOf = (atom) => atom.range;

/** Cases looked through before nothing more is claimed. */
const MOST_CASES = 96;

/**
 * Whether a condition can ever take the wanted value, by the ranges of its parts and by contradictions among its comparisons
 * (`rsi > 120`, `rsi < 30 and rsi > 70`, `close > high`). False is certain; true means that nothing speaks against it.
 */
export const canBe = (tree: Checked, wanted: boolean, rangeOf: RangeOf = OWN_RANGE): boolean =>
  canAllBe([{ tree, wanted }], rangeOf);

/** Whether conditions can take their wanted values on one and the same bar. */
export const canAllBe = (goals: readonly Goal[], rangeOf: RangeOf = OWN_RANGE): boolean =>
  search({ demands: [], flags: new Map(), open: [] }, goals, { rangeOf, left: MOST_CASES });

/** Whether a bar that makes all of `given` true makes `tree` true as well, unless that is unknown. */
export const implies = (given: readonly Checked[], tree: Checked): boolean =>
  !canAllBe([...given.map((each) => ({ tree: each, wanted: true })), { tree, wanted: false }]);

type Part = Goal | Demand;
/** One of these must hold, each a list of parts that hold together. */
type Alternatives = readonly (readonly Part[])[];

/** What holds so far. */
interface Case {
  readonly demands: readonly Demand[];
  /** Conditions that are leaves, and the value they must take. */
  readonly flags: ReadonlyMap<string, boolean>;
  readonly open: readonly Alternatives[];
}

interface Search {
  readonly rangeOf: RangeOf;
  left: number;
}

/** Takes all that must hold together, then tries the alternatives one after another. */
function search(before: Case, parts: readonly Part[], state: Search): boolean {
  const demands = [...before.demands];
  const flags = new Map(before.flags);
  const open = [...before.open];
  const stack = parts.toReversed();
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    const step = 'wanted' in part ? stepOf(part) : stepOfDemand(part);
    if (step.alternatives !== undefined) open.push(step.alternatives);
    if (step.demand !== undefined) {
      if (!possible(step.demand)) return false;
      demands.push(step.demand);
    }
    if (step.flag !== undefined) {
      const { key, wanted } = step.flag;
      if ((flags.get(key) ?? wanted) !== wanted) return false;
      flags.set(key, wanted);
    }
    stack.push(...(step.all ?? []));
  }
  if (demands.length > 0 && !consistent(demands, state.rangeOf)) return false;
  const [first, ...rest] = open;
  if (first === undefined) return true;
  return first.some((alternative) => {
    if (state.left <= 0) return true;
    state.left--;
    return search({ demands, flags, open: rest }, alternative, state);
  });
}

function consistent(demands: readonly Demand[], rangeOf: RangeOf): boolean {
  if (!agree(demands)) return false;
  const { rows, atoms } = rowsOf(demands, rangeOf);
  return rows.length === 0 || feasible([...rows, ...certainties(atoms, rangeOf)]);
}

/** What a part comes to: further parts, a demand, a leaf's value, or a choice between lists of parts. */
interface Step {
  readonly all?: readonly Part[];
  readonly demand?: Demand;
  readonly flag?: { readonly key: string; readonly wanted: boolean };
  readonly alternatives?: Alternatives;
}

const demandOf = ({ operator, left, right, ties }: Compare): Demand => ({ operator, left, right, ties });

function stepOf({ tree: written, wanted }: Goal): Step {
  const tree = bare(written);
  switch (tree.kind) {
    case 'unary':
      return { all: [{ tree: tree.operand, wanted: !wanted }] };
    case 'compare': {
      const demand = demandOf(tree);
      return { all: [wanted ? demand : { ...demand, operator: CONTRARY[tree.operator] }] };
    }
    case 'and':
    case 'or': {
      const [left, right] = [
        { tree: tree.left, wanted },
        { tree: tree.right, wanted },
      ];
      return (tree.kind === 'and') === wanted ? { all: [right, left] } : { alternatives: [[left], [right]] };
    }
    case 'choice': {
      const when = (value: boolean): Goal => ({ tree: tree.condition, wanted: value });
      return {
        alternatives: [
          [when(true), { tree: tree.then, wanted }],
          [when(false), { tree: tree.otherwise, wanted }],
        ],
      };
    }
    case 'pure': {
      const [x, low, high] = tree.args;
      if (tree.name !== 'between' || !x || !low || !high) return {};
      const beside = (operator: Demand['operator'], bound: Checked): Demand => {
        return { operator, left: x, right: bound, ties: x.unit === 'price' && bound.unit === 'price' };
      };
      if (wanted) return { all: [beside('>=', low), beside('<=', high)] };
      return { alternatives: [[beside('<', low)], [beside('>', high)]] };
    }
    case 'operand':
      return { flag: { key: keyOf(tree), wanted } };
    case 'node':
      return { flag: { key: keyOf(tree), wanted }, all: wanted ? meantBy(tree) : [] };
    case 'number':
    case 'text':
    case 'arithmetic':
    case 'named':
      return {};
  }
}

/** A number that is one of two splits its comparison in two. */
function stepOfDemand(demand: Demand): Step {
  for (const side of ['left', 'right'] as const) {
    const tree = bare(demand[side]);
    if (tree.kind !== 'choice') continue;
    const when = (value: boolean): Goal => ({ tree: tree.condition, wanted: value });
    return {
      alternatives: [
        [when(true), { ...demand, [side]: tree.then }],
        [when(false), { ...demand, [side]: tree.otherwise }],
      ],
    };
  }
  return { demand };
}

const SIDES: Readonly<Record<string, Demand['operator']>> = {
  crosses_above: '>',
  crosses_below: '<',
  crosses: '!=',
};

/** A crossing says on which side the numbers are now. */
function meantBy(node: NodeLeaf): readonly Demand[] {
  const operator = SIDES[node.entry.name];
  const [left, right] = node.inputs;
  if (operator === undefined || left === undefined || right === undefined) return [];
  return ofBars(left) && ofBars(right) ? [{ operator, left, right, ties: true }] : [];
}
