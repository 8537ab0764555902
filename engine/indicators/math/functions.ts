import type { IndicatorEntry, OutputSpec } from '../entry.ts';
import type { Kernel } from '../kernel.ts';
import { ANY, NOT_NEGATIVE } from '../outputs.ts';

/** A formula of one bar's values, applied anew on every bar; what has no value (the root of -1) is NaN. */
interface Formula {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly unit?: OutputSpec['unit'];
  readonly range?: OutputSpec['range'];
}

const unary = (formula: Formula, of: (x: number) => number): IndicatorEntry =>
  entry(formula, ['real'], {
    stateSize: () => 0,
    bind(_options, _state, values, inputs, outputs) {
      const input = inputs[0]!;
      const out = outputs[0]!;
      return (from, to) => {
        for (let row = from; row < to; row++) {
          values[out + row] = of(values[input + row]!);
        }
      };
    },
  });

const binary = (formula: Formula, of: (a: number, b: number) => number): IndicatorEntry =>
  entry(formula, ['a', 'b'], {
    stateSize: () => 0,
    bind(_options, _state, values, inputs, outputs) {
      const a = inputs[0]!;
      const b = inputs[1]!;
      const out = outputs[0]!;
      return (from, to) => {
        for (let row = from; row < to; row++) {
          values[out + row] = of(values[a + row]!, values[b + row]!);
        }
      };
    },
  });

const entry = (formula: Formula, inputs: readonly string[], kernel: Kernel): IndicatorEntry => ({
  name: formula.name,
  title: formula.title,
  group: 'math',
  description: formula.description,
  inputs: inputs.map((name) => ({ name, role: 'real' })),
  options: [],
  outputs: [{ name: formula.name, unit: formula.unit ?? 'none', range: formula.range ?? ANY, type: 'number' }],
  clock: 'source',
  warmup: () => 1,
  settle: () => 1,
  example: inputs.length === 1 ? `${formula.name}(close)` : `${formula.name}(high, low)`,
  departs: undefined,
  source: `tulind 0.8 ${formula.name}`,
  kernel,
});

const { PI } = Math;

/** The formulas of one bar that tulind calls simple vector functions. */
export const MATH_ENTRIES: readonly IndicatorEntry[] = [
  unary(
    {
      name: 'abs',
      title: 'Absolute value',
      description: 'The value without its sign.',
      unit: 'input',
      range: NOT_NEGATIVE,
    },
    Math.abs,
  ),
  unary(
    { name: 'ceil', title: 'Round up', description: 'The next whole number at or above the value.', unit: 'input' },
    Math.ceil,
  ),
  unary(
    { name: 'floor', title: 'Round down', description: 'The next whole number at or below the value.', unit: 'input' },
    Math.floor,
  ),
  unary(
    {
      name: 'round',
      title: 'Round',
      description: 'The nearest whole number; halves go up.',
      unit: 'input',
    },
    Math.round,
  ),
  unary(
    { name: 'trunc', title: 'Truncate', description: 'The value without its decimals.', unit: 'input' },
    Math.trunc,
  ),
  unary(
    { name: 'sqrt', title: 'Square root', description: 'The square root; unknown below 0.', range: NOT_NEGATIVE },
    Math.sqrt,
  ),
  unary(
    {
      name: 'exp',
      title: 'Exponential',
      description: "Euler's number to the power of the value.",
      range: NOT_NEGATIVE,
    },
    Math.exp,
  ),
  unary({ name: 'ln', title: 'Natural logarithm', description: 'The logarithm to base e; unknown below 0.' }, Math.log),
  unary(
    { name: 'log10', title: 'Decimal logarithm', description: 'The logarithm to base 10; unknown below 0.' },
    Math.log10,
  ),
  unary({ name: 'sin', title: 'Sine', description: 'The sine of an angle in radians.', range: [-1, 1] }, Math.sin),
  unary({ name: 'cos', title: 'Cosine', description: 'The cosine of an angle in radians.', range: [-1, 1] }, Math.cos),
  unary({ name: 'tan', title: 'Tangent', description: 'The tangent of an angle in radians.' }, Math.tan),
  unary(
    {
      name: 'asin',
      title: 'Arcsine',
      description: 'The angle in radians of a sine; unknown beyond 1.',
      range: [-PI / 2, PI / 2],
    },
    Math.asin,
  ),
  unary(
    {
      name: 'acos',
      title: 'Arccosine',
      description: 'The angle in radians of a cosine; unknown beyond 1.',
      range: [0, PI],
    },
    Math.acos,
  ),
  unary(
    { name: 'atan', title: 'Arctangent', description: 'The angle in radians of a tangent.', range: [-PI / 2, PI / 2] },
    Math.atan,
  ),
  unary({ name: 'sinh', title: 'Hyperbolic sine', description: 'The hyperbolic sine of the value.' }, Math.sinh),
  unary(
    {
      name: 'cosh',
      title: 'Hyperbolic cosine',
      description: 'The hyperbolic cosine of the value.',
      range: [1, Infinity],
    },
    Math.cosh,
  ),
  unary(
    { name: 'tanh', title: 'Hyperbolic tangent', description: 'The hyperbolic tangent of the value.', range: [-1, 1] },
    Math.tanh,
  ),
  unary({ name: 'todeg', title: 'Degrees', description: 'An angle in radians, in degrees.' }, (x) => x * (180 / PI)),
  unary({ name: 'torad', title: 'Radians', description: 'An angle in degrees, in radians.' }, (x) => x * (PI / 180)),
  binary(
    { name: 'add', title: 'Sum of two', description: 'The first value plus the second.', unit: 'input' },
    (a, b) => a + b,
  ),
  binary(
    { name: 'sub', title: 'Difference', description: 'The first value less the second.', unit: 'input' },
    (a, b) => a - b,
  ),
  binary({ name: 'mul', title: 'Product', description: 'The first value times the second.' }, (a, b) => a * b),
  binary({ name: 'div', title: 'Quotient', description: 'The first value divided by the second.' }, (a, b) => a / b),
];
