import type { BarsEvent } from '../core/events.ts';
import type { Bars } from '../market/bars.ts';

/** Walks the bars of several symbols in the order in which they end. */
export interface Merge {
  /** The columns in use, by symbol number. */
  readonly columns: (Bars | undefined)[];
  /** Next row of each. */
  readonly rows: Int32Array;
  /** Puts further bars of a symbol under the cursor, from their first row. */
  put(symbol: number, bars: Bars | undefined): void;
  /** Moves past the next bars of a symbol. */
  skip(symbol: number, bars: number): void;
  /** When the bars that come next end, ms; Infinity when there are none. */
  peek(): number;
  /** Collects the bars that end next, and moves past them; false when there are none. */
  next(into: BarsEvent): boolean;
}

export function createMerge(symbols: number): Merge {
  const columns: (Bars | undefined)[] = Array.from({ length: symbols }, () => undefined);
  const rows = new Int32Array(symbols);
  // Ends of the next bars, Infinity where there is none: the search for the earliest touches nothing else.
  const ends = new Float64Array(symbols).fill(Number.POSITIVE_INFINITY);
  return {
    columns,
    rows,
    put(symbol, bars) {
      columns[symbol] = bars;
      rows[symbol] = 0;
      ends[symbol] = bars === undefined || bars.length === 0 ? Number.POSITIVE_INFINITY : bars.end[0]!;
    },
    skip(symbol, bars) {
      const column = columns[symbol]!;
      const row = rows[symbol]! + bars;
      rows[symbol] = row;
      ends[symbol] = row < column.length ? column.end[row]! : Number.POSITIVE_INFINITY;
    },
    peek() {
      let time = Number.POSITIVE_INFINITY;
      for (let s = 0; s < symbols; s++) if (ends[s]! < time) time = ends[s]!;
      return time;
    },
    next(into) {
      let time = Number.POSITIVE_INFINITY;
      for (let s = 0; s < symbols; s++) if (ends[s]! < time) time = ends[s]!;
      if (time === Number.POSITIVE_INFINITY) return false;
      let filled = 0;
      for (let s = 0; s < symbols; s++) {
        if (ends[s] !== time) continue;
        const bars = columns[s]!;
        const row = rows[s]!;
        into.symbols[filled] = s;
        into.columns[filled] = bars;
        into.rows[filled] = row;
        filled++;
        rows[s] = row + 1;
        ends[s] = row + 1 < bars.length ? bars.end[row + 1]! : Number.POSITIVE_INFINITY;
      }
      into.time = time;
      into.count = filled;
      return true;
    },
  };
}
