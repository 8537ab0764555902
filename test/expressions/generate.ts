import fc from 'fast-check';

/** Well-typed expressions of the world in world.ts, as text. */
export interface Texts {
  readonly number: fc.Arbitrary<string>;
  readonly condition: fc.Arbitrary<string>;
}

const bar = fc.constantFrom('open', 'high', 'low', 'close', 'hl2', 'ohlc4', 'day.close', 'SPY.day.high', 'ma');
const other = fc.constantFrom(
  'volume',
  'strength',
  'length',
  'fast',
  'loss',
  'position.bars',
  'bars_since_exit',
  'position.profit_pct',
  'bands.upper',
);
const literal = fc.oneof(fc.integer({ min: 0, max: 200 }).map(String), fc.constantFrom('0.5', '1.25', '1e3', '100'));
const period = fc.integer({ min: 1, max: 60 });

const TIED = fc.letrec<{ number: string; condition: string }>((tie) => {
  const number = tie('number');
  const condition = tie('condition');
  const leaf = fc.oneof(bar, other, literal);
  return {
    number: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc
        .tuple(number, fc.constantFrom('+', '-', '*', '/', '%', '^'), number)
        .map(([a, op, b]) => `(${a}) ${op} (${b})`),
      fc
        .tuple(leaf, fc.constantFrom('+', '-', '*', '/'), leaf, fc.constantFrom('+', '-', '*', '/', '^'), leaf)
        .map((parts) => parts.join(' ')),
      number.map((a) => `-(${a})`),
      fc
        .tuple(fc.constantFrom('abs', 'round', 'floor', 'ceil', 'sqrt', 'exp', 'ln', 'log10', 'sign'), number)
        .map(([f, a]) => `${f}(${a})`),
      fc.tuple(fc.constantFrom('min', 'max', 'pow'), number, number).map(([f, a, b]) => `${f}(${a}, (${b}) * 1.5)`),
      fc.tuple(number, number, number).map(([a, b, c]) => `clamp(${a}, ${b}, ${c})`),
      fc.tuple(condition, number, number).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      fc.tuple(fc.constantFrom('sma', 'ema', 'rsi', 'prev'), number, period).map(([f, a, n]) => `${f}(${a}, ${n})`),
      fc.tuple(condition, period).map(([c, n]) => `count(${c}, ${n})`),
      condition.map((c) => `bars_since(${c})`),
      fc
        .tuple(
          bar.filter((name) => name !== 'hl2' && name !== 'ohlc4'),
          period,
        )
        .map(([name, n]) => `${name}[${n}]`),
      period.map((n) => `atr(day, ${n})`),
    ),
    condition: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constantFrom('uptrend', 'is_first_session_of_month', 'uptrend[2]'),
      fc
        .tuple(fc.oneof(bar, number), fc.constantFrom('>', '<', '>=', '<=', '==', '!='), fc.oneof(bar, literal, number))
        .map(([a, op, b]) => `(${a}) ${op} (${b})`),
      fc.tuple(leaf, fc.constantFrom('>', '<', '>=', '<=', '==', '!='), leaf).map((parts) => parts.join(' ')),
      fc.tuple(condition, fc.constantFrom('and', 'or'), condition).map(([a, op, b]) => `(${a}) ${op} (${b})`),
      fc.tuple(condition, fc.constantFrom('and', 'or'), condition).map((parts) => parts.join(' ')),
      condition.map((c) => `not (${c})`),
      fc.tuple(condition, condition, condition).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      fc.tuple(number, number, number).map(([a, b, c]) => `between(${a}, ${b}, ${c})`),
      fc.tuple(number, number).map(([a, b]) => `crosses_above(${a}, ${b})`),
      fc.constantFrom('time >= "10:30"', 'weekday == "mon"', 'position.side != "long"', '"09:45" < time'),
    ),
  };
});

export const TEXTS: Texts = { number: TIED.number, condition: TIED.condition };
