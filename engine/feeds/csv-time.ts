import { dayOf, daysInMonth } from '../market/civil.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../market/time.ts';

/** What a timestamp says about its zone. */
export const ABSOLUTE = 1;
export const LOCAL = 2;
export const DATE_ONLY = 3;

/** Places in the scanner's integer cells. */
export const AT = 0;
export const KIND = 1;
const LAST_DATE = 2;
const LAST_DAY = 3;
export const TIME_CELLS = 4;

const digit = (byte: number): boolean => byte >= 48 && byte <= 57;

/** Two digits as a number, or a number over 100 when they are none. */
function pair(buffer: Uint8Array, p: number): number {
  const a = buffer[p]! - 48;
  const b = buffer[p + 1]! - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : 1000;
}

/** Midnight of a date in ms, NaN when there is no such date; the last date is remembered. */
function dateMs(cells: Int32Array, year: number, month: number, day: number): number {
  const date = year * 10_000 + month * 100 + day;
  if (date === cells[LAST_DATE]) return cells[LAST_DAY]! * DAY;
  if (!(month >= 1 && month <= 12 && day >= 1 && year >= 1800 && year <= 2200 && day <= daysInMonth(year, month))) {
    return Number.NaN;
  }
  cells[LAST_DATE] = date;
  cells[LAST_DAY] = dayOf(year, month, day);
  return cells[LAST_DAY]! * DAY;
}

/** `HH:MM[:SS[.fff]]` or `HHMM[SS]` at `cells[AT]`, in ms since midnight; NaN when there is none. */
export function clockAt(buffer: Uint8Array, cells: Int32Array): number {
  let p = cells[AT]!;
  let hour = pair(buffer, p);
  if (hour > 23) {
    // `9:30` has one digit.
    if (!digit(buffer[p]!) || buffer[p + 1] !== 58) return Number.NaN;
    hour = buffer[p]! - 48;
    p += 1;
  } else p += 2;
  const colon = buffer[p] === 58;
  if (colon) p++;
  const minute = pair(buffer, p);
  if (minute > 59) return Number.NaN;
  p += 2;
  let ms = hour * HOUR + minute * MINUTE;
  if (colon ? buffer[p] === 58 : digit(buffer[p]!)) {
    if (colon) p++;
    const second = pair(buffer, p);
    if (second > 59) return Number.NaN;
    p += 2;
    ms += second * SECOND;
    if (buffer[p] === 46) {
      p++;
      let scale = 100;
      while (digit(buffer[p]!)) {
        ms += (buffer[p]! - 48) * Math.floor(scale);
        scale /= 10;
        p++;
      }
    }
  }
  cells[AT] = p;
  return ms;
}

/** A zone after a time: `Z`, `+05`, `-0500`, `+05:30`, ` UTC`; its offset in ms, NaN when there is none. */
function zoneAt(buffer: Uint8Array, cells: Int32Array): number {
  let p = cells[AT]!;
  const byte = buffer[p]!;
  if (byte === 90 || byte === 122) {
    cells[AT] = p + 1;
    return 0;
  }
  if (byte === 32 && buffer[p + 1] === 85 && buffer[p + 2] === 84 && buffer[p + 3] === 67) {
    cells[AT] = p + 4;
    return 0;
  }
  if (byte !== 43 && byte !== 45) return Number.NaN;
  const hours = pair(buffer, p + 1);
  if (hours > 15) return Number.NaN;
  p += 3;
  if (buffer[p] === 58) p++;
  const minutes = pair(buffer, p);
  if (minutes <= 59) p += 2;
  cells[AT] = p;
  const offset = hours * HOUR + (minutes <= 59 ? minutes : 0) * MINUTE;
  return byte === 45 ? -offset : offset;
}

/** Seconds, milliseconds, microseconds or nanoseconds since the epoch, or `YYYYMMDD`, by the number of digits. */
function digitsAt(buffer: Uint8Array, cells: Int32Array): number {
  let p = cells[AT]!;
  let value = 0;
  let count = 0;
  while (digit(buffer[p]!) && count < 20) {
    value = value * 10 + (buffer[p]! - 48);
    count++;
    p++;
  }
  if (count === 8) {
    const ms = dateMs(cells, Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100);
    cells[AT] = p;
    if ((buffer[p] === 32 || buffer[p] === 84) && digit(buffer[p + 1]!)) {
      cells[AT] = p + 1;
      return ms + clockWithZone(buffer, cells);
    }
    cells[KIND] = DATE_ONLY;
    return ms;
  }
  cells[KIND] = ABSOLUTE;
  let ms = Number.NaN;
  if (count === 9 || count === 10) ms = value * SECOND;
  else if (count === 12 || count === 13) ms = value;
  else if (count === 16) ms = Math.floor(value / 1e3);
  else if (count === 19) ms = Math.floor(value / 1e6 + 1e-3);
  if (buffer[p] === 46) {
    p++;
    let scale = count <= 10 ? 100 : 0;
    while (digit(buffer[p]!)) {
      ms += (buffer[p]! - 48) * Math.floor(scale);
      scale /= 10;
      p++;
    }
  }
  cells[AT] = p;
  return ms;
}

