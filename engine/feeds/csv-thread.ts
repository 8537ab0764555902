// Runs in a thread of its own, beside the reading of large files: takes the segments of a file from its end on, and hashes
// what was read.
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { columnsWithin } from './columns.ts';
import { CHUNK } from './csv-bytes.ts';
import { hashFile } from './csv-hash.ts';
import { createPlainRows } from './csv-plain-rows.ts';
import { createScan } from './csv-scan.ts';
import { COMPANION, claim, roomOf, type SegmentReport, type Segments } from './csv-segments.ts';
import { ABSOLUTE } from './csv-time.ts';
import { createQuarantine } from './quarantine.ts';

/** What the thread is told to do. */
export type Order =
  | { readonly kind: 'read'; readonly segments: Segments }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hash'; readonly descriptor: number; readonly bytes: number }
  | { readonly kind: 'digest' };

/** What the thread says. */
export type Answer =
  | { readonly kind: 'read'; readonly report: SegmentReport }
  | { readonly kind: 'hashed'; readonly descriptor: number }
  | { readonly kind: 'digest'; readonly digest: string };

const plain = createPlainRows();
const { buffer } = plain;
const hash = createHash('sha256');

/** Reads the plain rows from the start of a segment on, until one is not plain or the next segment begins. */
function readSegment(segments: Segments, segment: number): SegmentReport {
  const { id, descriptor, layout, bytes } = segments;
  const first = roomOf(segments, segment);
  const columns = columnsWithin(segments.columns, first, roomOf(segments, segment + 1));
  const scan = createScan('', layout, columns, createQuarantine(), undefined);
  scan.kind = ABSOLUTE;
  let position = segment * bytes - 1;
  let length = readSync(descriptor, buffer, 0, CHUNK, position);
  const feed = buffer.indexOf(10);
  if (feed < 0 || feed >= length) return { id, segment, from: position, to: position, rows: 0, breaks: [] };
  const from = position + feed + 1;
  const next = (segment + 1) * bytes;
  let at = feed + 1;
  for (;;) {
    // The row that the next segment begins with starts behind the line feed that ends the one across the border.
    const border = next - 1 - position;
    const last = border < length ? buffer.indexOf(10, Math.max(border, at - 1)) : -1;
    const whole = (last >= 0 && last < length ? last : buffer.lastIndexOf(10, length - 1)) + 1;
    while (at < whole) {
      const reached = plain.read(scan, at, whole);
      if (reached === at) break;
      at = reached;
    }
    const done = at < whole || position + at >= next || whole === 0;
    position += at;
    if (done) break;
    length = readSync(descriptor, buffer, 0, CHUNK, position);
    at = 0;
    if (length === 0) break;
  }
  return { id, segment, from, to: position, rows: columns.length, breaks: scan.breaks };
}

function heed(order: Order): void {
  const say = (answer: Answer) => parentPort?.postMessage(answer);
  if (order.kind === 'digest') say({ kind: 'digest', digest: hash.digest('hex') });
  else if (order.kind === 'text') hash.update(order.text);
  else if (order.kind === 'hash') {
    hashFile(hash, order.descriptor, order.bytes, buffer);
    say({ kind: 'hashed', descriptor: order.descriptor });
  } else {
    const { segments } = order;
    for (let segment = segments.owner.length - 1; claim(segments, segment, COMPANION); segment--) {
      say({ kind: 'read', report: readSegment(segments, segment) });
    }
  }
}

parentPort?.on('message', heed);
