import { createHash } from 'node:crypto';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCompanion } from '../../engine/feeds/csv-companion.ts';
import { createFingerprint, type Fingerprint, fingerprintOf } from '../../engine/feeds/fingerprint.ts';
import { threadScript } from './thread-script.ts';
import { folderWith } from './written.ts';

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + length * 7) & 255);

/** Takes in the beginnings of files as a reading does; gives the digest and what it should be. */
async function digests(fingerprint: Fingerprint, lengths: readonly number[]): Promise<readonly [string, string]> {
  const want = createHash('sha256').update('actions');
  for (const length of lengths) {
    const bytes = bytesOf(length);
    const path = join(folderWith({ 'A.csv': Buffer.concat([bytes, Buffer.from('what was not read')]) }), 'A.csv');
    const half = length >> 1;
    want.update(bytes);
    fingerprint.add(bytes.subarray(0, half));
    fingerprint.add(bytes.subarray(half));
    fingerprint.ended(path, openSync(path, 'r'), length);
  }
  return [await fingerprint.digest(), want.digest('hex')];
}

describe('the fingerprint of what was read', () => {
  it.each([[], [0], [1], [1000, 0, 300_000], [1 << 18, (1 << 18) + 1, 1_000_000]])(
    'is sha256 of files in turn',
    async (...lengths) => {
      const [plain, want] = await digests(createFingerprint('actions'), lengths);
      expect(plain).toBe(want);
      for (const script of [await threadScript(), new URL('./no-such-thread.cjs', import.meta.url)]) {
        const companion = startCompanion(script)!;
        const [threaded, same] = await digests(fingerprintOf(companion, 'actions'), lengths);
        companion.close();
        expect(threaded).toBe(same);
        expect(threaded).toBe(want);
      }
    },
  );
});
