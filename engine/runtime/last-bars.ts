import type { Ruleset } from '../compiler/ruleset.ts';
import type { Bars } from '../market/bars.ts';
import type { Swappable } from './swap.ts';

/** The last bars of each symbol that rules read, up to where a run stands: at most so many, in columns of their own. */
export function lastBars(run: Swappable, rules: Ruleset, most: number): Map<string, Bars> {
  const { session, feed, piece } = run;
  const { columns, rows } = session.estate;
  const known = new Map<string, Bars>();
  session.symbols.forEach((symbol, number) => {
    const column = columns[number];
    if (column !== undefined) known.set(symbol, { ...column, length: rows[number]! });
  });
  const short = rules.symbols.filter((symbol) => (known.get(symbol)?.length ?? 0) < most);
  const past = short.length === 0 ? new Map<string, Bars>() : feed.past(rules, piece);
  const found = new Map<string, Bars>();
  for (const symbol of rules.symbols) {
    const now = known.get(symbol);
    const before = past.get(symbol);
    if (now !== undefined || before !== undefined) found.set(symbol, joined(before, now, most));
  }
  return found;
}

/** The last `most` bars of two columns, the second later than the first. */
function joined(before: Bars | undefined, now: Bars | undefined, most: number): Bars {
  if (before === undefined || (now !== undefined && now.length >= most)) return tail(now!, most);
  if (now === undefined || now.length === 0) return tail(before, most);
  const older = tail(before, most - now.length);
  const length = older.length + now.length;
  const doubles = (a: Float64Array, b: Float64Array): Float64Array => {
    const both = new Float64Array(length);
    both.set(a.subarray(0, older.length));
    both.set(b.subarray(0, now.length), older.length);
    return both;
  };
  const session = new Int32Array(length);
  session.set(older.session.subarray(0, older.length));
  session.set(now.session.subarray(0, now.length), older.length);
  const hours = new Uint8Array(length);
  hours.set(older.hours.subarray(0, older.length));
  hours.set(now.hours.subarray(0, now.length), older.length);
  const { mixedHours: _, ...rest } = now;
  return {
    ...rest,
    length,
    start: doubles(older.start, now.start),
    end: doubles(older.end, now.end),
    open: doubles(older.open, now.open),
    high: doubles(older.high, now.high),
    low: doubles(older.low, now.low),
    close: doubles(older.close, now.close),
    volume: doubles(older.volume, now.volume),
    vwap: older.vwap === undefined || now.vwap === undefined ? undefined : doubles(older.vwap, now.vwap),
    session,
    hours,
  };
}

function tail(bars: Bars, most: number): Bars {
  const from = Math.max(0, bars.length - most);
  if (from === 0) return bars;
  const cut = (column: Float64Array): Float64Array => column.subarray(from, bars.length);
  return {
    ...bars,
    length: bars.length - from,
    start: cut(bars.start),
    end: cut(bars.end),
    open: cut(bars.open),
    high: cut(bars.high),
    low: cut(bars.low),
    close: cut(bars.close),
    volume: cut(bars.volume),
    vwap: bars.vwap && cut(bars.vwap),
    session: bars.session.subarray(from, bars.length),
    hours: bars.hours.subarray(from, bars.length),
  };
}
