import { DAY, MINUTE } from '../market/time.ts';
import { SKIP, STAMP } from './csv-layout.ts';
import { POWERS, wide } from './csv-number.ts';
import type { Scan } from './csv-scan.ts';
import { ABSOLUTE, dayIn, isoAt } from './csv-time.ts';

/**
 * Bytes that are read before the reader returns: a function that returns often is compiled as a whole and early, one that stays
 * in its loop is compiled without its end and thrown away there.
 */
const BLOCK = 1 << 13;

/** Rows that read a whole stamp and plain numbers may be plain; their stamps must name an instant. */
export const mayBePlain = (scan: Scan): boolean => scan.kind === ABSOLUTE && !scan.layout.hasClock;

/** The column that each field of a row goes to; the stamp's is that of times, a skipped field has none. */
function targetsOf({ layout, columns }: Scan): readonly (Float64Array | undefined)[] {
  const { open, high, low, close, volume, vwap, time } = columns;
  const byRole = [undefined, open, high, low, close, volume, vwap, time];
  const targets: (Float64Array | undefined)[] = [];
  for (let field = 0; field < layout.roles.length; field++) targets.push(byRole[layout.roles[field]!]);
  return targets;
}

/**
 * Reads rows of the usual kind from `from` on, straight into the columns: a stamp `YYYY-MM-DDTHH:MM:SSZ`, numbers of digits and
 * a point, prices that agree. Gives where the next row begins after a block of them, or before the first row that is not of that
 * kind and is left as it was.
 */
export function scanPlainRows(scan: Scan, buffer: Uint8Array, from: number, to: number): number {
  if (!mayBePlain(scan)) return from;
  const { columns, cells, row } = scan;
  const { roles, delimiter } = scan.layout;
  const { open, high, low, close } = columns;
  const targets = targetsOf(scan);
  const fields = roles.length;
  const view = new DataView(buffer.buffer, buffer.byteOffset, to);
  const capacity = columns.time.length;
  // A stamp in the hour of the row before differs from it in its minute alone: four words of text are compared instead of read.
  let word0 = 0;
  let word1 = 0;
  let word2 = 0;
  let word4 = 0;
  let hour3 = -1;
  let hourMs = 0;
  const end = Math.min(to, from + BLOCK);
  let n = columns.length;
  let p = from;
  rows: for (; p < end && n < capacity; n++) {
    let at = p;
    let byte = 0;
    for (let field = 0; field < fields; field++) {
      const role = roles[field]!;
      if (role < STAMP && role !== SKIP) {
        const first = at;
        let mantissa = buffer[at]! - 48;
        if (mantissa >>> 0 > 9) break rows;
        let digit = buffer[++at]! - 48;
        while (digit >>> 0 <= 9) {
          mantissa = (mantissa * 10 + digit) | 0;
          digit = buffer[++at]! - 48;
        }
        let digits = at - first;
        let decimals = 0;
        // A point.
        if (digit === -2) {
          const point = ++at;
          digit = buffer[at]! - 48;
          while (digit >>> 0 <= 9) {
            mantissa = (mantissa * 10 + digit) | 0;
            digit = buffer[++at]! - 48;
          }
          decimals = at - point;
          digits += decimals;
        }
        byte = digit + 48;
        if (digits > 15) break rows;
        const target = targets[field]!;
        if (digits <= 9) target[n] = decimals === 0 ? mantissa : mantissa / POWERS[decimals]!;
        else {
          wide(buffer, first, at, decimals, row, role);
          target[n] = row[role]!;
        }
      } else if (role === STAMP) {
        if (at + 20 > to) break rows;
        const word3 = view.getInt32(at + 12, true);
        const tens = ((word3 >> 16) & 255) - 48;
        const ones = (word3 >>> 24) - 48;
        if (
          view.getInt32(at, true) === word0 &&
          view.getInt32(at + 4, true) === word1 &&
          view.getInt32(at + 8, true) === word2 &&
          view.getInt32(at + 16, true) === word4 &&
          (word3 & 0xffff) === hour3 &&
          (tens | ones | (5 - tens) | (9 - ones)) >= 0
        ) {
          columns.time[n] = hourMs + (tens * 10 + ones) * MINUTE;
        } else {
          const ofDay = isoAt(buffer, at, cells);
          if (ofDay < 0) break rows;
          const ms = dayIn(cells) * DAY + ofDay;
          columns.time[n] = ms;
          hourMs = ms - (tens * 10 + ones) * MINUTE;
          word0 = view.getInt32(at, true);
          word1 = view.getInt32(at + 4, true);
          word2 = view.getInt32(at + 8, true);
          word4 = view.getInt32(at + 16, true);
          hour3 = word3 & 0xffff;
        }
        at += 20;
        byte = buffer[at]!;
      } else {
        byte = buffer[at]!;
        if (byte === 34) break rows;
        while (byte !== delimiter && byte !== 10 && byte !== 13) byte = buffer[++at]!;
      }
      if (byte !== delimiter && (field < fields - 1 || (byte !== 10 && byte !== 13))) break rows;
      at++;
    }
    const top = high[n]!;
    const bottom = low[n]!;
    const first = open[n]!;
    const last = close[n]!;
    if (!(bottom > 0 && first >= bottom && last >= bottom && first <= top && last <= top)) break;
    // Fields behind the last one that is read.
    while (byte !== 10 && byte !== 13) byte = buffer[at++]!;
    p = byte === 13 && at < to && buffer[at] === 10 ? at + 1 : at;
  }
  if (n > columns.length) countPlainRows(scan, n - columns.length);
  return p;
}

/** Counts rows in that stand in the columns already, behind those of before; each has a line of its own. */
export function countPlainRows(scan: Scan, taken: number): void {
  const { columns } = scan;
  const line = scan.line + 1;
  if (line - columns.length !== scan.skew) {
    scan.skew = line - columns.length;
    scan.runs.push(columns.length, line);
  }
  scan.line += taken;
  scan.rows += taken;
  columns.length += taken;
}
