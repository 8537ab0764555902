import { codingOf } from '../expressions/texts.ts';
import { type Checked, FALSE, TRUE, type Tri } from '../expressions/tree.ts';
import type { Unit } from '../indicators/entry.ts';
import { fixed } from './amounts.ts';

export const triWord = (value: Tri): 'true' | 'false' | 'unknown' =>
  value === TRUE ? 'true' : value === FALSE ? 'false' : 'unknown';

/** Decimals that tell `size` apart from nothing: prices have cents, small numbers three figures. */
const placesOf = (size: number, unit: Unit): number => {
  if (unit === 'volume' || unit === 'shares' || unit === 'bars' || unit === 'minutes' || unit === 'count') return 0;
  if (size !== 0 && size < 1) return Math.min(9, 2 - Math.floor(Math.log10(size)));
  return size >= 100_000 ? 0 : 2;
};

/** A number as a trader reads it: `101.20`, `31.8`, `1,204,300`; `unknown` and `never` where it is none. */
export const numberWords = (value: number, unit: Unit): string => {
  if (Number.isNaN(value)) return 'unknown';
  if (!Number.isFinite(value)) return value > 0 ? 'never' : '-never';
  const money = unit === 'price' || unit === 'money';
  const places = money && Math.abs(value) >= 1 ? 2 : placesOf(Math.abs(value), unit);
  const text = fixed(value, Number.isInteger(value) && !money ? 0 : places);
  return money || !text.includes('.') ? text : text.replace(/\.?0+$/, '');
};

/** A distance between two numbers: a cent is the least that is told between prices, unless it is less. */
export const gapWords = (gap: number, unit: Unit): string =>
  unit === 'price' && gap >= 0.01 ? fixed(gap, 2) : numberWords(gap, unit);

/** The value of a node of a condition. */
export const valueWords = (tree: Checked, value: number): string => {
  if (tree.type === 'condition') return Number.isNaN(value) ? 'unknown' : value === 0 ? 'false' : 'true';
  const coding = codingOf(tree);
  return coding === undefined || Number.isNaN(value) ? numberWords(value, tree.unit) : coding.text(value);
};
