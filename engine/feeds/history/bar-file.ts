import { type FileHandle, open } from 'node:fs/promises';
import type { MinuteBar } from '../../market/minute-bar.ts';

const HEADER = 'timestamp,open,high,low,close,volume';

/** A CSV file of bars that grows at its end. Whoever reads it while it grows, or after a kill, finds whole rows. */
export interface BarFile {
  /** Start of its last row, ms since 1970, and the row as it is written; undefined when it has none. */
  readonly last: { readonly start: number; readonly row: string } | undefined;
  /** Bytes of half a row that were cut off. */
  readonly cut: number;
  /** Adds bars that begin after the last one, in order; others are passed over. Gives how many were added. */
  append(bars: readonly MinuteBar[]): Promise<number>;
  /** Takes the last row away, so that it can be written anew. */
  dropLast(): Promise<void>;
  /** Leaves nothing but the header. */
  empty(): Promise<void>;
  /** Sees to it that all of it is on the disk. */
  close(): Promise<void>;
}

/** Its first line is another than that of the files that this engine writes. */
export class ForeignFile extends Error {}

/** ISO 8601 to the second: bars begin on whole ones. */
const timestamp = (start: number): string => new Date(start).toISOString().replace('.000Z', 'Z');

/** In the shortest form that reads back as the same number, without an exponent. */
const plain = (value: number): string => {
  const text = String(value);
  return text.includes('e') ? value.toFixed(18).replace(/\.?0+$/, '') : text;
};

export const rowOf = ({ start, open: first, high, low, close, volume }: MinuteBar): string =>
  `${timestamp(start)},${[first, high, low, close, volume].map(plain).join(',')}`;

const ROW = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?:,\d+(?:\.\d+)?){5}$/;

/** A row is some 60 bytes; in what a crash may leave behind it there are no thousands of them. */
const LOOKED_AT = 64 * 1024;

/** Where the last whole row is, in the bytes from `at` on. */
function lastRow(
  bytes: Buffer,
  at: number,
): { readonly end: number; readonly start: number; readonly row: string } | undefined {
  for (let end = bytes.lastIndexOf(0x0a); end > 0; ) {
    const begin = bytes.lastIndexOf(0x0a, end - 1) + 1;
    const row = bytes.subarray(begin, end).toString('utf8');
    const time = ROW.exec(row)?.[1];
    if (time !== undefined) return { end: at + end + 1, start: Date.parse(time), row };
    end = begin - 1;
  }
  return undefined;
}

async function readTail(handle: FileHandle, size: number): Promise<{ readonly bytes: Buffer; readonly at: number }> {
  const at = Math.max(0, size - LOOKED_AT);
  const bytes = Buffer.alloc(size - at);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
  return { bytes: bytes.subarray(0, bytesRead), at };
}

/**
 * Opens a file of bars to go on with it, or makes one; half a row at its end is cut off.
 * @throws ForeignFile when its first line is not the header of our own files
 */
export async function openBarFile(path: string): Promise<BarFile> {
  const handle = await open(path, 'a+');
  try {
    return await barFile(handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function barFile(handle: FileHandle): Promise<BarFile> {
  let { size } = await handle.stat();
  const top = `${HEADER}\n`;
  const head = Buffer.alloc(Math.min(size, top.length));
  await handle.read(head, 0, head.length, 0);
  if (!top.startsWith(head.toString('utf8'))) throw new ForeignFile();
  if (size < top.length) {
    await handle.truncate(0);
    await handle.appendFile(top);
    size = top.length;
  }
  let last: BarFile['last'];
  let cut = 0;
  /** Looks for the last whole row and cuts off what follows it. */
  const settle = async (upTo: number): Promise<void> => {
    const { bytes, at } = await readTail(handle, upTo);
    const found = lastRow(bytes, at);
    const end = found?.end ?? top.length;
    cut = size - end;
    if (cut > 0) await handle.truncate(end);
    size = end;
    last = found === undefined ? undefined : { start: found.start, row: found.row };
  };
  await settle(size);
  return {
    get last() {
      return last;
    },
    cut,
    async append(bars) {
      const rows: string[] = [];
      for (const bar of bars) {
        if (last !== undefined && bar.start <= last.start) continue;
        last = { start: bar.start, row: rowOf(bar) };
        rows.push(last.row);
      }
      if (rows.length === 0) return 0;
      const text = `${rows.join('\n')}\n`;
      // One write: a kill before or after it leaves whole rows.
      await handle.appendFile(text);
      size += Buffer.byteLength(text);
      return rows.length;
    },
    async dropLast() {
      if (last !== undefined) await settle(size - last.row.length - 1);
    },
    async empty() {
      await handle.truncate(top.length);
      size = top.length;
      last = undefined;
    },
    async close() {
      await handle.sync();
      await handle.close();
    },
  };
}
