import type { Values } from '../expressions/reference.ts';
import { CONTRARY } from '../expressions/relation.ts';
import { type Shortfall, shortfalls } from '../expressions/shortfall.ts';
import { codingOf } from '../expressions/texts.ts';
import { type Checked, FALSE, TRUE } from '../expressions/tree.ts';
import { gapWords, numberWords, valueWords } from './value-words.ts';

type TextOf = (tree: Checked) => string;

/** How far a part of a condition is from what is needed, in parts and in words: "rsi 31.8, needs < 30 (1.8 above)". */
export interface Distance {
  /** `rsi` */
  readonly operand: string;
  /** `31.8` */
  readonly value: string;
  /** `< 30` */
  readonly needs: string;
  /** `1.8 above`; undefined where no number says it. */
  readonly gap: string | undefined;
  readonly gapValue: number | undefined;
  /** A condition that is read as it is: nothing more can be said of it. */
  readonly flag: boolean;
}

/** How the parts of a condition are looked for: behind the names of conditions too, and for true, unless said otherwise. */
interface Looking {
  readonly enter: boolean;
  readonly wanted: boolean;
}

/** The distances of all parts that keep a condition from being true. */
export const distances = (
  tree: Checked,
  values: Values,
  textOf: TextOf,
  { enter, wanted }: Looking = { enter: true, wanted: true },
): readonly Distance[] =>
  shortfalls(tree, values, enter, wanted).map((shortfall) => distanceOf(shortfall, values, textOf));

export const distanceWords = ({ operand, value, needs, gap, flag }: Distance): string =>
  flag ? `${operand} is ${value}` : `${operand} ${value}, needs ${needs}${gap === undefined ? '' : ` (${gap})`}`;

function distanceOf(shortfall: Shortfall, values: Values, textOf: TextOf): Distance {
  const { tree, wanted } = shortfall;
  if (Number.isNaN(values.get(tree) ?? Number.NaN)) {
    return {
      operand: textOf(tree),
      value: 'unknown',
      needs: wanted ? 'true' : 'false',
      gap: undefined,
      gapValue: undefined,
      flag: true,
    };
  }
  if (tree.kind === 'compare') return ofComparison(tree, wanted, values, textOf);
  if (tree.kind === 'node' && CROSS.test(tree.entry.name)) return ofCross(tree, wanted, values, textOf);
  const needs = wanted ? 'true' : 'false';
  return {
    operand: textOf(tree),
    value: valueWords(tree, values.get(tree) ?? Number.NaN),
    needs,
    gap: undefined,
    gapValue: undefined,
    flag: true,
  };
}

function ofComparison(tree: Checked & { kind: 'compare' }, wanted: boolean, values: Values, textOf: TextOf): Distance {
  // The changing side comes first: `30 > rsi` is read as `rsi < 30`.
  const turned = isFixed(tree.left) && !isFixed(tree.right);
  const [left, right] = turned ? [tree.right, tree.left] : [tree.left, tree.right];
  const [a, b] = [values.get(left) ?? Number.NaN, values.get(right) ?? Number.NaN];
  const written = turned ? TURNED[tree.operator] : tree.operator;
  const operator = wanted ? written : CONTRARY[written];
  const bound = codingOf(left) !== undefined && !Number.isNaN(b) ? codingOf(left)!.text(b) : valueWords(right, b);
  const name = isFixed(right) ? '' : `${textOf(right)} `;
  const difference = a - b;
  const measured = codingOf(left) === undefined && Number.isFinite(difference) && operator !== '!=';
  const gap =
    difference === 0 ? 'equal' : `${gapWords(Math.abs(difference), left.unit)} ${difference > 0 ? 'above' : 'below'}`;
  return {
    operand: textOf(left),
    value: valueWords(left, a),
    needs: `${operator} ${name}${bound}`,
    gap: measured ? gap : undefined,
    gapValue: measured ? Math.abs(difference) : undefined,
    flag: false,
  };
}

const TURNED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' } as const;
const CROSS = /^cross/;

const isFixed = (tree: Checked): boolean =>
  tree.kind === 'number' || tree.kind === 'text' || (tree.kind === 'unary' && isFixed(tree.operand));

/** A cross is an event: what is told is on which side the first value lies. */
function ofCross(tree: Checked & { kind: 'node' }, wanted: boolean, values: Values, textOf: TextOf): Distance {
  const [first, second] = tree.inputs as [Checked, Checked | undefined];
  const a = values.get(first) ?? Number.NaN;
  const b = second === undefined ? (tree.options[0] ?? Number.NaN) : (values.get(second) ?? Number.NaN);
  const level =
    second === undefined
      ? numberWords(b, first.unit)
      : `${isFixed(second) ? '' : `${textOf(second)} `}${valueWords(second, b)}`;
  const way = tree.entry.name.includes('above') ? 'above' : tree.entry.name.includes('below') ? 'below' : 'over';
  const difference = a - b;
  const value = values.get(tree);
  const there = (way === 'above' && difference > 0) || (way === 'below' && difference < 0);
  const known = Number.isFinite(difference);
  const side =
    difference === 0 ? 'equal' : `${gapWords(Math.abs(difference), first.unit)} ${difference > 0 ? 'above' : 'below'}`;
  return {
    operand: textOf(first),
    value: valueWords(first, a),
    needs: wanted ? `to cross ${way} ${level}` : `not to cross ${way} ${level}`,
    gap:
      known && value !== undefined && (value === FALSE || value === TRUE)
        ? there && wanted
          ? `${side} already, no cross on this bar`
          : side
        : undefined,
    gapValue: known ? Math.abs(difference) : undefined,
    flag: false,
  };
}
