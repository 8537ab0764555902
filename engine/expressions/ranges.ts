import type { ArithmeticOperator } from './tree.ts';

/**
 * Closed intervals that hold every value an expression can take (unknown aside).
 * Source: interval arithmetic, Moore, Kearfott and Cloud, "Introduction to Interval Analysis" (2009), chapter 2; rounding is monotone, so
 * the four operations need no widening in doubles.
 */
export type Range = readonly [number, number];

export const ANYTHING: Range = [-Infinity, Infinity];
export const CONDITION: Range = [0, 1];

export const hull = (a: Range, b: Range): Range => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/**
 * Results of functions that are not correctly rounded may stray by some last digits: also from beyond the largest double back to it.
 */
function widen(low: number, high: number): Range {
  const least = Math.min(low, Number.MAX_VALUE);
  const most = Math.max(high, -Number.MAX_VALUE);
  return [least - Math.abs(least) * 1e-12, most + Math.abs(most) * 1e-12];
}

function ofCorners(a: number, b: number, c: number, d: number): Range {
  const low = Math.min(a, b, c, d);
  return Number.isNaN(low) ? ANYTHING : [low, Math.max(a, b, c, d)];
}

/** An infinite bound is never reached by a value that counts, so zero times it stays zero. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);
const over = (a: number, b: number): number => (a === 0 || Math.abs(b) === Infinity ? 0 : a / b);

function dividing(a: Range, b: Range): Range {
  if (b[0] > 0 || b[1] < 0) return ofCorners(over(a[0], b[0]), over(a[0], b[1]), over(a[1], b[0]), over(a[1], b[1]));
  const positive = (a[0] >= 0 && b[0] >= 0) || (a[1] <= 0 && b[1] <= 0);
  if (positive) return [0, Infinity];
  const negative = (a[0] >= 0 && b[1] <= 0) || (a[1] <= 0 && b[0] >= 0);
  return negative ? [-Infinity, 0] : ANYTHING;
}

function remaining(a: Range, b: Range): Range {
  const most = Math.max(Math.abs(b[0]), Math.abs(b[1]));
  return [a[0] >= 0 ? 0 : Math.max(a[0], -most), a[1] <= 0 ? 0 : Math.min(a[1], most)];
}

export function raising(a: Range, b: Range): Range {
  if (a[0] >= 0) {
    const corners = ofCorners(a[0] ** b[0], a[0] ** b[1], a[1] ** b[0], a[1] ** b[1]);
    return widen(Math.max(0, corners[0]), corners[1]);
  }
  if (b[0] === b[1] && b[0] > 0 && b[0] % 2 === 0) return widen(0, Math.max(Math.abs(a[0]), Math.abs(a[1])) ** b[0]);
  return ANYTHING;
}

/** Every value of `a operator b`. */
export function combining(operator: ArithmeticOperator, a: Range, b: Range): Range {
  switch (operator) {
    case '+':
      return ofCorners(a[0] + b[0], a[0] + b[0], a[1] + b[1], a[1] + b[1]);
    case '-':
      return ofCorners(a[0] - b[1], a[0] - b[1], a[1] - b[0], a[1] - b[0]);
    case '*':
      return ofCorners(times(a[0], b[0]), times(a[0], b[1]), times(a[1], b[0]), times(a[1], b[1]));
    case '/':
      return dividing(a, b);
    case '%':
      return remaining(a, b);
    case '^':
      return raising(a, b);
  }
}

export const negating = (a: Range): Range => [-a[1], -a[0]];

/** Every value of `f(x)` for an f that never falls; values where f has none are left out. */
export function rising(f: (x: number) => number, a: Range, exact: boolean): Range {
  const low = f(a[0]);
  const high = f(a[1]);
  if (Number.isNaN(low) || Number.isNaN(high)) return ANYTHING;
  return exact ? [low, high] : widen(low, high);
}

export function absolute(a: Range): Range {
  if (a[0] >= 0) return a;
  if (a[1] <= 0) return negating(a);
  return [0, Math.max(-a[0], a[1])];
}

/** The part of a that lies at or above a bound. */
export const from = (bound: number, a: Range): Range => [Math.max(bound, a[0]), Math.max(bound, a[1])];
