import { columnsWithin, growColumns } from './columns.ts';
import type { SharedFile } from './csv-ahead.ts';
import { countPlainRows, mayBePlain } from './csv-plain-rows.ts';
import type { Scan } from './csv-scan.ts';
import { claim, READER, roomOf, type SegmentReport, type Segments } from './csv-segments.ts';

/** Where a reading of a shared file stands. */
export interface Standing {
  /** Bytes that were read, by this thread or the other. */
  position: number;
  /** Undefined before the header was read. */
  readonly scan: Scan | undefined;
}

/** Rows lie in the memory that the companion writes to, not in larger columns of their own. */
const isShared = ({ columns }: Scan, segments: Segments): boolean =>
  columns.time.buffer === segments.columns.time.buffer;

/** Gives the rows the room before that of segment `end`. */
function widen(scan: Scan | undefined, segments: Segments, end: number): void {
  if (scan === undefined || !isShared(scan, segments)) return;
  const { length } = scan.columns;
  const room = Math.min(roomOf(segments, end), segments.columns.time.length);
  Object.assign(scan.columns, columnsWithin(segments.columns, 0, room), { length });
}

/** Puts the companion's rows behind those that are there. */
function takeRows(scan: Scan, segments: Segments, { segment, rows, breaks }: SegmentReport): void {
  const { columns } = scan;
  const first = roomOf(segments, segment);
  if (isShared(scan, segments)) widen(scan, segments, segment + 1);
  else while (columns.length + rows > columns.time.length) growColumns(columns);
  const theirs = columnsWithin(segments.columns, first, first + rows);
  const { length } = columns;
  columns.time.set(theirs.time, length);
  columns.open.set(theirs.open, length);
  columns.high.set(theirs.high, length);
  columns.low.set(theirs.low, length);
  columns.close.set(theirs.close, length);
  columns.volume.set(theirs.volume, length);
  if (theirs.vwap !== undefined) columns.vwap?.set(theirs.vwap, length);
  countPlainRows(scan, rows, breaks);
}

/**
 * Takes over what the companion has read from here on; gives where the bytes end that are to be read here. They end with a line
 * where the companion's begin, so that nothing is half read when these are taken.
 */
export async function takeOver(standing: Standing, { segments, companion }: SharedFile): Promise<number> {
  for (;;) {
    const { scan, position } = standing;
    const segment = Math.floor(position / segments.bytes);
    if (claim(segments, segment, READER)) {
      widen(scan, segments, segment + 1);
      return (segment + 1) * segments.bytes;
    }
    const report = await companion.report(segments, segment);
    const usable = report !== undefined && report.rows > 0 && report.from >= position;
    if (usable && scan !== undefined && mayBePlain(scan)) {
      if (position < report.from) {
        widen(scan, segments, segment);
        return report.from;
      }
      takeRows(scan, segments, report);
      standing.position = report.to;
    }
    // What is left of the segment is read here.
    Atomics.store(segments.owner, segment, READER);
  }
}
