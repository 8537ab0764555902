import type { Unit } from '../indicators/entry.ts';
import { absolute, from, hull, type Range, raising, rising } from './ranges.ts';
import { joined } from './units.ts';

/** A function of its arguments alone. Numbers in, a number out; NaN stands for "no value". */
export interface PureFunction {
  readonly name: string;
  readonly params: readonly string[];
  readonly description: string;
  readonly example: string;
  readonly result: 'number' | 'condition';
  /** Whether the arguments are compared with each other and must share a unit. */
  readonly compares: boolean;
  readonly apply: (a: number, b: number, c: number) => number;
  readonly range: (a: Range, b: Range, c: Range) => Range;
  /** `none`: a bare number; otherwise that of the arguments. */
  readonly unit: 'none' | 'same';
}

const RISING = {
  result: 'number',
  compares: false,
  params: ['x'],
} as const;

function stepwise(name: string, description: string, f: (x: number) => number): PureFunction {
  return {
    ...RISING,
    name,
    description,
    example: `${name}(close)`,
    unit: 'same',
    apply: f,
    range: (a) => rising(f, a, true),
  };
}

function analytic(name: string, description: string, f: (x: number) => number, domain: number): PureFunction {
  return {
    ...RISING,
    name,
    description,
    example: `${name}(close)`,
    unit: 'none',
    apply: f,
    range: (a) => rising(f, from(domain, a), false),
  };
}

const least = (a: Range, b: Range): Range => [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
const most = (a: Range, b: Range): Range => [Math.max(a[0], b[0]), Math.max(a[1], b[1])];

const ALL: readonly PureFunction[] = [
  {
    ...RISING,
    name: 'abs',
    description: 'The distance from zero.',
    example: 'abs(close - open)',
    unit: 'same',
    apply: (x) => Math.abs(x),
    range: absolute,
  },
  {
    name: 'min',
    params: ['a', 'b'],
    description: 'The smaller of two numbers; the lowest of many bars is `lowest(x, n)`.',
    example: 'min(open, close)',
    result: 'number',
    compares: true,
    unit: 'same',
    apply: (a, b) => Math.min(a, b),
    range: least,
  },
  {
    name: 'max',
    params: ['a', 'b'],
    description: 'The larger of two numbers; the highest of many bars is `highest(x, n)`.',
    example: 'max(open, close)',
    result: 'number',
    compares: true,
    unit: 'same',
    apply: (a, b) => Math.max(a, b),
    range: most,
  },
  stepwise('round', 'The nearest whole number, halves upward.', Math.round),
  stepwise('floor', 'The whole number at or below.', Math.floor),
  stepwise('ceil', 'The whole number at or above.', Math.ceil),
  analytic('sqrt', 'The square root; unknown below zero.', Math.sqrt, 0),
  analytic('exp', 'e to the power of x.', Math.exp, -Infinity),
  analytic('ln', 'The natural logarithm; unknown at zero and below.', Math.log, 0),
  analytic('log10', 'The logarithm to base 10; unknown at zero and below.', Math.log10, 0),
  {
    ...RISING,
    name: 'sign',
    description: '1 above zero, -1 below, 0 at zero.',
    example: 'sign(close - open)',
    unit: 'none',
    apply: Math.sign,
    range: (a) => rising(Math.sign, a, true),
  },
  {
    name: 'pow',
    params: ['x', 'y'],
    description: 'x to the power of y, as `x ^ y`.',
    example: 'pow(close / open, 2)',
    result: 'number',
    compares: false,
    unit: 'none',
    apply: (x, y) => x ** y,
    range: raising,
  },
  {
    name: 'between',
    params: ['x', 'low', 'high'],
    description: 'Whether low <= x <= high.',
    example: 'between(rsi(14), 40, 60)',
    result: 'condition',
    compares: true,
    unit: 'none',
    // the compiler and the reference evaluator compare, with ties and three values; see compareAll
    apply: (x, low, high) => (x >= low && x <= high ? 1 : 0),
    range: () => [0, 1],
  },
  {
    name: 'clamp',
    params: ['x', 'low', 'high'],
    description: 'x, but not below low and not above high.',
    example: 'clamp(rsi(14), 20, 80)',
    result: 'number',
    compares: true,
    unit: 'same',
    apply: (x, low, high) => Math.min(Math.max(x, low), high),
    range: (x, low, high) => least(most(x, low), high),
  },
];

/** The functions without memory, by name. They go before indicators of the same name. */
export const PURE_FUNCTIONS: ReadonlyMap<string, PureFunction> = new Map(ALL.map((f) => [f.name, f]));

/** The unit of a call. */
export function unitOfCall(f: PureFunction, units: readonly Unit[]): Unit {
  if (f.unit === 'none') return 'none';
  return units.reduce((a, b) => joined(a, b));
}

/** The range of a call; arguments that the function does not have count as anything. */
export function rangeOfCall(f: PureFunction, ranges: readonly Range[]): Range {
  const a = ranges[0]!;
  const [low, high] = f.range(a, ranges[1] ?? a, ranges[2] ?? a);
  return Number.isNaN(low) || Number.isNaN(high) ? hull([-Infinity, 0], [0, Infinity]) : [low, high];
}

/** `min(a, b)`: how a message shows a function. */
export const signatureOf = (f: PureFunction): string => `${f.name}(${f.params.join(', ')})`;
