import { type Comparison, FALSE, TRUE, type Tri, UNKNOWN } from './tree.ts';

/** Prices nearer than this part of the larger one count as equal: cents make equal averages, and rounding must not decide. */
export const TIE = 1e-9;

/** `not (a > b)` as `a <= b`, and so on. */
export const CONTRARY: Readonly<Record<Comparison, Comparison>> = {
  '>': '<=',
  '<': '>=',
  '>=': '<',
  '<=': '>',
  '==': '!=',
  '!=': '==',
};

/** `a < b` as `b > a`, and so on. */
export const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '>': '<',
  '<': '>',
  '>=': '<=',
  '<=': '>=',
  '==': '==',
  '!=': '!=',
};

/** Whether a relation holds between numbers; NaN is unknown, Infinity ("never") compares. */
export function compareNumbers(operator: Comparison, a: number, b: number): Tri {
  if (Number.isNaN(a) || Number.isNaN(b)) return UNKNOWN;
  switch (operator) {
    case '>':
      return a > b ? TRUE : FALSE;
    case '<':
      return a < b ? TRUE : FALSE;
    case '>=':
      return a >= b ? TRUE : FALSE;
    case '<=':
      return a <= b ? TRUE : FALSE;
    case '==':
      return a === b ? TRUE : FALSE;
    case '!=':
      return a !== b ? TRUE : FALSE;
  }
}

/** The same between prices: within a tie they are equal for all six operators. */
export function compareTied(operator: Comparison, a: number, b: number): Tri {
  if (a - a + b - b !== 0) return UNKNOWN;
  const difference = a - b;
  const tied = Math.abs(difference) <= TIE * Math.max(Math.abs(a), Math.abs(b));
  return compareNumbers(operator, tied ? 0 : difference, 0);
}
