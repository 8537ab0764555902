/** Powers of ten that a double holds exactly. An integer of up to 15 digits over one of them is the nearest double, as Number() gives. */
export const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** The number of ten to fifteen digits from `first` to `end` into `row[role]`: too wide for the integers of the usual case. */
export function wide(
  buffer: Uint8Array,
  first: number,
  end: number,
  decimals: number,
  row: Float64Array,
  role: number,
): void {
  let mantissa = 0;
  for (let p = first; p < end; p++) {
    const value = buffer[p]! - 48;
    if (value >= 0) mantissa = mantissa * 10 + value;
  }
  row[role] = decimals === 0 ? mantissa : mantissa / POWERS[decimals]!;
}
