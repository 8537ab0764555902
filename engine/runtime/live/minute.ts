import type { MinuteBar } from '../../market/minute-bar.ts';

/** Why entries rest in a minute: its bars came `late`; `account`: account and ledger were not known to agree. */
export type Lateness = 'late' | 'account';

/** All bars that end at one moment. */
export interface Minute {
  /** ms. */
  readonly end: number;
  /** They came too late to enter on: the engine was away, or the line was. */
  readonly stale: boolean;
  /** Why it is; left out: it is not, or nobody said. */
  readonly why?: Lateness | undefined;
  readonly bars: readonly MinuteBar[];
}

type Row = readonly [
  symbol: string,
  start: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

const rowOf = ({ symbol, start, open, high, low, close, volume }: MinuteBar): Row => [
  symbol,
  start,
  open,
  high,
  low,
  close,
  volume,
];

const barOf = ([symbol, start, open, high, low, close, volume]: Row): MinuteBar => ({
  symbol,
  start,
  open,
  high,
  low,
  close,
  volume,
  vwap: undefined,
});

/** A minute as the journal keeps it: numbers survive the way there and back to the last bit. */
export const minuteText = ({ end, stale, why, bars }: Minute): string =>
  JSON.stringify([end, stale, bars.map(rowOf), ...(why === undefined ? [] : [why])]);

export function minuteFrom(text: string): Minute {
  const [end, stale, rows, why] = JSON.parse(text) as [number, boolean, Row[], Lateness?];
  return { end, stale, bars: rows.map(barOf), ...(why === undefined ? {} : { why }) };
}

/** The history of some symbols, as the journal keeps it. */
export const historyText = (history: ReadonlyMap<string, readonly MinuteBar[]>): string =>
  JSON.stringify([...history].map(([symbol, bars]) => [symbol, bars.map((bar) => rowOf(bar).slice(1))]));

export function historyFrom(text: string): ReadonlyMap<string, readonly MinuteBar[]> {
  const entries = JSON.parse(text) as [string, number[][]][];
  return new Map(
    entries.map(([symbol, rows]) => [symbol, rows.map((row) => barOf([symbol, ...row] as unknown as Row))]),
  );
}
