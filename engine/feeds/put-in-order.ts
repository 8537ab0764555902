import type { Columns } from './columns.ts';

/** How the rows of a file were put in order of time. */
export interface Reordering {
  /** Place in the file of each row, by its place in the order. */
  readonly order: Uint32Array;
  /** The fewest rows whose moving does it. */
  readonly moved: number;
  /** The first and the last row, by their places in the columns as they were, that are earlier than the one before. */
  readonly first: number;
  readonly last: number;
}

/** Rows are out of order and cannot be put in order: these two, by their places in the file, have one time. */
export interface Repetition {
  readonly repeated: readonly [number, number];
}

function firstDescent(time: Float64Array, breaks: readonly number[]): number {
  for (let k = 0; k < breaks.length; k++) if (time[breaks[k]!]! < time[breaks[k]! - 1]!) return breaks[k]!;
  return -1;
}

/** Length of the longest run of rows, gaps allowed, whose times rise (patience sorting). */
function longestRise(time: Float64Array, length: number): number {
  const tails = new Float64Array(length);
  let piles = 0;
  for (let i = 0; i < length; i++) {
    const at = time[i]!;
    let low = 0;
    let high = piles;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tails[middle]! < at) low = middle + 1;
      else high = middle;
    }
    tails[low] = at;
    if (low === piles) piles++;
  }
  return piles;
}

/**
 * Puts rows that are merely out of order in order of time, in place. Undefined when they are in order already. Nothing is
 * moved when two of them have one time: which of the two holds cannot be told from the file.
 * @param breaks rows, ascending, that may not come after the one before
 */
export function putInOrder(columns: Columns, breaks: readonly number[]): Reordering | Repetition | undefined {
  const { time, length } = columns;
  const first = firstDescent(time, breaks);
  if (first < 0) return undefined;
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  order.sort((a, b) => time[a]! - time[b]!);
  for (let i = 1; i < length; i++) {
    const [one, other] = [order[i - 1]!, order[i]!];
    if (time[one] === time[other]) return { repeated: [one, other] };
  }
  let last = length - 1;
  while (time[last]! >= time[last - 1]!) last--;
  const moved = length - longestRise(time, length);
  const scratch = new Float64Array(length);
  for (const column of [time, columns.open, columns.high, columns.low, columns.close, columns.volume, columns.vwap]) {
    if (column === undefined) continue;
    for (let i = 0; i < length; i++) scratch[i] = column[order[i]!]!;
    column.set(scratch);
  }
  return { order, moved, first, last };
}
