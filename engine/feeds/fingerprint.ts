import { createHash } from 'node:crypto';

/** sha256 over the bytes of a reading, and the buffers that these are read into. */
export interface Fingerprint {
  /** A buffer to fill, waiting for one where need be; the one lent before must not be written any more. */
  lend(): Promise<Uint8Array> | Uint8Array;
  /** Takes in the bytes `from` to `to` of the buffer lent last; they must stay as they are. */
  add(from: number, to: number): void;
  /** Hex digest of all bytes taken in. */
  digest(): Promise<string> | string;
  /** Frees what it holds; it is of no use afterwards. */
  close(): void;
}

/** Bytes that are worth the start of a thread. */
const MANY = 8 << 20;

/** A fingerprint whose buffers hold `size` bytes, for about `total` of them: many are hashed beside the reading, in a thread. */
export async function createFingerprint(size: number, total: number, first = ''): Promise<Fingerprint> {
  if (total <= MANY) return createPlainFingerprint(size, first);
  // Few bytes are the usual case and need not load what makes threads.
  const { createThreadedFingerprint } = await import('./threaded-fingerprint.ts');
  return createThreadedFingerprint(size, first) ?? createPlainFingerprint(size, first);
}

/** A fingerprint that hashes at once, with one buffer. */
export function createPlainFingerprint(size: number, first: string): Fingerprint {
  const hash = createHash('sha256').update(first);
  const buffer = new Uint8Array(size);
  return {
    lend: () => buffer,
    add: (from, to) => hash.update(buffer.subarray(from, to)),
    digest: () => hash.digest('hex'),
    close: () => {},
  };
}
