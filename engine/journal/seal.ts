import { createHash } from 'node:crypto';

/** Hash over texts and numbers, each with its length before it, so that no two lists give one stream. */
export function seal(...parts: readonly (string | number | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'number' ? String(part) : part;
    hash.update(`${typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length}:`);
    hash.update(bytes);
  }
  return hash.digest('hex');
}
