import { constantOf } from './constants.ts';
import { keyOf } from './linear.ts';
import type { Range } from './ranges.ts';
import { MIRRORED } from './relation.ts';
import type { Checked, Comparison } from './tree.ts';

/** A comparison that must hold. */
export interface Demand {
  readonly operator: Comparison;
  readonly left: Checked;
  readonly right: Checked;
  readonly ties: boolean;
}

/** Whether a comparison can hold by the ranges of its sides. */
export function possible({ operator, left, right, ties }: Demand): boolean {
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

/** Whether comparisons of the same pair, or of the same number with constants, leave something over. */
export function agree(demands: readonly Demand[]): boolean {
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
      const [a, b] = [keyOf(demand.left), keyOf(demand.right)];
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
  const key = keyOf(tree);
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
