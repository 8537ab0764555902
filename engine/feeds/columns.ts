/** Growing columns of a file that is being read; `length` rows are filled. */
export interface Columns {
  length: number;
  time: Float64Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  vwap: Float64Array | undefined;
}

/** Empty columns with room for `capacity` rows; pages that are never written cost no memory. */
export function createColumns(capacity: number, withVwap: boolean): Columns {
  return {
    length: 0,
    time: new Float64Array(capacity),
    open: new Float64Array(capacity),
    high: new Float64Array(capacity),
    low: new Float64Array(capacity),
    close: new Float64Array(capacity),
    volume: new Float64Array(capacity),
    vwap: withVwap ? new Float64Array(capacity) : undefined,
  };
}

/** Gives the columns half as much room again. */
export function growColumns(columns: Columns): void {
  const capacity = Math.ceil(columns.time.length * 1.5) + 16;
  const grown = (column: Float64Array) => {
    const out = new Float64Array(capacity);
    out.set(column);
    return out;
  };
  columns.time = grown(columns.time);
  columns.open = grown(columns.open);
  columns.high = grown(columns.high);
  columns.low = grown(columns.low);
  columns.close = grown(columns.close);
  columns.volume = grown(columns.volume);
  if (columns.vwap !== undefined) columns.vwap = grown(columns.vwap);
}

/** Turns a file that runs from the newest row to the oldest around. */
export function reverseColumns(columns: Columns): void {
  const { time, open, high, low, close, volume, vwap, length } = columns;
  for (const column of [time, open, high, low, close, volume, vwap]) column?.subarray(0, length).reverse();
}

/** The first `length` values; copied only when that frees a good part of the room. */
export function rightSized(column: Float64Array, length: number): Float64Array {
  return length < column.length * 0.8 ? column.slice(0, length) : column.subarray(0, length);
}
