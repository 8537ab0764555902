/** A typed array that can grow: orders and trades are kept in such columns, where the garbage collector need not look. */
type Typed = Float64Array | Int32Array | Uint8Array | BigInt64Array;

/** The same column with room for twice as much. */
const doubled = <Column extends Typed>(column: Column): Column => {
  const wider = new (column.constructor as new (length: number) => Column)(column.length * 2);
  wider.set(column as never);
  return wider;
};

/** Makes room for one more row in every typed column of a table, `length` rows of which are filled. */
export const makeRoom = (columns: object, length: number, capacity: number): void => {
  if (length < capacity) return;
  const table = columns as Record<string, unknown>;
  for (const [name, column] of Object.entries(table))
    if (ArrayBuffer.isView(column)) table[name] = doubled(column as Typed);
};

/** Amounts in billionths that a column of 64 bits holds; larger ones are kept beside it. */
export const fits = (amount: bigint): boolean => amount <= 9_223_372_036_854_775_807n && amount >= 0n;

/** The rows filed under a key, few each; a list that is kept and grows. */
export const rowsUnder = (rowsByKey: Map<number, number[]>, key: number): number[] => {
  let rows = rowsByKey.get(key);
  if (rows === undefined) {
    rows = [];
    rowsByKey.set(key, rows);
  }
  return rows;
};
