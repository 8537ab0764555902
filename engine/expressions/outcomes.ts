import { constantOf } from './constants.ts';
import { printTree } from './print.ts';
import type { Range } from './ranges.ts';
import type { Checked, Comparison } from './tree.ts';

/** A comparison that must come out one way. */
interface Demand {
  readonly operator: Comparison;
  readonly left: Checked;
  readonly right: Checked;
  readonly ties: boolean;
}

/**
 * Whether a condition can ever take the wanted value, by the ranges of its parts and by contradictions among its comparisons
 * (`rsi > 120`, `rsi < 30 and rsi > 70`). False is certain; true means that nothing speaks against it.
 */
export function canBe(tree: Checked, wanted: boolean): boolean {
  switch (tree.kind) {
    case 'named':
      return canBe(tree.target, wanted);
    case 'unary':
      return canBe(tree.operand, !wanted);
    case 'compare':
      return possible(wanted ? tree : { ...tree, operator: CONTRARY[tree.operator] });
    case 'and':
    case 'or': {
      const both = (tree.kind === 'and') === wanted;
      if (!both) return canBe(tree.left, wanted) || canBe(tree.right, wanted);
      return canBe(tree.left, wanted) && canBe(tree.right, wanted) && consistent(demandsOf(tree, wanted));
    }
    case 'pure':
      return !wanted || demandsOf(tree, true).every(possible);
    case 'choice':
      return canBe(tree.then, wanted) || canBe(tree.otherwise, wanted);
    case 'number':
    case 'text':
    case 'operand':
    case 'arithmetic':
    case 'node':
      return true;
  }
}

const CONTRARY: Readonly<Record<Comparison, Comparison>> = {
  '>': '<=',
  '<': '>=',
  '>=': '<',
  '<=': '>',
  '==': '!=',
  '!=': '==',
};
const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '>': '<',
  '<': '>',
  '>=': '<=',
  '<=': '>=',
  '==': '==',
  '!=': '!=',
};

function possible({ operator, left, right, ties }: Demand): boolean {
  const [a, b] = [left.range, right.range];
  // within a tie values on both sides of a bound count as equal
  const slack = ties
    ? 1e-8 * Math.max(...[...a, ...b].map((bound) => (Number.isFinite(bound) ? Math.abs(bound) : 0)))
    : 0;
  switch (operator) {
    case '>':
      return a[1] > b[0];
    case '<':
      return a[0] < b[1];
    case '>=':
      return a[1] >= b[0] - slack;
    case '<=':
      return a[0] <= b[1] + slack;
    case '==':
      return a[1] >= b[0] - slack && a[0] <= b[1] + slack;
    case '!=':
      return !(a[0] === a[1] && b[0] === b[1] && a[0] === b[0]);
  }
}

/** The comparisons that must all hold for the tree to take the wanted value; alternatives are left out. */
function demandsOf(tree: Checked, wanted: boolean): readonly Demand[] {
  switch (tree.kind) {
    case 'named':
      return demandsOf(tree.target, wanted);
    case 'unary':
      return demandsOf(tree.operand, !wanted);
    case 'compare':
      return [wanted ? tree : { ...tree, operator: CONTRARY[tree.operator] }];
    case 'and':
    case 'or':
      return (tree.kind === 'and') === wanted
        ? [...demandsOf(tree.left, wanted), ...demandsOf(tree.right, wanted)]
        : [];
    case 'pure': {
      const [x, low, high] = tree.args;
      if (!wanted || tree.name !== 'between' || !x || !low || !high) return [];
      const ties = (bound: Checked): boolean => x.unit === 'price' && bound.unit === 'price';
      return [
        { operator: '>=', left: x, right: low, ties: ties(low) },
        { operator: '<=', left: x, right: high, ties: ties(high) },
      ];
    }
    case 'number':
    case 'text':
    case 'operand':
    case 'arithmetic':
    case 'choice':
    case 'node':
      return [];
  }
}

/** What is left for one number, between two bounds. */
interface Room {
  low: number;
  high: number;
  lowOpen: boolean;
  highOpen: boolean;
}

const BELOW = 1;
const EQUAL = 2;
const ABOVE = 4;
const SIGNS: Readonly<Record<Comparison, number>> = {
  '>': ABOVE,
  '<': BELOW,
  '>=': ABOVE | EQUAL,
  '<=': BELOW | EQUAL,
  '==': EQUAL,
  '!=': ABOVE | BELOW,
};

function consistent(demands: readonly Demand[]): boolean {
  if (demands.length < 2) return true;
  const rooms = new Map<string, Room>();
  const signs = new Map<string, number>();
  for (const demand of demands) {
    const [left, right] = [constantOf(demand.left), constantOf(demand.right)];
    // a tie with a constant has no sharp bound
    if ((left !== undefined && right !== undefined) || (demand.ties && (left ?? right) !== undefined)) continue;
    if (right !== undefined) {
      if (!fits(rooms, demand.left, demand.operator, right)) return false;
    } else if (left !== undefined) {
      if (!fits(rooms, demand.right, MIRRORED[demand.operator], left)) return false;
    } else {
      const [a, b] = [printTree(demand.left), printTree(demand.right)];
      const key = a <= b ? `${a} ? ${b}` : `${b} ? ${a}`;
      const rest =
        (signs.get(key) ?? BELOW | EQUAL | ABOVE) & SIGNS[a <= b ? demand.operator : MIRRORED[demand.operator]];
      if (rest === 0) return false;
      signs.set(key, rest);
    }
  }
  return true;
}

/** Narrows the room of a number by one comparison with a constant; false when nothing is left. */
function fits(rooms: Map<string, Room>, tree: Checked, operator: Comparison, bound: number): boolean {
  if (Number.isNaN(bound)) return true;
  const key = printTree(tree);
  const [low, high]: Range = tree.range;
  const room = rooms.get(key) ?? { low, high, lowOpen: false, highOpen: false };
  rooms.set(key, room);
  const open = operator === '>' || operator === '<';
  const fromBelow = operator === '>' || operator === '>=' || operator === '==';
  const fromAbove = operator === '<' || operator === '<=' || operator === '==';
  if (fromBelow && (bound > room.low || (bound === room.low && open))) {
    room.low = bound;
    room.lowOpen = open;
  }
  if (fromAbove && (bound < room.high || (bound === room.high && open))) {
    room.high = bound;
    room.highOpen = open;
  }
  return room.low < room.high || (room.low === room.high && !room.lowOpen && !room.highOpen);
}
