import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { BUFFER_BYTES } from './csv-bytes.ts';
import { hashFile } from './csv-hash.ts';
import type { SegmentReport, Segments } from './csv-segments.ts';
import type { Answer, Order } from './csv-thread.ts';

/** A thread beside the reader: it takes segments of files from their end on, and hashes the files that were read. */
export interface Companion {
  /** Lets it take segments of a file, after those of the files before. */
  begin(segments: Segments): void;
  /** What it read of a segment that it owns; undefined when it is gone and its segments are the reader's. */
  report(segments: Segments, segment: number): Promise<SegmentReport | undefined>;
  /** Hashes a text, before any file. */
  hashText(text: string): void;
  /** Hashes the first bytes of a file, after the files before; closes the file. */
  hash(path: string, descriptor: number, bytes: number): void;
  /** Hex digest of the text and the files; empty when it is closed before. */
  digest(): Promise<string>;
  /** Ends it at once; closes the files that it was given. */
  close(): void;
}

export const COMPANION_SCRIPT = new URL('./csv-thread.cjs', import.meta.url);

/** sha256 over a text and the beginnings of files. */
function digestOf(text: string, files: readonly (readonly [string, number])[]): string {
  const hash = createHash('sha256').update(text);
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (const [path, bytes] of files) {
    const descriptor = openSync(path, 'r');
    try {
      hashFile(hash, descriptor, bytes, buffer);
    } finally {
      closeSync(descriptor);
    }
  }
  return hash.digest('hex');
}

/** Starts the thread; undefined when none can be had. */
export function startCompanion(script: URL = COMPANION_SCRIPT): Companion | undefined {
  let worker: Worker;
  try {
    worker = new Worker(script, { execArgv: [] });
  } catch {
    return undefined;
  }
  const reports = new Map<string, SegmentReport>();
  const open = new Set<number>();
  const files: (readonly [string, number])[] = [];
  let first = '';
  let digest: string | undefined;
  let gone = false;
  let closed = false;
  /** Wakes who waits for its next word. */
  let wake = (): void => {};
  const leave = () => {
    gone = true;
    wake();
  };
  const keyOf = (id: number, segment: number) => `${id}:${segment}`;
  const tell = (order: Order) => worker.postMessage(order);
  // Nobody waits for a thread whose work is not wanted.
  worker.unref();
  worker.on('error', leave);
  worker.on('exit', leave);
  worker.on('message', (answer: Answer) => {
    if (answer.kind === 'read') reports.set(keyOf(answer.report.id, answer.report.segment), answer.report);
    else if (answer.kind === 'digest') digest = answer.digest;
    else if (open.delete(answer.descriptor)) closeSync(answer.descriptor);
    wake();
  });
  async function word(): Promise<void> {
    worker.ref();
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    worker.unref();
  }
  return {
    begin(segments) {
      open.add(segments.descriptor);
      tell({ kind: 'read', segments });
    },
    async report({ id }, segment) {
      const key = keyOf(id, segment);
      while (!reports.has(key) && !gone) await word();
      return reports.get(key);
    },
    hashText(text) {
      first = text;
      tell({ kind: 'text', text });
    },
    hash(path, descriptor, bytes) {
      files.push([path, bytes]);
      open.add(descriptor);
      tell({ kind: 'hash', descriptor, bytes });
    },
    async digest() {
      tell({ kind: 'digest' });
      while (digest === undefined && !gone) await word();
      return digest ?? (closed ? '' : digestOf(first, files));
    },
    close() {
      closed = true;
      void worker.terminate();
      for (const descriptor of open) closeSync(descriptor);
      open.clear();
    },
  };
}
