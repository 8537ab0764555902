import { fstatSync, openSync, readSync, statSync } from 'node:fs';
import { type Columns, columnsWithin, createColumns } from './columns.ts';
import type { SharedFile } from './csv-ahead.ts';
import { CHUNK, isLineEnd } from './csv-bytes.ts';
import { type Layout, type LayoutFault, readLayout } from './csv-layout.ts';
import type { PlainRows } from './csv-plain-rows.ts';
import { createScan, type Scan, scanRows } from './csv-scan.ts';
import { roomOf } from './csv-segments.ts';
import { type Standing, takeOver } from './csv-take-over.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Quarantine } from './quarantine.ts';
import type { Zone } from './timezone.ts';

export type FileFault =
  | { readonly kind: 'unreadable'; readonly message: string; readonly help: string }
  | { readonly kind: 'not_text'; readonly message: string; readonly help: string }
  | { readonly kind: 'layout'; readonly message: string; readonly help: string; readonly header: string };

export interface FileReading {
  readonly scan: Scan;
  readonly layout: Layout;
  readonly columns: Columns;
}

/** Files that are no text, by their first bytes. */
const MAGIC: readonly (readonly [readonly number[], string, string])[] = [
  [[0x1f, 0x8b], 'compressed with gzip', 'unpack it first: gunzip'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive or a spreadsheet', 'unpack it, or save the sheet as CSV'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd', 'unpack it first: unzstd'],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2', 'unpack it first: bunzip2'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file, which is not read yet', 'export it as CSV'],
  [[0xff, 0xfe], 'written in UTF-16', 'save it as UTF-8'],
  [[0xfe, 0xff], 'written in UTF-16', 'save it as UTF-8'],
];

function notText(buffer: Uint8Array, length: number): FileFault | undefined {
  for (const [bytes, what, help] of MAGIC) {
    if (length >= bytes.length && bytes.every((byte, i) => buffer[i] === byte)) {
      return { kind: 'not_text', message: `the file is ${what}`, help };
    }
  }
  return buffer.subarray(0, length).includes(0)
    ? { kind: 'not_text', message: 'the file holds zero bytes: it is no text', help: 'write the bars as CSV in UTF-8' }
    : undefined;
}

function reason(error: unknown): FileFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const words: Readonly<Record<string, string>> = {
    EACCES: 'you may not read the file',
    EISDIR: 'it is a folder, a pipe or a device, not a file',
    ENOENT: 'there is no such file',
  };
  const message = words[code] ?? `the file cannot be read (${code})`;
  return { kind: 'unreadable', message, help: 'check the path and its permissions' };
}

/** Behind the last whole line of the buffer, 0 when no line ends in it. */
function afterLastLine(buffer: Uint8Array, length: number): number {
  const feed = buffer.lastIndexOf(10, length - 1);
  // A carriage return at the very end may be half of a line end.
  return feed >= 0 || length < 2 ? feed + 1 : buffer.lastIndexOf(13, length - 2) + 1;
}

function countOf(buffer: Uint8Array, byte: number, length: number): number {
  let count = 0;
  for (let at = buffer.indexOf(byte); at >= 0 && at < length; at = buffer.indexOf(byte, at + 1)) count++;
  return count;
}

function roomFor(buffer: Uint8Array, length: number, fileSize: number): number {
  const lines = countOf(buffer, 10, length) || countOf(buffer, 13, length);
  return length === fileSize ? lines + 1 : Math.ceil((fileSize / length) * lines * 1.05) + 64;
}

/** What the files of a reading share. */
export interface FileReader {
  readonly quarantine: Quarantine;
  readonly zone: Zone | undefined;
  readonly fingerprint: Fingerprint;
  readonly plain: PlainRows;
}

/** A descriptor of the file at the path, or why there is none. */
function openFile(path: string): number | FileFault {
  try {
    // A pipe would hold the opening up for ever, a device has no end.
    return statSync(path).isFile() ? openSync(path, 'r') : reason(Object.assign(new Error(), { code: 'EISDIR' }));
  } catch (error) {
    return reason(error);
  }
}

