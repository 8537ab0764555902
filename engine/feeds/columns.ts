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
export function createColumns(
  capacity: number,
  withVwap: boolean,
  memory: new (bytes: number) => ArrayBuffer | SharedArrayBuffer = ArrayBuffer,
): Columns {
  const column = () => new Float64Array(new memory(capacity * Float64Array.BYTES_PER_ELEMENT));
  return {
    length: 0,
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    vwap: withVwap ? column() : undefined,
  };
}

/** Empty columns in the place of the rows from `first` to `end` of others. */
export function columnsWithin(columns: Columns, first: number, end: number): Columns {
  return {
    length: 0,
    time: columns.time.subarray(first, end),
    open: columns.open.subarray(first, end),
    high: columns.high.subarray(first, end),
    low: columns.low.subarray(first, end),
    close: columns.close.subarray(first, end),
    volume: columns.volume.subarray(first, end),
    vwap: columns.vwap?.subarray(first, end),
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
