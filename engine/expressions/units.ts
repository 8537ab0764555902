import type { Unit } from '../indicators/entry.ts';
import type { ArithmeticOperator } from './tree.ts';

/** Units that measure the same thing under two names. */
const SAME: readonly (readonly [Unit, Unit])[] = [
  ['volume', 'shares'],
  ['bars', 'count'],
];

/** Whether two numbers may be added and compared; `none` goes with all. */
export const comparable = (a: Unit, b: Unit): boolean =>
  a === b || a === 'none' || b === 'none' || SAME.some(([x, y]) => (a === x && b === y) || (a === y && b === x));

/** The unit of a value that is one or the other. */
export const joined = (a: Unit, b: Unit): Unit => (a === b ? a : a === 'none' ? b : b === 'none' ? a : 'none');

const isScale = (unit: Unit): boolean => unit === 'none' || unit === 'ratio' || unit === 'percent';

function product(a: Unit, b: Unit): Unit {
  // a ratio times a number may well be a percentage, so nothing is claimed of it
  if (isScale(a) && isScale(b)) return a === b && a === 'ratio' ? 'ratio' : 'none';
  if (isScale(a)) return b;
  if (isScale(b)) return a;
  if (a === 'price' && (b === 'shares' || b === 'volume')) return 'money';
  if (b === 'price' && (a === 'shares' || a === 'volume')) return 'money';
  return 'none';
}

function quotient(a: Unit, b: Unit): Unit {
  if (a === b && a !== 'none') return 'ratio';
  if (isScale(b)) return isScale(a) ? 'none' : a;
  if (a === 'money' && b === 'price') return 'shares';
  if (a === 'money' && (b === 'shares' || b === 'volume')) return 'price';
  return 'none';
}

/** The unit of `a operator b`: price - price is a price, price / price a ratio, price * 2 a price. */
export function combined(operator: ArithmeticOperator, a: Unit, b: Unit): Unit {
  switch (operator) {
    case '+':
    case '-':
      return joined(a, b);
    case '*':
      return product(a, b);
    case '/':
      return quotient(a, b);
    case '%':
      return a;
    case '^':
      return 'none';
  }
}

/** How a message speaks of a unit. */
export const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  price: 'a price',
  money: 'an amount of money',
  volume: 'a volume',
  shares: 'a number of shares',
  percent: 'a percentage',
  index: 'an oscillator',
  ratio: 'a ratio',
  bars: 'a number of bars',
  minutes: 'a number of minutes',
  count: 'a count',
  date: 'a day',
  clock: 'a time of day',
  none: 'a number',
};
