import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { type Columns, createColumns } from './columns.ts';
import { type Layout, type LayoutFault, readLayout } from './csv-layout.ts';
import { createScan, type Scan, scanRows } from './csv-scan.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Quarantine } from './quarantine.ts';
import type { Zone } from './timezone.ts';

const CHUNK = 1 << 18;

/** Size of the buffers that a file is read into; one byte of room stays for the line end that the last line may lack. */
export const BUFFER_BYTES = CHUNK + 1;

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

const isLineEnd = (byte: number | undefined): boolean => byte === 10 || byte === 13;

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

/**
 * Reads one CSV file in chunks into columns; bad rows go to quarantine, every byte to the fingerprint.
 * `pause` is awaited between chunks with the number of bytes read so far.
 */
export async function readCsvFile(
  path: string,
  quarantine: Quarantine,
  zone: Zone | undefined,
  fingerprint: Fingerprint,
  pause: (bytes: number) => Promise<void> | undefined,
): Promise<FileReading | FileFault> {
  let descriptor: number;
  try {
    // A pipe would hold the opening up for ever, a device has no end.
    if (!statSync(path).isFile()) return reason(Object.assign(new Error(), { code: 'EISDIR' }));
    descriptor = openSync(path, 'r');
  } catch (error) {
    return reason(error);
  }
  try {
    return await readOpen(descriptor, path, quarantine, zone, fingerprint, pause);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return reason(error);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function readOpen(
  descriptor: number,
  path: string,
  quarantine: Quarantine,
  zone: Zone | undefined,
  fingerprint: Fingerprint,
  pause: (bytes: number) => Promise<void> | undefined,
): Promise<FileReading | FileFault> {
  const stat = fstatSync(descriptor);
  const room = Math.min(CHUNK, Math.max(stat.size, 4096));
  let buffer = await fingerprint.lend();
  let scan: Scan | undefined;
  let carried = 0;
  let total = 0;
  for (;;) {
    const got = readSync(descriptor, buffer, carried, room - carried, null);
    if (got > 0) fingerprint.add(carried, carried + got);
    if (total === 0) {
      const fault = notText(buffer, got);
      if (fault !== undefined) return fault;
    }
    total += got;
    let length = carried + got;
    const ended = got === 0;
    if (ended && length > 0 && !isLineEnd(buffer[length - 1])) buffer[length++] = 10;
    const whole = ended ? length : afterLastLine(buffer, length);
    if (whole === 0 && length >= room) {
      return { kind: 'not_text', message: 'a line is longer than 256 kB', help: 'write one bar a line' };
    }
    let from = 0;
    if (scan === undefined && whole > 0) {
      const opened = openScan(buffer, whole, path, stat.size, quarantine, zone);
      if ('kind' in opened) return opened;
      scan = opened.scan;
      from = opened.from;
    }
    if (scan !== undefined && whole > from) scanRows(scan, buffer, from, whole);
    if (ended) break;
    const next = await fingerprint.lend();
    next.set(buffer.subarray(whole, length));
    buffer = next;
    carried = length - whole;
    const wait = pause(total);
    if (wait !== undefined) await wait;
  }
  if (scan === undefined)
    return { kind: 'layout', message: 'the file is empty', help: 'its first line names the columns', header: '' };
  return { scan, layout: scan.layout, columns: scan.columns };
}

function openScan(
  buffer: Uint8Array,
  whole: number,
  path: string,
  size: number,
  quarantine: Quarantine,
  zone: Zone | undefined,
): FileFault | { readonly scan: Scan; readonly from: number } {
  const bom = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
  let end = bom;
  while (!isLineEnd(buffer[end])) end++;
  const header = Buffer.from(buffer.subarray(bom, end)).toString('utf8');
  const layout: Layout | LayoutFault = readLayout(header);
  if ('message' in layout) return { kind: 'layout', ...layout, header };
  const columns = createColumns(roomFor(buffer, whole, Math.max(size, whole)), layout.hasVwap);
  const from = end + (buffer[end] === 13 && buffer[end + 1] === 10 ? 2 : 1);
  return { scan: createScan(path, layout, columns, quarantine, zone), from };
}
