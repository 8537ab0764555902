import type { Hash } from 'node:crypto';
import { readSync } from 'node:fs';

/** Takes the first `bytes` bytes of an open file into a hash, by way of `buffer`. */
export function hashFile(hash: Hash, descriptor: number, bytes: number, buffer: Uint8Array): void {
  for (let position = 0; position < bytes; ) {
    const got = readSync(descriptor, buffer, 0, Math.min(buffer.length, bytes - position), position);
    if (got === 0) return;
    hash.update(buffer.subarray(0, got));
    position += got;
  }
}
