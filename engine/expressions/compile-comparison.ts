import { compileNumber, plainSlot, type SlotOf } from './compile-number.ts';
import { constantOf } from './constants.ts';
import type { ReadNumber, ReadTri } from './reader.ts';
import { MIRRORED, TIE } from './relation.ts';
import { type Checked, type Comparison, FALSE, TRUE, UNKNOWN } from './tree.ts';

/** A comparison as a closure; the shapes that rules are made of read their slots directly. */
export function compileComparison(
  operator: Comparison,
  ties: boolean,
  left: Checked,
  right: Checked,
  slotOf: SlotOf,
  values: Float64Array,
): ReadTri {
  const constant = constantOf(right);
  const [a, b] = [plainSlot(left, slotOf), plainSlot(right, slotOf)];
  if (!ties && a >= 0 && constant !== undefined && Number.isFinite(constant))
    return slotWithConstant(operator, a, constant, values);
  const first = constantOf(left);
  if (!ties && b >= 0 && first !== undefined && Number.isFinite(first))
    return slotWithConstant(MIRRORED[operator], b, first, values);
  if (a >= 0 && b >= 0) return ties ? tiedSlots(operator, a, b, values) : slotWithSlot(operator, a, b, values);
  const [l, r] = [compileNumber(left, slotOf, values), compileNumber(right, slotOf, values)];
  return ties ? tiedNumbers(operator, l, r) : plainNumbers(operator, l, r);
}

// One closure an operator: what the operator is was settled when the rule was compiled. (A switch over its text on every
// bar is slower, and V8 12.4 has been seen to compile such a switch into one that falls through all its cases.)

function plainNumbers(operator: Comparison, left: ReadNumber, right: ReadNumber): ReadTri {
  const known =
    (holds: (a: number, b: number) => boolean): ReadTri =>
    (row) => {
      const a = left(row);
      const b = right(row);
      if (Number.isNaN(a) || Number.isNaN(b)) return UNKNOWN;
      return holds(a, b) ? TRUE : FALSE;
    };
  switch (operator) {
    case '>':
      return known((a, b) => a > b);
    case '<':
      return known((a, b) => a < b);
    case '>=':
      return known((a, b) => a >= b);
    case '<=':
      return known((a, b) => a <= b);
    case '==':
      return known((a, b) => a === b);
    case '!=':
      return known((a, b) => a !== b);
  }
}

function tiedNumbers(operator: Comparison, left: ReadNumber, right: ReadNumber): ReadTri {
  const known =
    (holds: (difference: number, tie: number) => boolean): ReadTri =>
    (row) => {
      const a = left(row);
      const b = right(row);
      if (a - a + b - b !== 0) return UNKNOWN;
      return holds(a - b, TIE * Math.max(Math.abs(a), Math.abs(b))) ? TRUE : FALSE;
    };
  switch (operator) {
    case '>':
      return known((difference, tie) => difference > tie);
    case '<':
      return known((difference, tie) => -difference > tie);
    case '>=':
      return known((difference, tie) => !(-difference > tie));
    case '<=':
      return known((difference, tie) => !(difference > tie));
    case '==':
      return known((difference, tie) => Math.abs(difference) <= tie);
    case '!=':
      return known((difference, tie) => Math.abs(difference) > tie);
  }
}

function slotWithConstant(operator: Comparison, slot: number, constant: number, values: Float64Array): ReadTri {
  switch (operator) {
    case '>':
      return (row) => {
        const a = values[slot + row]!;
        return a - a !== 0 ? UNKNOWN : a > constant ? TRUE : FALSE;
      };
    case '<':
      return (row) => {
        const a = values[slot + row]!;
        return a - a !== 0 ? UNKNOWN : a < constant ? TRUE : FALSE;
      };
    case '>=':
      return (row) => {
        const a = values[slot + row]!;
        return a - a !== 0 ? UNKNOWN : a >= constant ? TRUE : FALSE;
      };
    case '<=':
      return (row) => {
        const a = values[slot + row]!;
        return a - a !== 0 ? UNKNOWN : a <= constant ? TRUE : FALSE;
      };
    case '==':
      return (row) => {
        const a = values[slot + row]!;
        return a - a !== 0 ? UNKNOWN : a === constant ? TRUE : FALSE;
      };
    case '!=':
      return (row) => {
        const a = values[slot + row]!;
        return a - a !== 0 ? UNKNOWN : a !== constant ? TRUE : FALSE;
      };
  }
}

function slotWithSlot(operator: Comparison, first: number, second: number, values: Float64Array): ReadTri {
  switch (operator) {
    case '>':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : a > b ? TRUE : FALSE;
      };
    case '<':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : a < b ? TRUE : FALSE;
      };
    case '>=':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : a >= b ? TRUE : FALSE;
      };
    case '<=':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : a <= b ? TRUE : FALSE;
      };
    case '==':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : a === b ? TRUE : FALSE;
      };
    case '!=':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : a !== b ? TRUE : FALSE;
      };
  }
}

function tiedSlots(operator: Comparison, first: number, second: number, values: Float64Array): ReadTri {
  switch (operator) {
    case '>':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : a - b > TIE * Math.max(Math.abs(a), Math.abs(b)) ? TRUE : FALSE;
      };
    case '<':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : b - a > TIE * Math.max(Math.abs(a), Math.abs(b)) ? TRUE : FALSE;
      };
    case '>=':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : b - a > TIE * Math.max(Math.abs(a), Math.abs(b)) ? FALSE : TRUE;
      };
    case '<=':
      return (row) => {
        const a = values[first + row]!;
        const b = values[second + row]!;
        return a - a + b - b !== 0 ? UNKNOWN : a - b > TIE * Math.max(Math.abs(a), Math.abs(b)) ? FALSE : TRUE;
      };
    case '==':
    case '!=':
      return tiedNumbers(
        operator,
        (row) => values[first + row]!,
        (row) => values[second + row]!,
      );
  }
}
