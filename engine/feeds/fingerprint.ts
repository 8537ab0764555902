import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { Companion } from './csv-companion.ts';

/** sha256 over the bytes of a reading: a text, then file after file. */
export interface Fingerprint {
  /** Takes in bytes of the file at hand. */
  add(bytes: Uint8Array): void;
  /** The file at hand ends after so many bytes; it is closed when nothing is to be read of it any more. */
  ended(path: string, descriptor: number, bytes: number): void;
  /** Hex digest of all bytes taken in. */
  digest(): Promise<string> | string;
}

/** Hashes bytes as they are read. */
export function createFingerprint(first: string): Fingerprint {
  const hash = createHash('sha256').update(first);
  return {
    add: (bytes) => hash.update(bytes),
    ended: (_path, descriptor) => closeSync(descriptor),
    digest: () => hash.digest('hex'),
  };
}

/** Leaves the files to a companion, which reads them again. */
export function fingerprintOf(companion: Companion, first: string): Fingerprint {
  companion.hashText(first);
  return {
    add: () => {},
    ended: (path, descriptor, bytes) => companion.hash(path, descriptor, bytes),
    digest: () => companion.digest(),
  };
}
