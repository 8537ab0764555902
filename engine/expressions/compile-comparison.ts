import { compileNumber, plainSlot, type SlotOf } from './compile-number.ts';
import { constantOf } from './constants.ts';
import { compareNumbers, compareTied, TIE } from './relation.ts';
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
  return ties ? () => compareTied(operator, l(), r()) : () => compareNumbers(operator, l(), r());
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
      return () => compareTied(operator, values[first]!, values[second]!);
  }
}
