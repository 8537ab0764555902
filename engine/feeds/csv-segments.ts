import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { type Columns, createColumns } from './columns.ts';
import { CHUNK, isLineEnd } from './csv-bytes.ts';
import { type Layout, readLayout } from './csv-layout.ts';

/** Who reads a segment, in `Segments.owner`. */
const NOBODY = 0;
export const READER = 1;
export const COMPANION = 2;

/**
 * A file cut into stretches of bytes, for two threads that take them from both ends. Segment `k` holds the rows that begin
 * behind the first line feed at or after the byte before `k * bytes`; the companion's rows of it lie from `roomOf(k)` on.
 */
export interface Segments {
  /** Number of the file among those that a companion was given. */
  readonly id: number;
  readonly descriptor: number;
  /** Bytes of a segment. */
  readonly bytes: number;
  readonly layout: Layout;
  /** Rows of a segment, generously. */
  readonly rows: number;
  /** All of the columns, in shared memory. */
  readonly columns: Columns;
  /** Who reads each segment, in shared memory; the first is the reader's, for it holds the header. */
  readonly owner: Int32Array;
}

/** Rows that the companion read without a question: as many as are plain from the start of the segment on. */
export interface SegmentReport {
  readonly id: number;
  readonly segment: number;
  /** Bytes of the file that the rows take. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Those of the rows that are breaks, by their numbers. */
  readonly breaks: readonly number[];
}

/** First row of the columns that is kept free for the rows of a segment. */
export const roomOf = (segments: Segments, segment: number): number => segments.rows * segment;

/** Whether the segment is now, or was already, that one's to read. */
export function claim({ owner }: Segments, segment: number, who: number): boolean {
  if (segment >= owner.length) return who === READER;
  const before = Atomics.compareExchange(owner, segment, NOBODY, who);
  return before === NOBODY || before === who;
}

/** Cuts an open file into segments of so many bytes; undefined when it is too small or not of a kind to be cut. */
function cutIntoSegments(id: number, descriptor: number, size: number, bytes: number): Segments | undefined {
  const count = Math.ceil(size / bytes);
  if (count < 2) return undefined;
  const peek = new Uint8Array(Math.min(CHUNK, size));
  const length = readSync(descriptor, peek, 0, peek.length, 0);
  let end = 0;
  while (end < length && !isLineEnd(peek[end])) end++;
  const header = Buffer.from(peek.subarray(0, end))
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const layout = readLayout(header);
  let lines = 0;
  for (let at = peek.indexOf(10, end); at >= 0; at = peek.indexOf(10, at + 1)) lines++;
  // Neither a file without line feeds nor one whose times take two columns has plain rows; one with zero bytes is no text.
  if ('message' in layout || layout.hasClock || lines < 2 || peek.includes(0)) return undefined;
  const rows = Math.ceil((bytes / length) * lines * 1.05) + 16;
  const owner = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  owner[0] = READER;
  const columns = createColumns(rows * count, layout.hasVwap, SharedArrayBuffer);
  return { id, descriptor, bytes, layout, rows, columns, owner };
}

/** Opens a file and cuts it into segments of so many bytes; undefined when that cannot be, and whoever reads it is to say why. */
export function openToCut(id: number, path: string, bytes: number): Segments | undefined {
  let descriptor: number | undefined;
  let segments: Segments | undefined;
  try {
    // A pipe would hold the opening up for ever.
    if (!statSync(path).isFile()) return undefined;
    descriptor = openSync(path, 'r');
    segments = cutIntoSegments(id, descriptor, fstatSync(descriptor).size, bytes);
  } catch {
    segments = undefined;
  }
  if (descriptor !== undefined && segments === undefined) closeSync(descriptor);
  return segments;
}
