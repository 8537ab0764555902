import type { Checked } from './tree.ts';

/** A number that is written as text: how each text reads, and how each number is shown. */
export interface Coding {
  /** What the texts are, for messages: `a day of the week`. */
  readonly title: string;
  readonly example: string;
  /** All texts there are, where they can be listed. */
  readonly texts: readonly string[];
  readonly ordered: boolean;
  /** The number of a text; undefined when it is none of this coding's. */
  code(text: string): number | undefined;
  text(code: number): string;
}

function listed(
  title: string,
  example: string,
  ordered: boolean,
  codes: readonly (readonly [string, number])[],
): Coding {
  const byText = new Map(codes);
  const byCode = new Map(codes.map(([text, code]) => [code, text]));
  return {
    title,
    example,
    texts: codes.map(([text]) => text),
    ordered,
    code: (text) => byText.get(text),
    text: (code) => byCode.get(code) ?? String(code),
  };
}

const two = (n: number): string => String(n).padStart(2, '0');

/** Minutes since midnight, written `"10:30"`. */
const CLOCK: Coding = {
  title: 'a time of day',
  example: '"10:30"',
  texts: [],
  ordered: true,
  code: (text) => {
    const parts = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
    return parts ? Number(parts[1]) * 60 + Number(parts[2]) : undefined;
  },
  text: (code) => `${two(Math.floor(code / 60))}:${two(code % 60)}`,
};

/** ISO 8601: Monday is 1. */
const WEEKDAY = listed('a day of the week', '"mon"', true, [
  ['mon', 1],
  ['tue', 2],
  ['wed', 3],
  ['thu', 4],
  ['fri', 5],
  ['sat', 6],
  ['sun', 7],
]);

const SIDE = listed('a side', '"long"', false, [
  ['long', 1],
  ['short', -1],
  ['flat', 0],
]);

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ['time', CLOCK],
  ['weekday', WEEKDAY],
  ['position.side', SIDE],
]);

/** The coding of the measure that a tree reads; undefined when it is a plain number. */
export function codingOf(tree: Checked): Coding | undefined {
  if (tree.kind === 'named') return codingOf(tree.target);
  if (tree.kind !== 'operand' || tree.operand.kind !== 'measure') return undefined;
  return CODINGS.get(tree.operand.name) ?? (tree.unit === 'clock' ? CLOCK : undefined);
}

/** How a measure is asked with a length of time. */
export interface Timed {
  /** Minutes at most. */
  readonly most: number;
  /** Only whole days will do, and at least so many. */
  readonly leastDays?: number;
  readonly example: string;
}

/** Measures that are asked with a length of time; the answer's slot is named `opening_high:30`. */
export const TIMED_MEASURES: ReadonlyMap<string, Timed> = new Map<string, Timed>([
  ['opening_high', { most: 24 * 60, example: 'opening_high("30m")' }],
  ['opening_low', { most: 24 * 60, example: 'opening_low("30m")' }],
  ['rejections', { most: 31 * 24 * 60, example: 'rejections("10m")' }],
  ['stop_outs', { most: 31 * 24 * 60, example: 'stop_outs("1d")' }],
  ['closed_trades', { most: 31 * 24 * 60, example: 'closed_trades("1d")' }],
  // A deviation wants two days at least; a year of sessions is the longest anybody asks for.
  ['equity_volatility_pct', { most: 252 * 24 * 60, leastDays: 2, example: 'equity_volatility_pct("20d")' }],
  ['closed_profit_pct', { most: 31 * 24 * 60, example: 'closed_profit_pct("1d")' }],
]);

const MINUTES: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60, d: 1440 };

/** Minutes of `30m`, `2h` or `1d`; undefined when the text is no such length. */
export function minutesOf(text: string): number | undefined {
  const parts = /^([1-9]\d{0,4})\s?(m|min|h|d)$/.exec(text);
  return parts ? Number(parts[1]) * MINUTES[parts[2]!]! : undefined;
}

/** The shortest text of a number of minutes: `30m`, `2h`, `1d`. */
export const durationText = (minutes: number): string =>
  minutes % 1440 === 0 ? `${minutes / 1440}d` : minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
