import type { DocumentPath, StrategyDocument } from '../../documents/document.ts';
import type { Expectation, ExpectedOrder } from '../../documents/generated/types.ts';
import { type Tri, UNKNOWN } from '../../expressions/tree.ts';
import type { BarRecord, SeenOrder } from './record.ts';

/** One thing that was expected of a bar and was not so. */
export interface Mismatch {
  /** From the root of the document to the value that was not met. */
  readonly path: DocumentPath;
  /** `order.side`, `conditions.uptrend`, `position`. */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** Compares a bar with what is expected of it; `path` leads to the expectation. */
export function mismatches(
  document: StrategyDocument,
  line: Expectation,
  path: DocumentPath,
  seen: BarRecord,
): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const differ = (keys: readonly string[], expected: string, got: string): void => {
    found.push({ path: [...path, ...keys], what: keys.join('.'), expected, got });
  };
  for (const [name, value] of Object.entries(line.conditions ?? {})) {
    const got = triText(seen.conditions.get(name) ?? UNKNOWN);
    if (got !== String(value)) differ(['conditions', name], String(value), got);
  }
  for (const [name, value] of Object.entries(line.indicators ?? {})) {
    const got = seen.indicators.get(name) ?? Number.NaN;
    const written = document.expression([...path, 'indicators', name])?.text ?? String(value);
    if (!meets(value, written, got, line.tolerance)) differ(['indicators', name], written, numberText(got));
  }
  if (line.order !== undefined) compareOrders(line.order, seen.orders, differ);
  if (line.position !== undefined && line.position !== seen.position)
    differ(['position'], line.position, seen.position);
  if (line.exit !== undefined && !seen.exits.some((exit) => isExit(exit, line.exit!)))
    differ(['exit'], line.exit, exitsText(seen));
  if (line.blocked_by !== undefined && ![...seen.blocked.values()].includes(line.blocked_by))
    differ(['blocked_by'], line.blocked_by, blockedText(seen));
  for (const [id, state] of Object.entries(line.breakers ?? {})) {
    const reading = seen.breakers.find(({ breaker }) => breaker === id);
    const got = reading?.tripped === true ? 'tripped' : 'clear';
    if (got === state) continue;
    // One that is not enabled watches nothing.
    const why = reading === undefined ? 'it is not enabled' : `${reading.tripped ? 'by ' : ''}${reading.values}`;
    differ(['breakers', id], state, `${got} (${why})`);
  }
  return found;
}

export const triText = (value: Tri): string => (value === UNKNOWN ? 'unknown' : value === 0 ? 'false' : 'true');

/** Up to six digits that count. */
export const numberText = (value: number): string =>
  Number.isNaN(value) ? 'unknown' : String(Number(value.toPrecision(9)));

/** Half a unit of the last decimal written: 31.8 takes 31.75 to 31.85. */
function precisionOf(written: string): number {
  const [, decimals = '', exponent = '0'] = /^[-+]?\d*\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(written) ?? [];
  return 0.5 * 10 ** (Number(exponent) - decimals.length);
}

function meets(value: number | 'unknown', written: string, got: number, tolerance: number | undefined): boolean {
  if (value === 'unknown' || Number.isNaN(got)) return value === 'unknown' && Number.isNaN(got);
  // A hair more than the half: 0.5 in binary is exact, 0.05 is not.
  return Math.abs(got - value) <= (tolerance ?? precisionOf(written)) * (1 + 1e-9);
}

type Differ = (keys: readonly string[], expected: string, got: string) => void;

const FIELDS = ['side', 'type', 'qty', 'limit_price', 'stop_price'] as const;
type Field = (typeof FIELDS)[number];

const fieldOf = (order: SeenOrder, field: Field): string | number | undefined => {
  if (field === 'limit_price') return order.limitPrice;
  if (field === 'stop_price') return order.stopPrice;
  return order[field];
};

const NEAR = 1e-6;

function isField(order: SeenOrder, field: Field, expected: string | number): boolean {
  const got = fieldOf(order, field);
  return typeof expected === 'number' && typeof got === 'number' ? Math.abs(got - expected) <= NEAR : got === expected;
}

function compareOrders(expected: ExpectedOrder | 'none', orders: readonly SeenOrder[], differ: Differ): void {
  const sent = orders.filter(({ refused }) => refused === undefined);
  if (expected === 'none') {
    const decided = sent.filter(({ role }) => role === 'entry' || role === 'exit');
    if (decided.length > 0) differ(['order'], 'none', decided.map(orderText).join('; '));
    return;
  }
  const wanted = FIELDS.filter((field) => expected[field] !== undefined);
  const wrong = sent.map((order) => wanted.filter((field) => !isField(order, field, expected[field]!)));
  if (wrong.some((fields) => fields.length === 0)) return;
  const nearest = wrong.reduce<number>((best, fields, k) => (fields.length < wrong[best]!.length ? k : best), 0);
  const order = sent[nearest];
  // One order that is the one meant, but for a part of it; otherwise there is none like it.
  if (order === undefined || wrong[nearest]!.length === wanted.length) {
    const refused = orders.filter((one) => one.refused !== undefined).map(orderText);
    differ(['order'], expectedText(expected), [...sent.map(orderText), ...refused].join('; ') || 'none');
    return;
  }
  for (const field of wrong[nearest]!)
    differ(['order', field], String(expected[field]), String(fieldOf(order, field) ?? 'none'));
}

const expectedText = (expected: ExpectedOrder): string =>
  FIELDS.flatMap((field) => (expected[field] === undefined ? [] : [wordOf(field, expected[field])])).join(' ');

function wordOf(field: Field, value: string | number): string {
  return field === 'limit_price' || field === 'stop_price' ? `${field} ${value}` : String(value);
}

/** `buy market 58`, `sell stop 58 stop_price 98`. */
export function orderText(order: SeenOrder): string {
  const words = FIELDS.flatMap((field) => {
    const value = fieldOf(order, field);
    return value === undefined ? [] : [wordOf(field, value)];
  });
  return words.join(' ') + (order.refused === undefined ? '' : ` (refused: ${order.refused})`);
}

const isExit = ({ rule, reason }: BarRecord['exits'][number], word: string): boolean =>
  reason === word || rule === `exit.${word}` || rule.endsWith(`.${word}`);

const exitsText = ({ exits }: BarRecord): string =>
  exits.length === 0 ? 'none' : exits.map(({ rule }) => rule.replace(/^exit\./, '')).join(', ');

function blockedText({ blocked }: BarRecord): string {
  if (blocked.size === 0) return 'nothing (the rule was false)';
  return [...blocked.values()].map((word) => word ?? 'nothing (the order went out)').join(', ');
}
