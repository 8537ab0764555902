import { DAY } from '../market/time.ts';
import { type Columns, growColumns } from './columns.ts';
import { CLOCK, CLOSE, DATE, HIGH, type Layout, LOW, OPEN, SKIP, STAMP, VOLUME, VWAP } from './csv-layout.ts';
import { POWERS, wide } from './csv-number.ts';
import type { PlainRows } from './csv-plain-rows.ts';
import { readRowSlowly } from './csv-slow-row.ts';
import { AT, clockAt, DATE_ONLY, dayIn, isoAt, KIND, LOCAL, stampAt, TIME_CELLS } from './csv-time.ts';
import type { Quarantine } from './quarantine.ts';
import { priceFault } from './row-check.ts';
import type { Zone } from './timezone.ts';

/** A reading of one file in progress. */
export interface Scan {
  readonly file: string;
  readonly layout: Layout;
  readonly columns: Columns;
  readonly quarantine: Quarantine;
  /** Clock of times without a zone; undefined: they are kept as they stand. */
  readonly zone: Zone | undefined;
  /** 1-based number of the line last read. */
  line: number;
  rows: number;
  /** ABSOLUTE, LOCAL or DATE_ONLY, as the first row has it; 0 before. */
  kind: number;
  /** Line less row of the row last kept. */
  skew: number;
  /** Row and line pairs: from that row on, lines follow each other. */
  readonly runs: number[];
  /** Rows that were not held to the row before: all others come after it, and their prices stay near its close. */
  readonly breaks: number[];
  /** Row of fields, by role; STAMP holds the time in ms. */
  readonly row: Float64Array;
  readonly cells: Int32Array;
}

export function createScan(
  file: string,
  layout: Layout,
  columns: Columns,
  quarantine: Quarantine,
  zone: Zone | undefined,
): Scan {
  return {
    file,
    layout,
    columns,
    quarantine,
    zone,
    line: 1,
    rows: 0,
    kind: 0,
    skew: 0,
    runs: [],
    breaks: [],
    row: new Float64Array(CLOCK + 1),
    cells: new Int32Array(TIME_CELLS),
  };
}

/**
 * Reads the fields of the plain row at `from` into `scan.row`; gives where it ended, or -1 for a row that needs the slow reader.
 */
function readRow(buffer: Uint8Array, from: number, scan: Scan): number {
  const { row, cells } = scan;
  const { roles, delimiter } = scan.layout;
  const last = roles.length - 1;
  let p = from;
  for (let column = 0; column <= last; column++) {
    const role = roles[column]!;
    let byte = buffer[p]!;
    if (role === SKIP) {
      if (byte === 34) return -1;
      while (byte !== delimiter && byte !== 10 && byte !== 13) byte = buffer[++p]!;
    } else {
      const quoted = byte === 34;
      if (quoted) byte = buffer[++p]!;
      if (role >= STAMP) {
        const ofDay = role === CLOCK ? -1 : isoAt(buffer, p, cells);
        if (ofDay >= 0) row[role] = dayIn(cells) * DAY + ofDay;
        else {
          cells[AT] = p;
          row[role] = role === CLOCK ? clockAt(buffer, cells) : stampAt(buffer, cells);
        }
        p = cells[AT]!;
      } else {
        const negative = byte === 45;
        if (negative) byte = buffer[++p]!;
        const first = p;
        let mantissa = 0;
        while (byte >= 48 && byte <= 57) {
          mantissa = (mantissa * 10 + byte - 48) | 0;
          byte = buffer[++p]!;
        }
        let decimals = 0;
        let length = p - first;
        if (byte === 46) {
          byte = buffer[++p]!;
          const point = p;
          while (byte >= 48 && byte <= 57) {
            mantissa = (mantissa * 10 + byte - 48) | 0;
            byte = buffer[++p]!;
          }
          decimals = p - point;
          length += decimals;
        }
        if (length === 0) return -1;
        if (length <= 9) row[role] = decimals === 0 ? mantissa : mantissa / POWERS[decimals]!;
        else if (length > 15) return -1;
        else wide(buffer, first, p, decimals, row, role);
        if (negative) row[role] = -row[role]!;
      }
      byte = buffer[p]!;
      if (quoted) {
        if (byte !== 34) return -1;
        byte = buffer[++p]!;
      }
    }
    if (column < last) {
      if (byte !== delimiter) return -1;
      p++;
    } else if (byte !== delimiter && byte !== 10 && byte !== 13) return -1;
  }
  return p;
}

