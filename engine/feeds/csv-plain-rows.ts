import type { Columns } from './columns.ts';
import { BUFFER_BYTES } from './csv-bytes.ts';
import { type Layout, OPEN, STAMP } from './csv-layout.ts';
import { POWERS } from './csv-number.ts';
import type { Scan } from './csv-scan.ts';
import { ABSOLUTE } from './csv-time.ts';
import { PLAIN_ROWS } from './generated/plain-rows.ts';

/** Where things lie in the memory of `plain-rows.wat`, in bytes. */
const TARGETS = 0x800;
const COLUMNS = 0x2000;
const BREAKS = 0x3a000;
const TEXT = 0x40000;

/** Rows of a column there. */
const ROOM = 4096;
/** Fields of a row at most, as many as there is room for. */
const FIELDS = (COLUMNS - TARGETS) / Int32Array.BYTES_PER_ELEMENT;

/** What `plain-rows.wat` exports. */
interface Program {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly end: { readonly value: number };
  readonly breaks: { readonly value: number };
  read(from: number, to: number, fields: number, delimiter: number, room: number): number;
}

/** A text and what reads its plain rows. */
export interface PlainRows {
  /** Holds the text, BUFFER_BYTES at most. */
  readonly buffer: Uint8Array;
  /**
   * Reads rows of the usual kind from `from` on into the columns: a stamp `YYYY-MM-DDTHH:MM:SSZ`, numbers of digits and a point,
   * prices that agree; the last byte before `to` ends a line. Gives where the next row begins after some of them, or before the
   * first row that is not of that kind and is left as it was.
   */
  read(scan: Scan, from: number, to: number): number;
}

/** Rows that read a whole stamp and plain numbers may be plain; their stamps must name an instant. */
export const mayBePlain = ({ kind, layout }: Scan): boolean =>
  kind === ABSOLUTE && !layout.hasClock && layout.roles.length <= FIELDS;

/** Node has it, its types leave it to the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

let compiled: object | undefined;

function instantiate(): Program {
  compiled ??= new WebAssembly.Module(Buffer.from(PLAIN_ROWS, 'base64'));
  return new WebAssembly.Instance(compiled).exports as Program;
}

/** Address of the column of a role from OPEN to STAMP. */
const columnAt = (role: number): number => COLUMNS + (role - OPEN) * ROOM * Float64Array.BYTES_PER_ELEMENT;

export function createPlainRows(): PlainRows {
  const program = instantiate();
  const bytes = program.memory.buffer;
  const targets = new Int32Array(bytes, TARGETS, FIELDS);
  const column = (role: number) => new Float64Array(bytes, columnAt(role), ROOM);
  const [open, high, low, close, volume, vwap, time] = Array.from({ length: STAMP }, (_, role) => column(OPEN + role));
  const breaks = new Int32Array(bytes, BREAKS, ROOM);
  new Float64Array(bytes, 0, 16).set(POWERS.subarray(0, 16));
  let layout: Layout | undefined;

  /** Says to which column each field of a row goes. */
  function aim(to: Layout): void {
    if (to === layout) return;
    layout = to;
    for (const [field, role] of to.roles.entries()) targets[field] = role >= OPEN && role <= STAMP ? columnAt(role) : 0;
  }

  function takeOut(columns: Columns, rows: number, { hasVolume }: Layout): void {
    const { length } = columns;
    columns.time.set(time!.subarray(0, rows), length);
    columns.open.set(open!.subarray(0, rows), length);
    columns.high.set(high!.subarray(0, rows), length);
    columns.low.set(low!.subarray(0, rows), length);
    columns.close.set(close!.subarray(0, rows), length);
    if (hasVolume) columns.volume.set(volume!.subarray(0, rows), length);
    columns.vwap?.set(vwap!.subarray(0, rows), length);
  }

  return {
    buffer: new Uint8Array(bytes, TEXT, BUFFER_BYTES),
    read(scan, from, to) {
      if (!mayBePlain(scan)) return from;
      const { columns, layout } = scan;
      aim(layout);
      const room = Math.min(ROOM, columns.time.length - columns.length);
      const rows = program.read(TEXT + from, TEXT + to, layout.roles.length, layout.delimiter, room);
      if (rows === 0) return from;
      takeOut(columns, rows, layout);
      countPlainRows(scan, rows, breaks.subarray(0, program.breaks.value));
      return program.end.value - TEXT;
    },
  };
}

/**
 * Counts rows in that stand in the columns already, behind those of before; each has a line of its own.
 * @param breaks those among them that are breaks, by their numbers
 */
export function countPlainRows(scan: Scan, taken: number, breaks: Iterable<number>): void {
  const { columns } = scan;
  for (const row of breaks) scan.breaks.push(columns.length + row);
  const line = scan.line + 1;
  if (line - columns.length !== scan.skew) {
    scan.skew = line - columns.length;
    scan.runs.push(columns.length, line);
  }
  scan.line += taken;
  scan.rows += taken;
  columns.length += taken;
}