/**
 * Reads one CSV file in chunks into columns; bad rows go to quarantine, every byte to the fingerprint.
 * `pause` is awaited between chunks with the number of bytes read so far.
 */
export async function readCsvFile(
  path: string,
  reader: FileReader,
  pause: (bytes: number) => Promise<void> | undefined,
  shared?: SharedFile,
): Promise<FileReading | FileFault> {
  const descriptor = shared?.segments.descriptor ?? openFile(path);
  if (typeof descriptor !== 'number') return descriptor;
  const file: OpenFile = { path, descriptor, shared, position: 0, scan: undefined };
  try {
    return await readOpen(file, reader, pause);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return reason(error);
    throw error;
  } finally {
    reader.fingerprint.ended(path, descriptor, file.position);
  }
}

/** A file on its way through the buffer. */
interface OpenFile extends Standing {
  readonly path: string;
  readonly descriptor: number;
  readonly shared: SharedFile | undefined;
  scan: Scan | undefined;
}

async function readOpen(
  file: OpenFile,
  reader: FileReader,
  pause: (bytes: number) => Promise<void> | undefined,
): Promise<FileReading | FileFault> {
  const { descriptor } = file;
  const { plain, fingerprint } = reader;
  const { buffer } = plain;
  const { size } = fstatSync(descriptor);
  const room = Math.min(CHUNK, Math.max(size, 4096));
  let carried = 0;
  for (;;) {
    const border = file.shared === undefined ? Number.POSITIVE_INFINITY : await takeOver(file, file.shared);
    const want = Math.min(room - carried, border - file.position);
    const got = readSync(descriptor, buffer, carried, want, file.position);
    if (got > 0) fingerprint.add(buffer.subarray(carried, carried + got));
    if (file.position === 0) {
      const fault = notText(buffer, got);
      file.position += got;
      if (fault !== undefined) return fault;
    } else file.position += got;
    let length = carried + got;
    const ended = got === 0;
    if (ended && length > 0 && !isLineEnd(buffer[length - 1])) buffer[length++] = 10;
    const whole = ended ? length : afterLastLine(buffer, length);
    if (whole === 0 && length >= room) {
      return { kind: 'not_text', message: 'a line is longer than 256 kB', help: 'write one bar a line' };
    }
    let from = 0;
    if (file.scan === undefined && whole > 0) {
      const opened = openScan(buffer, whole, file, size, reader);
      if ('kind' in opened) return opened;
      file.scan = opened.scan;
      from = opened.from;
    }
    if (file.scan !== undefined && whole > from) scanRows(file.scan, plain, from, whole);
    if (ended) break;
    buffer.copyWithin(0, whole, length);
    carried = length - whole;
    const wait = pause(file.position);
    if (wait !== undefined) await wait;
  }
  const { scan } = file;
  if (scan === undefined)
    return { kind: 'layout', message: 'the file is empty', help: 'its first line names the columns', header: '' };
  return { scan, layout: scan.layout, columns: scan.columns };
}

function openScan(
  buffer: Uint8Array,
  whole: number,
  { path, shared }: OpenFile,
  size: number,
  { quarantine, zone }: FileReader,
): FileFault | { readonly scan: Scan; readonly from: number } {
  const bom = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
  let end = bom;
  while (!isLineEnd(buffer[end])) end++;
  const header = Buffer.from(buffer.subarray(bom, end)).toString('utf8');
  const layout: Layout | LayoutFault = readLayout(header);
  if ('message' in layout) return { kind: 'layout', ...layout, header };
  const columns =
    shared === undefined
      ? createColumns(roomFor(buffer, whole, Math.max(size, whole)), layout.hasVwap)
      : columnsWithin(shared.segments.columns, 0, roomOf(shared.segments, 1));
  const from = end + (buffer[end] === 13 && buffer[end + 1] === 10 ? 2 : 1);
  return { scan: createScan(path, layout, columns, quarantine, zone), from };
}