/** Takes the row in `scan.row` into the columns, or into quarantine. */
function takeRow(scan: Scan, buffer: Uint8Array, from: number, to: number): void {
  const { row, columns, layout } = scan;
  const open = row[OPEN]!;
  const high = row[HIGH]!;
  const low = row[LOW]!;
  const close = row[CLOSE]!;
  const volume = layout.hasVolume ? row[VOLUME]! : 0;
  let kind = scan.cells[KIND]!;
  let time = row[STAMP]!;
  if (layout.hasClock) {
    time = row[DATE]! + row[CLOCK]!;
    kind = kind === DATE_ONLY ? LOCAL : 0;
  }
  const cause = Number.isNaN(time) || kind === 0 ? 'bad_time' : priceFault(open, high, low, close, volume);
  if (cause !== undefined) {
    const text = Buffer.from(buffer.buffer, buffer.byteOffset + from, to - from).toString('utf8');
    scan.quarantine.put(scan.file, scan.line, cause, faultDetail(cause, text, row));
    return;
  }
  if (kind !== scan.kind) {
    if (scan.kind !== 0) {
      scan.quarantine.put(scan.file, scan.line, 'mixed_time_format', 'the time is not written as on the first row');
      return;
    }
    scan.kind = kind;
  }
  const n = columns.length;
  if (n === columns.time.length) growColumns(columns);
  if (kind === LOCAL && scan.zone !== undefined) {
    time = scan.zone.toUtc(time, n === 0 ? Number.NEGATIVE_INFINITY : columns.time[n - 1]!);
  }
  if (scan.line - n !== scan.skew) {
    scan.skew = scan.line - n;
    scan.runs.push(n, scan.line);
  }
  scan.breaks.push(n);
  columns.time[n] = time;
  columns.open[n] = open;
  // Only a rounding error can stand out here: the range is widened to hold it.
  const top = open > close ? open : close;
  const bottom = open < close ? open : close;
  columns.high[n] = high > top ? high : top;
  columns.low[n] = low < bottom ? low : bottom;
  columns.close[n] = close;
  columns.volume[n] = volume;
  if (columns.vwap !== undefined) columns.vwap[n] = row[VWAP]!;
  columns.length = n + 1;
}

function faultDetail(cause: string, text: string, row: Float64Array): string {
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  const range = `low ${row[LOW]} to high ${row[HIGH]}`;
  if (cause === 'high_below_low') return `high ${row[HIGH]} is below low ${row[LOW]}`;
  if (cause === 'open_outside_range') return `open ${row[OPEN]} lies outside ${range}`;
  if (cause === 'close_outside_range') return `close ${row[CLOSE]} lies outside ${range}`;
  if (cause === 'negative_volume') return `volume ${row[VOLUME]} is negative`;
  if (cause === 'not_positive') return `a price is 0 or less: ${shown}`;
  if (cause === 'bad_time') return `the time cannot be read: ${shown}`;
  return shown;
}

/** Reads the rows of a text from `from` to `to`; the last byte before `to` ends a line. */
export function scanRows(scan: Scan, plain: PlainRows, from: number, to: number): void {
  const { buffer } = plain;
  let p = from;
  // Where two rows on end are not plain, the others of a chunk will not be either. The first row of a file tells how times are written.
  let misses = 0;
  while (p < to) {
    if (misses < 2) {
      const next = plain.read(scan, p, to);
      if (next > p) {
        misses = 0;
        p = next;
        continue;
      }
      if (scan.kind !== 0) misses++;
    }
    scan.line++;
    const start = p;
    const first = buffer[p]!;
    if (first !== 10 && first !== 13) {
      scan.rows++;
      p = readRow(buffer, p, scan);
      let end = p;
      if (p < 0) end = start;
      while (buffer[end] !== 10 && buffer[end] !== 13) end++;
      if (p < 0) {
        const text = Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start).toString('utf8');
        if (text.trim() === '') scan.rows--;
        else {
          const fault = readRowSlowly(text, scan.layout, scan.row, scan.cells);
          if (fault === undefined) takeRow(scan, buffer, start, end);
          else scan.quarantine.put(scan.file, scan.line, fault.cause, fault.detail);
        }
      } else takeRow(scan, buffer, start, end);
      p = end;
    }
    if (buffer[p] === 13 && buffer[p + 1] === 10 && p + 1 < to) p++;
    p++;
  }
}

/** 1-based line of a row that was kept. */
export function lineOf(runs: readonly number[], row: number): number {
  let low = 0;
  let high = runs.length / 2 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runs[middle * 2]! <= row) low = middle;
    else high = middle - 1;
  }
  return (runs[low * 2 + 1] ?? 0) + row - (runs[low * 2] ?? 0);
}