function clockWithZone(buffer: Uint8Array, cells: Int32Array): number {
  const clock = clockAt(buffer, cells);
  const zone = zoneAt(buffer, cells);
  cells[KIND] = Number.isNaN(zone) ? LOCAL : ABSOLUTE;
  return Number.isNaN(zone) ? clock : clock - zone;
}

function lineEndsWithin(buffer: Uint8Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if (buffer[p] === 10 || buffer[p] === 13) return true;
  return false;
}

/**
 * The timestamp at `cells[AT]` in milliseconds: since the epoch (`cells[KIND]` ABSOLUTE), by a clock without a zone (LOCAL),
 * or midnight of a date (DATE_ONLY); NaN when the text is no time. Leaves `cells[AT]` behind it.
 */
export function stampAt(buffer: Uint8Array, cells: Int32Array): number {
  const p = cells[AT]!;
  const separator = buffer[p + 4];
  if ((separator !== 45 && separator !== 47) || buffer[p + 7] !== separator) return digitsAt(buffer, cells);
  const year = pair(buffer, p) * 100 + pair(buffer, p + 2);
  const day = dateMs(cells, year, pair(buffer, p + 5), pair(buffer, p + 8));
  // What stands behind the end of a short line is no part of it.
  if (Number.isNaN(day) && lineEndsWithin(buffer, p, p + 10)) return day;
  cells[AT] = p + 10;
  const next = buffer[p + 10];
  if ((next === 84 || next === 32 || next === 116) && digit(buffer[p + 11]!)) {
    cells[AT] = p + 11;
    return day + clockWithZone(buffer, cells);
  }
  cells[KIND] = DATE_ONLY;
  return day;
}

/**
 * The commonest form, `YYYY-MM-DDTHH:MM:SSZ` with T or a space, at `p`: milliseconds of its day, with the day's number left for
 * `dayIn`; -1 when the text is anything else. Integers alone, because a double given back to the caller would be boxed.
 */
export function isoAt(buffer: Uint8Array, p: number, cells: Int32Array): number {
  if (
    buffer[p + 19] !== 90 ||
    buffer[p + 16] !== 58 ||
    buffer[p + 13] !== 58 ||
    buffer[p + 4] !== 45 ||
    buffer[p + 7] !== 45
  ) {
    return -1;
  }
  if (buffer[p + 10] !== 84 && buffer[p + 10] !== 32) return -1;
  const y1 = buffer[p]! - 48;
  const y2 = buffer[p + 1]! - 48;
  const y3 = buffer[p + 2]! - 48;
  const y4 = buffer[p + 3]! - 48;
  const m1 = buffer[p + 5]! - 48;
  const m2 = buffer[p + 6]! - 48;
  const d1 = buffer[p + 8]! - 48;
  const d2 = buffer[p + 9]! - 48;
  const h1 = buffer[p + 11]! - 48;
  const h2 = buffer[p + 12]! - 48;
  const i1 = buffer[p + 14]! - 48;
  const i2 = buffer[p + 15]! - 48;
  const s1 = buffer[p + 17]! - 48;
  const s2 = buffer[p + 18]! - 48;
  const hour = h1 * 10 + h2;
  // The sign bit of the whole is set when any byte is no digit or a field too large.
  const low = y1 | y2 | y3 | y4 | m1 | m2 | d1 | d2 | h1 | h2 | i1 | i2 | s1 | s2;
  const date = (9 - y1) | (9 - y2) | (9 - y3) | (9 - y4) | (9 - m1) | (9 - m2) | (9 - d1) | (9 - d2);
  const clock = (9 - h2) | (9 - i2) | (9 - s2) | (23 - hour) | (5 - i1) | (5 - s1);
  if ((low | date | clock) < 0) return -1;
  const year = y1 * 1000 + y2 * 100 + y3 * 10 + y4;
  const month = m1 * 10 + m2;
  const day = d1 * 10 + d2;
  if (year * 10_000 + month * 100 + day !== cells[LAST_DATE] && Number.isNaN(dateMs(cells, year, month, day)))
    return -1;
  cells[AT] = p + 20;
  cells[KIND] = ABSOLUTE;
  return (hour * 3600 + (i1 * 10 + i2) * 60 + s1 * 10 + s2) * 1000;
}

/** Number of the day that was read last. */
export const dayIn = (cells: Int32Array): number => cells[LAST_DAY]!;
