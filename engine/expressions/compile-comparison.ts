import { compileNumber, plainSlot, type SlotOf } from './compile-number.ts';
import { constantOf } from './constants.ts';
import { TIE } from './relation.ts';
import { type Checked, type Comparison, FALSE, TRUE, type Tri, UNKNOWN } from './tree.ts';

/** `a < b` as `b > a`, and so on. */
const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '>': '<',
  '<': '>',
  '>=': '<=',
  '<=': '>=',
  '==': '==',
  '!=': '!=',
};

/** A comparison as a closure; the shapes that rules are made of read their slots directly. */
export function compileComparison(
  operator: Comparison,
  ties: boolean,
  left: Checked,
  right: Checked,
  slotOf: SlotOf,
  values: Float64Array,
): () => Tri {
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

type Reader = () => number;

// One closure an operator: what the operator is was settled when the rule was compiled. (A switch over its text on every
// bar is slower, and V8 12.4 has been seen to compile such a switch into one that falls through all its cases.)

function plainNumbers(operator: Comparison, left: Reader, right: Reader): () => Tri {
  const known = (holds: (a: number, b: number) => boolean) => (): Tri => {
    const a = left();
    const b = right();
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

function tiedNumbers(operator: Comparison, left: Reader, right: Reader): () => Tri {
  const known = (holds: (difference: number, tie: number) => boolean) => (): Tri => {
    const a = left();
    const b = right();
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

function slotWithConstant(operator: Comparison, slot: number, constant: number, values: Float64Array): () => Tri {
  switch (operator) {
    case '>':
      return () => {
        const a = values[slot]!;
        return a - a !== 0 ? UNKNOWN : a > constant ? TRUE : FALSE;
      };
    case '<':
      return () => {
        const a = values[slot]!;
        return a - a !== 0 ? UNKNOWN : a < constant ? TRUE : FALSE;
      };
    case '>=':
      return () => {
        const a = values[slot]!;
        return a - a !== 0 ? UNKNOWN : a >= constant ? TRUE : FALSE;
      };
    case '<=':
      return () => {
        const a = values[slot]!;
        return a - a !== 0 ? UNKNOWN : a <= constant ? TRUE : FALSE;
      };
    case '==':
      return () => {
        const a = values[slot]!;
        return a - a !== 0 ? UNKNOWN : a === constant ? TRUE : FALSE;
      };
    case '!=':
      return () => {
        const a = values[slot]!;
        return a - a !== 0 ? UNKNOWN : a !== constant ? TRUE : FALSE;
      };
  }
}

function slotWithSlot(operator: Comparison, first: number, second: number, values: Float64Array): () => Tri {
  switch (operator) {
    case '>':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : a > b ? TRUE : FALSE;
      };
    case '<':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : a < b ? TRUE : FALSE;
      };
    case '>=':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : a >= b ? TRUE : FALSE;
      };
    case '<=':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : a <= b ? TRUE : FALSE;
      };
    case '==':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : a === b ? TRUE : FALSE;
      };
    case '!=':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : a !== b ? TRUE : FALSE;
      };
  }
}

function tiedSlots(operator: Comparison, first: number, second: number, values: Float64Array): () => Tri {
  switch (operator) {
    case '>':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : a - b > TIE * Math.max(Math.abs(a), Math.abs(b)) ? TRUE : FALSE;
      };
    case '<':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : b - a > TIE * Math.max(Math.abs(a), Math.abs(b)) ? TRUE : FALSE;
      };
    case '>=':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : b - a > TIE * Math.max(Math.abs(a), Math.abs(b)) ? FALSE : TRUE;
      };
    case '<=':
      return () => {
        const a = values[first]!;
        const b = values[second]!;
        return a - a + b - b !== 0 ? UNKNOWN : a - b > TIE * Math.max(Math.abs(a), Math.abs(b)) ? FALSE : TRUE;
      };
    case '==':
    case '!=':
      return tiedNumbers(
        operator,
        () => values[first]!,
        () => values[second]!,
      );
  }
}
